"""Reads a quiz of a module, and its translations, which may change words only."""

from typing import Any

from courses.packages.located import Located, read
from courses.packages.media import beside
from courses.packages.schema import Reading

TITLES = {"en": "Quiz", "cy": "Cwis"}
_QUIZ = ("title", "pass", "tries", "questions")
_QUESTION = ("id", "ask", "kind", "choices", "reread", "why")
_CHOICE = ("id", "text", "right", "why")


def read_quiz(reading: Reading, name: str, language: str) -> dict[str, Any] | None:
    """A quiz as it is stored: title, pass, tries and questions; None when it cannot be read."""
    quiz = read(reading.text(name), file=reading.files.where(name), mistakes=reading.mistakes)
    if quiz is None or not quiz.keys(_QUIZ, needed=("questions",)):
        return None
    questions = [_question(reading, name, item) for item in quiz.items("questions")]
    if not questions:
        quiz.wrong("a quiz without questions", "add at least one question under `questions`")
    _unlike(quiz.items("questions"), "question")
    return {
        "title": quiz.text("title", TITLES.get(language, "Quiz")),
        "pass": quiz.number("pass", low=1, high=100) or None,
        "tries": quiz.number("tries", low=1, high=100) or None,
        "questions": [question for question in questions if question is not None],
    }


def _question(reading: Reading, name: str, item: Located) -> dict[str, Any] | None:
    if not item.keys(_QUESTION, needed=("id", "ask", "choices")):
        return None
    choices = [known for choice in item.items("choices") if (known := _choice(choice))]
    kind, right = item.word("kind", ("one", "many"), "one"), sum(choice["right"] for choice in choices)
    if len(choices) < 2:
        item.wrong("a question needs at least two choices", "add choices with `id` and `text`")
    elif right == 0:
        item.wrong("no choice of this question is right", "add `right: true` to the right choice")
    elif kind == "one" and right > 1:
        item.wrong(f"{right} choices are right, but kind is one", "write `kind: many` or keep one right choice")
    _unlike(item.items("choices"), "choice")
    return {
        "id": item.text("id"),
        "ask": item.text("ask"),
        "kind": kind,
        "choices": choices,
        "why": item.text("why"),
        "reread": _reread(reading, name, item),
    }


def _choice(item: Located) -> dict[str, Any] | None:
    if not item.keys(_CHOICE, needed=("id", "text")):
        return None
    right = item.get("right")
    if right is not None and not isinstance(right.value, bool):
        right.wrong("right must be true or false", "write `right: true` or leave the line out")
    return {
        "id": item.text("id"),
        "text": item.text("text"),
        "right": right is not None and right.value is True,
        "why": item.text("why"),
    }


def _unlike(items: list[Located], word: str) -> None:
    seen: set[str] = set()
    for item in items:
        name = item.text("id")
        if name in seen:
            item.wrong(f"the {word} {name} is there twice", "give each its own id")
        seen.add(name)


def _reread(reading: Reading, name: str, item: Located) -> str:
    page = item.text("reread")
    if not page:
        return ""
    file = beside(name, page)
    if not file.endswith(".md") or not reading.has(file):
        where = item.get("reread") or item
        where.wrong(f"{page} is not a page of this module", "name one of its Markdown files")
        return ""
    return reading.page(file)


def check_translation(reading: Reading, name: str, *, first: dict[str, Any], other: dict[str, Any]) -> None:
    """Notes where a translated quiz differs from the first language in more than words."""
    if _bones(first) != _bones(other):
        what = "the questions, choices or right answers differ from the quiz in the first language"
        reading.wrong(name, 1, what, "keep every id, kind, order and `right` the same and translate the words only")
    for rule in ("pass", "tries"):
        if other[rule] not in (None, first[rule]):
            reading.wrong(name, 1, f"{rule} differs from the first language", f"remove `{rule}` here")


def _bones(quiz: dict[str, Any]) -> list[Any]:
    return [
        (question["id"], question["kind"], [(choice["id"], choice["right"]) for choice in question["choices"]])
        for question in quiz["questions"]
    ]
