"""What is published is written on in the browser, and becomes a version; nobody's words are lost on the way."""

import asyncio
import io
import zipfile
from types import SimpleNamespace
from uuid import uuid4

import pytest

from courses.packages.models import CourseVersion
from courses.packages.publish import load
from tests.copies import NOW
from tests.courses.course_files import COURSE, small_course
from tests.training.drafts.conftest import begun, revision, seen
from training.app.resources import DRAFTS
from training.app.unit.material_pages import LIBRARY
from training.demo.seed import MATERIAL
from training.drafts.actions import begin_from
from training.drafts.contents import all_files, files_around, packed
from training.drafts.models import DraftChange, DraftFile, MaterialDraft
from training.drafts.publishing import mistakes_in, mistakes_in_file
from training.sites.models import CentralUnit

PAGE = "---\ntitle: Greet people\nminutes: 2\n---\nSay hello to all.\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"tree" * 20


def _files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_a_page_with_a_picture_is_written_looked_at_and_published_and_whoever_is_in_the_middle_keeps_her_place(
    browse, small_steps
):
    amina, jude = await browse("amina"), await browse("jude")
    await amina.post("/courses/small-steps/start", data={"language": "en"})
    await amina.post("/courses/small-steps/hearing/first")
    bruno, dara = await browse("bruno"), await browse("dara")
    assert 'action="/drafts"' in (await bruno.get("/courses/small-steps")).text
    draft = await begun(bruno, "course", "small-steps")
    added = await bruno.post(f"{draft}/outline", data={"do": "add page", "module": "hearing", "title": "Greet people"})
    file = added.headers["location"].split("?")[0]
    assert file == f"{draft}/files/hearing/03-greet-people.md"
    sent = {"text": PAGE, "revision": await revision(bruno, file), "do": "picture", "alt": "A tree in a park"}
    pictured = await bruno.post(file, data=sent, files={"file": ("My Tree.png", PNG)})
    assert pictured.status_code == 303, pictured.text
    assert "![A tree in a park](my-tree.png)" in (await bruno.get(file)).text
    shown = await bruno.get(f"{draft}/preview/hearing/03-greet-people")
    assert "Say hello to all." in shown.text and 'alt="A tree in a park"' in shown.text
    address = shown.text.split('src="../../media/')[1].split('"')[0]
    assert (await bruno.get(f"{draft}/media/{address}")).content == PNG
    assert "its translation hearing/03-greet-people.cy.md is missing" in (await bruno.get(draft)).text
    where = {"do": "translate", "module": "hearing", "part": "03-greet-people", "language": "cy"}
    await bruno.post(f"{draft}/outline", data=where)
    assert "The check finds nothing wrong" in (await bruno.get(draft)).text
    assert (await bruno.get(f"{draft}/publish")).status_code == 403

    asked = await dara.get(f"{draft}/publish")
    assert "module hearing: changed (03-greet-people)" in asked.text and "keeps it, with their place" in asked.text
    sent = {"number": "2", "edit_class": "content", "seen": await seen(dara, draft)}
    assert (await dara.post(f"{draft}/publish", data=sent)).status_code == 303
    version = await CourseVersion.get(course__slug="small-steps", number="2")
    assert version.edit_class == "content"
    await jude.post("/courses/small-steps/start", data={"language": "en"})
    assert "Say hello to all." in (await jude.get("/courses/small-steps/hearing/03-greet-people")).text
    assert "Version 1" in (await amina.get("/courses/small-steps")).text
    on = await amina.get("/courses/small-steps/continue")
    assert on.headers["location"].endswith("/hearing/02-second")
    assert (await MaterialDraft.get()).state == "published"


async def test_two_who_write_in_one_file_both_keep_their_words(browse, small_steps):
    bruno, hana = await browse("bruno"), await browse("hana")
    draft = await begun(bruno, "course", "small-steps")
    assert await begun(hana, "course", "small-steps") == draft, "one draft at most, for both of them"
    file = f"{draft}/files/leading/01-plan.md"
    first, second = await revision(bruno, file), await revision(hana, file)
    assert (await bruno.post(file, data={"text": PAGE + "Bruno was here.\n", "revision": first})).status_code == 303
    late = await hana.post(file, data={"text": PAGE + "Hana’s words.\n", "revision": second})
    assert late.status_code == 409 and "Hana’s words." in late.text and "Bruno was here." in late.text
    assert "Bruno was here." in (await DraftFile.get(path="leading/01-plan.md")).text
    aside = await DraftChange.get(what="aside")
    assert aside.before.endswith("Hana’s words.\n")
    assert "Hana’s words." in (await bruno.get(f"{draft}/changes/{aside.id}")).text
    both = {"text": PAGE + "Bruno was here. Hana’s words.\n", "revision": await revision(hana, file)}
    assert (await hana.post(file, data=both)).status_code == 303
    by_script = {"Accept": "application/json"}
    stale = await bruno.post(file, data={"text": "x", "revision": first}, headers=by_script)
    assert stale.status_code == 409 and await DraftChange.filter(what="aside").count() == 2


