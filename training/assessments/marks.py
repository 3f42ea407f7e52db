"""Marks: what a rater ticked on an item, where raters are apart, and the marks that they agreed on; pure.

What marks are worth is told by the one judge, `training/instruments/judge.py`.
Source: the pathway language, section 10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.instruments.judge import level_of_mark
from training.instruments.schema import Instrument, Item, Points, exact
from training.parsing.keywords import JUDGEMENTS, NOT_APPLICABLE_MARK, NOT_OBSERVED_MARK

Mark = int | float | str | dict[str, list[str]]
JUDGED = "judged"
"""The one pseudo-item under which a judgement is stored: satisfactory or not_satisfactory, its reasons as the note."""


@dataclass(frozen=True)
class MarkRow:
    """The marks of one rater (item: mark), or the row that the raters agreed on."""

    by: str
    marks: Mapping[str, Mark]
    agreed: bool = False
    reasons: str = ""


def rating_of(instrument: Instrument, row: MarkRow) -> dict[str, Any]:
    """Gives a row as the pathway language writes a rating: `{by, items}`, or `{by, judged, reasons}`."""
    agreed = {"agreed": True} if row.agreed else {}
    if instrument.kind == "judgement":
        return {"by": row.by, "judged": row.marks.get(JUDGED), "reasons": row.reasons.strip()} | agreed
    return {"by": row.by, "items": dict(row.marks)} | agreed


def packed(mark: Mark | None) -> dict[str, Mark] | None:
    """Wraps a mark to be stored: a JSON column would read a bare word as JSON text."""
    return None if mark is None else {"mark": mark}


def unpacked(stored: Mapping[str, Mark] | None) -> Mark | None:
    """Unwraps a stored mark; None is no mark yet."""
    return stored["mark"] if stored else None


def apart(instrument: Instrument, rows: Sequence[MarkRow]) -> list[str]:
    """Lists the items on which the raters are further apart than the instrument allows, and so must agree first."""
    if instrument.kind == "judgement":
        return [JUDGED] if len({row.marks.get(JUDGED) for row in rows}) > 1 else []
    limit = instrument.agree_within
    if limit is None:
        return []
    levels = {item.id: _levels(instrument, item, rows) for item in instrument.items.values()}
    return [name for name, given in levels.items() if given and max(given) - min(given) > exact(limit)]


def agreed_marks(instrument: Instrument, rows: Sequence[MarkRow], settled: Mapping[str, Mark]) -> dict[str, Mark]:
    """Fills the agreed row: what was settled, and for all other items the mark that counts among those given."""
    left = [item for item in instrument.items.values() if item.id not in settled]
    return {**settled, **{item.id: _counting_mark(instrument, item, rows) for item in left}}


def _counting_mark(instrument: Instrument, item: Item, rows: Sequence[MarkRow]) -> Mark:
    """The mark of the rater who gave the lowest level; a mean of numbers is a mark of its own."""
    levels = _levels(instrument, item, rows)
    if levels and instrument.combine == "mean" and instrument.kind in ("scale", "numbers"):
        return float(sum(levels) / len(levels))
    given = [row.marks.get(item.id, NOT_OBSERVED_MARK) for row in rows]
    if levels:
        return next(mark for mark in given if _level(instrument, item, mark) == min(levels))
    return NOT_APPLICABLE_MARK if all(mark == NOT_APPLICABLE_MARK for mark in given) else NOT_OBSERVED_MARK


def _levels(instrument: Instrument, item: Item, rows: Sequence[MarkRow]) -> list[Points]:
    levels = (_level(instrument, item, row.marks.get(item.id)) for row in rows)
    return [level for level in levels if level is not None]


def _level(instrument: Instrument, item: Item, mark: Mark | None) -> Points | None:
    level = level_of_mark(instrument, item, mark)
    return None if isinstance(level, str) else level


def fault_of_mark(instrument: Instrument, item: str, mark: Mark) -> str:
    """Tells why a mark cannot stand for an item, or "" when it can."""
    if item == JUDGED and instrument.kind == "judgement":
        return "" if mark in JUDGEMENTS else "Choose satisfactory or not satisfactory"
    if item not in instrument.items:
        return "This instrument has no such item"
    if mark in (NOT_APPLICABLE_MARK, NOT_OBSERVED_MARK):
        return ""
    return _fault(instrument, instrument.items[item], mark)


def _fault(instrument: Instrument, item: Item, mark: Mark) -> str:
    if instrument.kind == "behaviours":
        named = {one for seen in mark.values() for one in seen} if isinstance(mark, dict) else None
        fits = named is not None and named <= item.behaviours().keys()
    elif instrument.kind == "scale":
        fits = isinstance(mark, int) and mark in instrument.scale
    elif instrument.kind == "checklist":
        fits = mark in ("yes", "no")
    else:
        fits = isinstance(mark, int | float) and mark >= 0
    return "" if fits else "Choose one of the answers"
