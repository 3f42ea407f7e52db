"""What time alone brings about: reminders, lapses and permits that follow what the rules find from day to day."""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from certificates.credentials.facts import TOKEN_LETTERS
from certificates.credentials.integrity import damage_of
from certificates.credentials.keys import KeyStore
from certificates.credentials.models import Damage
from certificates.decisions.actions import evaluate_and_award
from certificates.evaluations import changes
from certificates.evaluations.changes import RequestedChange, changes_of, period_of
from certificates.evaluations.evaluate_person import PersonEvaluation, per_of
from certificates.evaluations.models import Certificate, Certification, current
from certificates.evaluations.permissions import end_permissions, give_permission
from certificates.evaluations.standing import GOOD, Change, standing_on
from certificates.pathways.engine.verdict import LevelVerdict
from training.assessments.models import Assessment
from training.core.dates import DEFAULT_ZONE, local_day, start_of
from training.core.errors import Upstream
from training.core.storage import FileStore
from training.database.connection import transaction
from training.parsing.values import Result
from training.people.models import Permission, Person
from training.people.visibility import active_on
from training.programmes.models import Place
from training.records.models import Confirmation, Participant
from training.trail import facts

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
LAPSED = "What must stay true from day to day was not."
FOUND = "What must stay true was shown after all."
LIFTED = "The condition is met."
OPEN_AGAIN = "What met the condition was taken back or corrected, so the condition counts again."

log = logging.getLogger(__name__)


async def follow(person: Person, considered: PersonEvaluation, *, now: datetime) -> None:
    """Writes down what the rules find of the awards a person held before; where all is as it was, writes nothing."""
    held = Certification.filter(person_id=person.id, pathway_slug=considered.version.slug, recorded__lt=now)
    today = considered.verdict.as_of
    for found in await held.order_by("recorded"):
        level = next((one for one in considered.verdict.levels if _is_of(found, one)), None)
        if level:
            await _follow(found, level, person, today=today, now=now)


def _is_of(found: Certification, level: LevelVerdict) -> bool:
    return (found.level, found.per) == (level.level, per_of(level))


async def _follow(found: Certification, level: LevelVerdict, person: Person, *, today: date, now: datetime) -> None:
    history = await changes_of(found.id)
    standing = standing_on(period_of(found), history, today)
    wanted = None
    if standing in GOOD and level.standing.lapsed_on:
        since = max(level.standing.lapsed_on, changes.earliest(found, history))
        wanted = RequestedChange("lapsed", LAPSED, since, grounds="conditions")
    elif standing == "lapsed" and history and history[-1].state == "lapsed" and level.standing.state in GOOD:
        wanted = RequestedChange("restored", FOUND, history[-1].effective)
    elif standing == "provisional" and level.lifted_by and level.lifted_by.result is Result.MET:
        wanted = RequestedChange("lifted", LIFTED, today)
    elif standing in GOOD and standing != "provisional" and level.standing.state == "provisional":
        wanted = RequestedChange("provisional", OPEN_AGAIN, today)
    if wanted:
        await changes.write(found, wanted, actor_id=None, unit_id=person.unit_id, now=now)
    elif standing in GOOD:
        await _permit(found, level, history, unit_id=person.unit_id, today=today, now=now)


async def _permit(
    found: Certification, level: LevelVerdict, history: list[Change], *, unit_id: UUID, today: date, now: datetime
) -> None:
    """Ends a permission whose conditions are not met any more, and begins it again when they are.

    Only as long as the history that was judged still is all: what a change takes away meanwhile is not given again.
    """
    permits = {permit.may: permit.result is Result.MET for permit in level.permits}
    live = Permission.filter(active_on(today), because=found.decision_id)
    if {row.may for row in await live if row.may in permits} == {may for may, met in permits.items() if met}:
        return
    async with transaction():
        await Certification.select_for_update().get(id=found.id)  # whoever changes it refers to it, and so waits
        if await changes_of(found.id) != history:
            return
        held = {row.may: row for row in await live}
        for may, met in permits.items():
            if met and may not in held:
                given = await give_permission(found, may, starts=today)
                await facts.record("permission.given", given, actor=None, person=found.person_id, unit=unit_id, now=now)
            elif not met and (row := held.get(may)):
                await end_permissions(Q(id=row.id), before=today, because="condition")
                await facts.record("permission.ended", row, actor=None, person=found.person_id, unit=unit_id, now=now)


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


async def evaluate_everyone(
    key: str, *, home: str, now: datetime, after: UUID | None = None, at_once: int = PEOPLE_AT_ONCE
) -> None:
    """Considers the next of those who have begun, so that standings, lapses and renewals move on the day.

    Then queues those who come after, as a piece of work of its own: a night that was broken off goes on where it
    stopped. Somebody on whom it fails keeps nobody else waiting; the first failure is raised at the end.
    """
    failures: list[Exception] = []
    today = local_day(now, DEFAULT_ZONE)
    # Whose place begins these days: what they showed before has not been looked at yet.
    joining = Place.filter(starts__gte=today - NIGHT, starts__lte=today + NIGHT, taken_back__isnull=True)
    begun = Person.filter(
        Q(id__in=Subquery(current().values("person_id"))) | Q(id__in=Subquery(joining.values("person_id")))
    )
    rest = begun.filter(id__gt=after) if after else begun
    people = await rest.order_by("id").limit(at_once).values_list("id", flat=True)
    for person_id in people:
        try:
            await evaluate_and_follow(person_id, home=home, now=now)  # type: ignore[arg-type]
        except Exception as error:
            log.exception("%s could not be considered", person_id)
            failures.append(error)
    if len(people) == at_once:
        last = str(people[-1])
        await facts.schedule(EVERYONE, f"{key.partition('/')[0]}/{last}", due=now, payload={"after": last})
    if failures:
        raise failures[0]


async def evaluate_signed_for(signer_id: UUID, *, home: str, now: datetime) -> None:
    """Considers those whose records somebody rated, supervised or confirmed: what that counts for may have changed."""
    signed: set[Any] = {
        *await Assessment.filter(raters__person_id=signer_id).values_list("person_id", flat=True),
        *await Participant.filter(person_id=signer_id, part="by").values_list("record__person_id", flat=True),
        *await Confirmation.filter(confirmer_id=signer_id).values_list("person_id", flat=True),
    }
    for person_id in sorted(signed - {signer_id, None}):
        await evaluate_and_follow(person_id, home=home, now=now)


async def look_through(
    key: str,
    left: Mapping[str, str],
    *,
    keys: KeyStore,
    store: FileStore,
    now: datetime,
    at_once: int = FILES_AT_ONCE,
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
    away = [words for row in found if (words := await damage_of(row, keys=keys, store=store, now=now))
            and not await Damage.filter(certificate_id=row.id).exists()]  # fmt: skip
    if away:
        raise Upstream(f"Certificates that could not be compared: {len(away)}. {away[0]}")


def turn_of(now: datetime) -> str:
    """Tells whose turn it is in a night."""
    return NIGHTS[int(now.timestamp() // NIGHT.total_seconds()) % len(NIGHTS)]


async def evaluate_and_follow(person_id: UUID, *, home: str, now: datetime) -> None:
    """Asks the rules about a person, awards what they decide alone, and notes what they find of earlier awards."""
    person = await Person.get(id=person_id)
    if person.test_user:
        return
    for considered in await evaluate_and_award(person_id, home=home, now=now):
        await follow(person, considered, now=now)
