"""The letters to raters: that a part in an assessment has ended, is theirs now, or waits for them; plain text."""

from uuid import UUID

from training.assessments.models import LEFT, Rater
from training.core.dates import day
from training.people.contact.emails import PersonEmail

TURNS = {
    "reconciling": (
        "You have to agree with the other rater",
        "You are apart on some of it. Talk, and agree on a mark:",
    ),
    "submitted": ("An assessment waits for your signature", "Look at it and sign:"),
}
"""State of an assessment in which everybody has handed in → subject, and what is to do."""


async def of_rater(rater_id: UUID, *, told_by: UUID | None, public_url: str) -> PersonEmail | None:
    """Tells a rater that their part has ended and why, or that it has begun; None for who did it themselves."""
    rater = await Rater.get(id=rater_id).select_related("person", "assessment__person")
    if rater.person_id == told_by:
        return None
    assessment = rater.assessment
    about = f"the assessment of {assessment.person.name}, watched on {day(assessment.observed)}"
    if rater.state == LEFT:
        what = "was cancelled" if assessment.state == "cancelled" else "goes on without you: your part was handed on"
        subject, text = "You need not rate this any more", f"{about} {what}.\n\nWhy: {rater.note}"
    else:
        subject, text = "You are asked to rate", f"you are asked to rate in {about}.\n\n"
        text += f"{public_url}/assessments/{assessment.id}"
    return PersonEmail(rater.person_id, subject, f"Hello {rater.person.name},\n\n{text}\n")


async def raters_to_tell(assessment_id: UUID, *, besides: UUID | None) -> list[UUID]:
    """Returns the parts of those who have to go on now that everybody has handed in, but of who knows already."""
    waiting = Rater.filter(assessment_id=assessment_id, state="submitted", assessment__state__in=list(TURNS))
    return [row.id for row in await waiting.exclude(person_id=besides)]


async def of_turn(rater_id: UUID, *, public_url: str) -> PersonEmail | None:
    """Tells a rater that it is for them to go on: to agree with the others, or to sign; None where it is not."""
    rater = await Rater.get(id=rater_id).select_related("person", "assessment__person")
    assessment = rater.assessment
    if rater.state != "submitted" or assessment.state not in TURNS:
        return None
    subject, what = TURNS[assessment.state]
    about = f"everybody has handed in what they saw of {assessment.person.name} on {day(assessment.observed)}. {what}"
    text = f"{about}\n\n{public_url}/assessments/{assessment.id}"
    return PersonEmail(rater.person_id, subject, f"Hello {rater.person.name},\n\n{text}\n")
