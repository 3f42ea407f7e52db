"""A course package is read whole: every mistake with its line, nothing half loaded, versions for ever the same."""

import stat
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from courses.packages.models import Activity, Course, CourseVersion, Media
from courses.packages.package import read_package
from courses.packages.publish import FOLDER, load
from tests.copies import NOW
from tests.courses.course_files import COURSE, FILM, MODULE, PAGE, QUIZ, small_course, write, zipped
from training.core.settings import Settings
from training.people.actor import Actor
from training.trail.models import Fact

Cast = Callable[[str], Awaitable[Actor]]


def _page(text: str) -> str:
    return PAGE.format(title="T", heading="H", text=text)


def _drawing(text: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{text}</svg>'


COURSE_FAULTS = [
    (("edit_class", "edit_clas"), 4, "edit_clas is not known here; did you mean edit_class?"),
    (("core", "corre"), 14, "tailoring cannot be corre; did you mean core?"),
    (("needs: [hearing]", "needs: [herring]"), 22, "herring is no earlier module"),
    (("minutes: 60", "minutes: an hour"), 21, "minutes must be a whole number"),
    (("minutes: 60", "minutes: 60\n    minutes: 61"), 22, "minutes stands twice"),
    (("{pages: all}", "{quiz: {pass: 80}}"), 23, "the module has no quiz to complete"),
    (("[en, cy]\nprog", "[en, cy, Welsh]\nprog"), 5, "Welsh is not a language code"),
    (("competencies: [hearing]", "competencies: [hering]"), 17, "hering is no competency"),
    (("module: leading", "module: learners"), 19, "learners cannot be the name of a module"),
    (("course: small-steps", "course: media"), 1, "media cannot be the name of a course"),
    (("title: {en: Small steps, cy: Camau bach}", "title: {cy: Camau bach}"), 2, "the title is missing in en"),
    (("learning: small steps course\n", ""), 1, "learning is missing"),
    (("summary: {", "summary: &a {en: *a, "), 8, "&a is an anchor"),
    (("summary: {", "summary: {{"), 9, "expected"),
]
FAULTS = [
    ("hearing/module.yaml", MODULE + "  - {page: 09-none.md}\n", "module.yaml:7", "there is no hearing/09-none.md"),
    (
        "hearing/module.yaml",
        MODULE + "  - {page: a.md, quiz: b}\n",
        "module.yaml:7",
        "one page, video, quiz, task or scorm",
    ),
    ("hearing/module.yaml", MODULE + "  - {page: 02-second.md}\n", "module.yaml:7", "02-second is there twice"),
    ("hearing/module.yaml", None, "../course.yaml:12", "there is no hearing/module.yaml"),
    ("hearing/01-first.md", "No front matter.", "01-first.md:1", "the page has no front matter"),
    ("hearing/01-first.md", _page("[x](nowhere.md)"), "01-first.md:7", "nowhere.md is not in the package"),
    ("hearing/01-first.md", _page("# Big"), "01-first.md:7", "a heading of this depth"),
    ("hearing/01-first.md", _page("[x](../../../etc/passwd)"), "01-first.md:7", "is not in the package"),
    ("hearing/01-first.md", "---\ntitle: T\ncompetency: no\n---\n", "01-first.md:3", "no is no competency"),
    ("hearing/01-first.cy.md", None, "01-first.md:1", "its translation hearing/01-first.cy.md is missing"),
    ("hearing/spare.md", _page("x"), "spare.md:1", "no activity leads to this file"),
    ("hearing/film.en.vtt", "1\n00:00 --> 00:05\nHello\n", "film.en.vtt:1", "captions begin with the line WEBVTT"),
    (
        "hearing/film.en.vtt",
        "WEBVTT\n\n1\n00:00,500 --> 00:02,000\nHi\n",
        "film.en.vtt:4",
        "a comma stands where",
    ),
    ("hearing/film.en.vtt", "WEBVTT\n\nHello\n", "film.en.vtt:1", "there are no words in these captions"),
    ("hearing/film.en.vtt", "WEBVTT\n\n00:04.000 --> 00:01.000\nHi\n", "film.en.vtt:3", "ends before it begins"),
    ("hearing/film.en.vtt", "", "film.en.vtt:1", "captions begin with the line WEBVTT"),
    ("hearing/film.mp4", b"GIF89a", "film.yaml:2", "film.mp4 is not a video"),
    ("hearing/film.mp4", b"", "film.yaml:2", "film.mp4 is empty"),
    ("hearing/chair.png", b"", "01-first.md:9", "chair.png is empty"),
    ("hearing/chair.png", b"no picture", "01-first.md:9", "chair.png is no file that a browser can show"),
    ("hearing/chair.png", _drawing("<script>x</script>"), "01-first.md:9", "chair.png holds script"),
    ("hearing/chair.png", _drawing('<path onload="x()"/>'), "01-first.md:9", 'chair.png holds onload="x()"'),
    ("hearing/chair.png", _drawing("<foreignObject/>"), "01-first.md:9", "chair.png holds foreignObject"),
    ("hearing/chair.png", _drawing('<image href="//x.org/y"/>'), "01-first.md:9", 'holds href="//x.org/y"'),
    ("hearing/chair.png", _drawing("<style>@import 'x';</style>"), "01-first.md:9", "chair.png holds @import"),
    ("hearing/chair.png", _drawing("<path"), "01-first.md:9", "chair.png holds what is no XML"),
    ("hearing/01-first.md", _page("{{ safegarding lead }}"), "01-first.md:7", "did you mean safeguarding lead?"),
    ("hearing/01-first.md", _page("Ring {{ help lines }}"), "01-first.md:7", "stands among other words"),
    ("hearing/01-first.md", _page("![A](my chair.png)"), "01-first.md:7", "my chair.png has a space in its name"),
    ("hearing/01-first.md", _page("One.\nTwo <b>bold</b>"), "01-first.md:8", "<b> is HTML"),
    (
        "hearing/film.yaml",
        FILM.format(title="A", language="en").replace("film-words.en", "the words"),
        "film.yaml:4",
        "the words.md is not in the package",
    ),
    ("hearing/film.mp4", None, "film.yaml:2", "film.mp4 is not in the package"),
    ("hearing/quiz.yaml", QUIZ.replace("kind: one", "kind: order"), "quiz.yaml:7", "right is not known here"),
    ("hearing/quiz.yaml", QUIZ.replace("kind: one", "kind: match"), "quiz.yaml:8", "to is missing"),
    (
        "hearing/quiz.yaml",
        QUIZ + "  - {id: n, ask: When, kind: number, answer: soon}\n",
        "quiz.yaml:19",
        "answer is soon",
    ),
    ("hearing/quiz.yaml", QUIZ.replace("kind: one", "shuffle: 1"), "quiz.yaml:5", "shuffle must be true or false"),
    ("hearing/quiz.yaml", QUIZ.replace("kind: many", "kind: one"), "quiz.yaml:11", "2 choices are right, but"),
    (
        "hearing/quiz.yaml",
        QUIZ.replace("right: true, why", "why"),
        "quiz.yaml:3",
        "no choice of this question is right",
    ),
    ("hearing/quiz.yaml", QUIZ.replace("02-second.md", "2.md"), "quiz.yaml:18", "2.md is not a page of this module"),
    ("hearing/quiz.yaml", QUIZ.replace("id: words", "id: eyes"), "quiz.yaml:11", "the question eyes is there twice"),
    ("hearing/quiz.yaml", "pass: 90\n" + QUIZ, "../course.yaml:18", "passes at 90, the module asks for 60"),
    ("hearing/quiz.cy.yaml", QUIZ.replace("id: advice", "id: other"), "quiz.cy.yaml:1", "differ from the quiz"),
    ("hearing/task.md", "---\ntitle: T\nhand_in: essay\n---\n", "task.md:3", "hand_in cannot be essay"),
]


@pytest.mark.parametrize(("change", "line", "words"), COURSE_FAULTS)
def test_each_mistake_in_course_yaml_is_told_with_its_line(
    tmp_path: Path, change: tuple[str, str], line: int, words: str
) -> None:
    package, mistakes = read_package(write(tmp_path, {"course.yaml": COURSE.replace(*change)}))
    told = [str(mistake) for mistake in mistakes.sorted]
    assert package is None
    assert any(one.startswith(f"{tmp_path}/course.yaml:{line}: ") and words in one for one in told), told


@pytest.mark.parametrize(("name", "content", "where", "words"), FAULTS)
def test_each_mistake_in_a_module_is_told_with_its_file_and_line(
    tmp_path: Path, name: str, content: str | None, where: str, words: str
) -> None:
    package, mistakes = read_package(write(tmp_path, {name: content}))
    told = [str(mistake) for mistake in mistakes.sorted]
    assert package is None
    place = f"{tmp_path}/hearing/{where}".replace("hearing/../", "")
    assert any(one.startswith(f"{place}: ") and words in one for one in told), told


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    changes = {"course.yaml": COURSE.replace("core", "corre"), "hearing/task.md": "x", "hearing/film.en.vtt": "x"}
    _, mistakes = read_package(write(tmp_path, changes))
    assert {Path(mistake.file).name for mistake in mistakes.sorted} == {"course.yaml", "task.md", "film.en.vtt"}


def test_a_whole_package_has_no_mistakes(tmp_path: Path) -> None:
    package, mistakes = read_package(write(tmp_path))
    assert [str(mistake) for mistake in mistakes.sorted] == []
    assert package is not None and package.minutes == 90


def test_authored_text_is_shown_without_script_and_with_its_pictures(tmp_path: Path) -> None:
    package, _ = read_package(write(tmp_path))
    assert package is not None
    first, second = (package.modules[0].activities[number].content["en"]["html"] for number in (0, 1))
    assert 'href="../hearing/02-second"' in first
    assert f'src="../../media/{package.media["hearing/chair.png"]}"' in first
    assert "<script" not in second and "&lt;script&gt;" in second


def test_a_link_that_would_run_script_does_not_become_a_link(tmp_path: Path) -> None:
    page = PAGE.format(title="T", heading="H", text="[x](javascript:alert(1)) and [y](data:text/html,x)")
    package, mistakes = read_package(write(tmp_path, {"hearing/02-second.md": page}))
    html = "" if package is None else package.modules[0].activities[1].content["en"]["html"]
    assert 'href="javascript' not in html and 'href="data' not in html, mistakes.sorted


async def test_loading_publishes_a_version_with_its_fact(tmp_path: Path, cast: Cast, settings: Settings) -> None:
    farah = await cast("farah")
    report = await load(write(tmp_path / "small"), actor=farah, now=NOW, storage=settings.storage)
    assert not report.refused
    assert report.new[0].startswith("course small-steps, version 1: 2 modules, 6 activities")
    version = await CourseVersion.get(course__slug="small-steps").select_related("course__programme")
    assert (version.number, version.learning, version.minutes) == ("1", "small steps course", 90)
    assert version.course.programme is not None and version.course.programme.slug == "growing-together"
    fact = await Fact.get(kind="course.published")
    assert (fact.actor_id, fact.subject_id, fact.detail["course"]) == (farah.person_id, str(version.id), "small-steps")
    media = await Media.filter(version=version).all()
    assert {row.name for row in media} >= {"hearing/film.mp4", "hearing/chair.png"}
    assert all((settings.storage / FOLDER / row.stored).is_file() for row in media)
    assert not any("film" in row.stored for row in media)


async def test_a_rehearsal_tells_what_would_be_new_and_loads_nothing(
    tmp_path: Path, cast: Cast, settings: Settings
) -> None:
    report = await load(
        write(tmp_path / "small"), actor=await cast("farah"), now=NOW, storage=settings.storage, check=True
    )
    assert report.new and not report.refused
    assert await Course.all().count() == 0
    assert not (settings.storage / FOLDER).exists()


async def test_a_package_with_a_mistake_is_not_loaded_at_all(tmp_path: Path, cast: Cast, settings: Settings) -> None:
    folder = write(tmp_path / "small", {"leading/01-plan.md": "no front matter"})
    report = await load(folder, actor=await cast("farah"), now=NOW, storage=settings.storage)
    assert report.refused and await CourseVersion.all().count() == 0 and not (settings.storage / FOLDER).exists()


async def test_a_published_version_never_changes(tmp_path: Path, cast: Cast, settings: Settings) -> None:
    farah, folder = await cast("farah"), write(tmp_path / "small")
    await load(folder, actor=farah, now=NOW, storage=settings.storage)
    again = await load(folder, actor=farah, now=NOW, storage=settings.storage)
    assert again.unchanged and not again.new and await CourseVersion.all().count() == 1
    write(folder, {"leading/01-plan.md": PAGE.format(title="Plan", heading="Plan", text="Other words.")})
    changed = await load(folder, actor=farah, now=NOW, storage=settings.storage)
    assert [(mistake.line, mistake.what) for mistake in changed.mistakes] == [
        (3, "version 1 is published and never changes")
    ]
    stored = await Activity.get(module__slug="leading", slug="01-plan")
    assert "one page" in stored.content["en"]["html"]


async def test_a_new_version_tells_what_changed_since_the_last(tmp_path: Path, cast: Cast, settings: Settings) -> None:
    farah, folder = await cast("farah"), write(tmp_path / "small")
    await load(folder, actor=farah, now=NOW, storage=settings.storage)
    plan = PAGE.format(title="Plan", heading="Plan", text="Other words.")
    write(folder, {"course.yaml": COURSE.replace('"1"', '"2"'), "leading/01-plan.md": plan})
    report = await load(folder, actor=farah, now=NOW, storage=settings.storage, check=True)
    assert report.changed == ("module leading: changed (01-plan)",)
    assert "after version 1" in report.new[0]


async def test_an_unknown_programme_is_a_mistake_with_its_line(tmp_path: Path, cast: Cast, settings: Settings) -> None:
    folder = write(tmp_path / "small", {"course.yaml": COURSE.replace("growing-together", "growing")})
    report = await load(folder, actor=await cast("farah"), now=NOW, storage=settings.storage)
    assert [(mistake.line, mistake.what) for mistake in report.mistakes] == [
        (6, "growing is no programme of this central unit")
    ]


async def test_a_zip_loads_like_its_folder(tmp_path: Path, cast: Cast, settings: Settings) -> None:
    farah = await cast("farah")
    path = zipped(tmp_path / "small.zip", {f"small/{name}": content for name, content in small_course().items()})
    report = await load(path, actor=farah, now=NOW, storage=settings.storage)
    assert report.new and not report.refused
    from_folder = await load(write(tmp_path / "small"), actor=farah, now=NOW, storage=settings.storage)
    assert from_folder.unchanged


@pytest.mark.parametrize("name", ["../course.yaml", "/etc/x", "a/../../x", "a\\..\\x", "C:/x"])
def test_a_zip_that_points_outside_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "bad.zip", {**small_course(), name: "x"})
    package, mistakes = read_package(path)
    assert package is None and "points outside the package" in str(mistakes.sorted[0])


