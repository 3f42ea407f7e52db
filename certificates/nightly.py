"""What time alone brings about: reminders before an award runs out, and lapses that the rules find from day to day."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from certificates.actions import consider_and_award
from certificates.credential_models import Damage
from certificates.following import follow
from certificates.grounds import current
from certificates.ids import TOKEN_LETTERS
from certificates.integrity import damage_of
from certificates.keys import KeyStore
from certificates.models import Certificate, Certification
from certificates.shelf import Shelf
from training import facts
from training.assessments.models import Assessment
from training.database.opening import transaction
from training.dates import start_of
from training.errors import Upstream
from training.people.models import Person
from training.practice.confirmations import Confirmation
from training.practice.models import Supervision

DAYS_BEFORE = (90, 30, 7)
FILES = "look through certificates"
NIGHTS = sorted(TOKEN_LETTERS)
"""Each night it is the turn of the certificates whose secret begins with another letter."""
AT = timedelta(hours=7)
REMIND = "remind of renewal"
EVERYONE = "consider everyone"
PEOPLE_AT_ONCE = 200
FILES_AT_ONCE = 200
NIGHT = timedelta(days=1)
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


async def look_through(
    key: str, left: Mapping[str, str], *, keys: KeyStore, shelf: Shelf, now: datetime, at_once: int = FILES_AT_ONCE
) -> None:
    """Compares the next of this night's certificates with what was signed, and queues those who come after.

    A record that is damaged is told of by `integrity`; while files cannot be read, the work waits and is tried again.
    """
    turn = left.get("turn") or turn_of(now)
    rows = Certificate.filter(verify_token__startswith=turn, progress="published").order_by("id").limit(at_once)
    rows = rows.filter(id__gt=UUID(left["after"])) if left else rows
    found = await rows.select_related("certification")
    if len(found) == at_once:
        last = str(found[-1].id)
        payload = {"turn": turn, "after": last}
        await facts.schedule(FILES, f"{key.partition('/')[0]}/{last}", due=now, payload=payload)
    away = [words for row in found if (words := await damage_of(row, keys=keys, shelf=shelf, now=now))
            and not await Damage.filter(certificate_id=row.id).exists()]  # fmt: skip
    if away:
        raise Upstream(f"Certificates that could not be compared: {len(away)}. {away[0]}")


def turn_of(now: datetime) -> str:
    """Tells whose turn it is in a night."""
    return NIGHTS[int(now.timestamp() // NIGHT.total_seconds()) % len(NIGHTS)]


async def consider_and_follow(person_id: UUID, *, home: str, now: datetime) -> None:
    """Asks the rules about a person, awards what they decide alone, and notes what they find of earlier awards."""
    person = await Person.get(id=person_id)
    if person.test_user:
        return
    for considered in await consider_and_award(person_id, home=home, now=now):
        await follow(person, considered, now=now)
