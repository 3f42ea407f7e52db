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
from certificates.evaluations import changes, pathway_versions
from certificates.evaluations.changes import RequestedChange, changes_of, period_of
from certificates.evaluations.evaluate_person import PersonEvaluation, per_of
from certificates.evaluations.models import Certificate, Certification, current
from certificates.evaluations.permissions import end_permissions, give_permission
from certificates.evaluations.standing import GOOD, Change, standing_on
from certificates.pathways.asked import looks_at_sites
from certificates.pathways.engine.verdict import LevelVerdict
from training.assessments.models import Assessment
from training.core.dates import DEFAULT_ZONE, local_day, start_of
from training.core.errors import Upstream
from training.core.storage import FileStore
from training.database.connection import transaction
from training.parsing.values import Result
from training.people.holders import Holder, find_holder, holder_of, whose
from training.people.models import Membership, Permission, Person
from training.people.visibility import active_on
from training.programmes.models import Adoption, Place, holding_on
from training.records.models import Confirmation, Participant
from training.sites.models import Site, zone_of
from training.trail import facts

DAYS_BEFORE = (90, 30, 7)
FILES = "look through certificates"
NIGHTS = sorted(TOKEN_LETTERS)
"""Each night it is the turn of the certificates whose secret begins with another letter."""
AT = timedelta(hours=7)
REMIND = "remind of renewal"
EVERYONE = "consider everyone"
EVERY_SITE = "consider every site"
PEOPLE_OF = "consider people of a site"
PEOPLE_AT_ONCE = 200
FILES_AT_ONCE = 200
NIGHT = timedelta(days=1)
END = "tell of the end"
LAPSED = "What must stay true from day to day was not."
FOUND = "What must stay true was shown after all."
LIFTED = "The condition is met."
OPEN_AGAIN = "What met the condition was taken back or corrected, so the condition counts again."

log = logging.getLogger(__name__)


async def follow(holder: Holder, considered: PersonEvaluation, *, now: datetime) -> None:
    """Writes down what the rules find of the awards a holder had before; where all is as it was, writes nothing."""
    held = Certification.filter(**whose(holder), pathway_slug=considered.version.slug, recorded__lt=now)
    today = considered.verdict.as_of
    for found in await held.order_by("recorded"):
        level = next((one for one in considered.verdict.levels if _is_of(found, one)), None)
        if level:
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
                await changes.write(found, wanted, actor_id=None, unit_id=holder.unit_id, now=now)
            elif standing in GOOD and found.person_id:
                await _permit(found, level, history, unit_id=holder.unit_id, today=today, now=now)


def _is_of(found: Certification, level: LevelVerdict) -> bool:
    return (found.level, found.per) == (level.level, per_of(level))


async def _permit(
    found: Certification, level: LevelVerdict, history: list[Change], *, unit_id: UUID, today: date, now: datetime
) -> None:
    """Ends a permission whose conditions are not met any more, and begins it again when they are.

    Only as long as the history that was judged still is all: what a change takes away meanwhile is not given again.
    """
    permits = {permit.may: permit.result is Result.MET for permit in level.permits}
    live = Q(active_on(today), because=found.decision_id)
    if {row.may for row in await Permission.filter(live) if row.may in permits} == {
        may for may, met in permits.items() if met
    }:
        return
    async with transaction():
        await Certification.select_for_update().get(id=found.id)  # whoever changes it refers to it, and so waits
        if await changes_of(found.id) != history:
            return
        # Asked anew: a query that was awaited before goes round the transaction, and waits for it for ever on SQLite.
        held = {row.may: row for row in await Permission.filter(live)}
        for may, met in permits.items():
            if met and may not in held:
                given = await give_permission(found, may, starts=today)
                await facts.record("permission.given", given, actor=None, person=found.person_id, unit=unit_id, now=now)
            elif not met and (row := held.get(may)):
                await end_permissions(Q(id=row.id), before=today, because="condition")
                await facts.record("permission.ended", row, actor=None, person=found.person_id, unit=unit_id, now=now)


async def plan_reminders(certification_id: UUID, *, now: datetime) -> None:
    """Sets a timer for each letter about the end of a certification; days that have passed are left out."""
    found = await Certification.get(id=certification_id)
    zone = await zone_of((await holder_of(found)).unit_id)
    async with transaction():
        await facts.schedule_all(timers_of(found, zone, now=now))


def timers_of(found: Certification, zone: str, *, now: datetime) -> list[facts.Timer]:
    """Lists the letters about the end of a certification that are still to come."""
    if found.ends is None:
        return []
    lasts = {found.ends, found.over or found.ends}
    letters: list[tuple[str, str, date, dict[str, int]]] = [
        (END, f"{END}/{found.id}/{last}", last + timedelta(days=1), {}) for last in lasts
    ]
    letters += [(REMIND, f"{REMIND}/{found.id}/{days}", found.ends - timedelta(days=days), {"days": days})
                for days in DAYS_BEFORE]  # fmt: skip
    timers = [facts.Timer(kind, key, start_of(day, zone) + AT, payload, str(found.id))
              for kind, key, day, payload in letters]  # fmt: skip
    return [one for one in timers if one.due > now]


