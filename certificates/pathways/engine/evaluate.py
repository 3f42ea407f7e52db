"""Joins a pathway and evidence to a verdict, one pure function for preview, award, renewal and audit."""

from collections.abc import Iterable
from datetime import date

from certificates.pathways.engine.awards import Award, award_of, decisions
from certificates.pathways.engine.context import Case, RequirementContext, open_case, result_of
from certificates.pathways.engine.nodes import Node
from certificates.pathways.engine.places import to_be_awarded, to_be_permitted, to_keep, to_lift, to_renew, to_return
from certificates.pathways.engine.requirements import granted_standing, judge, judge_all, may_sign
from certificates.pathways.engine.verdict import (
    DecisionSeen,
    DeliveryVerdict,
    LevelVerdict,
    PermitVerdict,
    Standing,
    Verdict,
    VerdictPart,
)
from certificates.pathways.language.evidence import Evidence, EvidenceRecord
from certificates.pathways.language.schema import Level, Pathway, Permit
from training.instruments.schema import InstrumentSchema
from training.parsing.keywords import PERMIT_STANDINGS
from training.parsing.values import Result, Sure, Value, all_of


def evaluate(
    pathway: Pathway,
    evidence: Evidence,
    as_of: date,
    known_at: date | None = None,
    instruments: Iterable[InstrumentSchema] = (),
) -> Verdict:
    """What the pathway says about the holder on a day, as known on a day (None: as known by now)."""
    case = open_case(pathway, evidence, known_at, instruments=instruments)
    levels: list[LevelVerdict] = []
    for level in pathway.levels.values():
        if level.holder != evidence.kind:
            continue
        values = case.values_of(level.per, as_of) if level.per else []
        for value in values:
            assert level.per is not None
            levels.append(_level(case.only(level.per, value), level, as_of, value))
        if not values:
            levels.append(_level(case, level, as_of, None))
    return Verdict(
        pathway=pathway.id,
        version=pathway.version,
        holder=evidence.holder,
        as_of=as_of,
        known_at=known_at,
        in_force=pathway.in_force(as_of),
        levels=tuple(levels),
        deliveries=_deliveries(case, as_of),
    )


def _deliveries(case: Case, day: date) -> tuple[DeliveryVerdict, ...]:
    """The holder's seen deliveries that the pathway has rules for, in order."""
    found = []
    for record in case.records(case.holder, "delivery", day):
        if record.what in case.pathway.deliveries:
            rules = case.pathway.deliveries[record.what]
            nodes = judge_all(RequirementContext(case=case, day=day, subject=case.holder, roots=rules, this=record))
            found.append(DeliveryVerdict(record.id, result_of(nodes), nodes))
    return tuple(found)


def _level(case: Case, level: Level, day: date, value: Value | None) -> LevelVerdict:
    """A level on a day, for one value of its `per`; each part has the place that it is looked at in."""
    place = to_be_awarded(case, level, day)
    entry = tuple(judge(one, place) for one in level.entry)
    requires = tuple(judge(one, place) for one in level.requires)
    result = result_of(entry + requires)
    decided = decisions(case, case.holder, level.id, day)
    award = award_of(case, case.holder, level.id, day)
    renewal = keep = return_ = lifted_by = None
    if award is None:
        standing = Standing(_before_grant(entry + requires, result, decided))
    else:
        standing = granted_standing(case, level, award, day)
        if level.renewal is not None:
            renewal = _part(to_renew(case, level, award, day))
        if level.keep is not None:  # after a lapse as it was on that day
            keep = _part(to_keep(case, level, award, standing.lapsed_on or day))
        if level.return_ is not None and standing.lapsed_on is not None:
            return_ = _part(to_return(case, level, award, day, lapse=standing.lapsed_on))
        if level.decision and level.decision.has_lifted_by and award.conditional:
            lifted_by = _part(to_lift(case, level, award, day))
    return LevelVerdict(
        level=level.id,
        per=(level.per, value) if level.per and value is not None else None,
        result=result,
        may_start=result_of(entry),
        entry=entry,
        requires=requires,
        standing=standing,
        decision=_decision(case, level, decided[-1], day) if decided else None,
        renewal=renewal,
        keep=keep,
        return_=return_,
        lifted_by=lifted_by,
        permits=tuple(_permit(case, level, one, award=award, standing=standing, day=day) for one in level.permits),
        title=level.title,
    )


def _before_grant(nodes: tuple[Node, ...], result: Result, decided: list[EvidenceRecord]) -> str:
    """Where somebody stands who has not been granted the level."""
    if not decided and result is Result.MET:
        return "ready"
    begun = any(one.used or one.maybe or one.waived for node in nodes for one in node.walk())
    return "in_training" if decided or begun else "not_started"


def _decision(case: Case, level: Level, latest: EvidenceRecord, day: date) -> DecisionSeen:
    """The latest decision, and whether it is one that the level knows, by somebody who may decide."""
    outcome = latest.first("outcome") or "certified"
    in_order = Result.MET
    if level.decision:
        rule, signed = level.decision, Sure.YES
        if rule.by:
            signed = may_sign(latest, rule.by, RequirementContext(case=case, day=day, subject=case.holder, level=level))
        if rule.at_least > 1 and len(set(latest.by)) < rule.at_least:
            signed = Sure.NO if latest.by else min(signed, Sure.PERHAPS)
        in_order = signed.result() if outcome in rule.outcomes else Result.NOT_MET
    return DecisionSeen(latest.id, outcome, latest.on or day, in_order)


def _part(place: RequirementContext) -> VerdictPart:
    nodes = judge_all(place)
    return VerdictPart(result_of(nodes), nodes)


def _permit(
    case: Case, level: Level, permit: Permit, *, award: Award | None, standing: Standing, day: date
) -> PermitVerdict:
    nodes = judge_all(to_be_permitted(case, level, award, day, roots=permit.requires))
    stands = standing.state in (permit.standings or PERMIT_STANDINGS)
    sure = Result.MET if standing.certain else Result.CANNOT_TELL
    result = all_of([Result.MET if stands else Result.NOT_MET, sure, result_of(nodes)])
    duties = permit.duties
    if standing.state == "provisional" and award:
        duties += (level.decision.duties if level.decision else ()) + award.latest.duties
    return PermitVerdict(permit.may, result, duties, nodes)
