"""Joins a pathway and evidence to a verdict, one pure function for preview, award, renewal and audit."""

from collections.abc import Iterable
from datetime import date

from certificates.pathways.engine.awards import Award, award_of, decisions
from certificates.pathways.engine.context import Case, Context, Rules, open_case, result_of
from certificates.pathways.engine.nodes import Node
from certificates.pathways.engine.requirements import judge
from certificates.pathways.engine.signatories import may_sign
from certificates.pathways.engine.standing import (
    granted_standing,
    standing_of,
    to_be_awarded,
    to_be_permitted,
    to_keep,
    to_lift,
    to_renew,
    to_return,
)
from certificates.pathways.engine.verdict import (
    DecisionSeen,
    DeliveryVerdict,
    LevelVerdict,
    Part,
    PermitVerdict,
    Standing,
    Verdict,
)
from certificates.pathways.language.evidence import Evidence, Record
from certificates.pathways.language.schema import Level, Pathway, Permit, Requirements
from training.instruments.schema import Instrument
from training.parsing.keywords import PERMIT_STANDINGS
from training.parsing.values import Result, Sure, Value, all_of

RULES = Rules(judge=judge, standing=standing_of)


def evaluate(
    pathway: Pathway,
    evidence: Evidence,
    as_of: date,
    known_at: date | None = None,
    instruments: Iterable[Instrument] = (),
) -> Verdict:
    """What the pathway says about the holder on a day, as known on a day (None: as known by now)."""
    case = open_case(pathway, evidence, known_at, instruments=instruments, rules=RULES)
    levels = [level for level in pathway.levels.values() if level.holder == evidence.kind]
    return Verdict(
        pathway=pathway.id,
        version=pathway.version,
        holder=evidence.holder,
        as_of=as_of,
        known_at=known_at,
        in_force=pathway.in_force(as_of),
        levels=tuple(verdict for level in levels for verdict in judge_level(case, level, as_of)),
        deliveries=tuple(
            _delivery(case, record, rules, as_of)
            for record, rules in _ruled(case, pathway, as_of)
        ),
    )  # fmt: skip


def _ruled(case: Case, pathway: Pathway, day: date) -> Iterable[tuple[Record, Requirements]]:
    """The holder's seen deliveries that the pathway has rules for, in order."""
    if not pathway.deliveries:
        return ()
    seen = case.records(case.holder, "delivery", day)
    return [(record, pathway.deliveries[record.what]) for record in seen if record.what in pathway.deliveries]


def _delivery(case: Case, record: Record, rules: Requirements, day: date) -> DeliveryVerdict:
    place = Context(case=case, day=day, subject=case.holder, roots=rules, this=record)
    nodes = place.judge_all()
    return DeliveryVerdict(record.id, result_of(nodes), nodes)


def judge_level(case: Case, level: Level, day: date) -> tuple[LevelVerdict, ...]:
    """A level on a day, once for each value of its `per`."""
    if level.per is None:
        return (_judge(case, level, day, None),)
    values: list[Value | None] = [*case.values_of(level.per, day)] or [None]
    return tuple(_judge(_only(case, level.per, value), level, day, value) for value in values)


def _only(case: Case, attribute: str, value: Value | None) -> Case:
    return case if value is None else case.only(attribute, value)


def _judge(case: Case, level: Level, day: date, value: Value | None) -> LevelVerdict:
    place = to_be_awarded(case, level, day)
    entry = tuple(place.judge(one) for one in level.entry)
    requires = tuple(place.judge(one) for one in level.requires)
    result = result_of(entry + requires)
    decided = decisions(case, case.holder, level.id, day)
    award = award_of(case, case.holder, level.id, day)
    if award:
        standing = granted_standing(case, level, award, day)
    else:
        standing = Standing(_before_grant(entry + requires, result, decided))
    return LevelVerdict(
        level=level.id,
        per=(level.per, value) if level.per and value is not None else None,
        result=result,
        may_start=result_of(entry),
        entry=entry,
        requires=requires,
        standing=standing,
        decision=_decision(case, level, decided[-1], day) if decided else None,
        renewal=_part(to_renew(case, level, award, day)) if award and level.renewal is not None else None,
        keep=_keep(case, level, award, standing, day) if award and level.keep is not None else None,
        return_=_return(case, level, award, standing, day),
        lifted_by=_lifted_by(case, level, award, day),
        permits=tuple(_permit(case, level, one, award=award, standing=standing, day=day) for one in level.permits),
        title=level.title,
    )


def _before_grant(nodes: tuple[Node, ...], result: Result, decided: list[Record]) -> str:
    """Where somebody stands who has not been granted the level."""
    if not decided and result is Result.MET:
        return "ready"
    begun = any(one.used or one.maybe or one.waived for node in nodes for one in node.walk())
    return "in_training" if decided or begun else "not_started"


def _decision(case: Case, level: Level, latest: Record, day: date) -> DecisionSeen:
    outcome = latest.first("outcome") or "certified"
    in_order = Result.MET
    if level.decision:
        rule, signed = level.decision, Sure.YES
        if rule.by:
            signed = may_sign(latest, rule.by, Context(case=case, day=day, subject=case.holder, level=level))
        if rule.at_least > 1 and len(set(latest.by)) < rule.at_least:
            signed = Sure.NO if latest.by else min(signed, Sure.PERHAPS)
        in_order = signed.result() if outcome in rule.outcomes else Result.NOT_MET
    return DecisionSeen(latest.id, outcome, latest.on or day, in_order)


def _part(place: Context) -> Part:
    nodes = place.judge_all()
    return Part(result_of(nodes), nodes)


def _keep(case: Case, level: Level, award: Award, standing: Standing, day: date) -> Part:
    """The keep rules on the day; after a lapse on the day of the lapse."""
    return _part(to_keep(case, level, award, standing.lapsed_on or day))


def _return(case: Case, level: Level, award: Award | None, standing: Standing, day: date) -> Part | None:
    if award is None or level.return_ is None or standing.lapsed_on is None:
        return None
    return _part(to_return(case, level, award, day, lapse=standing.lapsed_on))


def _lifted_by(case: Case, level: Level, award: Award | None, day: date) -> Part | None:
    rule = level.decision
    if award is None or rule is None or not rule.has_lifted_by or not award.conditional:
        return None
    return _part(to_lift(case, level, award, day))


def _permit(
    case: Case, level: Level, permit: Permit, *, award: Award | None, standing: Standing, day: date
) -> PermitVerdict:
    nodes = to_be_permitted(case, level, award, day, roots=permit.requires).judge_all()
    stands = standing.state in (permit.standings or PERMIT_STANDINGS)
    sure = Result.MET if standing.certain else Result.CANNOT_TELL
    result = all_of([Result.MET if stands else Result.NOT_MET, sure, result_of(nodes)])
    duties = permit.duties
    if standing.state == "provisional" and award:
        duties += (level.decision.duties if level.decision else ()) + award.latest.duties
    return PermitVerdict(permit.may, result, duties, nodes)
