"""The mails about a result: to whoever was watched that it is there, to raters that it was answered."""

from datetime import datetime
from uuid import UUID

from training.assessments.emails import queue_news
from training.assessments.models import Assessment
from training.assessments.reading import who_rates
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.trail.models import Fact

TELL, MAIL = "tell of a result", "mail result"
NEWS = {"assessment.answered": "answered"}
"""Kind of fact → what is new."""
RESULT = "result"


async def tell(fact_id: int, *, now: datetime) -> None:
    """Queues the mail to whoever was watched, or to everybody who rated."""
    fact = await Fact.get(id=fact_id)
    news = NEWS.get(fact.kind, RESULT)
    to = await who_rates(UUID(fact.subject_id)) if news == "answered" else [fact.person_id]
    await queue_news(MAIL, fact, to, news, now=now)


async def of_news(assessment_id: UUID, to: str, news: str) -> PersonEmail:
    """Tells that a result is there, without it, or that it was answered, without the words."""
    row = await Assessment.get(id=assessment_id).select_related("person")
    values = {"news": news, "name": row.person.name, "watched": row.observed}
    return PersonEmail(UUID(to), Mail("assessments/result", values, f"/assessments/{row.id}"))
