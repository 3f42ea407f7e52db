"""The mails about a visit, each with a file for calendars: it is planned, changed, called off, or tomorrow."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from training.assessments.models import LEFT, Assessment, Rater, Visit
from training.core.calendars import CalendarEvent
from training.core.dates import local_day
from training.core.languages import spoken, translations
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.people.models import Person
from training.trail import facts
from training.trail.models import Fact

TELL, MAIL, REMIND = "tell of a visit", "mail visit", "remind of a visit"
NEWS = {"visit.planned": "planned", "visit.changed": "changed", "visit.called_off": "off"}
"""Kind of fact → what is new."""
TOMORROW = "tomorrow"


async def tell(fact_id: int, *, now: datetime) -> None:
    """Queues a mail for everybody who comes; that it is called off, raters read where their part ends."""
    fact = await Fact.get(id=fact_id)
    visit = await Visit.get(assessment_id=UUID(fact.subject_id)).select_related("assessment")
    raters = [] if fact.kind == "visit.called_off" else await raters_of(visit.assessment_id)
    await _queue(visit, raters, NEWS[fact.kind], f"{fact.id}", now=now)


async def remind(assessment_id: UUID, day: str, *, now: datetime) -> None:
    """Queues a reminder for everybody who comes, if the visit still is on that day, and to come."""
    visit = await Visit.get(assessment_id=assessment_id).select_related("assessment__unit")
    held = local_day(visit.starts, visit.assessment.unit.zone)
    if visit.called_off is None and visit.starts > now and held == date.fromisoformat(day):
        await _queue(visit, await raters_of(assessment_id), TOMORROW, day, now=now)


async def _queue(visit: Visit, raters: Sequence[Person], news: str, once: str, *, now: datetime) -> None:
    for one in {visit.assessment.person_id, *(rater.id for rater in raters)}:
        key, payload = f"{MAIL}/{visit.id}/{news}/{once}/{one}", {"to": str(one), "news": news}
        await facts.schedule(MAIL, key, due=now, payload=payload, subject_id=str(visit.assessment_id))


async def raters_of(assessment_id: UUID) -> list[Person]:
    """Lists who rates in an assessment, by name."""
    rows = Rater.filter(assessment_id=assessment_id).exclude(state=LEFT).select_related("person")
    return [row.person for row in await rows.order_by("person__name", "id")]


async def of_news(assessment_id: UUID, to: str, news: str) -> PersonEmail | None:
    """Writes to somebody who comes what is new of a visit; None where it does not concern them any more."""
    visit = await Visit.get(assessment_id=assessment_id).select_related("assessment__person")
    row: Assessment = visit.assessment
    raters, reader = await raters_of(assessment_id), await Person.get(id=UUID(to))
    watched = reader.id == row.person_id
    if (visit.called_off is not None) != (news == "off") or not (watched or reader.id in {one.id for one in raters}):
        return None
    names = ", ".join(one.name for one in raters)
    values = {
        "news": news, "watched": watched, "name": row.person.name, "raters": names, "starts": visit.starts,
        "ends": visit.ends, "place": visit.place, "directions": visit.directions, "why": row.cancelled_because or "",
    }  # fmt: skip
    event = event_of(visit, reader, names if watched else row.person.name)
    return PersonEmail(reader.id, Mail("assessments/visit", values, f"/assessments/{row.id}/visit", event=event))


def event_of(visit: Visit, reader: Person, other: str, *, called_off: bool = False) -> CalendarEvent:
    """Returns a visit as its reader keeps it in a calendar; `other` is whom they meet."""
    say = translations(spoken(reader.language)).gettext
    title = say("Visit: %(name)s") % {"name": other} if other else say("Visit")
    return CalendarEvent(
        str(visit.id), visit.sequence, visit.changed, visit.starts, visit.ends, title, visit.place, visit.directions,
        f"/assessments/{visit.assessment_id}/visit", called_off or visit.called_off is not None,
    )  # fmt: skip