async def test_many_who_write_at_once_lose_nothing(browse, small_steps):
    bruno = await browse("bruno")
    draft = await begun(bruno, "course", "small-steps")
    file = f"{draft}/files/leading/01-plan.md"
    number = await revision(bruno, file)
    answers = await asyncio.gather(
        *(bruno.post(file, data={"text": f"{PAGE}Words {one}.\n", "revision": number}) for one in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409, 409]
    kept = [await DraftFile.get(path="leading/01-plan.md").values_list("text", flat=True)]
    kept += await DraftChange.filter(what="aside").values_list("before", flat=True)
    assert all(any(f"Words {one}." in text for text in kept) for one in range(5))
    drafts = await asyncio.gather(*(begun(bruno, "course", "other", "Other") for _ in range(3)))
    assert len(set(drafts)) == 1


async def test_order_is_changed_by_buttons_and_every_step_can_be_undone(browse, small_steps, settings):
    bruno = await browse("bruno")
    draft = await begun(bruno, "course", "small-steps")
    key = draft.split("/")[-1]
    before = await all_files(key, settings.storage)
    noted = COURSE.replace("  - module: leading\n", "  # a note by hand\n  - module: leading # last\n")
    assert noted != COURSE
    file = f"{draft}/files/course.yaml"
    await bruno.post(file, data={"text": noted, "revision": await revision(bruno, file)})
    for given in (
        {"do": "module up", "module": "leading"},
        {"do": "up", "module": "hearing", "part": "02-second"},
        {"do": "place", "module": "hearing", "part": "02-second", "to": "quiz"},
        {"do": "place module", "module": "hearing", "to": "leading"},
        {"do": "remove", "module": "hearing", "part": "02-second"},
        {"do": "add module", "title": "A “new” one: yes"},
        {"do": "remove module", "module": "leading"},
    ):
        assert (await bruno.post(f"{draft}/outline", data=given)).status_code == 303
        text = (await DraftFile.get(path="course.yaml")).text
        assert "# a note by hand" in text or given["do"] == "remove module"
    assert "hearing/02-second.cy.md" not in await all_files(key, settings.storage)
    assert (
        await bruno.post(f"{draft}/outline", data={"do": "up", "module": "hearing", "part": "none"})
    ).status_code == 409
    steps = list(dict.fromkeys(await DraftChange.all().order_by("-at").values_list("step", flat=True)))
    assert (await bruno.post(draft, data={"do": "undo", "step": str(steps[-1])})).status_code == 409
    for step in steps:
        assert (await bruno.post(draft, data={"do": "undo", "step": str(step)})).status_code == 303
    assert await all_files(key, settings.storage) == before


async def test_what_is_exported_is_what_was_loaded_and_is_said_to_be_published(browse, settings, cast):
    dara, actor = await browse("dara"), await cast("dara")
    for folder in sorted(LIBRARY.iterdir()):
        await load(folder, actor=actor, now=NOW, storage=settings.storage, ships=True)
        own = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        content = (await dara.get(f"/drafts/published/course/{folder.name}")).content
        assert _files(content) == own
        again = await dara.post("/drafts/take", files={"file": ("course.zip", content)})
        assert again.status_code == 303
        assert "already published" in (await dara.get(again.headers["location"])).text
        draft = await begun(dara, "course", folder.name)
        assert await all_files(draft.split("/")[-1], settings.storage) == own
        assert (await dara.get(f"{draft}/package")).content == packed(own) == content


@pytest.mark.parametrize("kind", ["instrument", "pathway"])
async def test_an_instrument_and_a_pathway_are_one_file_that_comes_back_as_it_was_written(browse, settings, kind):
    dara = await browse("dara")
    for path in sorted((MATERIAL / f"{kind}s").glob("*.yaml")):
        taken = await dara.post("/drafts/take", files={"file": (path.name, path.read_bytes())})
        draft = taken.headers["location"].split("?")[0]
        assert (await dara.get(f"{draft}/package")).content == path.read_bytes()
        name = (await MaterialDraft.get(id=draft.split("/")[-1])).name
        page = await dara.get(f"{draft}/publish")
        assert "What is new" in page.text, page.text
        sent = {"number": "1", "edit_class": "content", "seen": await seen(dara, draft)}
        published = await dara.post(f"{draft}/publish", data=sent)
        assert published.status_code == 303, published.text
        assert (await dara.get(f"/drafts/published/{kind}/{name}")).content == path.read_bytes()
        again = await dara.post("/drafts/take", files={"file": (path.name, path.read_bytes())})
        assert again.headers["location"].startswith("/drafts?")


async def test_mistakes_are_told_at_their_line_while_somebody_writes(browse, database):
    dara = await browse("dara")
    for kind, name, wrong in (
        ("instrument", "first_aid", ("kind: checklist", "kind: chekclist")),
        ("pathway", "first_aid", ("learning:", "lerning:")),
        ("course", "first-aid", ("minutes: 10", "minutes: ten")),
    ):
        draft = await begun(dara, kind, name, "First aid")
        assert "The check finds nothing wrong" in (await dara.get(draft)).text, kind
        head = "course.yaml" if kind == "course" else f"{name}.yaml"
        file, text = f"{draft}/files/{head}", (await DraftFile.get(draft_id=draft.split("/")[-1], path=head)).text
        sent = {"text": text.replace(*wrong), "revision": await revision(dara, file)}
        answer = (await dara.post(file, data=sent, headers={"Accept": "application/json"})).json()
        line = text[: text.index(wrong[0])].count("\n") + 1
        assert [one["line"] for one in answer["mistakes"]] == [line], answer
        told = await dara.post(f"{draft}/publish", data={"number": "1", "edit_class": "content", "seen": "1"})
        assert f"{head}, line {line}" in told.text and not await CourseVersion.exists()


async def test_nobody_publishes_what_they_have_not_seen_and_one_press_is_one_version(browse, small_steps):
    dara, bruno = await browse("dara"), await browse("bruno")
    draft = await begun(bruno, "course", "small-steps")
    sent = {"number": "2", "edit_class": "wording", "seen": await seen(dara, draft)}
    await bruno.post(f"{draft}/outline", data={"do": "add module", "title": "Late"})
    late = await dara.post(f"{draft}/publish", data=sent)
    assert late.status_code == 422 and "changed this draft since" in late.text
    sent["seen"] = await seen(dara, draft)
    answers = await asyncio.gather(*(dara.post(f"{draft}/publish", data=sent) for _ in range(2)))
    assert {answer.status_code for answer in answers} <= {303, 422} and 303 in {one.status_code for one in answers}
    assert await CourseVersion.filter(number="2").count() == 1
    missing = await dara.post(f"{draft}/publish", data={"number": "", "seen": "0"})
    assert missing.status_code == 422


async def test_a_draft_that_is_thrown_away_comes_back_with_all_its_words(browse, small_steps):
    bruno = await browse("bruno")
    draft = await begun(bruno, "course", "small-steps")
    file = f"{draft}/files/leading/01-plan.md"
    await bruno.post(file, data={"text": PAGE, "revision": await revision(bruno, file)})
    await bruno.post(draft, data={"do": "throw away"})
    assert (await bruno.post(file, data={"text": "x", "revision": "2"})).status_code == 409
    other = await begun(bruno, "course", "small-steps")
    assert other != draft and (await bruno.post(draft, data={"do": "bring back"})).status_code == 409
    await bruno.post(other, data={"do": "throw away"})
    await bruno.post(draft, data={"do": "bring back"})
    assert "Say hello to all." in (await bruno.get(file)).text


def _zip(files: dict[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"../../etc/passwd": b"x", "course.yaml": b"x"}, "points outside the package"),
        ({"course.yaml": b"0" * 301_000_000}, "larger than"),
        ({"readme.md": b"x"}, "there is no course.yaml"),
        ({"course.yaml": b"course: ../x\n"}, "cannot be its name"),
    ],
)
async def test_a_package_that_could_do_harm_begins_no_draft(browse, database, files, words):
    bruno = await browse("bruno")
    answer = await bruno.post("/drafts/take", files={"file": ("course.zip", _zip(files))})
    assert answer.status_code == 422 and words in answer.text and not await MaterialDraft.exists()
    assert (await bruno.post("/drafts/take", files={"file": ("course.zip", b"PK no zip")})).status_code == 422