def test_a_file_without_a_name_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "nameless.zip", small_course())
    path.write_bytes(path.read_bytes().replace(b"course.yaml", b"\0ourse.yaml"))  # a name ends where a zero stands
    package, mistakes = read_package(path)
    assert package is None and "no name" in str(mistakes.sorted[0])


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "link.zip"
    member = zipfile.ZipInfo("hearing/link.md")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    package, mistakes = read_package(path)
    assert package is None and "points outside" in str(mistakes.sorted[0])


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.mp4", bytes(100_000_000))
    package, mistakes = read_package(path)
    assert package is None and "larger than" in str(mistakes.sorted[0])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"\x00" * 100])
def test_what_is_no_zip_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    package, mistakes = read_package(tmp_path / "x.zip")
    assert package is None and len(mistakes.found) == 1


ODD = [
    "a: &x [1]\nb: *x\n",
    "- [" * 2000,
    "\x00",
    "a: !!python/object:os.system x\n",
    "? [a]\n: b\n",
    "- 1\n",
    "12\n",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_yaml_is_a_mistake_and_never_a_crash(tmp_path: Path, text: str) -> None:
    package, mistakes = read_package(write(tmp_path, {"course.yaml": text}))
    assert package is None and mistakes.found


@settings_of(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(
        ["course.yaml", "hearing/module.yaml", "hearing/01-first.md", "hearing/quiz.yaml", "hearing/film.yaml"]
    ),
    at=st.integers(0, 600),
    junk=st.text(max_size=30)
    | st.sampled_from(["{", "]", ": ", "\n- ", "---\n", "|", "\t", "'", "![x](", "&a ", "!!x "]),
)
def test_any_damage_to_a_file_is_a_mistake_or_harmless_and_never_a_crash(name: str, at: int, junk: str) -> None:
    whole = str(small_course()[name])
    with TemporaryDirectory() as folder:
        changed = (whole[:at] + junk + whole[at:]).encode("utf-8", "replace")
        package, mistakes = read_package(write(Path(folder), {name: changed}))
        assert (package is None) == bool(mistakes.found)


async def test_a_version_of_ten_is_not_the_version_of_one(tmp_path: Path, cast: Cast, settings: Settings) -> None:
    farah = await cast("farah")
    for number, text in (("1.1", "one"), ("1.10", "ten"), ("010", "octal")):
        changes = {
            "course.yaml": COURSE.replace('version: "1"', f"version: {number}"),
            "leading/01-plan.md": _page(text),
        }
        report = await load(write(tmp_path / number, changes), actor=farah, now=NOW, storage=settings.storage)
        assert not report.refused
    numbers = await CourseVersion.all().values_list("number", flat=True)
    assert sorted(map(str, numbers)) == ["010", "1.1", "1.10"]


def test_names_with_spaces_and_accents_work_however_their_letters_are_kept(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "hearing/cafe\u0301 chair.png": small_course()["hearing/chair.png"],
        "hearing/the words.txt": "These words were said.",
        "hearing/film-words.en.md": None,
        "hearing/film.yaml": FILM.format(title="A", language="en").replace("film-words.en.md", "the words.txt"),
        "hearing/01-first.md": _page("![A chair](<caf\u00e9 chair.png>)"),
    }
    package, mistakes = read_package(write(tmp_path, changes))
    assert [str(one) for one in mistakes.sorted] == []
    assert package is not None
    picture = package.media["hearing/caf\u00e9 chair.png"]
    assert f"../../media/{picture}" in package.modules[0].activities[0].content["en"]["html"]
    film = next(one for one in package.modules[0].activities if one.kind == "video")
    assert "These words were said." in film.content["en"]["html"]


class _Unflagged(zipfile.ZipInfo):
    """A member whose name is UTF-8 and does not say so, as Macs write it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802: its name is zipfile's
        return self.filename.encode(), self.flag_bits


@pytest.mark.parametrize("tool", ["a Mac", "Windows"])
def test_a_zip_of_any_system_keeps_its_names(tmp_path: Path, tool: str) -> None:
    files = small_course() | {
        "hearing/caf\u00e9.png": small_course()["hearing/chair.png"],
        "hearing/01-first.md": _page("![A chair](caf\u00e9.png)"),
    }
    zipped(tmp_path / "course.zip", files)
    if tool == "a Mac":
        with zipfile.ZipFile(tmp_path / "course.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(_Unflagged(normalize("NFD", name)), content)
    else:
        zipped(tmp_path / "course.zip", {name.replace("/", "\\"): content for name, content in files.items()})
    package, mistakes = read_package(tmp_path / "course.zip")
    assert [str(one) for one in mistakes.sorted] == []
    assert package is not None and "hearing/caf\u00e9.png" in package.media


async def test_a_file_that_no_page_uses_does_not_make_a_new_version(
    tmp_path: Path, cast: Cast, settings: Settings
) -> None:
    farah = await cast("farah")
    for number, thumbs in enumerate((b"x", b"y")):
        folder = write(tmp_path / str(number), {"Thumbs.db": thumbs})
        report = await load(folder, actor=farah, now=NOW, storage=settings.storage)
        assert not report.refused
    assert await CourseVersion.all().count() == 1
