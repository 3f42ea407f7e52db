"""A task as a form: what is typed there is written into the head of its file, and its text below; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courses.packages.markdown import split
from courses.packages.pages_of_text import HAND_IN
from training.parsing.text import counting_number
from training.parsing.yaml_edits.members import drop_key
from training.parsing.yaml_edits.places import NotByButton, set_value, value_at, values_of

LISTS = ("criteria", "competency")


@dataclass(frozen=True)
class TaskFields:
    """A task as its form shows it: its text, what it is judged by, and the competencies that it shows."""

    title: str
    minutes: str
    hand_in: str
    body: str
    criteria: Sequence[str]
    competency: Sequence[str]


def fields_of(text: str) -> TaskFields:
    """Reads a task; raises NotByButton where a hand has to mend it first."""
    parts = split(text)
    if parts is None or not parts.front.strip():
        raise NotByButton("the file has to begin with `---`, `title: …`, `---`")
    front = values_of(parts.front)
    lists = {key: _listed(front.get(key)) for key in LISTS}
    title, minutes = (str(front.get(key) or "") for key in ("title", "minutes"))
    return TaskFields(title, minutes, str(front.get("hand_in") or HAND_IN[0]), parts.body, **lists)


def written(text: str, given: Mapping[str, str], competencies: Sequence[str]) -> str:
    """Writes what was typed into the text; a field that is as it was leaves its letters as they are.

    `given` has the fields by their names, `criteria` with one a line; `competencies` are those that were ticked.
    """
    before, parts = fields_of(text), split(text)
    assert parts is not None
    head = text[: len(text) - len(parts.body)]
    front = parts.front
    if given.get("title", before.title) != before.title:
        front = set_value(front, ("title",), given["title"])
    if given.get("minutes", before.minutes) != before.minutes:
        minutes = counting_number(given["minutes"])
        front = set_value(front, ("minutes",), minutes, after="title") if minutes else _dropped(front, "minutes")
    if given.get("hand_in", before.hand_in) != before.hand_in and given["hand_in"] in HAND_IN:
        front = set_value(front, ("hand_in",), given["hand_in"], after="title")
    criteria = [" ".join(line.split()) for line in given.get("criteria", "").splitlines()]
    lists = {"criteria": [line for line in criteria if line], "competency": list(competencies)}
    for key, wanted in lists.items():
        if wanted != list(getattr(before, key)):
            front = set_value(front, (key,), wanted) if wanted else _dropped(front, key)
    body = given.get("body", before.body)
    if body.strip() == before.body.strip():
        body = before.body
    return head.replace(parts.front, front, 1) + body


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _dropped(front: str, key: str) -> str:
    return drop_key(front, (key,)) if value_at(front, (key,)) is not None else front
