"""What time alone brings about: reminders before an award runs out, and lapses that the rules find from day to day."""

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from certificates.actions import consider_and_award
from certificates.changes import changes_of, period_of
from certificates.following import follow
from certificates.grounds import current
from certificates.models import Certification
from certificates.rules import GOOD, standing_on
from training import facts
from training.database.opening import transaction
from training.people.models import Email, Person

DAYS_BEFORE = (90, 30, 7)
AT = time(7, 0, tzinfo=UTC)
REMIND = "remind of renewal"
EVERYONE = "consider everyone"
PEOPLE_AT_ONCE = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """A mail to be sent."""

    to: str
    subject: str
    text: str


async def plan_reminders(certification_id: UUID, *, now: datetime) -> None:
    """Sets a timer for each reminder of a certification that ends; days that have passed are left out."""
    found = await Certification.get(id=certification_id)
    if found.ends is None:
        return
    async with transaction():
        for days in DAYS_BEFORE:
            due = datetime.combine(found.ends - timedelta(days=days), AT)
            if due > now:
                key = f"{REMIND}/{found.id}/{days}"
                await facts.schedule(REMIND, key, due=due, payload={"days": days}, subject_id=str(found.id))


async def reminder(certification_id: UUID, *, public_url: str, today: date) -> Letter | None:
    """Writes the reminder; None when the certification no longer holds, was renewed, or nobody can be written to."""
    found = await Certification.get(id=certification_id).prefetch_related("person")
    standing = standing_on(period_of(found), await changes_of(found.id), today)
    email = await Email.filter(person_id=found.person_id, confirmed=True).first()
    if standing not in GOOD or email is None or found.ends is None or found.ends < today:
        return None
    left = (found.ends - today).days
    days = "1 day" if left == 1 else f"{left} days"
    text = (
        f"Hello {found.person.name},\n\nyou are certified as {found.level_title} until "
        f"{found.ends.day} {found.ends:%B %Y}. That is in {days}.\n\nSee what to do to renew:\n{public_url}/pathways\n"
    )
    return Letter(email.address, f"{days} left: {found.level_title}", text)


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


async def consider_and_follow(person_id: UUID, *, home: str, now: datetime) -> None:
    """Asks the rules about a person, awards what they decide alone, and notes what they find of earlier awards."""
    person = await Person.get(id=person_id)
    for considered in await consider_and_award(person_id, home=home, now=now):
        await follow(person, considered, now=now)
