"""Asks the rules about a person: gathers, evaluates, and keeps what they said when it has changed."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from tortoise.exceptions import IntegrityError

from certificates import pathway_versions
from certificates.gather import gather
from certificates.grounds import Consideration, PathwayVersion, slot_name
from certificates.pathways.evaluate import evaluate
from certificates.pathways.evidence import Evidence
from certificates.pathways.shapes import Pathway
from certificates.pathways.values import Result
from certificates.pathways.verdict import LevelVerdict, Verdict
from training import facts
from training.database.opening import transaction
from training.people.models import Person


@dataclass(frozen=True)
class Considered:
    """One pathway version applied to one person on a day: the verdict and the evidence it rests on."""

    version: PathwayVersion
    pathway: Pathway
    verdict: Verdict
    evidence: dict[str, Any]


async def judge(
    person: Person,
    version: PathwayVersion,
    *,
    as_of: date,
    known_at: date | None = None,
    also: tuple[dict[str, Any], ...] = (),
) -> Considered:
    """Evaluates a pathway version for a person; the one decision function behind every page, award and audit.

    `also` adds records that are not written yet, such as the award being made.
    """
    pathway = pathway_versions.read(version)
    evidence = await gather(person.id, version.slug)
    evidence["records"] = [*evidence["records"], *also]
    tools = await pathway_versions.instruments_of(person.unit_id)
    verdict = evaluate(pathway, Evidence.of(evidence), as_of, known_at, tools)
    return Considered(version, pathway, verdict, evidence)


async def consider(person: Person, *, now: datetime) -> list[Considered]:
    """Considers a person for every pathway they follow, and keeps what has changed."""
    found = []
    for version in await pathway_versions.followed_by(person.id, person.unit_id):
        considered = await judge(person, version, as_of=now.date())
        for level in considered.verdict.levels:
            await keep(person, considered, level, now=now)
        found.append(considered)
    return found


async def keep(person: Person, considered: Considered, level: LevelVerdict, *, now: datetime) -> Consideration | None:
    """Keeps what the rules said of a level, unless they said the same before; gives the new row."""
    slot = slot_of(person, considered, level)
    before = await Consideration.get_or_none(slot=slot)
    said, digest = level.as_json(), _digest(considered.evidence)
    if before and (_lasting(before.verdict), before.evidence_sha256) == (_lasting(said), digest):
        return None
    if before is None and level.standing.state == "not_started":
        return None
    kept = Consideration(
        id=uuid4(), slot=slot, person_id=person.id, pathway_id=considered.version.id, level=level.level,
        per=per_of(level), as_of=considered.verdict.as_of, made=now, result=level.result.value,
        standing=level.standing.state, verdict=said,
        awaiting=awaits(level) and is_named(considered, level),
        evidence=json.loads(_plain(considered.evidence["records"])), evidence_sha256=digest,
    )  # fmt: skip
    try:
        await _write(kept, before, person, considered.version, now=now)
    except IntegrityError:
        return None  # somebody else considered the same person at the same moment
    return kept


async def _write(
    kept: Consideration, before: Consideration | None, person: Person, version: PathwayVersion, *, now: datetime
) -> None:
    async with transaction():
        if before:
            await Consideration.filter(id=before.id).update(slot=None, awaiting=False)
        await kept.save(force_create=True)
        if before is None or before.standing != kept.standing:
            await facts.record(
                "person.considered", kept, actor=None, person=person.id, unit=person.unit_id, now=now,
                version=version.version,
                detail={"level": kept.level, "from": before.standing if before else None, "to": kept.standing},
            )  # fmt: skip


def slot_of(person: Person, considered: Considered, level: LevelVerdict) -> str:
    """Names the one place that the current consideration of a person, pathway and level can hold."""
    return slot_name(person.id, considered.version.slug, level.level, per_of(level))


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


def is_named(considered: Considered, level: LevelVerdict) -> bool:
    """Tells whether the pathway wants a named person to decide on a level."""
    return considered.pathway.levels[level.level].decision is not None


def per_of(level: LevelVerdict) -> str:
    """Writes the value a level is evaluated for as "course=group", or "" where there is none."""
    return f"{level.per[0]}={level.per[1]}" if level.per else ""


def _digest(evidence: dict[str, Any]) -> str:
    return hashlib.sha256(_plain(evidence).encode()).hexdigest()


def _plain(value: Any) -> str:
    return json.dumps(value, default=str, sort_keys=True, ensure_ascii=False)
