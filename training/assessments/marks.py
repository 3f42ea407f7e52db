"""Marks and levels: what a rater ticked, which level it is, and where raters are apart; pure.

Source: the pathway language, section 10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.assessments.instruments import Instrument, Item

NOT_APPLICABLE = "n/a"
NOT_OBSERVED = "not_observed"
Mark = int | float | str | dict[str, list[str]]
JUDGED = "judged"
"""The one pseudo-item under which a judgement is stored: satisfactory or not_satisfactory, its reasons as the note."""


@dataclass(frozen=True)
class Row:
    """The marks of one rater (item: mark), or the row that the raters agreed on."""

    by: str
    marks: Mapping[str, Mark]
    agreed: bool = False
    reasons: str = ""


def packed(mark: Mark | None) -> dict[str, Mark] | None:
    """Wraps a mark to be stored: a JSON column would read a bare word as JSON text."""
    return None if mark is None else {"mark": mark}


def unpacked(stored: Mapping[str, Mark] | None) -> Mark | None:
    """Unwraps a stored mark; None is no mark yet."""
    return stored["mark"] if stored else None


def level_of(item: Item, mark: Mark, levels: Sequence[int] = (1, 2, 3, 4)) -> int | None:
    """Works out the level of an item of a behaviours instrument; None when it does not apply or was not seen.

    Harm comes first: a harmful behaviour seen, or a required one not seen, is the lowest level, whatever else was seen.
    """
    if not isinstance(mark, dict):
        return None
    seen, out = set(mark.get("seen", ())), set(mark.get("not_applicable", ()))
    lowest, second, third, fourth = levels
    if seen & (item.harmful.keys() - out) or item.required.keys() - out - seen:
        return lowest
    if item.basic.keys() - out - seen:
        return second
    return fourth if seen & (item.advanced.keys() - out) else third


def value_of(instrument: Instrument, item: Item, mark: Mark | None) -> float | str:
    """Gives the value of a mark as a number, or NOT_APPLICABLE, or NOT_OBSERVED."""
    if mark == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if instrument.kind == "behaviours" and mark is not None:
        level = level_of(item, mark, sorted(instrument.scale))
        return NOT_OBSERVED if level is None else level
    if instrument.kind == "checklist" and mark in ("yes", "no"):
        return 1 if mark == "yes" else 0
    return mark if isinstance(mark, int | float) else NOT_OBSERVED


def apart(instrument: Instrument, rows: Sequence[Row]) -> list[str]:
    """Lists the items on which the raters are further apart than the instrument allows, and so must agree first."""
    if instrument.kind == "judgement":
        return [JUDGED] if len({row.marks.get(JUDGED) for row in rows}) > 1 else []
    limit = instrument.agree_within
    if limit is None:
        return []
    return [item.id for item in instrument.items if _distance(_numbers(instrument, item, rows)) > limit]


def _distance(values: Sequence[float]) -> float:
    return max(values) - min(values) if values else 0


def _numbers(instrument: Instrument, item: Item, rows: Sequence[Row]) -> list[float]:
    values = (value_of(instrument, item, row.marks.get(item.id)) for row in rows)
    return [value for value in values if not isinstance(value, str)]


def combined(instrument: Instrument, rows: Sequence[Row]) -> dict[str, float | str]:
    """Joins the raters' marks to one value an item; the row that they agreed on speaks for all."""
    agreed = [row for row in rows if row.agreed]
    return {item.id: _joined(instrument, item, agreed[-1:] or rows) for item in instrument.items}


def _joined(instrument: Instrument, item: Item, rows: Sequence[Row]) -> float | str:
    numbers = _numbers(instrument, item, rows)
    if rows and all(row.marks.get(item.id) == NOT_APPLICABLE for row in rows):
        return NOT_APPLICABLE
    if not numbers or (instrument.agree_within is not None and _distance(numbers) > instrument.agree_within):
        return NOT_OBSERVED
    return sum(numbers) / len(numbers) if instrument.combine == "mean" else min(numbers)


def agreed_marks(instrument: Instrument, rows: Sequence[Row], settled: Mapping[str, Mark]) -> dict[str, Mark]:
    """Fills the agreed row: what was settled, and for all other items the mark that counts among those given."""
    marks = dict(settled)
    for item in instrument.items:
        if item.id not in marks and (mark := _counting_mark(instrument, item, rows)) is not None:
            marks[item.id] = mark
    return marks


def _counting_mark(instrument: Instrument, item: Item, rows: Sequence[Row]) -> Mark | None:
    """The mark of the rater who gave the lowest level; a mean of numbers is a mark of its own."""
    if (
        instrument.combine == "mean"
        and instrument.kind in ("scale", "numbers")
        and (numbers := _numbers(instrument, item, rows))
    ):
        return sum(numbers) / len(numbers)
    given = [(value_of(instrument, item, row.marks.get(item.id)), row.marks.get(item.id)) for row in rows]
    levels = [(value, mark) for value, mark in given if not isinstance(value, str)]
    if levels:
        return min(levels, key=lambda pair: pair[0])[1]
    unseen = any(value == NOT_OBSERVED for value, _ in given)
    return NOT_OBSERVED if unseen else NOT_APPLICABLE


def fault_of_mark(instrument: Instrument, item: str, mark: Mark) -> str:
    """Tells why a mark cannot stand for an item, or "" when it can."""
    if item == JUDGED and instrument.kind == "judgement":
        return "" if mark in ("satisfactory", "not_satisfactory") else "Choose satisfactory or not satisfactory"
    known = {one.id: one for one in instrument.items}
    if item not in known:
        return "This instrument has no such item"
    if mark in (NOT_APPLICABLE, NOT_OBSERVED):
        return ""
    return _fault(instrument, known[item], mark)


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
