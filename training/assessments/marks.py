"""Marks: what a rater ticked on an item, where raters are apart, and the marks that they agreed on; pure.

What marks are worth is told by the one judge, `training/instruments/judge.py`.
Source: the pathway language, section 10.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, nextafter
from typing import Any

from training.instruments.judge import level_of_mark, levels_of_items
from training.instruments.schema import InstrumentSchema, Item, Points, exact
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


def rating_of(instrument: InstrumentSchema, row: MarkRow) -> dict[str, Any]:
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


def titles_of(instrument: InstrumentSchema) -> dict[str, str]:
    """Names what is marked: each item by its title, or the one judgement."""
    return {item.id: item.title for item in instrument.items.values()} or {JUDGED: "Judgement"}


def apart(instrument: InstrumentSchema, rows: Sequence[MarkRow]) -> list[str]:
    """Lists the items on which the raters are further apart than the instrument allows, and so must agree first."""
    if instrument.kind == "judgement":
        return [JUDGED] if len({row.marks.get(JUDGED) for row in rows}) > 1 else []
    limit = instrument.agree_within
    if limit is None:
        return []
    levels = {item.id: _levels(instrument, item, rows) for item in instrument.items.values()}
    return [name for name, given in levels.items() if given and max(given) - min(given) > exact(limit)]


def agreed_marks(instrument: InstrumentSchema, rows: Sequence[MarkRow], settled: Mapping[str, Mark]) -> dict[str, Mark]:
    """Fills the agreed row: what was settled, and for all other items the mark that counts among those given."""
    left = [item for item in instrument.items.values() if item.id not in settled]
    return {**settled, **{item.id: _counting_mark(instrument, item, rows, instrument.combine) for item in left}}


def settled_by_one_more(instrument: InstrumentSchema, rows: Sequence[MarkRow], items: Iterable[str]) -> dict[str, Mark]:
    """Gives the mark that counts for items on which raters did not agree, now that one more has rated.

    The marks are put together as the instrument says; where it says nothing, the middle one counts, of two middle ones
    the lower.
    """
    if instrument.kind == "judgement":
        lowest_first = sorted((row.marks[JUDGED] for row in rows), key=lambda mark: mark == "satisfactory")
        return {JUDGED: lowest_first[0 if instrument.settles == "lowest" else (len(rows) - 1) // 2]}
    return {name: _counting_mark(instrument, instrument.items[name], rows, instrument.settles) for name in items}


def _counting_mark(instrument: InstrumentSchema, item: Item, rows: Sequence[MarkRow], combine: str) -> Mark:
    """The mark of the rater who gave the lowest level, or the middle one; only a mean of numbers is a mark itself."""
    levels = sorted(_levels(instrument, item, rows))
    if levels and combine == "mean" and instrument.kind in ("scale", "numbers"):
        return _no_lower(Fraction(sum(levels), len(levels)))
    given = [row.marks.get(item.id, NOT_OBSERVED_MARK) for row in rows]
    if levels:
        counts = levels[0 if combine == "lowest" else (len(levels) - 1) // 2]
        return next(mark for mark in given if _level(instrument, item, mark) == counts)
    return NOT_APPLICABLE_MARK if all(mark == NOT_APPLICABLE_MARK for mark in given) else NOT_OBSERVED_MARK


def _no_lower(mean: Fraction) -> float:
    """The nearest number that can be stored and is not below: three thirds of 11 are no less than 11."""
    stored = float(mean)
    return stored if Fraction(str(stored)) >= mean else nextafter(stored, inf)


def _levels(instrument: InstrumentSchema, item: Item, rows: Sequence[MarkRow]) -> list[Points]:
    levels = (_level(instrument, item, row.marks.get(item.id)) for row in rows)
    return [level for level in levels if level is not None]


def _level(instrument: InstrumentSchema, item: Item, mark: Mark | None) -> Points | None:
    level = level_of_mark(instrument, item, mark)
    return None if isinstance(level, str) else level


def means_of(instrument: InstrumentSchema, rows: Sequence[MarkRow]) -> dict[str, str]:
    """Says the level of each item as the judge takes it, where the mean of several raters is no mark of its own."""
    if instrument.combine != "mean" or instrument.kind not in ("behaviours", "checklist") or len(rows) < 2:
        return {}
    _, levels = levels_of_items(instrument, [rating_of(instrument, row) for row in rows])
    known = {name: one.level for name, one in levels.items()}
    return {name: f"{round(float(level), 2):g}, the mean" for name, level in known.items() if level is not None}


def fault_of_mark(instrument: InstrumentSchema, item: str, mark: Mark) -> str:
    """Tells why a mark cannot stand for an item, or "" when it can."""
    if item == JUDGED and instrument.kind == "judgement":
        return "" if mark in JUDGEMENTS else "Choose satisfactory or not satisfactory"
    if item not in instrument.items:
        return "This instrument has no such item"
    if mark in (NOT_APPLICABLE_MARK, NOT_OBSERVED_MARK):
        return ""
    return _fault(instrument, instrument.items[item], mark)


def _fault(instrument: InstrumentSchema, item: Item, mark: Mark) -> str:
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
