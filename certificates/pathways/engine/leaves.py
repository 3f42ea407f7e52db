"""Judges a leaf: what counts, how much is there, since when, and when it could be met."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from certificates.pathways.engine.anchors import Window, could_be_met, window_of
from certificates.pathways.engine.candidates import Entries, asked_for, entries_of
from certificates.pathways.engine.context import Context
from certificates.pathways.engine.counting import Old, Tally, count_periods, counts_of, has_lower_quantity, is_reached
from certificates.pathways.engine.nodes import Count, Node
from certificates.pathways.language.schema import Leaf, Requirement
from training.parsing.keywords import DONE_TYPES
from training.parsing.lengths import add
from training.parsing.values import Result, Sure, all_of


def judge_leaf(requirement: Requirement, leaf: Leaf, place: Context) -> Node:
    """Judge a leaf in its place."""
    owner = place.case.site_of_holder() if leaf.of_site else place.subject
    if owner is None:
        return _without_site(requirement, leaf)
    window = _moved(requirement, leaf, window_of(leaf, place), place)
    candidates = list(asked_for(leaf, place, owner))
    entries, young = entries_of(leaf, candidates, window=window, place=place)
    tally = Tally(_old_values(leaf, place, owner, window), leaf.type in place.case.gaps and not window.waiting)
    if leaf.every:
        node = count_periods(requirement, leaf, entries=entries, window=window, tally=tally, day=place.day)
    else:
        node = _counted(requirement, leaf, entries, young=young, window=window, tally=tally, place=place)
    return node.but(used=ids(entries, Sure.YES), maybe=ids(entries, Sure.PERHAPS))


def sure_and_perhaps(requirement: Requirement, leaf: Leaf, place: Context) -> tuple[Entries, Window]:
    """The records of a leaf that shares its records with others, and its limits."""
    owner = place.case.site_of_holder() if leaf.of_site else place.subject
    window = _moved(requirement, leaf, window_of(leaf, place), place)
    entries, _ = entries_of(leaf, asked_for(leaf, place, owner) if owner else (), window=window, place=place)
    return entries, window


def ids(entries: Entries, sure: Sure) -> tuple[str, ...]:
    """The ids that count so surely, in order."""
    return tuple(one.id for one, how in entries if how is sure)


def not_yet_due(leaf: Leaf, window: Window, place: Context) -> bool:
    """Whether a rule of activity still has time, counted from the clock of the award."""
    if place.clock is None or not window.loose or leaf.at_most or leaf.type not in DONE_TYPES:
        return False
    return add(place.clock, leaf.within[0]) >= place.day


def _counted(
    requirement: Requirement,
    leaf: Leaf,
    entries: Entries,
    *,
    young: Entries,
    window: Window,
    tally: Tally,
    place: Context,
) -> Node:
    counts = counts_of(leaf, entries, tally)
    result = all_of(count.result for count in counts)
    met_on = _reached_on(leaf, entries, tally) if result is Result.MET else None
    if result is not Result.MET and not_yet_due(leaf, window, place):
        result = Result.MET
    node = Node(requirement.id, result, counts=counts, waits_for=window.waits_for, met_on=met_on)
    if result is Result.MET:
        return node.but(steady_until=_steady(leaf, entries, window, place))
    if result is Result.CANNOT_TELL:
        return node
    if any(count.at_most and count.result is Result.NOT_MET for count in counts):
        return node
    earliest, late = could_be_met(leaf, window, place)
    return node.but(earliest=_aged(leaf, young, counts, earliest), late=late)


def _reached_on(leaf: Leaf, entries: Entries, tally: Tally) -> date | None:
    """The first day on which the records that surely count reach all lower quantities."""
    if not has_lower_quantity(leaf):
        return None
    sure = [(one, how) for one, how in entries if how is Sure.YES]
    days = sorted({one.day for one, _ in sure if one.day})
    low, high = 0, len(days) - 1
    while low < high:
        middle = (low + high) // 2
        early = [(one, how) for one, how in sure if one.day and one.day <= days[middle]]
        low, high = (low, middle) if is_reached(leaf, early, tally) else (middle + 1, high)
    return days[low] if days else None


def _aged(leaf: Leaf, young: Entries, counts: tuple[Count, ...], earliest: date | None) -> date | None:
    if leaf.held_for is None or earliest is None:
        return earliest
    held = [one.day for one, how in young if how is Sure.YES and one.day]
    one_is_asked = leaf.at_least == (("records", 1),) and len(counts) == 1
    return add(min(held) if held and one_is_asked else earliest, leaf.held_for)


def _moved(requirement: Requirement, leaf: Leaf, window: Window, place: Context) -> Window:
    """The window of an `every` whose start a tenure moves."""
    begins = requirement.tenure[0] if requirement.tenure else None
    if not leaf.every or begins is None or place.first_award is None or window.start is None:
        return window
    start = max(window.start, add(place.first_award, begins))
    return replace(window, start=start, first=max(window.first or start, start))


def _old_values(leaf: Leaf, place: Context, owner: str, window: Window) -> Mapping[str, Old]:
    """For each attribute of `new`, the values of this type and name from before the start."""
    if not leaf.new:
        return {}
    records = list(asked_for(replace(leaf, ever=True), place, owner))
    start = window.start
    old: dict[str, Old] = {}
    for name, _ in leaf.new:
        before = {value for one in records if one.day and start and one.day < start for value in one.values(name)}
        unknown = {value for one in records if one.day is None for value in one.values(name)}
        old[name] = Old(frozenset(before), frozenset(unknown))
    return old


def _steady(leaf: Leaf, entries: Entries, window: Window, place: Context) -> date | None:
    """The last day up to which an activity rule stays met, whatever is added; None if that is not so simple."""
    plain = len(leaf.at_least) == 1 and leaf.at_least[0][0] == "records" and leaf.type in DONE_TYPES
    extra = leaf.at_most or leaf.different or leaf.each or leaf.of_which or leaf.every or leaf.each_with
    if not plain or extra or not window.loose:
        return None
    days = sorted((one.day for one, how in entries if how is Sure.YES and one.day), reverse=True)
    need = int(str(leaf.at_least[0][1]))
    lasting = [add(days[need - 1], leaf.within[0])] if len(days) >= need else []
    return max([*lasting, *([add(place.clock, leaf.within[0])] if place.clock else [])], default=None)


def _without_site(requirement: Requirement, leaf: Leaf) -> Node:
    counts = counts_of(leaf, (), Tally(open_ended=True))
    return Node(requirement.id, Result.CANNOT_TELL, counts=counts)
