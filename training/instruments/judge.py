"""Judges the ratings of an assessment with its instrument: met, not met or cannot tell, and the level of each item.

The one judge of the house: the result page, the signature and the pathway engine ask it.
Source: the pathway language, section 10.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from training.instruments.schema import InstrumentSchema, Item, Points, Threshold, Thresholds, exact
from training.parsing.keywords import NOT_APPLICABLE_MARK
from training.parsing.values import Result, all_of

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


_YES_AND_NO: Mapping[str, Points] = {"yes": 1, "no": 0}


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and the highest level that an item may have."""

    lowest: Points
    highest: Points


@dataclass(frozen=True, slots=True)
class ItemLevel:
    """What is known of one item: no range if it does not apply."""

    range: Range | None
    top: Points | None = None

    @property
    def level(self) -> Points | None:
        """The level, if it is known."""
        return self.range.lowest if self.range and self.range.lowest == self.range.highest else None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of some ratings, the points reached and reachable, the level of each item, the result of each form.

    Without forms the result is cannot_tell, since `missing` says so: too few raters, raters apart, or no rule.
    """

    result: Result
    points: int | float | None = None
    highest: int | float | None = None
    items: Mapping[str, ItemLevel] = field(default_factory=dict)
    forms: tuple[tuple[Threshold, Result], ...] = ()
    missing: Literal["", "rule", "agreement", "raters"] = ""


def judge(
    instrument: InstrumentSchema,
    ratings: Iterable[Mapping[str, Any]],
    pass_rule: Thresholds | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Judgement:
    """Judge the rows of one assessment by a pass rule, or by the instrument's own if none is given."""
    rule = pass_rule or instrument.passing
    rows = list(ratings)
    agreed = [row for row in rows if row.get("agreed")]
    rows = agreed[-1:] or rows  # the last agreed one speaks alone
    raters = {str(row["by"]) if "by" in row else str(place) for place, row in enumerate(rows)}
    apart, items = levels_of_items(instrument, rows)
    points, highest = _points(items)
    if rule is None or apart or not (agreed or len(raters) >= max(1, instrument.raters)):
        missing: Literal["rule", "agreement", "raters"]
        missing = "rule" if rule is None else "agreement" if apart else "raters"
        return Judgement(Result.CANNOT_TELL, points, highest, items, missing=missing)
    forms = [(one, _form(one, instrument, items, rows=rows, attributes=attributes or {})) for one in rule.forms]
    return Judgement(all_of(result for _, result in forms), points, highest, items, tuple(forms))


def read_from_attributes(rule: Thresholds, attributes: Mapping[str, Any]) -> Result | None:
    """The result of a rule made of readable forms, read from the record; None if it has other forms."""
    if any(one.form not in READABLE or one.of for one in rule.forms):
        return None
    return all_of(_read(one, attributes) for one in rule.forms)


def _form(
    rule: Threshold,
    instrument: InstrumentSchema,
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


def levels_of_items(instrument: InstrumentSchema, rows: list[Mapping[str, Any]]) -> tuple[bool, dict[str, ItemLevel]]:
    """Whether raters are too far apart, and the level of each item."""
    apart = False
    found: dict[str, ItemLevel] = {}
    top = instrument.highest if instrument.kind != "numbers" else None
    for item in instrument.items.values():
        marks = [level_of_mark(instrument, item, (row.get("items") or {}).get(item.id)) for row in rows]
        given = [mark for mark in marks if isinstance(mark, int | Fraction)]
        if given:
            apart = apart or _too_far(instrument, given)
            level = Fraction(sum(given), len(given)) if instrument.combine == "mean" else min(given)
            found[item.id] = ItemLevel(Range(level, level), top)
        elif marks and all(mark == NOT_APPLICABLE_MARK for mark in marks):
            found[item.id] = ItemLevel(None, top)
        else:
            found[item.id] = ItemLevel(Range(instrument.lowest, instrument.highest), top)
    return apart, found


def level_of_mark(instrument: InstrumentSchema, item: Item, mark: object) -> Points | str | None:
    """Gives the level that one mark stands for, n/a, or None where nobody can tell."""
    if mark == NOT_APPLICABLE_MARK:
        return NOT_APPLICABLE_MARK
    if instrument.kind == "behaviours":
        return _of_behaviours(instrument, item, mark) if isinstance(mark, Mapping) else None
    if instrument.kind == "checklist":
        return _YES_AND_NO.get(str(mark))
    if isinstance(mark, int | float | Decimal) and not isinstance(mark, bool):
        return exact(mark)
    return None


def _of_behaviours(instrument: InstrumentSchema, item: Item, mark: Mapping[str, Any]) -> Points:
    seen = {str(one) for one in mark.get("seen") or ()}
    out = {str(one) for one in mark.get("not_applicable") or ()}
    scale = sorted(instrument.scale)
    if seen & (set(item.harmful) - out) or set(item.required) - out - seen:
        return scale[0]
    if set(item.basic) - out - seen:
        return scale[1]
    return scale[3] if seen & (set(item.advanced) - out) else scale[2]


def _too_far(instrument: InstrumentSchema, given: list[Points]) -> bool:
    if instrument.agree_within is None:
        return False
    return len(given) > 1 and max(given) - min(given) > exact(instrument.agree_within)
