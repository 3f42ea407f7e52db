"""A quiz is written as a form: what is typed is in its YAML, and every letter of hand that was not meant stays."""

import re

import pytest

from courses.editor.quiz_form import filled_in, questions_in
from tests.courses.course_files import COURSE, QUIZ
from tests.training.drafts.conftest import begun, small_steps
from training.app.unit.material_pages import LIBRARY
from training.drafts.models import DraftChange, DraftFile
from training.parsing.yaml_edits.places import value_at

__all__ = ["small_steps"]


def _form(text: str) -> dict[str, str]:
    """What the page sends where nobody has typed anything."""
    given = {key: str(value_at(text, (key,)) or "") for key in ("title", "pass", "tries")}
    for number, question in enumerate(questions_in(text)):
        given |= {f"q{number}-{key}": str(question.get(key) or "") for key in ("ask", "kind", "why", "reread")}
        for at, choice in enumerate(question["choices"]):
            given |= {f"q{number}-c{at}-{key}": str(choice.get(key) or "") for key in ("text", "why")}
            given |= {f"q{number}-c{at}-right": "yes"} if choice.get("right") is True else {}
    return given


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("quiz*.yaml")), ids=lambda path: path.parent.name + path.name)
def test_a_form_that_is_sent_as_it_came_changes_no_letter(path):
    text = path.read_text("utf-8")
    assert filled_in(text, _form(text), "save") == text


def test_what_is_typed_is_written_where_it_belongs_and_notes_stay():
    noted = QUIZ.replace("  - id: words", "  # asked most often\n  - id: words").replace("kind: one", "kind: one # yet")
    given = _form(noted) | {"q0-ask": 'What is "new": # here?', "q0-c1-right": "yes", "q0-kind": "many", "pass": "70"}
    text = filled_in(noted, given, "q1 up")
    assert "# asked most often" in text and "# yet" in text
    first, second = questions_in(text)
    assert (first["id"], second["ask"], value_at(text, ("pass",))) == ("words", 'What is "new": # here?', 70)
    assert [choice["right"] for choice in second["choices"]] == [True, True]
    added = filled_in(filled_in(text, _form(text), "add question"), {}, "q2 add choice")
    assert [len(question["choices"]) for question in questions_in(added)] == [3, 2, 3]
    assert filled_in(filled_in(added, {}, "q2 remove"), {}, "nothing known") == text


async def test_a_quiz_is_changed_by_its_form_and_nobody_is_overwritten(browse, small_steps):
    bruno, hana = await browse("bruno"), await browse("hana")
    draft = await begun(bruno, "course", small_steps)
    form = f"{draft}/quiz/hearing/quiz.yaml"
    assert f'href="{form}"' in (await bruno.get(draft)).text
    page = (await bruno.get(form)).text
    assert "Where do you look?" in page and "open, quiet has no why" in page
    number = re.findall(r'name="revision" value="(\d+)"', page)[0]
    sent = _form(QUIZ) | {"base": QUIZ, "revision": number}
    assert (await bruno.post(form, data=sent | {"q0-ask": "Where do your eyes go?", "do": "save"})).status_code == 303
    assert (await DraftFile.get(path="hearing/quiz.yaml")).text == QUIZ.replace(
        "ask: Where do you look?", 'ask: "Where do your eyes go?"'
    )
    late = await hana.post(form, data=sent | {"q1-ask": "What helps most?", "do": "save"})
    assert "What you wrote is kept" in (await hana.get(late.headers["location"])).text
    assert 'ask: "What helps most?"' in (await DraftChange.get(what="aside")).before
    faulty = await bruno.post(form, data={"base": "questions: [", "revision": "2", "title": "x", "do": "save"})
    assert faulty.status_code in (303, 422) and COURSE


async def test_what_is_worth_a_look_is_told_and_stands_in_nobodys_way(browse, small_steps):
    bruno = await browse("bruno")
    draft = await begun(bruno, "course", small_steps)
    file = f"{draft}/files/leading/01-plan.md"
    hard = "Certification necessitates comprehensive documentation of continuous supervisory engagement and evaluation."
    text = f"---\ntitle: Plan\n---\nWe plan it. ![](../hearing/chair.png)\n\n{hard}\n"
    answer = await bruno.post(file, data={"text": text, "revision": "1"}, headers={"Accept": "application/json"})
    told = answer.json()
    assert told["mistakes"] == [] and [one["line"] for one in told["advice"]] == [1, 4, 6]
    assert told["advice"][2]["quote"] == hard
    longest = QUIZ.replace("At the person", "At the person who speaks as long as she speaks") + (
        "  - {id: third, ask: And then, choices: [{id: a, text: A long right one, right: true}, {id: b, text: No}]}\n"
        "  - {id: fourth, ask: So what, choices: [{id: a, text: A long right one, right: true}, {id: b, text: No}]}\n"
    )
    quiz = f"{draft}/files/hearing/quiz.yaml"
    answer = await bruno.post(quiz, data={"text": longest, "revision": "1"}, headers={"Accept": "application/json"})
    assert "In 3 of 3 questions the longest choice is the right one" in answer.json()["advice"][0]["words"]
