"""Plans the visit of an assessment that has begun, or changes when and where it is."""

from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from training.assessments.actions import own_rating, refuse_ineligible, slot_of
from training.assessments.eligible import site_on
from training.assessments.models import Assessment, Rater, Visit
from training.assessments.reading import who_rates
from training.assessments.visits.planning import is_planned_so, move_visit, plan_visit
from training.assessments.visits.rules import VisitPlan
from training.core.dates import local_day
from training.core.errors import Conflict
from training.database.connection import transaction
from training.people.actor import Actor

SAME_DAY = ("You have begun to assess this person on that day already.", "Go on with that one.")


async def change_visit(assessment_id: UUID, plan: VisitPlan, *, actor: Actor, now: datetime) -> None:
    """Plans or changes the visit, as long as nobody has handed in; every rater must be eligible on that day too.

    The same plan again changes nothing, and nobody is told twice.
    """
    rater, _ = await own_rating(assessment_id, actor)
    row: Assessment = rater.assessment
    day = local_day(plan.starts, actor.zone)
    watched = row.observed
    row.observed, row.site_id = day, await site_on(row.person_id, day)
    for one in await who_rates(row.id):
        await refuse_ineligible(one, row, today=actor.today)
    slot = slot_of(row, row.version.instrument_id) if row.slot else None
    if slot and await Assessment.filter(slot=slot).exclude(id=row.id).exists():
        raise Conflict(*SAME_DAY)
    try:
        async with transaction():
            moved = {"touched": now, "observed": day, "site_id": row.site_id, "slot": slot}
            open_ = await Assessment.filter(id=row.id, state="open").update(**moved)
            if not open_ or await Rater.filter(assessment_id=row.id, state="submitted").exists():
                raise Conflict("Somebody has handed in what they saw.", "The visit can no longer be changed.")
            there = await Visit.get_or_none(assessment_id=row.id)
            if there is None and watched < actor.today:
                raise Conflict("This has been watched already.", "Begin another assessment for a visit to come.")
            if there is None:
                await plan_visit(row, plan, actor=actor, now=now)
            elif not is_planned_so(there, plan):
                await move_visit(row, there, plan, actor=actor, now=now)
    except IntegrityError as error:  # another one of the same day was planned in the same moment
        raise Conflict(*SAME_DAY) from error
