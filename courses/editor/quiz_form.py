"""A quiz as a form: what is typed there is written into its YAML, and every note of hand stays; pure."""

import re
from collections.abc import Mapping
from decimal import Decimal
from string import ascii_lowercase
from typing import Any

from courses.packages.quizzes import CHOICE_KEYS, OF_NUMBER, QUESTION_KEYS
from training.parsing.text import LONGEST_COUNT, exact_number
from training.parsing.yaml_edits.members import STEPS, drop_key, moved, put_in, without
from training.parsing.yaml_edits.places import NotByButton, Where, set_value, value_at, value_in, values_of

QUESTIONS: Where = ("questions",)
_PRESSED = re.compile(r"q(\d{1,4})(?:-c(\d{1,4}))? (up|down|remove|add choice)")


def questions_in(text: str) -> list[dict[str, Any]]:
    """Lists the questions of a quiz with their choices, as they are written; NotByButton where one has no keys."""
    questions = _with_keys(value_at(text, QUESTIONS), "questions")
    return [one | {"choices": _with_keys(one.get("choices"), "choices")} for one in questions]


def _with_keys(members: Any, name: str) -> list[dict[str, Any]]:
    if members is None:
        return []
    if not isinstance(members, list) or not all(isinstance(one, dict) for one in members):
        raise NotByButton(f"what stands under {name} has to be mended first")
    return members


def filled_in(text: str, given: Mapping[str, str], pressed: str) -> str:
    """Writes what was typed into the text, then does what was pressed; raises NotByButton where a hand has to."""
    before = values_of(text)  # once: each place is written once, and nothing else changes by it
    for key in ("title", "pass", "tries"):
        text = _set(text, before, (key,), given.get(key), after="title" if key != "title" else "")
    for number, question in enumerate(questions_in(text)):
        text = _question_filled_in(text, before, number, question, given)
        kind = given.get(f"q{number}-kind", "")
        if kind in QUESTION_KEYS and kind != kind_of(question):
            text = as_kind(text, number, kind)
    return _pressed(text, pressed)


def _question_filled_in(
    text: str, before: Any, number: int, question: Mapping[str, Any], given: Mapping[str, str]
) -> str:
    place, q, kind = (*QUESTIONS, number), f"q{number}", kind_of(question)
    keys, keys_of_choice = QUESTION_KEYS[kind], CHOICE_KEYS.get(kind, ())
    for key in ("ask", "why", "reread", *OF_NUMBER):
        if key in keys:
            text = _set(text, before, (*place, key), given.get(f"{q}-{key}"), after="id" if key == "ask" else "")
    shuffle, shuffled = (*place, "shuffle"), f"{q}-shuffle" in given
    if f"{q}-ask" in given and "shuffle" in keys and shuffled != (question.get("shuffle") is True):
        text = set_value(text, shuffle, True, after="ask") if shuffled else drop_key(text, shuffle)
    for at, choice in enumerate(question["choices"]):
        own, name = (*place, "choices", at), f"{q}-c{at}"
        text = _set(text, before, (*own, "text"), given.get(f"{name}-text"), after="id")
        right = f"{name}-right" in given
        if "right" in keys_of_choice and f"{name}-text" in given and right != (choice.get("right") is True):
            text = set_value(text, (*own, "right"), right, after="text")
        if "to" in keys_of_choice:
            text = _set(text, before, (*own, "to"), given.get(f"{name}-to"), after="text")
        text = _set(text, before, (*own, "why"), given.get(f"{name}-why"))
    return text


def kind_of(question: Mapping[str, Any]) -> str:
    """Gives the kind of a question as it is read; what is no kind is shown as the first one."""
    kind = str(question.get("kind") or "one")
    return kind if kind in QUESTION_KEYS else "one"


