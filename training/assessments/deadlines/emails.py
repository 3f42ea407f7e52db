"""The mail to whoever was watched: an assessment was not signed in time, and does not count; raters have their own."""

from datetime import datetime
from uuid import UUID

from training.assessments.emails import queue_news
from training.assessments.models import Assessment
from training.assessments.reading import rated_before
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.trail.models import Fact

TELL, MAIL = "tell of a closed assessment", "mail closed assessment"
NEWS = {"assessment.closed": "closed"}
"""Kind of fact → what is new."""


async def tell(fact_id: int, *, now: datetime) -> None:
    """Queues the mail to whoever was watched."""
    fact = await Fact.get(id=fact_id)
    await queue_news(MAIL, fact, [fact.person_id], NEWS[fact.kind], now=now)


async def of_news(assessment_id: UUID, to: str, news: str) -> PersonEmail | None:
    """Tells whoever was watched that there will be no result, and what to do; None where the one before it counts."""
    row = await Assessment.get(id=assessment_id)
    if await rated_before(row):
        return None
    return PersonEmail(UUID(to), Mail("assessments/closed", {"watched": row.observed}, "/assessments"))
