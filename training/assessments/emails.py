"""The mails to raters: that a part in an assessment has ended, is theirs now, or waits for them."""

from uuid import UUID

from training.assessments.models import LEFT, Rater
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail

TURNS = {
    "reconciling": (
        "You have to agree with the other rater",
        "You are apart on some of it. Talk, and agree on a mark.",
    ),
    "submitted": ("An assessment waits for your signature", "Look at it and sign."),
}
"""State of an assessment in which everybody has handed in → subject, and what is to do."""


async def of_rater(rater_id: UUID, *, told_by: UUID | None) -> PersonEmail | None:
    """Tells a rater that their part has ended and why, or that it has begun; None for who did it themselves."""
    rater = await Rater.get(id=rater_id).select_related("assessment__person")
    if rater.person_id == told_by:
        return None
    assessment, ended = rater.assessment, ""
    if rater.state == LEFT:
        ended = "cancelled" if assessment.state == "cancelled" else "handed on"
    values = {"name": assessment.person.name, "watched": assessment.observed, "ended": ended, "why": rater.note}
    return PersonEmail(rater.person_id, Mail("assessments/part", values, f"/assessments/{assessment.id}"))


async def raters_to_tell(assessment_id: UUID, *, besides: UUID | None) -> list[UUID]:
    """Returns the parts of those who have to go on now that everybody has handed in, but of who knows already."""
    waiting = Rater.filter(assessment_id=assessment_id, state="submitted", assessment__state__in=list(TURNS))
    return [row.id for row in await waiting.exclude(person_id=besides)]


async def of_turn(rater_id: UUID) -> PersonEmail | None:
    """Tells a rater that it is for them to go on: to agree with the others, or to sign; None where it is not."""
    rater = await Rater.get(id=rater_id).select_related("assessment__person")
    assessment = rater.assessment
    if rater.state != "submitted" or assessment.state not in TURNS:
        return None
    subject, what = TURNS[assessment.state]
    values = {"subject": subject, "what": what, "name": assessment.person.name, "watched": assessment.observed}
    return PersonEmail(rater.person_id, Mail("assessments/turn", values, f"/assessments/{assessment.id}"))
