"""The mails to raters: that a part in an assessment has ended, is theirs now, or waits for them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from training.assessments.models import LEFT, Assessment, Rater, Visit
from training.assessments.visits.emails import event_of
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.trail import facts
from training.trail.models import Fact

PART, MAIL_PART, TURN = "mail rater", "mail rater their part", "mail rater a turn"
TURNS = {
    "reconciling": (
        "You have to agree with the other rater",
        "You are apart on some of it. Talk, and agree on a mark.",
    ),
    "submitted": ("An assessment waits for your signature", "Look at it and sign."),
}
"""State of an assessment in which everybody has handed in → subject, and what is to do."""
SEVERAL = "You have to agree with the other raters"
"""What takes the place of the first of these subjects where more than two rate."""


def turn_of(assessment: Assessment) -> tuple[str, str]:
    """Returns what is to do now that everybody has handed in, as a subject and a sentence."""
    subject, what = TURNS[assessment.state]
    return (SEVERAL if assessment.state == "reconciling" and assessment.raters_needed > 2 else subject), what


async def tell_part(fact_id: int, *, now: datetime) -> None:
    """Queues the mail to whoever has a part in an assessment now, or has it no more."""
    fact = await Fact.get(id=fact_id)
    payload = {"told_by": str(fact.actor_id or ""), "ended": fact.detail.get("because", "")}
    await facts.schedule(MAIL_PART, f"{MAIL_PART}/{fact.id}", due=now, payload=payload, subject_id=fact.subject_id)


async def of_rater(rater_id: UUID, *, told_by: str, ended: str, now: datetime) -> PersonEmail | None:
    """Tells a rater that their part has ended and why, or that it has begun; None for who did it themselves.

    None, too, where it has ended or begun again since: another mail says so.

    Where there is a visit to come, the mail about that tells who begins; who ends has it struck out of the calendar,
    even by their own doing.
    """
    rater = await Rater.get(id=rater_id).select_related("assessment__person", "person")
    assessment = rater.assessment
    if (rater.state == LEFT) != bool(ended):
        return None
    visit = await Visit.get_or_none(assessment_id=assessment.id, ends__gt=now)
    knows = not ended if visit else str(rater.person_id) == told_by
    if knows:
        return None
    values = {
        "name": assessment.person.name, "watched": assessment.observed, "ended": ended, "why": rater.note,
        "to_come": visit is not None,
    }  # fmt: skip
    event = event_of(visit, rater.person, assessment.person.name, called_off=True) if visit else None
    return PersonEmail(rater.person_id, Mail("assessments/part", values, f"/assessments/{assessment.id}", event=event))


async def queue_news(mail: str, fact: Fact, to: Iterable[UUID | None], news: str, *, now: datetime) -> None:
    """Queues, for each of those whom a fact concerns, the mail about what it brought."""
    for one in to:
        payload = {"to": str(one), "news": news}
        await facts.schedule(mail, f"{mail}/{fact.id}/{one}", due=now, payload=payload, subject_id=fact.subject_id)


async def tell_turns(fact_id: int, *, now: datetime) -> None:
    """Queues a mail for each rater who has to go on now that everybody has handed in, or has agreed."""
    fact = await Fact.get(id=fact_id)
    waiting = Rater.filter(
        assessment_id=UUID(fact.subject_id), state="submitted", assessment__state__in=list(TURNS)
    ).exclude(person_id=fact.actor_id)
    for rater in await waiting if fact.detail.get("last", True) else []:
        await facts.schedule(TURN, f"{TURN}/{rater.id}/{fact.id}", due=now, subject_id=str(rater.id))


async def of_turn(rater_id: UUID) -> PersonEmail | None:
    """Tells a rater that it is for them to go on: to agree with the others, or to sign; None where it is not."""
    rater = await Rater.get(id=rater_id).select_related("assessment__person")
    assessment = rater.assessment
    if rater.state != "submitted" or assessment.state not in TURNS:
        return None
    subject, what = turn_of(assessment)
    values = {"subject": subject, "what": what, "name": assessment.person.name, "watched": assessment.observed}
    return PersonEmail(rater.person_id, Mail("assessments/turn", values, f"/assessments/{assessment.id}"))
