"""What time alone brings about: reminders before an award runs out, and lapses that the rules find from day to day."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from certificates.actions import consider_and_award
from certificates.following import follow
from certificates.grounds import current
from certificates.models import Certification
from training import facts
from training.assessments.models import Assessment
from training.database.opening import transaction
from training.dates import start_of
from training.people.models import Person
from training.practice.confirmations import Confirmation
from training.practice.models import Supervision

DAYS_BEFORE = (90, 30, 7)
AT = timedelta(hours=7)
REMIND = "remind of renewal"
EVERYONE = "consider everyone"
PEOPLE_AT_ONCE = 200
END = "tell of the end"

log = logging.getLogger(__name__)


async def plan_reminders(certification_id: UUID, *, now: datetime) -> None:
    """Sets a timer for each letter about the end of a certification; days that have passed are left out."""
    found = await Certification.get(id=certification_id).prefetch_related("person__unit")
    if found.ends is None:
        return
    async with transaction():
        for last in {found.ends, found.over or found.ends}:
            due = start_of(last + timedelta(days=1), found.person.unit.zone) + AT
            if due > now:
                await facts.schedule(END, f"{END}/{found.id}/{last}", due=due, subject_id=str(found.id))
        for days in DAYS_BEFORE:
            due = start_of(found.ends - timedelta(days=days), found.person.unit.zone) + AT
            if due > now:
                key = f"{REMIND}/{found.id}/{days}"
                await facts.schedule(REMIND, key, due=due, payload={"days": days}, subject_id=str(found.id))


async def consider_everyone(
    key: str, *, home: str, now: datetime, after: UUID | None = None, at_once: int = PEOPLE_AT_ONCE
) -> None:
    """Considers the next of those who have begun, so that standings, lapses and renewals move on the day.

    Then queues those who come after, as a piece of work of its own: a night that was broken off goes on where it
    stopped. Somebody on whom it fails keeps nobody else waiting; the first failure is raised at the end.
    """
    failures: list[Exception] = []
    begun = current().filter(person_id__gt=after) if after else current()
    people = await begun.distinct().order_by("person_id").limit(at_once).values_list("person_id", flat=True)
    for person_id in people:
        try:
            await consider_and_follow(person_id, home=home, now=now)  # type: ignore[arg-type]
        except Exception as error:
            log.exception("%s could not be considered", person_id)
            failures.append(error)
    if len(people) == at_once:
        last = str(people[-1])
        await facts.schedule(EVERYONE, f"{key.partition('/')[0]}/{last}", due=now, payload={"after": last})
    if failures:
        raise failures[0]


async def consider_signed_for(signer_id: UUID, *, home: str, now: datetime) -> None:
    """Considers those whose records somebody rated, supervised or confirmed: what that counts for may have changed."""
    signed: set[Any] = {
        *await Assessment.filter(raters__person_id=signer_id).values_list("person_id", flat=True),
        *await Supervision.filter(supervisor_id=signer_id).values_list("person_id", flat=True),
        *await Confirmation.filter(confirmer_id=signer_id).values_list("person_id", flat=True),
    }
    for person_id in sorted(signed - {signer_id}):
        await consider_and_follow(person_id, home=home, now=now)


async def consider_and_follow(person_id: UUID, *, home: str, now: datetime) -> None:
    """Asks the rules about a person, awards what they decide alone, and notes what they find of earlier awards."""
    person = await Person.get(id=person_id)
    if person.test_user:
        return
    for considered in await consider_and_award(person_id, home=home, now=now):
        await follow(person, considered, now=now)
