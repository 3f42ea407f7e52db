"""The mails about raters who do not agree: who settles it, and that it is called off."""

from datetime import datetime
from uuid import UUID

from training.assessments.emails import queue_news
from training.assessments.models import LEFT, Disagreement, Rater
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.trail.models import Fact

TELL, MAIL = "tell of a disagreement", "mail disagreement"
NEWS = {"disagreement.raised": "raised", "disagreement.called_off": "called off"}
"""Kind of fact → what is new."""


async def tell(fact_id: int, *, now: datetime) -> None:
    """Queues a mail for everybody whom it concerns; one more who rates reads it where their part begins or ends."""
    fact = await Fact.get(id=fact_id)
    row = await Disagreement.get(id=UUID(fact.subject_id))
    raters = Rater.filter(assessment_id=row.assessment_id).exclude(state__in=[LEFT, "rating"])
    to = {UUID(str(one)) for one in await raters.values_list("person_id", flat=True)}
    to |= {row.person_id} if row.way == "decision" else set()
    await queue_news(MAIL, fact, to - {fact.actor_id}, NEWS[fact.kind], now=now)


async def of_news(row_id: UUID, to: str, news: str) -> PersonEmail | None:
    """Writes to a rater, or to whoever is asked to decide; None where it has moved on since."""
    row = await Disagreement.get(id=row_id).select_related("assessment__person", "person")
    called_off = news == "called off"
    if row.settled or (row.called_off is not None) != called_off:
        return None
    decides = row.way == "decision" and str(row.person_id) == to
    values = {
        "name": row.assessment.person.name, "watched": row.assessment.observed, "asked": row.person.name,
        "way": row.way, "decides": decides, "called_off": called_off, "why": row.reason,
        "cancelled": row.assessment.state == "cancelled",
    }  # fmt: skip
    path = f"/assessments/{row.assessment_id}{'/decide' if decides and not called_off else ''}"
    return PersonEmail(UUID(to), Mail("assessments/disagreement", values, path))
