"""A quiz is written as a form: what is typed is in its YAML, and every letter of hand that was not meant stays."""

import random
import re

import pytest

from courses.editor.quiz_form import filled_in, kind_of, questions_in
from courses.editor.quiz_pages import KINDS
from courses.packages.package import read_contents
from tests.courses.course_files import COURSE, QUIZ, write
from tests.training.drafts.conftest import begun, seen, small_steps
from training.app.unit.material_pages import LIBRARY
from training.drafts.models import DraftChange, DraftFile
from training.parsing.yaml_edits.places import NotByButton, value_at

__all__ = ["small_steps"]


def _form(text: str) -> dict[str, str]:
    """What the page sends where nobody has typed anything."""
    given = {key: str(value_at(text, (key,)) or "") for key in ("title", "pass", "tries")}
    for number, question in enumerate(questions_in(text)):
        kind = kind_of(question)
        given |= {f"q{number}-{key}": str(question.get(key) or "") for key in ("ask", "why", "reread")}
        given |= {f"q{number}-kind": kind} | ({f"q{number}-shuffle": "yes"} if question.get("shuffle") is True else {})
        if kind == "number":
            given |= {f"q{number}-{key}": str(question.get(key, "")) for key in ("answer", "within", "unit")}
        for at, choice in enumerate(question["choices"]):
            given |= {f"q{number}-c{at}-{key}": str(choice.get(key) or "") for key in ("text", "why")}
            given |= {f"q{number}-c{at}-to": str(choice["to"])} if "to" in choice else {}
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


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_pressed_the_check_lets_it_through_or_the_page_says_why_not(seed, tmp_path):
    dice = random.Random(seed)
    home = write(tmp_path / "small")
    files = {one.relative_to(home).as_posix(): one.read_bytes() for one in home.rglob("*") if one.is_file()}
    files["course.yaml"] = files["course.yaml"].replace(b"[en, cy]", b"[en]")
    other = next(path for path in LIBRARY.rglob("quiz.yaml")).read_text("utf-8")
    text = dice.choice([QUIZ, re.sub(r"reread: .*", "", other)])
    for _ in range(15):
        questions = questions_in(text)
        at = dice.randrange(len(questions))
        about = f"q{at}-c{dice.randrange(len(questions[at]['choices']) or 1)}"
        button = dice.choice([f"{about} up", f"{about} down", f"{about} remove", f"q{at} add choice", f"q{at} up",
                              f"q{at} down", "add question"])  # fmt: skip
        typed = {f"q{at}-kind": dice.choice([kind for kind, _ in KINDS]), f"q{at}-why": 'So: "yes" # no'}
        typed |= {f"q{at}-shuffle": "yes"} if dice.random() < 0.3 else {}
        try:
            text = filled_in(filled_in(text, _form(text) | typed, "save"), {}, button)
        except NotByButton as why:
            assert str(why)
        _, mistakes = read_contents({**files, "hearing/quiz.yaml": text.encode()})
        told = [one for one in mistakes.sorted if one.file == "hearing/quiz.yaml"]
        known = ("no choice of this question is right", "choices are right, but kind is one")
        assert all(any(words in one.what for words in known) for one in told), (button, typed, told, text)
        assert filled_in(text, _form(text), "save") == text
    assert {kind_of(one) for one in questions_in(text)} != {"one"}


@pytest.mark.parametrize("text", [
    "questions: 5\n", "questions: [a, {id: x, ask: y, choices: []}]\n", "questions: [{choices: 5}]\n",
    "questions: [{choices: [5, {id: a, text: x}]}]\n",
])  # fmt: skip
def test_what_is_no_quiz_is_left_to_a_hand(text):
    with pytest.raises(NotByButton, match="mended first"):
        filled_in(text, {"q0-ask": "x", "q0-c0-text": "y"}, "")


@pytest.mark.parametrize("button", ["q99 add choice", "q99 remove", "q99-c0 remove", f"q{'9' * 5000} up", "save"])
async def test_what_nobody_types_or_presses_is_refused_or_changes_nothing(browse, small_steps, button):
    dara = await browse("dara")
    draft = await begun(dara, "course", small_steps)
    sent = {"base": QUIZ, "revision": "1", "do": button, "pass": "9" * 5000 if button == "save" else ""}
    answer = await dara.post(f"{draft}/quiz/hearing/quiz.yaml", data=sent)
    assert answer.status_code == (422 if button.startswith("q99 ") or button.startswith("q99-") else 303)


