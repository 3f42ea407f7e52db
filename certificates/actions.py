"""Decides on a level, by a named person or by the rules alone, and awards the certification and its certificate."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from certificates import changes, pathway_versions
from certificates.considering import Considered, awaits, consider, judge, keep, per_of, slot_of
from certificates.grounds import Consideration, PathwayVersion
from certificates.issuing import Issue, reserve
from certificates.models import Certification, Decision
from certificates.pathways.values import Result
from certificates.pathways.verdict import LevelVerdict
from certificates.rules import GOOD, GRANTING
from training import facts
from training.database.opening import transaction
from training.errors import Conflict, Invalid, NotAllowed, NotFound
from training.people.actor import Actor
from training.people.models import Permission, Person
from training.people.reach import visible_to

APPEAL = timedelta(days=28)


@dataclass(frozen=True)
class Wish:
    """What a named person decides: the outcome, why, and what somebody else thought."""

    outcome: str
    reasons: str
    dissent: str = ""


async def consider_and_award(person_id: UUID, *, home: str, now: datetime) -> None:
    """Considers a person, and awards each level that is met and that no named person has to decide."""
    await consider(person_id, now=now)
    person = await Person.get(id=person_id)
    for version in await pathway_versions.followed_by(person_id, person.unit_id):
        considered = await judge(person, version, as_of=now.date())
        for level in considered.verdict.levels:
            if _rules_decide(considered, level):
                wish = Wish("certified", "The rules are met.")
                await _decide(person, considered, level, wish=wish, actor=None, home=home, now=now)


def _rules_decide(considered: Considered, level: LevelVerdict) -> bool:
    named = considered.pathway.levels[level.level].decision
    return named is None and awaits(level)


async def decide(consideration_id: UUID, *, wish: Wish, actor: Actor, home: str, now: datetime) -> Decision:
    """Decides as a named person; the rules are asked once more, and granting against them is refused.

    Of many at once, one decides and the others get that same decision back.
    """
    row = await Consideration.get_or_none(id=consideration_id).prefetch_related("pathway")
    person = await visible_to(actor).get_or_none(id=row.person_id) if row else None
    if row is None or person is None:
        raise NotFound("There is nothing to decide here.", "Look at the list of decisions again.")
    if not actor.may("decide") or actor.person_id == person.id:
        raise NotAllowed("You may not decide this.", "Somebody else of the central unit has to.")
    if not wish.reasons.strip():
        raise Invalid("There is a problem", problems={"reasons": "Say why, in a sentence or two"})
    version: PathwayVersion = row.pathway
    considered = await judge(person, version, as_of=now.date())
    level = _level(considered, row)
    _in_order(considered, level, wish)
    return await _decide(person, considered, level, wish=wish, actor=actor, home=home, now=now)


def _level(considered: Considered, row: Consideration) -> LevelVerdict:
    per = row.per.partition("=")[2] or None
    level = considered.verdict.level(row.level, per)
    if level is None:
        raise NotFound("The pathway has no such level any more.", "Look at the list of decisions again.")
    return level


def _in_order(considered: Considered, level: LevelVerdict, wish: Wish) -> None:
    rule = considered.pathway.levels[level.level].decision
    if rule is None or wish.outcome not in rule.outcomes:
        raise Invalid("There is a problem", problems={"outcome": "Choose an outcome"})
    if wish.outcome in GRANTING and not awaits(level):
        raise Conflict(
            "The rules are not met any more, so this cannot be awarded.",
            "Look at the pathway: it says what is missing.",
        )


async def _decide(
    person: Person,
    considered: Considered,
    level: LevelVerdict,
    *,
    wish: Wish,
    actor: Actor | None,
    home: str,
    now: datetime,
) -> Decision:
    await keep(person, considered, level, now=now)
    basis = await Consideration.get(slot=slot_of(person, considered, level))
    key = await _key(person.id, considered.version.slug, level)
    dates = await _dates(person, considered, level, wish=wish, actor=actor, now=now)
    try:
        async with transaction():
            made = await _write(person, basis, key=key, wish=wish, actor=actor, now=now)
            if wish.outcome in GRANTING:
                await _award(person, considered, level, made, dates=dates, actor=actor, home=home, now=now)
            await facts.record(
                "decision.made", made, actor=actor.person_id if actor else None, person=person.id,
                unit=person.unit_id, now=now, version=considered.version.version,
                detail={"level": level.level, "outcome": wish.outcome},
            )  # fmt: skip
    except IntegrityError:
        return await Decision.get(key=key)
    return made


async def _write(
    person: Person, basis: Consideration, *, key: str, wish: Wish, actor: Actor | None, now: datetime
) -> Decision:
    return await Decision.create(
        id=uuid4(), key=key, consideration_id=basis.id, person_id=person.id, pathway_id=basis.pathway_id,
        level=basis.level, per=basis.per, outcome=wish.outcome, on=now.date(), reasons=wish.reasons,
        dissent=wish.dissent, decided_by_id=actor.person_id if actor else None, recorded=now,
        appeal_until=None if wish.outcome in GRANTING else now.date() + APPEAL,
    )  # fmt: skip


async def _key(person_id: UUID, slug: str, level: LevelVerdict) -> str:
    """Names this turn of the level: the last decision it comes after, so that two at once have the same key."""
    last = level.decision.record if level.decision else "first"
    return f"{person_id}/{slug}/{level.level}/{per_of(level)}/after {last}"


async def _dates(
    person: Person, considered: Considered, level: LevelVerdict, *, wish: Wish, actor: Actor | None, now: datetime
) -> LevelVerdict:
    """Asks the engine how the level would stand with this decision, so that it alone works out the days."""
    award: dict[str, Any] = {
        "id": "award-now", "type": "award", "what": level.level, "on": now.date(), "outcome": wish.outcome,
    }  # fmt: skip
    if level.per:
        award[level.per[0]] = str(level.per[1])
    if actor:
        award["by"] = str(actor.person_id)
    then = await judge(person, considered.version, as_of=now.date(), also=(award,))
    found = then.verdict.level(level.level, level.per[1] if level.per else None)
    assert found is not None
    return found


async def _award(
    person: Person,
    considered: Considered,
    level: LevelVerdict,
    made: Decision,
    *,
    dates: LevelVerdict,
    actor: Actor | None,
    home: str,
    now: datetime,
) -> Certification:
    await _replace(person, considered, level, actor=actor, now=now)
    standing = dates.standing
    certification = await Certification.create(
        id=uuid4(), decision_id=made.id, person_id=person.id, programme_id=considered.version.programme_id,
        site_id=considered.evidence["site"], pathway_slug=considered.version.slug, level=level.level,
        level_title=level.title or level.level.replace("_", " ").capitalize(), per=per_of(level), starts=now.date(),
        renewal_opens=standing.renewal_opens, ends=standing.valid_until,
        over=standing.grace_until or standing.valid_until, recorded=now,
    )  # fmt: skip
    await _permit(certification, dates, made)
    certificate = await reserve(Issue(person, considered, certification, made), home=home, now=now)
    detail = {"level": level.level, "from": certification.starts.isoformat(), "to": _iso(certification.ends)}
    await facts.record(
        "certificate.awarded", certificate, actor=actor.person_id if actor else None, person=person.id,
        unit=person.unit_id, now=now, version=considered.version.version, detail=detail,
    )  # fmt: skip
    return certification


async def _replace(
    person: Person, considered: Considered, level: LevelVerdict, *, actor: Actor | None, now: datetime
) -> None:
    """Ends the certification before this one, if there is one that still holds."""
    wanted = changes.Wanted("replaced", "Renewed by a new certification.", now.date())
    earlier = Certification.filter(
        person_id=person.id, pathway_slug=considered.version.slug, level=level.level, per=per_of(level)
    )
    for found in await earlier:
        if await changes.could(found, wanted):
            await changes.insert(
                found, wanted, actor_id=actor.person_id if actor else None, unit_id=person.unit_id, now=now
            )  # fmt: skip


async def _permit(certification: Certification, dates: LevelVerdict, made: Decision) -> None:
    """Brings the verdict down as rows, for the rooms that may not look up here."""
    held: dict[str, Any] = {
        "person_id": certification.person_id,
        "what": f"{certification.pathway_slug}/{certification.level}",
        "starts": certification.starts,
        "ends": certification.over,
        "because": made.id,
    }
    for permit in dates.permits:
        if permit.result is not Result.NOT_MET:
            await Permission.create(id=uuid4(), may=permit.may, **held)
    if not dates.permits and dates.standing.state in GOOD:
        await Permission.create(id=uuid4(), may="hold the award", **held)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
