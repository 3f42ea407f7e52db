"""A pathway as it is evaluated: levels, requirements, signatories, permits. Built only from checked files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from training.instruments.schema import Thresholds
from training.parsing.lengths import Length
from training.parsing.values import Value

Amounts = tuple[tuple[str, Value], ...]  # ("records", 6) or ("hours", 40), in written order
Requirements = tuple["Requirement", ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What an attribute must be: one of some values, none of some values, or within two ends."""

    attribute: str
    one_of: tuple[Value, ...] = ()
    none_of: tuple[Value, ...] = ()
    least: Value | None = None
    most: Value | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of the records that count: what must be in it, or how much of it counts."""

    name: str
    where: tuple[Condition, ...]
    at_least: Amounts = ()
    different: Amounts = ()
    counts_up_to: Amounts = ()


@dataclass(frozen=True, slots=True)
class SignatoryRule:
    """Who may sign: names that one of is held, relations that may not be, requirements of their own."""

    holds: tuple[str, ...] = ()
    not_own: tuple[str, ...] = ()
    requires: Requirements = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """Records of one type and name, counted."""

    type: str
    names: tuple[str, ...]  # none: any
    at_least: Amounts = ()
    at_most: Amounts = ()
    different: Amounts = ()
    new: Amounts = ()
    each: tuple[str, tuple[Value, ...]] | None = None
    of_which: tuple[Portion, ...] = ()
    where: tuple[Condition, ...] = ()
    by: SignatoryRule | None = None
    of_site: bool = False
    passing: Thresholds | None = None
    pass_any: bool = False
    each_with: Requirements = ()
    since: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    up_to: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    within: tuple[Length, ...] = ()
    held_for: Length | None = None
    ever: bool = False
    every: Length | None = None
    lasting: Length | None = None  # `for`


@dataclass(frozen=True, slots=True)
class Group:
    """Requirements joined by all_of, any_of (at least so many) or none_of."""

    kind: str
    children: Requirements
    at_least: int = 1
    once: bool = False


@dataclass(frozen=True, slots=True)
class This:
    """Conditions on the one record in view."""

    where: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """Members of the team of the record in view, counted on the day it began."""

    roles: tuple[str, ...]  # none: any
    holds: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: what it asks, and when and for whom it applies."""

    id: str
    ask: Leaf | Group | This | Team
    title: str = ""
    note: str = ""
    source: tuple[str, ...] = ()
    advisory: bool = False
    applies_when: "Requirement | None" = None
    effective: tuple[date | None, date | None] = (None, None)
    tenure: tuple[Length | None, Length | None] | None = None
    waivable_by: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    place: tuple[str, int] = field(default=("", 0), compare=False)  # its file and line

    def children(self) -> Requirements:
        """The requirements right below, if it is a group."""
        return self.ask.children if isinstance(self.ask, Group) else ()

    def walk(self) -> Iterator["Requirement"]:
        """This requirement and all below it."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """Who decides, how many of them together, with which outcomes, and what a condition means."""

    by: SignatoryRule | None = None
    at_least: int = 1
    outcomes: tuple[str, ...] = ("certified",)
    duties: tuple[str, ...] = ()
    lifted_by: Requirements = ()
    has_lifted_by: bool = False
    ends_after: Length | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """How long an award holds: a length, or until the next such day, or both."""

    lasting: Length | None = None
    until_next: str | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """Something that the award lets its holder do."""

    may: str
    scope: Mapping[str, object] = field(default_factory=dict)
    limit: Mapping[str, object] = field(default_factory=dict)
    duties: tuple[str, ...] = ()
    standings: tuple[str, ...] = ()
    requires: Requirements = ()


@dataclass(frozen=True, slots=True)
class Level:
    """One award of a pathway, and how it is won, kept, renewed and won back."""

    id: str
    title: str = ""
    kind: str = ""
    note: str = ""
    holder: str = "person"
    per: str | None = None
    entry: Requirements = ()
    requires: Requirements = ()
    decision: DecisionRule | None = None
    valid: Validity | None = None
    unlimited: bool = False
    opens: Length | None = None
    grace: Length | None = None
    renewal: Requirements | None = None
    keep: Requirements | None = None
    return_: Requirements | None = None
    permits: tuple[Permit, ...] = ()
    place: tuple[str, int] = field(default=("", 0), compare=False)  # its file and line


@dataclass(frozen=True, slots=True)
class OwnAttribute:
    """What a pathway says of an attribute for forms: how people call it, and its values; neither decides anything."""

    label: str = ""
    one_of: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Pathway:
    """The whole of a pathway, with its bases merged in."""

    id: str
    title: str = ""
    version: str | None = None
    owner: str = ""
    jurisdiction: str = ""
    note: str = ""
    effective: tuple[date | None, date | None] = (None, None)
    roles: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    own_attributes: Mapping[str, OwnAttribute] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    open_questions: tuple[str, ...] = ()
    levels: Mapping[str, Level] = field(default_factory=dict)
    deliveries: Mapping[str, Requirements] = field(default_factory=dict)

    def in_force(self, day: date) -> bool:
        """Whether the pathway is in force on a day; both ends are included."""
        first, last = self.effective
        return (first is None or first <= day) and (last is None or day <= last)
