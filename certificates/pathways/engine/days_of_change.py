"""The days on which rules can change for the worse, so that not every day has to be looked at."""

from collections.abc import Iterable, Iterator
from datetime import date

from certificates.pathways.engine.awards import Award, period_of
from certificates.pathways.engine.context import Case
from certificates.pathways.language.schema import Leaf, Requirement, Requirements
from training.parsing.findings import as_day
from training.parsing.keywords import RECORD_TYPES
from training.parsing.lengths import ONE_DAY, Length, add, first_reaching, next_day

_OF_SIGNATORIES = {"role", "award", "state", "relation", "supervision", "learning", "delivery", "calibration"}


def days_of_change(case: Case, rules: Requirements, award: Award, *, first: date, last: date) -> list[date]:
    """All days after the first one, up to the last, on which the rules can change, in order."""
    parts = list(_linked(case, rules))
    leaves = [one.ask for one in parts if isinstance(one.ask, Leaf)]
    points = set(_points(case, leaves, award, parts))
    found = {day for point in points for day in (point, next_day(point))}
    for length in _lengths(case, parts):
        for point in points:
            later = add(point, length)
            found |= {later, next_day(later), first_reaching(point, length)}
    for every in {leaf.every for leaf in leaves if leaf.every}:
        for start in list(found):
            day, times = start, 1
            while day <= last:  # the last day of each period, and the day after it
                day = add(start, every, times)
                times += 1
                found |= {day - ONE_DAY, day}
    return sorted(day for day in found if first < day <= last)


def _everything_in(rule: Requirement) -> Iterator[Requirement]:
    """A rule and every rule that hangs on it: children, applies_when, each_with, requirements on signatories."""
    yield rule
    below = [*rule.children(), *([rule.applies_when] if rule.applies_when else [])]
    if isinstance(rule.ask, Leaf):
        below += [*rule.ask.each_with, *(rule.ask.by.requires if rule.ask.by else ())]
    for one in below:
        yield from _everything_in(one)


def _anchors_of(leaf: Leaf) -> tuple[str, ...]:
    """Every anchor of a leaf."""
    return leaf.since + leaf.after + leaf.up_to + leaf.before


def _linked(case: Case, rules: Requirements) -> Iterator[Requirement]:
    """The rules, and those that keep the awards that they ask for."""
    waiting, seen = list(rules), set[str]()
    while waiting:
        for one in _everything_in(waiting.pop()):
            yield one
            names = one.ask.names if isinstance(one.ask, Leaf) and one.ask.type == "award" else ()
            for name in (name for name in names if name in case.pathway.levels and name not in seen):
                seen.add(name)
                level = case.pathway.levels[name]
                waiting += [*(level.keep or ()), *(level.decision.lifted_by if level.decision else ())]


def _points(case: Case, leaves: list[Leaf], award: Award, parts: list[Requirement]) -> Iterator[date]:
    """The days of records, awards and rules from which changes follow."""
    yield from (award.clock, award.first, award.latest.on or award.first)
    if award.period.valid_until:
        yield award.period.valid_until
    yield from (day for one in parts for day in one.effective if day)
    yield from (day for leaf in leaves for name in _anchors_of(leaf) if (day := as_day(name)))
    types = {leaf.type for leaf in leaves} | {"waiver"}
    undated = any(one.on is None for records in case.books.values() for one in records)
    if undated and any(leaf.by for leaf in leaves):  # who may sign such a record is looked at anew each day
        types |= _OF_SIGNATORIES
    named = any(as_day(name) is None for leaf in leaves for name in _anchors_of(leaf))
    types = set(RECORD_TYPES) if named or "award" in types else types
    for (_, type_), records in case.books.items():
        if type_ not in types:
            continue
        for one in records:
            yield from (day for day in (one.on, one.until, one.begun) if day)
            if type_ == "award" and one.on:
                days = period_of(case.pathway.levels.get(one.what), one, one.on)
                yield from (day for day in (days.valid_until, days.renewal_opens, days.grace_until) if day)


def _lengths(case: Case, parts: Iterable[Requirement]) -> list[Length]:
    found: list[Length | None] = []
    for one in parts:
        found += list(one.tenure or ())
        if isinstance(one.ask, Leaf):
            found += [*one.ask.within, one.ask.held_for, one.ask.lasting]
            if one.ask.type == "award":
                found += [level.decision.ends_after for level in case.pathway.levels.values() if level.decision]
    return list({length.text: length for length in found if length}.values())
