"""Asks the rules about a person or a site: gathers, evaluates, and keeps what they said when it has changed."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import uuid4

from tortoise.exceptions import IntegrityError

from certificates.evaluations import pathway_versions
from certificates.evaluations.collect_evidence import collect_evidence
from certificates.evaluations.models import Decision, Evaluation, PathwayVersion, current, slot_name
from certificates.evaluations.standing import GRANTING, is_new_evidence
from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.engine.verdict import LevelVerdict, Verdict
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.schema import Pathway
from training.core.dates import local_day
from training.database.connection import transaction
from training.parsing.values import Result
from training.people.holders import Holder, person_id_of, whose
from training.people.models import Person
from training.sites.models import Site, zone_of
from training.trail import facts

TRIES = 10
"""Times that somebody may be overtaken before they give up."""

UUID_LETTERS = 36
"""Length of the decision's id, with which the name of its award record ends."""

CONSIDERED = {Person: "person.considered", Site: "site.considered"}
"""Kind of holder → the fact that says anew what the rules find."""

Done = TypeVar("Done")
Slots = Mapping[str, Evaluation]


@dataclass(frozen=True)
class PersonEvaluation:
    """One pathway version applied to a person or a site on a day: the verdict and the evidence it rests on.

    `kept` are the rows that say so, by slot; empty where the rules were only asked.
    """

    version: PathwayVersion
    pathway: Pathway
    verdict: Verdict
    evidence: dict[str, Any]
    kept: Slots = field(default_factory=dict)


class ConcurrentChange(Exception):
    """Somebody else wrote of the same holder meanwhile, so what was read before may not hold any more."""


async def judge(
    holder: Holder,
    version: PathwayVersion,
    *,
    as_of: date,
    known_at: date | None = None,
    also: tuple[dict[str, Any], ...] = (),
) -> PersonEvaluation:
    """Evaluates a pathway version for a holder; the one decision function behind every page, award and audit.

    `also` adds records that are not written yet, such as the award being made.
    """
    pathway = pathway_versions.read(version)
    evidence = await collect_evidence(holder, version, also, as_of=as_of)
    tools = await pathway_versions.instruments_of(holder.unit_id)
    verdict = evaluate(pathway, Evidence.of(evidence), as_of, known_at, tools)
    return PersonEvaluation(version, pathway, verdict, evidence)


async def evaluate_holder(holder: Holder, *, now: datetime) -> list[PersonEvaluation]:
    """Considers a person, or a site, for every pathway they follow, and keeps what has changed; lets go of others."""
    today = local_day(now, await zone_of(holder.unit_id))
    versions = await pathway_versions.followed(holder, today=today)
    await _let_go(holder, {version.slug for version in versions}, now=now)
    return [await evaluate_for(holder, version, now=now) for version in versions if has_begun(version, today)]


async def _let_go(holder: Holder, followed: Collection[str], *, now: datetime) -> None:
    """Ends what the rules of a pathway say now of who follows it no longer: nothing waits for them there."""
    for row in await current().filter(**whose(holder)).prefetch_related("pathway"):
        if row.pathway.slug in followed:
            continue
        async with transaction():
            if await Evaluation.filter(id=row.id, slot=row.slot).update(slot=None, awaiting=False):
                await facts.record(
                    CONSIDERED[type(holder)], row, actor=None, person=person_id_of(holder), unit=holder.unit_id,
                    now=now, version=row.pathway.version, detail={"level": row.level, "from": row.standing, "to": None},
                )  # fmt: skip


def has_begun(version: PathwayVersion, today: date) -> bool:
    """Tells whether the rules of a version have come into force; before, they say nothing of anybody."""
    first, _ = pathway_versions.read(version).effective
    return first is None or first <= today


async def evaluate_for(holder: Holder, version: PathwayVersion, *, now: datetime) -> PersonEvaluation:
    """Considers a person, or a site, for one pathway, and keeps what has changed."""
    return await persist(lambda: _evaluate(holder, version, now=now))


async def persist(attempt: Callable[[], Awaitable[Done]]) -> Done:
    """Does something, and once more each time that it is overtaken."""
    for _ in range(TRIES - 1):
        try:
            return await attempt()
        except ConcurrentChange:
            continue
    return await attempt()


async def _evaluate(holder: Holder, version: PathwayVersion, *, now: datetime) -> PersonEvaluation:
    # What holds is read before the evidence: so nobody who read the evidence earlier writes over who read it later.
    held = await current().filter(**whose(holder))
    before = {str(row.slot): row for row in held if str(row.slot).startswith(f"{holder.id}/{version.slug}/")}
    considered = await judge(holder, version, as_of=local_day(now, await zone_of(holder.unit_id)))
    # A row is written for each level of which the rules say something else than before.
    digest, levels = hashlib.sha256(_plain(considered.evidence).encode()).hexdigest(), considered.verdict.levels
    records = json.loads(_plain(considered.evidence["records"]))
    slots = {slot_of(holder, considered, level): level for level in levels}
    rows = [
        await _row(holder, considered, level, slot=slot, records=records, digest=digest, now=now)
        for slot, level in slots.items()
    ]
    fresh = {row.slot: row for row in rows if row.slot and _is_news(row, before.get(row.slot))}
    if fresh:
        try:
            async with transaction():
                for slot, row in fresh.items():
                    await _exchange(row, before.get(slot))
                    await _tell(row, before.get(slot), holder, considered.version, now=now)
        except IntegrityError as error:
            raise ConcurrentChange from error
    return replace(considered, kept={**before, **fresh})


