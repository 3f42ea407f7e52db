"""Judges groups: all_of, any_of and none_of, and conditions on one record or its team."""

from datetime import date

from certificates.pathways.counting import at_least
from certificates.pathways.evidence import Member
from certificates.pathways.matching import Candidate, fits, fits_one
from certificates.pathways.nodes import Count, Node
from certificates.pathways.places import Place, counting, result_of
from certificates.pathways.shapes import Condition, Group, Requirement, Team, This
from certificates.pathways.signatories import holds
from training.parsing.lengths import latest
from training.parsing.values import Result, Sure


def join(requirement: Requirement, group: Group, children: tuple[Node, ...], place: Place) -> Node:
    """The result of a group from its judged children."""
    members = counting(children)
    result = _JOINED[group.kind](group, members)
    node = Node(requirement.id, result, children=children, steady_until=_steady(group, children))
    if result is Result.MET:
        return node.but(met_on=_met_on(group, members))
    if result is Result.NOT_MET and group.kind != "none_of":
        earliest, late = (_earliest_all if group.kind == "all_of" else _earliest_any)(group, members, place.day)
        return node.but(earliest=earliest, late=late)
    return node


def judge_this(requirement: Requirement, ask: This, place: Place) -> Node:
    """Whether the record in view is as the conditions ask."""
    assert place.this is not None
    one = Candidate(place.this, place.this.on, Sure.YES)
    return Node(requirement.id, fits(ask.where, one).result())


def judge_team(requirement: Requirement, ask: Team, place: Place) -> Node:
    """Count members of the team of the record in view, on the day it began."""
    record = place.this
    assert record is not None
    day = record.begun or record.on or place.day
    sures = [_member(ask, member, place, day) for member in record.team or ()]
    have = sum(sure is Sure.YES for sure in sures)
    might = None if record.team is None else sum(sure is not Sure.NO for sure in sures)
    counts = []
    if ask.at_least is not None:
        counts.append(Count("people", have, might, ask.at_least, at_least(have, might, ask.at_least)))
    if ask.at_most is not None:
        within = Result.MET if might is not None and might <= ask.at_most else Result.CANNOT_TELL
        result = Result.NOT_MET if have > ask.at_most else within
        counts.append(Count("people", have, might, ask.at_most, result, at_most=True))
    results = [count.result for count in counts]
    worst = Result.NOT_MET if Result.NOT_MET in results else max(results, key=_ORDER.index)
    return Node(requirement.id, worst, counts=tuple(counts))


def _member(ask: Team, member: Member, place: Place, day: date) -> Sure:
    role = (member.role,) if member.role else ()
    sure = fits_one(Condition("role", one_of=ask.roles), role) if ask.roles else Sure.YES
    conditions = [fits_one(one, member.attributes.get(one.attribute, ())) for one in ask.where]
    sure = min([sure, *conditions])
    if sure and ask.holds:
        held = Sure.PERHAPS if member.who is None else holds(place.case, member.who, ask.holds, day)
        return min(sure, held)
    return sure


def _all_of(_: Group, members: list[Node]) -> Result:
    return result_of(members)


def _any_of(group: Group, members: list[Node]) -> Result:
    if not members:
        return Result.NOT_MET
    met = sum(node.result is Result.MET for node in members)
    open_ones = sum(node.result is Result.CANNOT_TELL for node in members)
    return at_least(met, met + open_ones, group.at_least)


def _none_of(_: Group, members: list[Node]) -> Result:
    results = {node.result for node in members}
    if Result.MET in results:
        return Result.NOT_MET
    return Result.CANNOT_TELL if Result.CANNOT_TELL in results else Result.MET


def _met_on(group: Group, members: list[Node]) -> date | None:
    if group.kind == "none_of":
        return None
    if group.kind == "all_of":
        return latest(node.met_on for node in members)
    days = sorted(node.met_on for node in members if node.result is Result.MET and node.met_on)
    return days[group.at_least - 1] if len(days) >= group.at_least else None


def _earliest_all(_: Group, members: list[Node], __: date) -> tuple[date | None, bool]:
    unmet = [node for node in members if node.result is Result.NOT_MET]
    late = any(node.late for node in unmet)
    days = [node.earliest for node in unmet]
    return (None if None in days else latest(days)), late


def _earliest_any(group: Group, members: list[Node], day: date) -> tuple[date | None, bool]:
    days = [node.earliest if node.result is Result.NOT_MET else day for node in members]
    known = sorted(one for one in days if one)
    if len(known) >= group.at_least:
        return known[group.at_least - 1], False
    return None, sum(not node.late for node in members) < group.at_least


def _steady(group: Group, children: tuple[Node, ...]) -> date | None:
    """Up to which day a group surely stays as it is."""
    members = [node for node in children if not node.advisory]
    days = [node.steady_until for node in members]
    if group.kind == "all_of" and members:
        return None if None in days else min(day for day in days if day)
    known = sorted((day for day in days if day), reverse=True)
    return known[group.at_least - 1] if group.kind == "any_of" and len(known) >= group.at_least else None


_JOINED = {"all_of": _all_of, "any_of": _any_of, "none_of": _none_of}
_ORDER = [Result.MET, Result.CANNOT_TELL]
