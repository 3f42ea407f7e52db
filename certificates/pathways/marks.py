"""Instruments, and the level that each item reached by the marks of one or several raters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from certificates.pathways.shapes import Thresholds
from certificates.pathways.vocabulary import NOT_APPLICABLE_MARK

Points = int | Fraction  # exact, so that 60 percent are 60 percent
_YES_AND_NO: Mapping[str, Points] = {"yes": 1, "no": 0}
_FAR = 10**12  # stands for a measured value without limit


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an instrument; behaviours are (id: words)."""

    id: str
    title: str = ""
    harmful: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)
    basic: Mapping[str, str] = field(default_factory=dict)
    advanced: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    core: bool = False
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instrument:
    """An assessment tool in one version."""

    name: str
    version: str
    kind: str
    title: str = ""
    note: str = ""
    scale: Mapping[int, str] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    criteria: tuple[str, ...] = ()
    raters: int = 1
    combine: str = "lowest"
    agree_within: Decimal | int | None = None
    passing: Thresholds | None = None

    @property
    def lowest(self) -> Points:
        """The lowest level that an item can have."""
        return min(self.scale, default=0) if self.kind != "numbers" else -_FAR

    @property
    def highest(self) -> Points:
        """The highest level that an item can have."""
        if self.kind == "numbers":
            return _FAR
        return max(self.scale, default=1)

    def items_of(self, names: Iterable[str]) -> set[str]:
        """The items that some names of items and sections stand for; all, if there are no names."""
        chosen = {item for name in names for item in self.sections.get(name, (name,))}
        return chosen or set(self.items)


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


def levels_of_items(instrument: Instrument, rows: list[Mapping[str, Any]]) -> tuple[bool, dict[str, ItemLevel]]:
    """Whether raters are too far apart, and the level of each item."""
    apart = False
    found: dict[str, ItemLevel] = {}
    top = instrument.highest if instrument.kind != "numbers" else None
    for item in instrument.items.values():
        marks = [_level(instrument, item, (row.get("items") or {}).get(item.id)) for row in rows]
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


def exact(value: object) -> Points:
    """A number without the errors of binary fractions."""
    return value if isinstance(value, int) else Fraction(str(value))


def _level(instrument: Instrument, item: Item, mark: object) -> Points | str | None:
    """The level that one mark gives, n/a, or nothing."""
    if mark == NOT_APPLICABLE_MARK:
        return NOT_APPLICABLE_MARK
    if instrument.kind == "behaviours":
        return _of_behaviours(instrument, item, mark) if isinstance(mark, Mapping) else None
    if instrument.kind == "checklist":
        return _YES_AND_NO.get(str(mark))
    if isinstance(mark, int | float | Decimal) and not isinstance(mark, bool):
        return exact(mark)
    return None


def _of_behaviours(instrument: Instrument, item: Item, mark: Mapping[str, Any]) -> Points:
    seen = {str(one) for one in mark.get("seen") or ()}
    out = {str(one) for one in mark.get("not_applicable") or ()}
    scale = sorted(instrument.scale)
    if seen & (set(item.harmful) - out) or set(item.required) - out - seen:
        return scale[0]
    if set(item.basic) - out - seen:
        return scale[1]
    return scale[3] if seen & (set(item.advanced) - out) else scale[2]


def _too_far(instrument: Instrument, given: list[Points]) -> bool:
    if instrument.agree_within is None:
        return False
    return len(given) > 1 and max(given) - min(given) > exact(instrument.agree_within)
