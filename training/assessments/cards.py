"""The cards of the rating page: one an item, with every descriptor, and what a rater ticked on them; pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.assessments.marks import JUDGED, Mark, MarkRow, titles_of
from training.instruments.judge import level_of_mark
from training.instruments.schema import InstrumentSchema, Item
from training.parsing.keywords import NOT_APPLICABLE_MARK, NOT_OBSERVED_MARK
from training.parsing.text import typed_number

Typed = Mapping[str, str | list[str]]
WHOLE = re.compile(r"-?[0-9]{1,9}")
SEEN, MEASURED = "seen", "measured"
DEGREE_WORDS = {
    "basic": "The basics",
    "required": "Has to happen if it comes up",
    "advanced": "More than the basics",
    "harmful": "May do harm",
}
_APART = ((NOT_OBSERVED_MARK, "Not seen today", ""), (NOT_APPLICABLE_MARK, "Does not apply", ""))
"""Choices that are no level: they always stand last and look different."""


@dataclass(frozen=True)
class LevelChoice:
    """One radio button: `apart` choices say that no level was seen."""

    value: str
    title: str
    words: str
    checked: bool
    apart: bool = False


@dataclass(frozen=True)
class Tick:
    """One behaviour to tick."""

    value: str
    words: str
    checked: bool


Group = tuple[str, str, tuple[Tick, ...]]
"""Behaviours of one degree: the degree, its heading, the ticks."""


@dataclass(frozen=True)
class Card:
    """One item as it is rated."""

    id: str
    title: str
    hint: str
    choices: tuple[LevelChoice, ...]
    behaviours: tuple[Group, ...] = ()
    out: tuple[Tick, ...] = ()
    number: str | None = None
    note: str = ""


def cards_of(instrument: InstrumentSchema, given: Mapping[str, tuple[Mark | None, str]]) -> list[Card]:
    """Makes the cards of an instrument, with the marks and notes given so far."""
    if instrument.kind == "judgement":
        mark, note = given.get(JUDGED, (None, ""))
        words = (("satisfactory", "Satisfactory", ""), ("not_satisfactory", "Not satisfactory", ""))
        return [Card(JUDGED, "Your judgement", "", _choices(words, (), mark), note=note)]
    return [_card(instrument, item, *given.get(item.id, (None, ""))) for item in instrument.items.values()]


def _card(instrument: InstrumentSchema, item: Item, mark: Mark | None, note: str) -> Card:
    seen = mark if isinstance(mark, dict) else {}
    number = isinstance(mark, int | float) and instrument.kind == "numbers"
    chosen: Mark | None = SEEN if isinstance(mark, dict) else MEASURED if number else mark
    return Card(
        id=item.id,
        title=item.title,
        hint=item.note,
        choices=_choices(_levels(instrument, item), _APART, chosen),
        behaviours=tuple(
            _group(degree, getattr(item, degree), seen) for degree in DEGREE_WORDS if getattr(item, degree)
        ),
        out=tuple(Tick(key, words, key in seen.get("not_applicable", ())) for key, words in item.required.items()),
        number=(f"{mark:g}" if isinstance(mark, int | float) else "") if instrument.kind == "numbers" else None,
        note=note,
    )


def _levels(instrument: InstrumentSchema, item: Item) -> Sequence[tuple[str, str, str]]:
    if instrument.kind == "scale":
        return [
            (str(level), f"{level} {words}", item.levels.get(level, "")) for level, words in instrument.scale.items()
        ]
    if instrument.kind == "checklist":
        return [("yes", "Yes", ""), ("no", "No", "")]
    if instrument.kind == "behaviours":
        return [(SEEN, "I watched for this", "Tick below what you saw.")]
    return [(MEASURED, "I counted it", "Write the number below.")]


def _choices(
    levels: Sequence[tuple[str, str, str]], apart: Sequence[tuple[str, str, str]], mark: Mark | None
) -> tuple[LevelChoice, ...]:
    chosen = "" if mark is None else str(mark)
    return (
        *(LevelChoice(value, title, words, value == chosen) for value, title, words in levels),
        *(LevelChoice(value, title, words, value == chosen, apart=True) for value, title, words in apart),
    )


def _group(
    degree: str, words: Mapping[str, str], seen: Mapping[str, Sequence[str]]
) -> tuple[str, str, tuple[Tick, ...]]:
    ticks = tuple(Tick(key, said, key in seen.get("seen", ())) for key, said in words.items())
    return degree, DEGREE_WORDS[degree], ticks


def typed_marks(instrument: InstrumentSchema, typed: Typed) -> dict[str, tuple[Mark | None, str]]:
    """Reads what was ticked and typed on the cards: item to mark (None when nothing was chosen) and note."""
    return {name: (_mark(instrument, name, typed), _text(typed, f"{name}_note")) for name in titles_of(instrument)}


def _mark(instrument: InstrumentSchema, name: str, typed: Typed) -> Mark | None:
    chosen = _text(typed, name)
    if instrument.kind == "behaviours" and chosen not in (NOT_APPLICABLE_MARK, NOT_OBSERVED_MARK):
        seen, out = _list(typed, f"{name}_seen"), _list(typed, f"{name}_out")
        return {"seen": seen, "not_applicable": out} if chosen == SEEN or seen or out else None
    if instrument.kind == "numbers" and chosen not in (NOT_APPLICABLE_MARK, NOT_OBSERVED_MARK):
        return typed_number(_text(typed, f"{name}_number"))
    if instrument.kind == "scale" and WHOLE.fullmatch(chosen):
        return int(chosen)
    return chosen or None


def _text(typed: Typed, name: str) -> str:
    value = typed.get(name, "")
    return (value if isinstance(value, str) else value[-1]).strip()


def _list(typed: Typed, name: str) -> list[str]:
    value = typed.get(name, [])
    return [value] if isinstance(value, str) else list(value)


def in_words(instrument: InstrumentSchema, name: str, mark: Mark | None) -> str:
    """Says a mark: the level with its words, yes or no, a number, or that it was not seen."""
    if mark is None:
        return "No answer yet"
    plain = {
        NOT_APPLICABLE_MARK: "Does not apply", NOT_OBSERVED_MARK: "Not seen today", "yes": "Yes", "no": "No",
        "satisfactory": "Satisfactory", "not_satisfactory": "Not satisfactory",
    }  # fmt: skip
    if isinstance(mark, str):
        return plain.get(mark, mark)
    if isinstance(mark, dict):
        level = level_of_mark(instrument, instrument.items[name], mark)
        return f"{level} {instrument.scale[level]}" if isinstance(level, int) else "Not seen today"
    return f"{round(mark, 2):g} {instrument.scale.get(int(mark), '') if mark == int(mark) else ''}".strip()


def seen_in_words(instrument: InstrumentSchema, name: str, mark: Mark | None) -> list[str]:
    """Says which behaviours were ticked, harmful ones first, and which did not come up."""
    if not isinstance(mark, dict):
        return []
    item = instrument.items[name]
    seen, out = set(mark.get("seen", ())), set(mark.get("not_applicable", ()))
    harm = [f"May do harm: {words}" for key, words in item.harmful.items() if key in seen]
    kind = {**item.required, **item.basic, **item.advanced}
    others = [f"Seen: {words}" for key, words in kind.items() if key in seen]
    return harm + others + [f"Did not come up: {words}" for key, words in item.behaviours().items() if key in out]


def said_by_each(
    instrument: InstrumentSchema, name: str, rows: Iterable[MarkRow], names: Mapping[str, str]
) -> list[tuple[str, str, list[str]]]:
    """Says what each rater marked, by their name: the mark, and what was ticked."""
    marks = [(names[row.by], row.marks.get(name)) for row in rows]
    return [(by, in_words(instrument, name, mark), seen_in_words(instrument, name, mark)) for by, mark in marks]
