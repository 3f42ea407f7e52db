"""What time alone brings about: reminders before an award runs out, and lapses that the rules find from day to day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from certificates import pathway_versions
from certificates.actions import consider_and_award
from certificates.changes import Wanted, changes_of, insert, period_of
from certificates.considering import judge
from certificates.grounds import current
from certificates.models import Certification
from certificates.rules import GOOD, standing_on
from training import facts
from training.database.opening import transaction
from training.people.models import Email, Person

DAYS_BEFORE = (90, 30, 7)
AT = time(7, 0, tzinfo=UTC)
REMIND = "remind of renewal"


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
    if standing not in GOOD or email is None or found.ends is None:
        return None
    left = (found.ends - today).days
    text = (
        f"Hello {found.person.name},\n\nyou are certified as {found.level_title} until {found.ends:%d %B %Y}. "
        f"That is in {left} days.\n\nSee what to do to renew:\n{public_url}/pathways\n"
    )
    return Letter(email.address, f"{left} days left: {found.level_title}", text)


async def consider_everyone(*, home: str, now: datetime) -> int:
    """Considers everybody who has begun, so that standings, lapses and renewals move on the day; tells how many."""
    people = await current().distinct().values_list("person_id", flat=True)
    for person_id in people:
        await consider_and_award(person_id, home=home, now=now)  # type: ignore[arg-type]
        await _note_lapses(person_id, now=now)  # type: ignore[arg-type]
    return len(people)


async def _note_lapses(person_id: UUID, *, now: datetime) -> None:
    """Writes down a lapse that comes from a `keep` rule, which the calendar of a certification does not know."""
    person, today = await Person.get(id=person_id), now.date()
    for version in await pathway_versions.followed_by(person_id, person.unit_id):
        held = await Certification.filter(person_id=person_id, pathway_slug=version.slug)
        if not held:
            continue
        verdict = (await judge(person, version, as_of=today)).verdict
        lapsed = {level.level: level.standing.lapsed_on for level in verdict.levels if level.standing.lapsed_on}
        for found in held:
            standing = standing_on(period_of(found), await changes_of(found.id), today)
            if standing in GOOD and (since := lapsed.get(found.level)):
                wanted = Wanted("lapsed", "What must stay true from day to day was not.", max(since, found.starts))
                async with transaction():
                    await insert(found, wanted, actor_id=None, unit_id=person.unit_id, now=now)
