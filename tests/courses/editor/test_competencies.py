"""One page tells of each competency where it is taught and shown, and names those that are nowhere."""

from courses.editor.competencies import coverage
from tests.courses.course_files import COURSE, small_course
from tests.training.drafts.conftest import begun, revision, small_steps

__all__ = ["small_steps"]
LEADS = COURSE.replace("cy: Yn gwrando'n dda}\n", "cy: Yn gwrando'n dda}\n  leading: Leads well\n  resting: Rests\n")


def test_an_activity_is_about_what_it_names_and_else_about_what_its_module_names():
    texts = {path: one for path, one in small_course().items() if isinstance(one, str)} | {"course.yaml": LEADS}
    texts["course.yaml"] = texts["course.yaml"].replace("competencies: [hearing]", "competencies: [leading]")
    hearing, leading, resting = coverage(texts)
    assert [one.file for one in hearing.taught] == [
        "hearing/01-first.md", "hearing/02-second.md", "leading/01-plan.md",
    ]  # fmt: skip
    assert [one.file for one in leading.taught] == ["hearing/film.yaml"] and not hearing.shown
    assert [(one.word, one.file, one.form) for one in leading.shown] == [
        ("Quiz", "hearing/quiz.yaml", "quiz"), ("Task", "hearing/task.md", "task"),
    ]  # fmt: skip
    assert not resting.taught and not resting.shown
    assert coverage({}) == [] and coverage({"course.yaml": "a: [\n"}) == []


async def test_it_is_found_from_the_draft_and_from_the_course_by_those_who_write(browse, small_steps):
    bruno, amina = await browse("bruno"), await browse("amina")
    draft = await begun(bruno, "course", small_steps)
    address = "/drafts/published/course/small-steps/competencies"
    assert f'href="{draft}/competencies"' in (await bruno.get(draft)).text
    assert f'href="{address}"' in (await bruno.get("/courses/small-steps")).text
    assert address not in (await amina.get("/courses/small-steps")).text
    assert "Each is taught and shown." in (await bruno.get(address)).text
    file = f"{draft}/files/course.yaml"
    await bruno.post(file, data={"text": LEADS, "revision": await revision(bruno, file)})
    page = (await bruno.get(f"{draft}/competencies")).text
    assert "Nowhere taught: Leads well" in page and "Nowhere shown: Rests" in page and "Listens well" in page
    assert f'href="{draft}/quiz/hearing/quiz.yaml"' in page
    assert "Leads well" not in (await bruno.get(address)).text
