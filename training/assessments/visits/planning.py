"""Writes when and where an assessment is watched, and who is told; each in the caller's transaction."""

from datetime import datetime, time, timedelta
from uuid import uuid4

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from training.assessments.models import Assessment, Visit
from training.assessments.visits.emails import REMIND
from training.assessments.visits.rules import VisitPlan
from training.core.dates import local_day, moment_at
from training.people.actor import Actor
from training.trail import facts

MORNING = time(9)
"""When, by the clocks of the unit, the reminder goes on the day before."""


async def plan_visit(row: Assessment, plan: VisitPlan, *, actor: Actor, now: datetime) -> None:
    """Plans the visit of an assessment that has none; everybody who comes is told, and again the day before."""
    made = Visit(id=uuid4(), assessment_id=row.id, changed=now, **_columns(plan))
    await made.save(force_create=True)
    await _note("visit.planned", row, actor=actor, now=now)
    await _set_reminder(made, actor, now)


async def move_visit(row: Assessment, there: Visit, plan: VisitPlan, *, actor: Actor, now: datetime) -> None:
    """Changes a visit; everybody who comes is told."""
    await Visit.filter(id=there.id).update(sequence=F("sequence") + 1, changed=now, **_columns(plan))
    await _note("visit.changed", row, actor=actor, now=now)
    await _set_reminder(await Visit.get(id=there.id), actor, now)


async def tell_anew(row: Assessment, *, actor: Actor, now: datetime) -> None:
    """Tells everybody who comes that somebody else comes too, or in place of another; not once it is over."""
    if await _to_come(row, now).update(sequence=F("sequence") + 1, changed=now):
        await _note("visit.changed", row, actor=actor, now=now)


async def call_off(row: Assessment, *, actor: Actor, now: datetime) -> None:
    """Calls off a visit with its assessment, once that is written; not once it is over."""
    if await _to_come(row, now).update(sequence=F("sequence") + 1, changed=now, called_off=now):
        await _note("visit.called_off", row, actor=actor, now=now)


def is_planned_so(there: Visit, plan: VisitPlan) -> bool:
    """Tells whether a visit stands as the plan says: a form that is sent twice changes it once."""
    return all(getattr(there, name) == value for name, value in _columns(plan).items())


def _columns(plan: VisitPlan) -> dict[str, datetime | str]:
    return {"starts": plan.starts, "ends": plan.ends, "place": plan.place, "directions": plan.directions}


def _to_come(row: Assessment, now: datetime) -> QuerySet[Visit]:
    return Visit.filter(assessment_id=row.id, called_off__isnull=True, ends__gt=now)


async def _note(kind: str, row: Assessment, *, actor: Actor, now: datetime) -> None:
    await facts.record(kind, row, actor=actor.person_id, now=now, person=row.person_id, unit=row.unit_id)


async def _set_reminder(visit: Visit, actor: Actor, now: datetime) -> None:
    day = local_day(visit.starts, actor.zone)
    due = moment_at(day - timedelta(days=1), MORNING, actor.zone)
    if due > now:
        key, payload = f"{REMIND}/{visit.id}/{day}", {"day": day.isoformat()}
        await facts.schedule(REMIND, key, due=due, payload=payload, subject_id=str(visit.assessment_id))
