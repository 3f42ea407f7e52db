"""Reads a quiz of a module, and its translations, which may change words only."""

from typing import Any

from courses.packages.located import Located, read
from courses.packages.media import beside
from courses.packages.schema import Reading
from training.parsing.text import figure_of

TITLES = {"en": "Quiz", "cy": "Cwis"}
_QUIZ = ("title", "pass", "tries", "questions")
_COMMON = ("id", "ask", "kind", "reread", "why")
OF_NUMBER = ("answer", "within", "unit", "below", "above")
QUESTION_KEYS = {
    "one": (*_COMMON, "choices", "shuffle"),
    "many": (*_COMMON, "choices", "shuffle"),
    "order": (*_COMMON, "choices"),
    "match": (*_COMMON, "choices"),
    "number": (*_COMMON, *OF_NUMBER),
}
"""Kind of a question → what may be written of it: one or many choices are right, they are put in order, each is matched
with something (`to`), or a number is written, right within a tolerance (`within`)."""
CHOICE_KEYS = {
    "one": ("id", "text", "right", "why"),
    "many": ("id", "text", "right", "why"),
    "order": ("id", "text", "why"),
    "match": ("id", "text", "to", "why"),
}


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
    kind = item.word("kind", QUESTION_KEYS, "one")
    needed = ("id", "ask", "answer" if kind == "number" else "choices")
    if not item.keys(QUESTION_KEYS[kind], needed=needed):
        return None
    choices = [known for choice in item.items("choices") if (known := _choice(choice, kind))]
    right = sum(choice["right"] for choice in choices)
    if kind != "number" and len(choices) < 2:
        item.wrong("a question needs at least two choices", "add choices with `id` and `text`")
    elif kind in ("one", "many") and right == 0:
        item.wrong("no choice of this question is right", "add `right: true` to the right choice")
    elif kind == "one" and right > 1:
        item.wrong(f"{right} choices are right, but kind is one", "write `kind: many` or keep one right choice")
    _unlike(item.items("choices"), "choice")
    if kind == "match":
        _unlike(item.items("choices"), "match", key="to")
    question: dict[str, Any] = {
        "id": item.text("id"),
        "ask": item.text("ask"),
        "kind": kind,
        "choices": choices,
        "why": item.text("why"),
        "reread": _reread(reading, name, item),
    }
    if _truth(item, "shuffle"):
        question["shuffle"] = True
    if kind == "number":  # of other kinds nothing is added, so that what was published stays what it was
        question |= {key: _figure(item, key) for key in ("answer", "within")}
        question |= {key: item.text(key) for key in ("unit", "below", "above")}
    return question


def _choice(item: Located, kind: str) -> dict[str, Any] | None:
    if not item.keys(CHOICE_KEYS[kind], needed=("id", "text", "to") if kind == "match" else ("id", "text")):
        return None
    choice = {
        "id": item.text("id"),
        "text": item.text("text"),
        "right": _truth(item, "right") if "right" in CHOICE_KEYS[kind] else True,
        "why": item.text("why"),
    }
    return choice | {"to": item.text("to")} if kind == "match" else choice


def _truth(item: Located, key: str) -> bool:
    found = item.get(key)
    if found is not None and not isinstance(found.value, bool):
        found.wrong(f"{key} must be true or false", f"write `{key}: true` or leave the line out")
    return found is not None and found.value is True


def _figure(item: Located, key: str) -> str:
    words, least = item.text(key, "0"), 0 if key == "within" else None
    figure = figure_of(words)
    if figure is None or "," in words or (least is not None and figure < least):
        (item.get(key) or item).wrong(f"{key} is {words} and must be a number", f"write `{key}: 2` or `{key}: 2.5`")
    return words


def _unlike(items: list[Located], word: str, key: str = "id") -> None:
    seen: set[str] = set()
    for item in items:
        name = item.text(key)
        if name in seen:
            item.wrong(f"the {word} {name} is there twice", f"give each its own {key}")
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
        (
            *(question.get(key) for key in ("id", "kind", "shuffle", "answer", "within")),
            [(choice["id"], choice["right"]) for choice in question["choices"]],
        )
        for question in quiz["questions"]
    ]
