"""The letters to raters: that a part in an assessment has ended, or that one is theirs now; plain text."""

from dataclasses import dataclass
from uuid import UUID

from training.assessments.models import LEFT, Rater
from training.core.dates import day


@dataclass(frozen=True)
class RaterEmail:
    """A letter to a rater."""

    person_id: UUID
    subject: str
    text: str


async def of_rater(rater_id: UUID, *, told_by: UUID | None, public_url: str) -> RaterEmail | None:
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
    return RaterEmail(rater.person_id, subject, f"Hello {rater.person.name},\n\n{text}\n")