def _is_news(row: Evaluation, before: Evaluation | None) -> bool:
    if before is None:
        return row.standing != "not_started"
    said, earlier = ((_lasting(one.verdict), one.evidence_sha256, one.awaiting) for one in (row, before))
    return said != earlier


async def _row(
    holder: Holder,
    considered: PersonEvaluation,
    level: LevelVerdict,
    *,
    slot: str,
    records: list[dict[str, Any]],
    digest: str,
    now: datetime,
) -> Evaluation:
    return Evaluation(
        id=uuid4(), slot=slot, **whose(holder), pathway_id=considered.version.id, level=level.level,
        per=per_of(level), as_of=considered.verdict.as_of, made=now, result=level.result.value,
        standing=level.standing.state, verdict=level.as_json(),
        awaiting=is_due(considered, level) and is_named(considered, level) and not await _is_refused(level, records),
        evidence=records, evidence_sha256=digest,
    )  # fmt: skip


async def _is_refused(level: LevelVerdict, records: list[dict[str, Any]]) -> bool:
    """Tells whether the last decision on a level refused it, and nothing new was shown since.

    A refusal that fell on an appeal refuses no longer. A grant that was withdrawn as a mistake is told as deferred: it
    refused nobody.
    """
    if level.decision is None or level.decision.outcome in GRANTING:
        return False
    last = await Decision.get_or_none(id=level.decision.record[-UUID_LETTERS:]).prefetch_related("evaluation", "appeal")
    if last is None or last.outcome in GRANTING or (last.appeal and last.appeal.finding == "overturned"):
        return False
    known = {_plain(one) for one in last.evaluation.evidence}
    return not any(is_new_evidence(one, level.level) and _plain(one) not in known for one in records)


async def _exchange(row: Evaluation, before: Evaluation | None) -> None:
    if before:
        held = Evaluation.filter(id=before.id, slot=row.slot)
        if not await held.update(slot=None, awaiting=False):
            raise ConcurrentChange
    await row.save(force_create=True)


async def _tell(
    row: Evaluation, before: Evaluation | None, holder: Holder, version: PathwayVersion, *, now: datetime
) -> None:
    await facts.record(
        CONSIDERED[type(holder)], row, actor=None, person=person_id_of(holder), unit=holder.unit_id, now=now,
        version=version.version,
        detail={"level": row.level, "from": before.standing if before else None, "to": row.standing},
        rows=[before] if before else (),
    )  # fmt: skip
    if row.awaiting and not (before and before.awaiting):
        await facts.record(
            "decision.due", row, actor=None, person=person_id_of(holder), unit=holder.unit_id, now=now,
            version=version.version, detail={"level": row.level},
        )  # fmt: skip


def slot_of(holder: Holder, considered: PersonEvaluation, level: LevelVerdict) -> str:
    """Names the one place that the current evaluation of a holder, pathway and level can hold."""
    return slot_name(holder.id, considered.version.slug, level.level, per_of(level))


def _lasting(said: Any) -> Any:
    """What was said without the days that move on by themselves, so that a quiet day makes no new row."""
    if isinstance(said, dict):
        return {key: _lasting(value) for key, value in said.items() if key != "earliest"}
    return [_lasting(one) for one in said] if isinstance(said, list) else said


def awaits(level: LevelVerdict) -> bool:
    """Tells whether all is met that this turn of a level asks, so that a decision is due."""
    if level.result is not Result.MET:
        return False
    if level.standing.state in ("renewal_due", "in_grace"):
        return level.renewal is not None and level.renewal.result is Result.MET
    if level.standing.state == "lapsed":
        back = level.return_ or level.renewal  # without either, what was shown long ago brings nobody back
        return back is not None and back.result is Result.MET
    return level.standing.state in ("ready", "in_training")


def is_due(considered: PersonEvaluation, level: LevelVerdict) -> bool:
    """Tells whether a decision is due: all is met, by rules that are in force on the day."""
    return considered.verdict.in_force and awaits(level)


def is_named(considered: PersonEvaluation, level: LevelVerdict) -> bool:
    """Tells whether the pathway wants a named person to decide on a level."""
    return considered.pathway.levels[level.level].decision is not None


def per_of(level: LevelVerdict) -> str:
    """Writes the value a level is evaluated for as "course=group", or "" where there is none."""
    return f"{level.per[0]}={level.per[1]}" if level.per else ""


def _plain(value: Any) -> str:
    return json.dumps(value, default=str, sort_keys=True, ensure_ascii=False)
