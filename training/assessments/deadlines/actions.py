"""Gives an assessment more time to be signed, once; and closes those of which the time is over."""

from datetime import date, datetime, timedelta
from uuid import UUID

from training.assessments.actions import note, own_rating
from training.assessments.cancellation import OPEN_STATES, leave
from training.assessments.deadlines.rules import DAYS, last_day
from training.assessments.disagreement.settling import end_unsettled
from training.assessments.models import LEFT, Assessment, Rater
from training.core.dates import local_day
from training.core.errors import Conflict
from training.database.connection import transaction
from training.people.actor import Actor

LATE = "It was not signed in time."


async def extend(assessment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Gives the raters as many days again, once."""
    await own_rating(assessment_id, actor)
    assessment = await Assessment.get(id=assessment_id)
    async with transaction():
        waits = Assessment.filter(id=assessment_id, state__in=OPEN_STATES, extended__isnull=True)
        if not await waits.update(extended=now, touched=now):
            raise Conflict("This assessment has been given more days already.", "Sign it, or begin another one.")
        await note("assessment.extended", assessment, actor=actor.person_id, now=now)


async def close_late(*, now: datetime) -> None:
    """Closes each assessment that was not signed in time, whatever was signed of it; all whom it concerns are told."""
    before = now - timedelta(days=DAYS - 1)
    waiting = Assessment.filter(state__in=OPEN_STATES, opened__lte=before)
    for row in await waiting.order_by("opened", "id").select_related("unit"):
        if sign_by(row, row.unit.zone) >= local_day(now, row.unit.zone):
            continue
        async with transaction():
            change = {"state": "cancelled", "slot": None, "touched": now, "cancelled_because": LATE}
            if not await Assessment.filter(id=row.id, state=row.state, extended=row.extended).update(**change):
                continue  # signed or given more days in this moment
            for rater in await Rater.filter(assessment_id=row.id).exclude(state=LEFT):
                await leave(rater, row, "late", "", actor=None, now=now)
            await end_unsettled(row, actor=None, now=now)
            await note("assessment.closed", row, actor=None, now=now)


def sign_by(row: Assessment, zone: str) -> date:
    """Returns the last day on which all can sign an assessment."""
    return last_day(row.observed, local_day(row.opened, zone), extended=row.extended is not None)
