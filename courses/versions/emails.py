"""The mails about a newer version of a course: that somebody moves or has moved, is asked for a top-up, or is late."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from courses.learning.journey import reached_by
from courses.learning.models import Enrolment
from courses.learning.outline import in_language, outline_of
from courses.versions.models import TopUp, VersionChoice, choice_of
from training.core.dates import local_day
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.people.models import Person
from training.sites.models import zone_of


async def of_coming_move(enrolment_id: UUID, choice: str) -> PersonEmail | None:
    """Tells a learner on which day they move to a newer version; None where another choice holds by now."""
    enrolment, chosen = await Enrolment.get(id=enrolment_id), await VersionChoice.get(id=choice)
    holds = await choice_of(chosen.version_id)
    if holds is None or holds.id != chosen.id:
        return None
    language = await _reads(enrolment.person_id)
    values = await _values(chosen.version_id, language, on=chosen.middle_on, left=0)
    return PersonEmail(enrolment.person_id, Mail("courses/moved", values, await _path(chosen.version_id)))


async def of_move(enrolment_id: UUID) -> PersonEmail | None:
    """Tells a learner that they are in a newer version now, and how much is left to do."""
    enrolment = await Enrolment.get(id=enrolment_id)
    outline, (reached, _) = await outline_of(enrolment.version_id), await reached_by(enrolment.id)
    parts = [part.id for chapter in outline.chapters for part in chapter.parts]
    left, language = sum(part not in reached.done for part in parts), await _reads(enrolment.person_id)
    values = await _values(enrolment.version_id, language, on=None, left=left)
    return PersonEmail(enrolment.person_id, Mail("courses/moved", values, await _path(enrolment.version_id)))


async def of_top_up(top_up_id: UUID, due: str = "", *, now: datetime) -> PersonEmail | None:
    """Asks for a top-up, or reminds of it; None where it is done, called off, or asked for by another day by now."""
    asked = await TopUp.get(id=top_up_id).select_related("version__course")
    if asked.state != "open" or (due and due != asked.due.isoformat()):
        return None
    today = local_day(now, await zone_of(asked.version.course.unit_id))
    news = "late" if today > asked.due else "soon" if due else "new"
    values = await _values(asked.version_id, await _reads(asked.person_id))
    values |= {"due": asked.due, "whole": asked.whole, "news": news}
    return PersonEmail(asked.person_id, Mail("courses/top_up", values, f"{await _path(asked.version_id)}/top-up"))


async def _values(version_id: UUID, language: str, **others: date | int | None) -> dict[str, Any]:
    outline, choice = await outline_of(version_id), await choice_of(version_id)
    words = {"course": in_language(outline.title, language), "number": outline.number}
    return words | {"because": choice.because if choice else ""} | others


async def _reads(person_id: UUID) -> str:
    return (await Person.get(id=person_id).only("id", "language")).language


async def _path(version_id: UUID) -> str:
    return f"/courses/{(await outline_of(version_id)).slug}"
