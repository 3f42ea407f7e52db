"""Decides on a level, by a named person or by the rules alone, and awards the certification and its certificate."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from certificates import changes
from certificates.considering import Considered, awaits, consider, is_named, judge, keep, per_of, slot_of
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


async def consider_and_award(person_id: UUID, *, home: str, now: datetime) -> list[Considered]:
    """Considers a person, and awards each level that is met and that no named person has to decide."""
    person = await Person.get(id=person_id)
    found = await consider(person, now=now)
    for considered in found:
        for level in considered.verdict.levels:
            if awaits(level) and not is_named(considered, level):
                await _award_by_rules(person, considered, level, home=home, now=now)
    return found


async def _award_by_rules(
    person: Person, considered: Considered, level: LevelVerdict, *, home: str, now: datetime
) -> None:
    wish = Wish("certified", "The rules are met.")
    dates = await _dates(person, considered, level, wish=wish, actor=None, now=now)
    if dates.standing.state in GOOD:  # or it would lapse at once, and be awarded again, without an end
        await _decide(person, considered, level, wish=wish, dates=dates, actor=None, home=home, now=now)


async def decide(consideration_id: UUID, *, wish: Wish, actor: Actor, home: str, now: datetime) -> Decision:
    """Decides as a named person; the rules are asked once more, and granting against them is refused.

    Of many at once, or one after the other, one decides and the others get that same decision back.
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
    if made := await decided(row):  # asked after the rules were, so that it is seen if they saw it
        return made
    level = _level(considered, row)
    _in_order(considered, level, wish)
    dates = await _dates(person, considered, level, wish=wish, actor=actor, now=now)
    return await _decide(person, considered, level, wish=wish, dates=dates, actor=actor, home=home, now=now)


async def decided(row: Consideration) -> Decision | None:
    """Finds the decision that was made in the turn of the level which a consideration belongs to."""
    last = row.verdict["decision"]
    return await Decision.get_or_none(key=_key(row.slot_name, last and last["record"]))


def _level(considered: Considered, row: Consideration) -> LevelVerdict:
    level = next((one for one in considered.verdict.levels if (one.level, per_of(one)) == (row.level, row.per)), None)
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
    dates: LevelVerdict,
    actor: Actor | None,
    home: str,
    now: datetime,
) -> Decision:
    await keep(person, considered, level, now=now)
    slot = slot_of(person, considered, level)
    basis = await Consideration.get(slot=slot)
    key = _key(slot, level.decision.record if level.decision else None)
    try:
        async with transaction():
            made = await _write(person, basis, key=key, wish=wish, actor=actor, now=now)
            await Consideration.filter(id=basis.id).update(awaiting=False)
            if wish.outcome in GRANTING:
                await _award(person, considered, level, made, dates=dates, actor=actor, home=home, now=now)
            await facts.record(
                "decision.made", made, actor=actor.person_id if actor else None, person=person.id,
                unit=person.unit_id, now=now, version=considered.version.version,
                detail={"level": level.level, "outcome": wish.outcome},
            )  # fmt: skip
    except IntegrityError as error:
        if first := await Decision.get_or_none(key=key):
            return first
        if actor is None:
            raise  # follow-up work is tried again
        # Not the decision was there already, but a change of the certification before this one.
        raise Conflict("Something has just changed here.", "Look at it again, then decide.") from error
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


def _key(slot: str, last: str | None) -> str:
    """Names this turn of the level: the last decision it comes after, so that two at once have the same key."""
    return f"{slot}/after {last or 'first'}"


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
    assert found is not None and found.decision is not None
    if actor and found.decision.in_order is Result.NOT_MET:
        raise NotAllowed("The pathway does not let you decide this.", "Ask somebody whom it names.")
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
    if made.outcome == "conditional":
        await _mark(certification, person, made)
    await _permit(certification, dates, made)
    certificate = await reserve(Issue(person, considered, certification, made), home=home, now=now)
    detail = {"level": level.level, "from": certification.starts.isoformat(), "to": _iso(certification.ends)}
    await facts.record(
        "certificate.awarded", certificate, actor=actor.person_id if actor else None, person=person.id,
        unit=person.unit_id, now=now, version=considered.version.version, detail=detail,
    )  # fmt: skip
    return certification


async def _mark(certification: Certification, person: Person, made: Decision) -> None:
    wanted = changes.Wanted("provisional", "Awarded on a condition.", made.on)
    await changes.insert(
        certification, wanted, actor_id=made.decided_by_id, unit_id=person.unit_id, now=made.recorded
    )  # fmt: skip


async def _replace(
    person: Person, considered: Considered, level: LevelVerdict, *, actor: Actor | None, now: datetime
) -> None:
    """Ends the certification before this one, if there is one that still holds."""
    wanted = changes.Wanted("replaced", "Renewed by a new certification.", now.date())
    earlier = Certification.filter(
        person_id=person.id, pathway_slug=considered.version.slug, level=level.level, per=per_of(level)
    )
    actor_id = actor.person_id if actor else None
    for found in await earlier:
        await changes.insert(found, wanted, actor_id=actor_id, unit_id=person.unit_id, now=now)


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
        if permit.result is Result.MET:
            await Permission.create(id=uuid4(), may=permit.may, **held)
    if not dates.permits and dates.standing.state in GOOD:
        await Permission.create(id=uuid4(), may="hold the award", **held)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
