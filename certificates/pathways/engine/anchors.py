"""The limits of time that anchors, lengths and the day of looking put on the records of a leaf."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from certificates.pathways.engine.context import RequirementContext
from certificates.pathways.language.schema import Leaf, Requirement
from training.parsing.keywords import DONE_TYPES
from training.parsing.lengths import ONE_DAY, add, first_reaching, latest, next_day
from training.parsing.values import Result, Sure


@dataclass(frozen=True, slots=True)
class Anchor:
    """A day that others are measured from; without a day it is no limit, or is awaited, or nobody can tell."""

    name: str
    day: date | None = None
    state: Result = Result.MET
    earliest: date | None = None

    @property
    def reckoned(self) -> date | None:
        """The day, or the first day on which it could come."""
        return self.day if self.state is Result.MET else self.earliest


@dataclass(frozen=True, slots=True)
class Window:
    """The first and the last day on which records count, and what the leaf waits for."""

    first: date | None = None
    last: date | None = None
    start: date | None = None  # the day from which `new` and `every` count
    waiting: bool = False
    doubtful: bool = False
    waits_for: tuple[str, ...] = ()
    could_open: date | None = None
    could_close: date | None = None
    computable: bool = True
    loose: bool = False  # within, measured from the day of looking

    def holds(self, day: date | None) -> Sure:
        """Whether a day lies within."""
        if self.waiting:
            return Sure.NO
        if day is None:
            return Sure.PERHAPS
        if (self.first and day < self.first) or (self.last and day > self.last):
            return Sure.NO
        return Sure.PERHAPS if self.doubtful else Sure.YES


def window_of(
    requirement: Requirement, leaf: Leaf, place: RequirementContext, *, lower: Sequence[Anchor], upper: Sequence[Anchor]
) -> Window:
    """The limits of a leaf by its place, its anchors (earlier and later ones) and its tenure."""
    if not lower and not upper:  # only its length before the day of looking, or the limit of its place
        if leaf.within:
            first = first_reaching(place.day, leaf.within[0])
            return Window(first=first, could_open=first, loose=True)
        floor = place.floor if leaf.type in DONE_TYPES else None
        return Window(first=floor, could_open=floor)
    window = _between(leaf, place, lower, upper)
    begins = requirement.tenure[0] if requirement.tenure else None
    if not leaf.every or begins is None or place.first_award is None or window.start is None:
        return window
    start = max(window.start, add(place.first_award, begins))  # a tenure moves the start of an `every`
    return replace(window, start=start, first=max(window.first or start, start))


def could_be_met(leaf: Leaf, window: Window, place: RequirementContext) -> tuple[date | None, bool]:
    """The first day on which an unmet leaf could be met, and whether it is too late for it."""
    first = max(place.day, window.could_open or place.day)
    if window.could_close and first > window.could_close:
        return None, True
    return (first if window.computable else None), False


def not_yet_due(leaf: Leaf, window: Window, place: RequirementContext) -> bool:
    """Whether a rule of activity still has time, counted from the clock of the award."""
    if place.clock is None or not window.loose or leaf.at_most or leaf.type not in DONE_TYPES:
        return False
    return add(place.clock, leaf.within[0]) >= place.day


def _between(leaf: Leaf, place: RequirementContext, lower: Sequence[Anchor], upper: Sequence[Anchor]) -> Window:
    first, last, start = _from_lower(leaf, latest(one.day for one in lower))
    opens, closes, _ = _from_lower(leaf, latest(one.reckoned for one in lower))
    unmet, awaited = [one for one in lower if one.state is Result.NOT_MET], list[Anchor]()
    if not lower and leaf.within:  # the length reaches back from the earliest of the later limits, once it is known
        target = min((one.day for one in upper if one.day), default=None)
        first = opens = first_reaching(target, leaf.within[0]) if target else None
        awaited = [one for one in upper if one.state is Result.NOT_MET] if target is None else []
    elif not lower and leaf.type in DONE_TYPES:
        first = opens = place.floor
    doubts = [one for one in (*lower, *upper) if one.state is Result.CANNOT_TELL]
    ends = (one.day if one.name in leaf.up_to else one.day - ONE_DAY for one in upper if one.day)
    end = min(ends, default=None)
    return Window(
        first=first,
        last=_earlier(last, end),
        start=start,
        waiting=bool(unmet or awaited),
        doubtful=bool(doubts),
        waits_for=tuple(one.name for one in (*lower, *upper) if one in [*unmet, *awaited, *doubts]),
        could_open=opens,
        could_close=_earlier(closes, end),
        computable=not (doubts or awaited or any(one.earliest is None for one in unmet)),
    )


def _from_lower(leaf: Leaf, day: date | None) -> tuple[date | None, date | None, date | None]:
    """The first and last day that since or after allow, and the start."""
    if day is None:
        return None, None, None
    start = day if leaf.since else next_day(day)
    if not leaf.within:
        return start, None, start
    if len(leaf.within) == 1:
        return start, add(day, leaf.within[0]), start
    return max(start, add(day, leaf.within[0])), add(day, leaf.within[1]), start


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day), default=None)
