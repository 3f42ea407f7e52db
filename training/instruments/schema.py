"""An assessment instrument as values: its items, its scale, and the rule by which ratings pass.

Source: the pathway language, section 10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from training.parsing.values import Value

Points = int | Fraction  # exact, so that 60 percent are 60 percent
DEGREES = ("basic", "required", "advanced", "harmful")
"""Kinds of behaviour, in the order in which a rater reads them."""
_FAR = 10**12  # stands for a measured value without limit


@dataclass(frozen=True, slots=True)
class Threshold:
    """One form of a `pass`, such as percent 60 of two sections; a number form has one value for each item."""

    form: str
    value: Value
    count: int = 0
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The forms of a `pass`, each with its numbers and the items or sections that it is narrowed to."""

    forms: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is rated; behaviours are (id: words), levels are (level: what it looks like)."""

    id: str
    title: str = ""
    note: str = ""
    core: bool = False
    basic: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)
    advanced: Mapping[str, str] = field(default_factory=dict)
    harmful: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[int, str] = field(default_factory=dict)

    def behaviours(self) -> Mapping[str, str]:
        """Lists every behaviour of the item, id: words."""
        return {**self.basic, **self.required, **self.advanced, **self.harmful}


@dataclass(frozen=True, slots=True)
class InstrumentSchema:
    """An assessment tool in one version; `items` and `sections` are by id."""

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
    settles: str = "middle"
    """How marks of raters who did not agree are put together once one more has rated: as `combine` says, if it does."""
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


def exact(value: object) -> Points:
    """A number without the errors of binary fractions."""
    return value if isinstance(value, int) else Fraction(str(value))
