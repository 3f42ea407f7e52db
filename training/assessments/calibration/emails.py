"""The mails to assessors that a calibration runs out soon, or has run out."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from training.assessments.calibration.rules import DUE, CalibrationState, state_of
from training.assessments.calibration.standing import instruments_of, runs_of
from training.assessments.eligibility.programme_rules import rules_of
from training.core.dates import local_day
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.people.models import Membership, Person
from training.people.visibility import able_on
from training.sites.models import CentralUnit
from training.trail import facts

MAIL = "mail calibration"
LATE = timedelta(days=7)
"""So long afterwards a mail still goes out, where the service did not run on the day; later it would surprise."""


async def plan_mails(*, now: datetime) -> None:
    """Queues a mail for each assessor whose calibration has become due, or has run out, these days."""
    for unit in await CentralUnit.all():
        today = local_day(now, unit.zone)
        rules = [one for one in (await rules_of(unit.id)).calibrations if one.period]
        if not rules:
            continue
        held = Membership.filter(able_on(today, "assess"), person__unit_id=unit.id)
        held = held.filter(person__erased_at__isnull=True, person__merged_into_id__isnull=True)
        ids = {UUID(str(one)) for one in await held.values_list("person_id", flat=True)}
        runs = await runs_of(sorted(ids))
        timers = {}
        for person in ids:
            for rule in rules:
                state = state_of(runs[person], rule, on=today)
                if _is_news(state, today):
                    told = {"instrument": rule.instrument, "until": str(state.until), "word": state.word}
                    key = f"{MAIL}/{person}/{rule.instrument}/{state.until}/{state.word}"
                    timers[key] = facts.Timer(MAIL, key, now, payload=told, subject_id=str(person))
        await facts.schedule_all(timers.values())


def _is_news(state: CalibrationState, today: date) -> bool:
    if state.until is None or state.word not in ("due", "overdue"):
        return False
    since = state.until - DUE if state.word == "due" else state.until + timedelta(days=1)
    return timedelta() <= today - since < LATE


async def of_calibration(
    person_id: UUID, instrument: str, until: str, word: str, *, now: datetime
) -> PersonEmail | None:
    """Tells an assessor that a calibration runs out, or has; None where they have been calibrated since."""
    person = await Person.get(id=person_id).select_related("unit")
    today, runs = local_day(now, person.unit.zone), (await runs_of([person_id]))[person_id]
    for rule in (await rules_of(person.unit_id)).calibrations:
        state = state_of(runs, rule, on=today)
        if rule.instrument == instrument and str(state.until) == until and state.word == word:
            _, title = (await instruments_of(person.unit_id)).get(instrument, (None, instrument))
            values: dict[str, Any] = {
                "programme": rule.title,
                "instrument": title,
                "until": state.until,
                "over": word == "overdue",
            }
            return PersonEmail(person_id, Mail("assessments/calibrate", values, "/assessments/calibrate"))
    return None
