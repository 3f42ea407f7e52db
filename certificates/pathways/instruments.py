"""Judges the ratings of an assessment with its instrument: met, not met or cannot tell, and the points."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from certificates.pathways.marks import Instrument, ItemLevel, Points, Range, exact, levels_of_items
from certificates.pathways.shapes import Threshold, Thresholds
from certificates.pathways.values import Result, all_of

__all__ = ["Instrument", "Judgement", "judge"]

READ_FROM_RECORD = ("score", "agreement")
READABLE = ("percent", "mean", *READ_FROM_RECORD)  # forms that an attribute of the same name can answer
_OF_LEVELS = ("percent", "mean", "every_item", "no_item_at", "items_at")
FORMS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "behaviours": _OF_LEVELS,
    "scale": _OF_LEVELS,
    "checklist": _OF_LEVELS,
    "numbers": ("number", "mean", "every_item", "no_item_at", "items_at"),
    "judgement": ("judged",),
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of some ratings, the points reached and reachable, and the level of each item."""

    result: Result
    points: int | float | None = None
    highest: int | float | None = None
    items: Mapping[str, ItemLevel] = field(default_factory=dict)

    def __iter__(self) -> Any:
        """Allow `result, points = judge(…)`."""
        return iter((self.result, self.points))


def judge(
    instrument: Instrument,
    ratings: Iterable[Mapping[str, Any]],
    pass_rule: Thresholds | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Judgement:
    """Judge the rows of one assessment by a pass rule, or by the instrument's own if none is given."""
    rule = pass_rule or instrument.passing
    rows = _speaking(list(ratings))
    apart, items = levels_of_items(instrument, rows)
    points, highest = _points(items)
    if rule is None or apart or not _enough(instrument, rows):
        return Judgement(Result.CANNOT_TELL, points, highest, items)
    result = all_of(_form(one, instrument, items, rows=rows, attributes=attributes or {}) for one in rule.forms)
    return Judgement(result, points, highest, items)


def read_from_attributes(rule: Thresholds, attributes: Mapping[str, Any]) -> Result | None:
    """The result of a rule made of readable forms, read from the record; None if it has other forms."""
    if any(one.form not in READABLE or one.of for one in rule.forms):
        return None
    return all_of(_read(one, attributes) for one in rule.forms)


def _speaking(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows that speak: the last agreed one alone, or all."""
    agreed = [row for row in rows if row.get("agreed")]
    return agreed[-1:] or rows


def _enough(instrument: Instrument, rows: list[Mapping[str, Any]]) -> bool:
    if any(row.get("agreed") for row in rows):
        return True
    raters = {str(row["by"]) if "by" in row else str(place) for place, row in enumerate(rows)}
    return len(raters) >= max(1, instrument.raters)


def _form(
    rule: Threshold,
    instrument: Instrument,
    items: Mapping[str, ItemLevel],
    *,
    rows: list[Mapping[str, Any]],
    attributes: Mapping[str, Any],
) -> Result:
    if rule.form in READ_FROM_RECORD:
        return _read(rule, attributes)
    if rule.form not in FORMS_OF_KIND[instrument.kind]:
        return Result.CANNOT_TELL
    if rule.form == "judged":
        return all_of(_judged(row) for row in rows)
    chosen = instrument.items_of(rule.of)
    levels = [level.range for name, level in items.items() if name in chosen and level.range is not None]
    if not levels:
        return Result.CANNOT_TELL
    test = _TESTS[rule.form]
    if test([level.lowest for level in levels], rule, instrument.highest):
        return Result.MET
    could = test([level.highest for level in levels], rule, instrument.highest)
    return Result.CANNOT_TELL if could else Result.NOT_MET


def _read(rule: Threshold, attributes: Mapping[str, Any]) -> Result:
    values = attributes.get(rule.form) or ()
    if not values:
        return Result.CANNOT_TELL
    return Result.MET if max(values) >= rule.value else Result.NOT_MET


def _judged(row: Mapping[str, Any]) -> Result:
    if not row.get("reasons") or row.get("judged") is None:
        return Result.CANNOT_TELL
    return Result.MET if row["judged"] == "satisfactory" else Result.NOT_MET


def _percent(levels: list[Points], rule: Threshold, highest: Points) -> bool:
    return highest > 0 and sum(levels) * 100 >= _limit(rule) * highest * len(levels)


def _mean(levels: list[Points], rule: Threshold, _: Points) -> bool:
    return sum(levels) >= _limit(rule) * len(levels)


def _every(levels: list[Points], rule: Threshold, _: Points) -> bool:
    return min(levels) >= _limit(rule)


def _none_at(levels: list[Points], rule: Threshold, _: Points) -> bool:
    return min(levels) > _limit(rule)


def _count(levels: list[Points], rule: Threshold, _: Points) -> bool:
    limit = _limit(rule)
    return sum(level >= limit for level in levels) >= rule.count


_TESTS: Mapping[str, Callable[[list[Points], Threshold, Points], bool]] = {
    "percent": _percent,
    "mean": _mean,
    "every_item": _every,
    "number": _every,
    "no_item_at": _none_at,
    "items_at": _count,
}


def _limit(rule: Threshold) -> Points:
    return exact(rule.value)


def _points(items: Mapping[str, ItemLevel]) -> tuple[int | float | None, int | float | None]:
    """The points of the items that have a level, and the most that all items in play could have."""
    ranges: list[Range] = [level.range for level in items.values() if level.range is not None]
    known = [one.lowest for one in ranges if one.lowest == one.highest]
    if not known:
        return None, None
    tops = [level.top for level in items.values() if level.range is not None and level.top is not None]
    return _plain(sum(known)), _plain(sum(tops)) if tops else None


def _plain(value: Points) -> int | float:
    return int(value) if value.denominator == 1 else round(float(value), 2)