async def test_a_drawing_with_a_script_in_it_runs_nothing_and_html_is_no_file_of_a_course(browse, small_steps):
    bruno = await browse("bruno")
    draft = await begun(bruno, "course", "small-steps")
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    assert (
        await bruno.post(f"{draft}/add", data={"folder": "hearing"}, files={"file": ("a.svg", drawing)})
    ).status_code == 303
    stored = await DraftFile.get(path="hearing/a.svg")
    opened = await bruno.get(f"{draft}/media/{stored.sha256}")
    assert (
        "sandbox" in opened.headers["content-security-policy"]
        and "script-src" not in opened.headers["content-security-policy"]
    )
    for name, folder, content in (
        ("a.html", "hearing", b"<script>"),
        ("a.md", "../..", b"x"),
        ("a.md", "hearing", b"\xff"),
    ):
        refused = await bruno.post(f"{draft}/add", data={"folder": folder}, files={"file": (name, content)})
        assert refused.status_code == 422, name
    file = f"{draft}/files/hearing/01-first.md"
    for given, words in (({"alt": ""}, "Say what is on the picture"), ({"alt": "A"}, "Choose a picture")):
        sent = {"text": PAGE, "revision": await revision(bruno, file), "do": "picture", **given}
        answer = await bruno.post(file, data=sent, files={"file": ("a.png", PNG if not given["alt"] else b"MZ")})
        assert answer.status_code == 422 and words in answer.text and "Say hello to all." in answer.text


