"""Joins a pathway and evidence to a verdict: one pure function, the same for preview, award, renewal and audit."""

from collections.abc import Iterable
from datetime import date

from certificates.pathways.case import Case, Rules, open_case
from certificates.pathways.evidence import Evidence, Record
from certificates.pathways.levels import judge_level
from certificates.pathways.places import Place, result_of
from certificates.pathways.requirements import judge
from certificates.pathways.shapes import Pathway, Requirements
from certificates.pathways.standing import standing_of
from certificates.pathways.verdict import DeliveryVerdict, Verdict
from training.instruments.schema import Instrument

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
    place = Place(case=case, day=day, subject=case.holder, roots=rules, this=record)
    nodes = place.judge_all()
    return DeliveryVerdict(record.id, result_of(nodes), nodes)
