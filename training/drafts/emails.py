"""The mails about publishing: to those who may publish a draft, and back to whoever asked."""

from datetime import datetime
from uuid import UUID

from training.core.dates import local_day
from training.core.mail_templates import Mail
from training.drafts.models import MaterialDraft, PublishingRequest
from training.drafts.publishing_requests import publishers_of
from training.people.contact.emails import PersonEmail
from training.people.models import Person
from training.sites.models import zone_of
from training.trail import facts
from training.trail.models import Fact

TELL, MAIL = "tell of publishing", "mail publishing"
NEWS = {"draft.publishing_asked": "waiting", "draft.sent_back": "sent back", "draft.published": "published"}
"""Kind of fact → the state of what was asked."""


async def tell(fact_id: int, *, now: datetime) -> None:
    """Queues a mail for those who may publish what somebody asks for, or for whoever asked."""
    fact = await Fact.get(id=fact_id)
    draft, news = await MaterialDraft.get(id=UUID(fact.subject_id)), NEWS[fact.kind]
    asked = await PublishingRequest.filter(draft_id=draft.id, state=news).order_by("-asked").first()
    if asked is None:
        return
    today = local_day(now, await zone_of(draft.unit_id))
    to = await publishers_of(draft, today) if news == "waiting" else [asked.asked_by_id]
    await facts.schedule_all(
        facts.Timer(MAIL, f"{MAIL}/{fact.id}/{one}", now, {"to": str(one), "news": news}, fact.subject_id)
        for one in to
        if one != fact.actor_id
    )


async def of_news(draft_id: UUID, to: str, news: str) -> PersonEmail | None:
    """Writes to somebody what is asked, or what came of it; None where it is so no more."""
    asked = await PublishingRequest.filter(draft_id=draft_id).order_by("-asked").first().select_related("draft")
    if asked is None or asked.state != news:
        return None
    who = asked.asked_by_id if news == "waiting" else asked.answered_by_id
    person = await Person.get_or_none(id=who)
    values = {
        "news": news, "name": asked.draft.name, "by": person.name if person else "", "number": asked.draft.published_as,
        "words": asked.note if news == "waiting" else asked.answer,
    }  # fmt: skip
    path = f"/drafts/{draft_id}{'/publish' if news == 'waiting' else ''}"
    return PersonEmail(UUID(to), Mail("drafts/publishing", values, path))
