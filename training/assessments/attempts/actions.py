"""Keeps what somebody answers to their own result."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from training.assessments.actions import note
from training.assessments.attempts.models import LearnerAnswer
from training.assessments.models import Assessment, visible_to
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor

LONGEST = 2000


async def answer_result(assessment_id: UUID, words: str, *, actor: Actor, now: datetime) -> None:
    """Keeps the actor's answer to a result of their own, in place of an earlier one; whoever rated is told."""
    row = await own_result(assessment_id, actor)
    if not words.strip() or len(words) > LONGEST:
        wrong = f"Write at most {LONGEST:,} letters" if words.strip() else "Write what you want to say"
        raise Invalid("There is a problem", problems={"words": wrong})
    if local_day(now, actor.zone) > (last := answer_until(row)):
        raise Conflict("The time to answer is over.", f"The last day was {last.day} {last:%B %Y}.")
    async with transaction():
        # The row is written first, so that an answer that is sent twice is kept once.
        await Assessment.filter(id=row.id).update(touched=now)
        kept = await LearnerAnswer.get_or_none(assessment_id=row.id)
        if kept and kept.words == words.strip():
            return
        kept = kept or LearnerAnswer(id=uuid4(), assessment_id=row.id)
        kept.words, kept.written = words.strip(), now
        await kept.save()
        await note("assessment.answered", row, actor=actor.person_id, now=now)


async def own_result(assessment_id: UUID, actor: Actor) -> Assessment:
    """Finds a result of the actor's own; NotFound where it is none."""
    own = visible_to(actor).filter(id=assessment_id, person_id=actor.person_id, state="signed")
    row = await own.select_related("unit").first()
    if row is None:
        raise NotFound("There is no such result of yours.", "Look at your list of results.")
    return row


def answer_until(row: Assessment) -> date:
    """Returns the last day on which somebody answers, or changes their answer: that of an appeal."""
    assert row.signed is not None
    return local_day(row.signed, row.unit.zone) + timedelta(days=row.unit.appeal_days)