def as_kind(text: str, number: int, kind: str) -> str:
    """Makes a question one of another kind: what does not fit is taken out, what it needs is put in."""
    question, place = questions_in(text)[number], (*QUESTIONS, number)
    text = set_value(text, (*place, "kind"), kind, after="ask")
    for key in [key for key in question if key not in QUESTION_KEYS[kind]]:
        if value_in(values_of(text), (*place, key)) is not None:
            text = drop_key(text, (*place, key))
    if kind == "number":
        return set_value(text, (*place, "answer"), 1, after="kind")
    if not question["choices"]:
        fresh: list[Any] = [{"id": "a", "text": "A choice"}, {"id": "b", "text": "Another choice"}]
        text = set_value(text, (*place, "choices"), fresh, after="kind")
    choices = questions_in(text)[number]["choices"]
    for at, choice in enumerate(choices):
        own = (*place, "choices", at)
        for key in [key for key in choice if key not in CHOICE_KEYS[kind]]:
            text = drop_key(text, (*own, key))
        if "to" in CHOICE_KEYS[kind]:
            text = set_value(text, (*own, "to"), f"What goes with {at + 1}", after="text")
    if "right" in CHOICE_KEYS[kind] and not any(choice.get("right") is True for choice in choices):
        text = set_value(text, (*place, "choices", 0, "right"), True, after="text")
    return text


def _set(text: str, before: Any, where: Where, typed: str | None, *, after: str = "") -> str:
    """Writes a word where it is another one than before; a field that was not sent changes nothing."""
    if typed is None:
        return text
    there, words = value_in(before, where), " ".join(typed.split())
    shown = "" if there is None else str(there)
    if words == " ".join(shown.split()):
        return text
    value: str | int | Decimal | None = words
    if where[-1] in ("pass", "tries"):
        value = int(words) if words.isdecimal() and len(words) <= LONGEST_COUNT else words or None
    elif where[-1] in ("answer", "within"):
        figure = exact_number(words)
        value = words or None if figure is None else figure
    return set_value(text, where, value, after=after)


def _pressed(text: str, pressed: str) -> str:
    if pressed == "add question":
        return _with_question(text)
    found = _PRESSED.fullmatch(pressed)
    if found is None:
        return text
    question, choice, what = int(found[1]), found[2], found[3]
    if question >= len(questions_in(text)):
        raise NotByButton("somebody has taken it out")
    choices: Where = (*QUESTIONS, question, "choices")
    if what == "add choice":
        taken = [str(one.get("id")) for one in questions_in(text)[question]["choices"]]
        name = next((letter for letter in ascii_lowercase if letter not in taken), f"c{len(taken) + 1}")
        more = {"match": [f'to: "What goes with {len(taken) + 1}"'], "order": []}
        lines = [f"id: {name}", 'text: "A choice"', *more.get(kind_of(questions_in(text)[question]), ["right: false"])]
        return put_in(text, choices, [*lines, 'why: ""'], len(taken))
    where, at = (choices, int(choice)) if choice is not None else (QUESTIONS, question)
    if what == "remove" and choice is not None and len(questions_in(text)[question]["choices"]) < 3:
        raise NotByButton("a question needs at least two choices")
    return without(text, where, at) if what == "remove" else moved(text, where, at, STEPS[what])


def fresh_question(name: str) -> list[str]:
    """Gives the lines of a question that is new, with two choices."""
    return [
        f"id: {name}", 'ask: "A new question"', "kind: one", "choices:",
        "  - id: a", '    text: "A choice"', "    right: true", '    why: ""',
        "  - id: b", '    text: "Another choice"', "    right: false", '    why: ""',
    ]  # fmt: skip


def _with_question(text: str) -> str:
    there = questions_in(text)
    taken = {str(one.get("id")) for one in there}
    name = next(f"q{number}" for number in range(len(there) + 1, 1000) if f"q{number}" not in taken)
    if not there:
        raise NotByButton("there is no list of questions yet")
    return put_in(text, QUESTIONS, fresh_question(name), len(there))
