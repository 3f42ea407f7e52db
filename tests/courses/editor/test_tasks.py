"""A task is written as a form: what is asked, how it is judged, what is handed in; learner and trainer see it."""

import re

import pytest

from courses.editor.task_form import fields_of, written
from courses.packages.package import read_contents
from tests.courses.course_files import small_course
from tests.training.drafts.conftest import begun, seen, small_steps
from training.app.unit.material_pages import LIBRARY
from training.drafts.models import DraftFile

__all__ = ["small_steps"]
NOTED = "---\ntitle: Try it # a note\n# by hand\nhand_in: file\n---\n\nListen to a friend.\n"


def _sent(text: str) -> dict[str, str]:
    """What the page sends where nobody has typed anything."""
    task = fields_of(text)
    return {
        "title": task.title, "minutes": task.minutes, "hand_in": task.hand_in, "body": task.body.lstrip("\r\n"),
        "criteria": "\n".join(task.criteria),
    }  # fmt: skip


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("task*.md")), ids=lambda path: path.parent.name + path.name)
def test_a_form_that_is_sent_as_it_came_changes_no_letter(path):
    text = path.read_bytes().decode()
    assert written(text, _sent(text), fields_of(text).competency) == text


def test_what_is_typed_is_written_where_it_belongs_and_notes_stay():
    given = _sent(NOTED) | {"criteria": "You wait: long\n\n  You  ask #1 \n", "hand_in": "note", "minutes": "20"}
    text = written(NOTED, given | {"body": "Listen to two.\n"}, ["hearing"])
    assert "# a note" in text and "# by hand" in text and text.endswith("---\nListen to two.\n")
    task = fields_of(text)
    assert (task.criteria, task.competency) == (["You wait: long", "You ask #1"], ["hearing"])
    assert (task.hand_in, task.minutes, task.title) == ("note", "20", "Try it")
    files = {path: one.encode() if isinstance(one, str) else one for path, one in small_course().items()}
    package, mistakes = read_contents(files | {"hearing/task.md": text.encode()})
    assert not mistakes.found and package
    content = package.modules[0].activities[4].content["en"]
    assert content["criteria"] == task.criteria and content["hand_in"] == "note"
    plain = written(text, _sent(text) | {"criteria": "", "minutes": ""}, [])
    assert "criteria" not in plain and "competency" not in plain and "minutes" not in plain


async def test_a_task_is_added_filled_in_published_and_the_learner_sees_what_it_is_judged_by(browse, small_steps):
    bruno, dara, jude = await browse("bruno"), await browse("dara"), await browse("jude")
    draft = await begun(bruno, "course", small_steps)
    added = await bruno.post(f"{draft}/outline", data={"do": "add task", "module": "leading", "title": "Lead one"})
    form = added.headers["location"].split("?")[0]
    assert form == f"{draft}/task/leading/task.md" and f'href="{form}"' in (await bruno.get(draft)).text
    page = (await bruno.get(form)).text
    text = (await DraftFile.get(path="leading/task.md")).text
    sent = _sent(text) | {
        "base": text, "revision": re.findall(r'name="revision" value="(\d+)"', page)[0], "do": "save",
        "body": "Lead for ten minutes.", "criteria": "Everybody had a turn", "hand_in": "file",
        "competency[]": "hearing",
    }  # fmt: skip
    untitled = await bruno.post(form, data=sent | {"title": ""})
    assert untitled.status_code == 422 and 'value="hearing" checked' in untitled.text
    for minutes in ("20 min", "1.5", "-3"):
        refused = await bruno.post(form, data=sent | {"minutes": minutes})
        assert refused.status_code == 422 and "Write a whole number of minutes" in refused.text
    assert (await bruno.post(form, data=sent)).status_code == 303
    late = await bruno.post(form, data=sent | {"body": "Something else."})
    assert "What you wrote is kept" in (await bruno.get(late.headers["location"])).text
    assert "Everybody had a turn" in (await bruno.get(f"{draft}/preview/leading/task")).text
    publish = {"number": "2", "edit_class": "content", "seen": await seen(dara, draft)}
    published = await dara.post(f"{draft}/publish", data=publish)
    assert published.status_code == 303, published.text
    await jude.post("/courses/small-steps/start", data={"language": "en"})
    shown = await jude.get("/courses/small-steps/leading/task")
    if shown.status_code == 303:  # the module before it comes first
        shown = await dara.get(f"{draft}/preview/leading/task")
    assert "What your trainer looks for" in shown.text and "Everybody had a turn" in shown.text
    plain = await bruno.get(f"{draft}/preview/hearing/task")
    assert plain.status_code == 200 and "What your trainer looks for" not in plain.text