async def evaluate_everyone(
    key: str, *, home: str, now: datetime, after: UUID | None = None, at_once: int = PEOPLE_AT_ONCE
) -> None:
    """Considers the next of those who have begun, so that standings, lapses and renewals move on the day.

    Then queues those who come after, as a piece of work of its own: a night that was broken off goes on where it
    stopped. Somebody on whom it fails keeps nobody else waiting; the first failure is raised at the end.
    """
    today = local_day(now, DEFAULT_ZONE)
    # Whose place begins these days: what they showed before has not been looked at yet.
    joining = Place.filter(starts__gte=today - NIGHT, starts__lte=today + NIGHT, taken_back__isnull=True)
    # Whose rules begin to count these days, though nothing of theirs has counted by the ones before.
    new_rules = await pathway_versions.beginning_about(today)
    under = Place.filter(holding_on(today), programme_id__in=list(new_rules))
    begun = Person.filter(
        Q(id__in=Subquery(current().values("person_id")))
        | Q(id__in=Subquery(joining.values("person_id")))
        | Q(id__in=Subquery(under.values("person_id")))
    )
    rest = begun.filter(id__gt=after) if after else begun
    people = await rest.order_by("id").limit(at_once).values_list("id", flat=True)
    await _evaluate_all(EVERYONE, key, [UUID(str(one)) for one in people], at_once, home=home, now=now)


async def _evaluate_all(
    kind: str, key: str, ids: list[UUID], at_once: int, *, home: str, now: datetime, subject: UUID | None = None
) -> None:
    failures: list[Exception] = []
    for holder_id in ids:
        try:
            await evaluate_and_follow(holder_id, home=home, now=now)
        except Exception as error:
            log.exception("%s could not be considered", holder_id)
            failures.append(error)
    if len(ids) == at_once:
        last, about = str(ids[-1]), str(subject or "")
        following = f"{key.partition('/')[0]}/{last}"
        await facts.schedule(kind, following, due=now, payload={"after": last}, subject_id=about)
    if failures:
        raise failures[0]


async def evaluate_sites(
    key: str, *, home: str, now: datetime, after: UUID | None = None, at_once: int = PEOPLE_AT_ONCE
) -> None:
    """Considers the next of the sites that have begun, and queues those who come after, as with people."""
    today = local_day(now, DEFAULT_ZONE)
    new_rules = await pathway_versions.beginning_about(today)
    begun = current().filter(holder_site_id__isnull=False).values("holder_site_id")
    under = Adoption.filter(active_on(today), programme_id__in=list(new_rules)).values("site_id")
    sites = Site.filter(Q(id__in=Subquery(begun)) | Q(id__in=Subquery(under)))
    rest = sites.filter(id__gt=after) if after else sites
    ids = rest.order_by("id").limit(at_once).values_list("id", flat=True)
    await _evaluate_all(EVERY_SITE, key, [UUID(str(one)) for one in await ids], at_once, home=home, now=now)


async def evaluate_people_of(
    site_id: UUID, key: str, *, home: str, now: datetime, after: UUID | None = None, at_once: int = PEOPLE_AT_ONCE
) -> None:
    """Considers the next of those whose rules look at what their site did and holds, and queues those who come after.

    They have a place at the site, or a role.
    """
    site = await Site.get(id=site_id)
    today = local_day(now, await zone_of(site.unit_id))
    looking = [row for row in await pathway_versions.followed_by_site(site, today=today)
               if looks_at_sites(pathway_versions.read(row))]  # fmt: skip
    if not looking:
        return
    places = Place.filter(holding_on(today), site_id=site_id, programme_id__in=[row.programme_id for row in looking])
    roles = Membership.filter(active_on(today), site_id=site_id)
    people = Person.filter(
        Q(id__in=Subquery(places.values("person_id"))) | Q(id__in=Subquery(roles.values("person_id")))
    )
    people = people.filter(id__gt=after) if after else people
    ids = await people.order_by("id").limit(at_once).values_list("id", flat=True)
    await _evaluate_all(PEOPLE_OF, key, [UUID(str(one)) for one in ids], at_once, home=home, now=now, subject=site_id)


async def evaluate_signed_for(signer_id: UUID, *, home: str, now: datetime) -> None:
    """Considers those whose records somebody rated, supervised or confirmed: what that counts for may have changed."""
    signed: set[Any] = {
        *await Assessment.filter(raters__person_id=signer_id).values_list("person_id", flat=True),
        *await Participant.filter(person_id=signer_id, part="by").values_list("record__person_id", flat=True),
        *await Participant.filter(person_id=signer_id, part="by").values_list("record__holder_site_id", flat=True),
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


async def evaluate_and_follow(holder_id: UUID, *, home: str, now: datetime) -> None:
    """Asks the rules about a person, or a site, awards what they decide alone, and notes what they find of the past."""
    holder = await find_holder(holder_id)
    if isinstance(holder, Person) and (holder.test_user or holder.merged_into_id):
        return
    for considered in await evaluate_and_award(holder_id, home=home, now=now):
        await follow(holder, considered, now=now)
