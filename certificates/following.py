"""Lets certifications and permissions follow what the rules find from day to day: lapses, conditions, permits."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from certificates import changes
from certificates.changes import Wanted, changes_of, period_of
from certificates.considering import Considered, per_of
from certificates.models import Certification
from certificates.pathways.verdict import LevelVerdict
from certificates.rules import GOOD, Change, standing_on
from training import facts
from training.database.opening import transaction
from training.parsing.values import Result
from training.people.models import Permission, Person
from training.people.reach import live_on

LAPSED = "What must stay true from day to day was not."
FOUND = "What must stay true was shown after all."
LIFTED = "The condition is met."
OPEN_AGAIN = "What met the condition was taken back or corrected, so the condition counts again."


async def follow(person: Person, considered: Considered, *, now: datetime) -> None:
    """Writes down what the rules find of the awards a person held before; where all is as it was, writes nothing."""
    held = Certification.filter(person_id=person.id, pathway_slug=considered.version.slug, recorded__lt=now)
    today = considered.verdict.as_of
    for found in await held.order_by("recorded"):
        level = next((one for one in considered.verdict.levels if _is_of(found, one)), None)
        if level:
            await _follow(found, level, person, today=today, now=now)


def _is_of(found: Certification, level: LevelVerdict) -> bool:
    return (found.level, found.per) == (level.level, per_of(level))


async def _follow(found: Certification, level: LevelVerdict, person: Person, *, today: date, now: datetime) -> None:
    history = await changes_of(found.id)
    standing = standing_on(period_of(found), history, today)
    wanted = None
    if standing in GOOD and level.standing.lapsed_on:
        since = max(level.standing.lapsed_on, changes.earliest(found, history))
        wanted = Wanted("lapsed", LAPSED, since, grounds="conditions")
    elif standing == "lapsed" and history and history[-1].state == "lapsed" and level.standing.state in GOOD:
        wanted = Wanted("restored", FOUND, history[-1].effective)
    elif standing == "provisional" and level.lifted_by and level.lifted_by.result is Result.MET:
        wanted = Wanted("lifted", LIFTED, today)
    elif standing in GOOD and standing != "provisional" and level.standing.state == "provisional":
        wanted = Wanted("provisional", OPEN_AGAIN, today)
    if wanted:
        await changes.write(found, wanted, actor_id=None, unit_id=person.unit_id, now=now)
    elif standing in GOOD:
        await _permit(found, level, history, unit_id=person.unit_id, today=today, now=now)


async def _permit(
    found: Certification, level: LevelVerdict, history: list[Change], *, unit_id: UUID, today: date, now: datetime
) -> None:
    """Ends a permission whose conditions are not met any more, and begins it again when they are.

    Only as long as the history that was judged still is all: what a change takes away meanwhile is not given again.
    """
    permits = {permit.may: permit.result is Result.MET for permit in level.permits}
    live = Permission.filter(live_on(today), because=found.decision_id)
    if {row.may for row in await live if row.may in permits} == {may for may, met in permits.items() if met}:
        return
    async with transaction():
        await Certification.select_for_update().get(id=found.id)  # whoever changes it refers to it, and so waits
        if await changes_of(found.id) != history:
            return
        held = {row.may: row for row in await live}
        for may, met in permits.items():
            if met and may not in held:
                given = await Permission.create(
                    id=uuid4(), person_id=found.person_id, what=f"{found.pathway_slug}/{found.level}", may=may,
                    starts=today, ends=found.over, because=found.decision_id,
                )  # fmt: skip
                await facts.record("permission.given", given, actor=None, person=found.person_id, unit=unit_id, now=now)
            elif not met and (row := held.get(may)):
                ended = {"ends": today - timedelta(days=1), "ended_because": "condition"}
                await Permission.filter(id=row.id).update(**ended)
                await facts.record("permission.ended", row, actor=None, person=found.person_id, unit=unit_id, now=now)
