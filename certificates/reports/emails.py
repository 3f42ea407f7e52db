"""Mails about reports: a link to a new answer, never the answer itself, to whoever may still see it."""

from datetime import datetime
from uuid import UUID

from certificates.reports.models import ReportReader, answers_for
from training.core.mail_templates import Mail
from training.people.authentication.deputy import acting_for
from training.people.contact.emails import PersonEmail


async def of_answer(answer_id: UUID, to: str, *, now: datetime) -> PersonEmail | None:
    """Tells somebody that there is a new answer; None where they stopped it, or lost the right to see it."""
    me = await acting_for(UUID(to), now=now)
    found = await answers_for(me).filter(id=answer_id).select_related("report").first()
    if found is None or found.report.put_away:
        return None
    if not await ReportReader.exists(report_id=found.report_id, person_id=me.person_id, stopped__isnull=True):
        return None
    values = {"name": found.report.name, "as_of": found.as_of, "every": found.report.every}
    return PersonEmail(me.person_id, Mail("reports/answer", values, f"/reports/answers/{found.id}"))
