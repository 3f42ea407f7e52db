"""Adds sessions to a cohort, corrects them with what was noted of them, and removes those of which nothing was."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import Q

from courses.cohorts.actions import fault_of_trainer
from courses.cohorts.attendance import note_again
from courses.cohorts.models import Attendance, Cohort, TrainingSession
from courses.cohorts.rules import SessionPlan, faults_of_session
from training.core.errors import Conflict, Invalid
from training.database.connection import transaction
from training.people.actor import Actor
from training.trail import facts


async def add_session(cohort: Cohort, plan: SessionPlan, *, actor: Actor, now: datetime) -> TrainingSession:
    """Adds a dated session to a cohort."""
    await _check(plan, actor, now_by=cohort.trainer_id)
    async with transaction():
        session = await TrainingSession.create(id=uuid4(), cohort_id=cohort.id, **_columns(plan))
        detail = {"cohort": str(cohort.id), "held_on": plan.held_on.isoformat()}
        await facts.record("session.added", session, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)
    return session


async def change_session(session: TrainingSession, plan: SessionPlan, *, actor: Actor, now: datetime) -> None:
    """Corrects a session; what was noted of it is noted anew, so that what was known before can still be told."""
    await _check(plan, actor, now_by=session.trainer_id)
    over = (plan.last_day or plan.held_on) <= actor.today
    async with transaction():
        before = await TrainingSession.select_for_update().get(id=session.id)
        if not over and await _is_noted(session):
            problem = "Enter a day that is over: it has been noted who came"
            raise Invalid("There is a problem", problems={"last_day" if plan.last_day else "held_on": problem})
        new = _columns(plan)
        changed = {name: value for name, value in new.items() if getattr(before, name) != value}
        if not changed:
            return
        await TrainingSession.filter(id=session.id).update(**new)
        detail = {"cohort": str(session.cohort_id), "changed": sorted(changed)}
        await facts.record("session.changed", before, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)
        await note_again(await TrainingSession.get(id=session.id), actor=actor, now=now)


async def remove_session(session: TrainingSession, *, actor: Actor, now: datetime) -> None:
    """Removes a session that was added by mistake, as long as nothing was noted of it."""
    async with transaction():
        await TrainingSession.select_for_update().get(id=session.id)
        if await _is_noted(session):
            raise Conflict("It has been noted who came to this session.", "Note that everybody was absent instead.")
        await TrainingSession.filter(id=session.id).delete()
        detail = {"cohort": str(session.cohort_id), "held_on": session.held_on.isoformat()}
        await facts.record(
            "session.removed", session, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail
        )


async def _is_noted(session: TrainingSession) -> bool:
    return await Attendance.filter(Q(session_id=session.id) | Q(made_up_in_id=session.id)).exists()


async def _check(plan: SessionPlan, actor: Actor, *, now_by: UUID | None) -> None:
    if problems := faults_of_session(plan) | await fault_of_trainer(plan.trainer_id, actor, now_by=now_by):
        raise Invalid("There is a problem", problems=problems)


def _columns(plan: SessionPlan) -> dict[str, Any]:
    return {
        "title": plan.title,
        "held_on": plan.held_on,
        "last_day": plan.last_day if plan.last_day != plan.held_on else None,
        "minutes": plan.minutes,
        "days": plan.days,
        "mode": plan.mode,
        "topics": "\n".join(plan.topics),
        "learning": plan.learning.strip(),
        "attributes": dict(plan.attributes) or None,
        "trainer_id": plan.trainer_id,
        "trainer_name": plan.trainer_name.strip(),
    }