@pytest.mark.by_hand
async def test_a_course_of_before_can_be_written_on_once_its_package_is_loaded_again(browse, small_steps, settings):
    dara = await browse("dara")
    content = _zip(small_course())
    version = await CourseVersion.get().prefetch_related("archive")
    stored = settings.storage / "courses" / version.archive.stored
    await version.archive.delete()
    stored.unlink()
    refused = await dara.post("/drafts", data={"kind": "course", "name": "small-steps"})
    assert refused.status_code == 409 and "Load its package again" in refused.text
    assert (await dara.post("/drafts/take", files={"file": ("small.zip", content)})).status_code == 303
    assert await begun(dara, "course", "small-steps")


@pytest.mark.by_hand
async def test_one_unit_reads_no_draft_of_another(browse, small_steps):
    dara, amina = await browse("dara"), await browse("amina")
    draft = await begun(dara, "course", "small-steps")
    assert (await amina.get(draft)).status_code == 403
    other = await CentralUnit.create(id=uuid4(), slug="other", name="Other")
    await MaterialDraft.all().update(unit_id=other.id)
    for path in ("", "/publish", "/package", "/files/course.yaml", "/preview/hearing/first"):
        assert (await dara.get(f"{draft}{path}")).status_code == 404


async def test_what_is_told_while_somebody_writes_is_what_the_whole_check_says_and_reads_no_other_films(settings, cast):
    outside, boss = SimpleNamespace(settings=settings, draft_kinds=DRAFTS), await cast("dara")
    kind, storage = DRAFTS["course"], settings.storage
    for folder in sorted(LIBRARY.iterdir()):
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        faulty = {path: one + (b"\n![x](none.png)\n" if path.endswith(".md") else b"") for path, one in files.items()}
        key = await begin_from("course", folder.name, faulty, actor=boss, outside=outside, now=NOW)
        draft = await MaterialDraft.get(id=key)
        whole = await mistakes_in(kind, draft.name, await all_files(key, storage))
        assert whole
        for path in [
            one for number, one in enumerate(sorted(files)) if one.endswith((".md", ".yaml")) and not number % 7
        ]:
            told = await mistakes_in_file(draft, kind, path, storage)
            assert sorted(told) == [one for one in whole if one.file == path]
        module = next(path for path in sorted(files) if path.endswith("module.yaml"))
        media = [one for one in await files_around(key, module, storage) if not one.endswith((".md", ".yaml", ".vtt"))]
        assert len(media) < len([one for one in files if not one.endswith((".md", ".yaml", ".vtt"))]) or not media


@pytest.mark.parametrize("kind", ["course", "instrument", "pathway"])
async def test_a_number_that_is_too_long_does_not_stay_in_the_draft(browse, database, kind):
    dara, name = await browse("dara"), "first-aid" if kind == "course" else "first_aid"
    draft = await begun(dara, kind, name, "First aid")
    for number in ("9" * 41, "9" * 400):
        sent = {"number": number, "edit_class": "content", "seen": await seen(dara, draft)}
        refused = await dara.post(f"{draft}/publish", data=sent)
        assert refused.status_code == 422 and "Nothing is published" in refused.text
    head = "course.yaml" if kind == "course" else f"{name}.yaml"
    file, text = f"{draft}/files/{head}", (await DraftFile.get(path=head)).text
    long = text.replace('version: "1"', f'version: "{"9" * 41}"')
    await dara.post(file, data={"text": long, "revision": await revision(dara, file)})
    assert "Something has to be mended first" in (await dara.get(f"{draft}/publish")).text