async def test_questions_of_every_kind_are_written_shown_answered_and_marked_with_their_reasons(
    browse, small_steps, settings
):
    dara, amina = await browse("dara"), await browse("amina")
    draft = await begun(dara, "course", small_steps)
    form, kinds = f"{draft}/quiz/hearing/quiz.yaml", ("order", "match", "number")
    text = QUIZ
    for number, kind in enumerate(kinds, 2):
        text = filled_in(filled_in(text, {}, "add question"), {f"q{number}-kind": kind}, "save")
    text = filled_in(text, _form(text) | {
        "q0-shuffle": "yes", "q2-ask": "What comes first?", "q2-c0-text": "Hello", "q2-c1-text": "Goodbye",
        "q3-c0-text": "Crying", "q3-c0-to": "Wait", "q3-c1-text": "Laughing", "q3-c1-to": "Laugh",
        "q3-c1-why": "People laugh together.", "q4-answer": "2,5", "q4-within": "0.5", "q4-unit": "hours",
        "q4-below": "It is longer.",
    }, "save")  # fmt: skip
    base = (await DraftFile.get(path="hearing/quiz.yaml")).text
    sent = _form(text) | {"base": text, "revision": "1", "do": "save"}
    assert (await dara.post(form, data=sent)).status_code == 303 and base == QUIZ
    shown = (await dara.get(f"{draft}/preview/hearing/quiz")).text
    assert "2.5" in shown and "hours" in shown and "Laughing – Laugh" in shown
    await dara.post(f"{draft}/files/hearing/quiz.cy.yaml", data={"text": text, "revision": "1"})
    wish = {"number": "2", "edit_class": "content", "seen": await seen(dara, draft)}
    published = await dara.post(f"{draft}/publish", data=wish)
    assert published.status_code == 303, re.findall(r"<li>.*?</li>", published.text)

    quiz = "/courses/small-steps/hearing/quiz"
    await amina.post("/courses/small-steps/start", data={"language": "en"})
    await amina.post(f"{quiz}/begin")
    asked = (await amina.get(f"{quiz}/questions/3")).text
    assert asked.index("Goodbye") < asked.index("Hello"), "never in its order already"
    twice = await amina.post(f"{quiz}/questions/3", data={"place-1": "1", "place-2": "1"})
    assert twice.status_code == 422 and "Give each a place of its own" in twice.text
    assert twice.text.count('<option value="1" selected>1') == 2, "nothing typed is lost"
    matched = (await amina.get(f"{quiz}/questions/4")).text
    number_of = {words: number for number, words in re.findall(r'<option value="(\d)">(Wait|Laugh)<', matched)}
    assert "Write a number, such as" in (await amina.post(f"{quiz}/questions/5", data={"choices": "two"})).text
    answers = [
        {"choices": "face"}, {"choices": ["open", "quiet"]}, {"place-1": "2", "place-2": "1"},
        {"place-1": number_of["Wait"], "place-2": number_of["Wait"]}, {"choices": "1,9"},
    ]  # fmt: skip
    for number, answer in enumerate(answers, 1):
        assert (await amina.post(f"{quiz}/questions/{number}", data=answer)).status_code == 303
    check = (await amina.get(f"{quiz}/check")).text
    assert "1. Hello" in check and "Crying – Wait" in check and "1,9 hours" in check
    await amina.post(f"{quiz}/hand-in")
    result = (await amina.get(f"{quiz}/results/1")).text
    assert "3 of 5" in result and "People laugh together." in result and "It is longer." in result
    assert "Some are right, and some are not." in result


async def test_a_quiz_is_added_to_a_module_by_a_button_and_filled_in_as_a_form(browse, small_steps):
    bruno = await browse("bruno")
    draft = await begun(bruno, "course", small_steps)
    added = await bruno.post(f"{draft}/outline", data={"do": "add quiz", "module": "leading", "title": "What: now?"})
    assert added.status_code == 303 and (await DraftFile.get(path="leading/quiz.yaml")).text.startswith('title: "What')
    form = await bruno.get(f"{draft}/quiz/leading/quiz.yaml")
    assert "A new question" in form.text and "The check finds nothing wrong in this quiz" in form.text
