"""Joins the judged members of a group, and judges what is asked of the one record in view: conditions and team."""

from datetime import date

from certificates.pathways.engine.candidates import Candidate, fits, fits_one
from certificates.pathways.engine.context import RequirementContext, counting, result_of
from certificates.pathways.engine.counting import at_least, at_most
from certificates.pathways.engine.nodes import Count, Node
from certificates.pathways.engine.signatories import holds
from certificates.pathways.language.evidence import TeamMember
from certificates.pathways.language.schema import Condition, Group, Requirement, Team, This
from training.parsing.lengths import latest
from training.parsing.values import Result, Sure, all_of


def join(requirement: Requirement, group: Group, children: tuple[Node, ...], place: RequirementContext) -> Node:
    """The result of a group from its judged children."""
    members = counting(children)
    results = [node.result for node in members]
    if group.kind == "all_of":
        result = result_of(members)
    elif group.kind == "any_of":
        met = results.count(Result.MET)
        might = met + results.count(Result.CANNOT_TELL)
        result = at_least(met, might, group.at_least) if members else Result.NOT_MET
    elif Result.MET in results:
        result = Result.NOT_MET
    else:
        result = Result.CANNOT_TELL if Result.CANNOT_TELL in results else Result.MET
    node = Node(requirement.id, result, children=children, steady_until=_steady(group, children))
    if result is Result.MET:
        return node.but(met_on=_met_on(group, members))
    if result is Result.NOT_MET and group.kind != "none_of":
        earliest, late = _earliest(group, members, place.day)
        return node.but(earliest=earliest, late=late)
    return node


def _met_on(group: Group, members: list[Node]) -> date | None:
    if group.kind == "none_of":
        return None
    if group.kind == "all_of":
        return latest(node.met_on for node in members)
    days = sorted(node.met_on for node in members if node.result is Result.MET and node.met_on)
    return days[group.at_least - 1] if len(days) >= group.at_least else None


def _earliest(group: Group, members: list[Node], day: date) -> tuple[date | None, bool]:
    """The first day on which a group could be met, and whether it is too late for it."""
    if group.kind == "all_of":
        unmet = [node for node in members if node.result is Result.NOT_MET]
        opens = [node.earliest for node in unmet]
        return (None if None in opens else latest(opens)), any(node.late for node in unmet)
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


def judge_this(requirement: Requirement, ask: This, place: RequirementContext) -> Node:
    """Whether the record in view is as the conditions ask."""
    assert place.this is not None
    one = Candidate(place.this, place.this.on, Sure.YES)
    return Node(requirement.id, fits(ask.where, one).result())


def judge_team(requirement: Requirement, ask: Team, place: RequirementContext) -> Node:
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
        result = at_most(have, might, ask.at_most)
        counts.append(Count("people", have, might, ask.at_most, result, at_most=True))
    return Node(requirement.id, all_of(count.result for count in counts), counts=tuple(counts))


def _member(ask: Team, member: TeamMember, place: RequirementContext, day: date) -> Sure:
    """Whether somebody of a team is whom the requirement counts."""
    role = (member.role,) if member.role else ()
    sure = fits_one(Condition("role", one_of=ask.roles), role) if ask.roles else Sure.YES
    conditions = [fits_one(one, member.attributes.get(one.attribute, ())) for one in ask.where]
    sure = min([sure, *conditions])
    if sure and ask.holds:
        held = Sure.PERHAPS if member.who is None else holds(place.case, member.who, ask.holds, day)
        return min(sure, held)
    return sure
