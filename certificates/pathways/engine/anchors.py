"""The limits of time that anchors, lengths and the day of looking put on the records of a leaf."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from certificates.pathways.engine.awards import first_grant_day
from certificates.pathways.engine.context import Context
from certificates.pathways.language.schema import Leaf
from training.parsing.findings import as_day
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


def window_of(leaf: Leaf, place: Context) -> Window:
    """The limits of a leaf in its place."""
    lower = [anchor_of(name, place) for name in leaf.since + leaf.after]
    upper = [anchor_of(name, place) for name in leaf.up_to + leaf.before]
    if not lower and not upper:
        return _unanchored(leaf, place)
    first, last, start = _from_lower(leaf, latest(one.day for one in lower))
    opens, closes, _ = _from_lower(leaf, latest(one.reckoned for one in lower))
    if not lower:
        first = opens = _from_behind(leaf, upper, place)
    unmet, awaited = _unmet(lower), _awaited(leaf, lower, upper)
    doubts = [one for one in lower + upper if one.state is Result.CANNOT_TELL]
    end = _from_upper(leaf, upper)
    return Window(
        first=first,
        last=_earlier(last, end),
        start=start,
        waiting=bool(unmet or awaited),
        doubtful=bool(doubts),
        waits_for=tuple(one.name for one in lower + upper if one in [*unmet, *awaited, *doubts]),
        could_open=opens,
        could_close=_earlier(closes, end),
        computable=not (doubts or awaited or any(one.earliest is None for one in unmet)),
    )


def anchor_of(name: str, place: Context) -> Anchor:
    """What an anchor stands for in a place."""
    day = as_day(name)
    if day:
        return Anchor(name, day)
    if name == "this":
        day = place.this.on if place.this else None
        return Anchor(name, day, Result.MET if day else Result.CANNOT_TELL)
    if name in ("award", "end", "lapse"):
        found = {"award": place.award, "end": place.end, "lapse": place.lapse}[name]
        return Anchor(name, found) if found or name == "end" else Anchor(name, state=Result.NOT_MET)
    node = place.node(name)
    if node is None:
        granted = first_grant_day(place.case, place.subject, name, place.day)
        return Anchor(name, granted) if granted else Anchor(name, state=Result.NOT_MET)
    if node.result is Result.NOT_APPLICABLE:
        return Anchor(name)
    return Anchor(name, node.met_on if node.result is Result.MET else None, node.result, node.earliest)


def could_be_met(leaf: Leaf, window: Window, place: Context) -> tuple[date | None, bool]:
    """The first day on which an unmet leaf could be met, and whether it is too late for it."""
    first = max(place.day, window.could_open or place.day)
    if window.could_close and first > window.could_close:
        return None, True
    return (first if window.computable else None), False


def _unanchored(leaf: Leaf, place: Context) -> Window:
    """The limits of a leaf that names no anchor: its length before the day of looking, or those of its place."""
    if leaf.within:
        first = first_reaching(place.day, leaf.within[0])
        return Window(first=first, could_open=first, loose=True)
    floor = place.floor if leaf.type in DONE_TYPES else None
    return Window(first=floor, could_open=floor)


def _from_behind(leaf: Leaf, upper: list[Anchor], place: Context) -> date | None:
    """The first day from which a length reaches the earliest of the later limits; without a length the place's own."""
    if not leaf.within:
        return place.floor if leaf.type in DONE_TYPES else None
    target = min((one.day for one in upper if one.day), default=None)
    return first_reaching(target, leaf.within[0]) if target else None


def _awaited(leaf: Leaf, lower: list[Anchor], upper: list[Anchor]) -> list[Anchor]:
    """The later limits that must have happened before a length can be counted back from them."""
    if lower or not leaf.within or any(one.day for one in upper):
        return []
    return _unmet(upper)


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


def _from_upper(leaf: Leaf, upper: Iterable[Anchor]) -> date | None:
    """The last day that up_to and before allow."""
    return min((one.day if one.name in leaf.up_to else one.day - ONE_DAY for one in upper if one.day), default=None)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day), default=None)


def _unmet(anchors: Iterable[Anchor]) -> list[Anchor]:
    return [one for one in anchors if one.state is Result.NOT_MET]
