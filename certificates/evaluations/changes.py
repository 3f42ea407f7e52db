"""Changes of a certification: suspend, withdraw, restore, lapse. A change is a new row; nothing is deleted."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certification, StateChange, any_certification_visible_to
from certificates.evaluations.outcome_text import CHOICES, OUTCOMES
from certificates.evaluations.permissions import end_permissions, give_permission
from certificates.evaluations.standing import MARKS, Change, Period, permitted_change, standing_on
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.holders import same_holder
from training.people.models import Permission
from training.sites.models import CentralUnit, zone_of
from training.trail import facts

_DAY = timedelta(days=1)
MERGED = "merge"
"""Grounds on which one of two certificates was replaced, recorded before or after the one that stays."""

FACTS = {
    "suspended": "certification.suspended",
    "restored": "certification.restored",
    "withdrawn": "certificate.withdrawn",
    "replaced": "certificate.replaced",
    "lapsed": "certification.lapsed",
    "lifted": "certification.lifted",
    "provisional": "certification.conditional",
}


@dataclass(frozen=True)
class RequestedChange:
    """The change that somebody wants: to which state, why, from which day and, for a suspension, to which.

    `grounds` is the class of the reason that anybody may know.
    """

    state: str
    reason: str
    effective: date
    until: date | None = None
    grounds: str = ""


async def change(certification_id: UUID, wanted: RequestedChange, *, actor: Actor, now: datetime) -> StateChange:
    """Changes the state of a certification as a named person of the central unit."""
    found = await any_certification_visible_to(actor).get_or_none(id=certification_id)
    if found is None:
        raise NotFound("There is no such certification.", "Look for it in the register.")
    words, remedy = "You may not change this certification.", "Somebody else of the central unit has to."
    if found.person_id:
        await refuse_own(found.person_id, actor.person_id, words, remedy)
    if not await any_certification_visible_to(actor, "decide").filter(id=found.id).exists():
        raise NotAllowed(words, remedy)
    if problems := _problems(wanted, earliest(found, await changes_of(found.id)), local_day(now, actor.zone)):
        raise Invalid("There is a problem", problems=problems)
    return await write(found, wanted, actor_id=actor.person_id, unit_id=actor.unit_id, now=now)


def _problems(wanted: RequestedChange, first: date, today: date) -> dict[str, str]:
    problems = {}
    if not wanted.reason.strip():
        problems["reason"] = "Say why, in a sentence or two"
    if wanted.grounds and wanted.grounds not in CHOICES:
        problems["grounds"] = "Choose what anybody may know"
    if wanted.effective > today:
        problems["effective"] = "Enter today or a day before; a change cannot be planned ahead"
    elif wanted.effective < first:
        problems["effective"] = f"Enter {first.day} {first:%B %Y} or a later day; what was before stays"
    if wanted.until and wanted.state != "suspended":
        problems["until"] = "Leave this out; only a suspension ends by itself"
    elif wanted.until and wanted.until < wanted.effective:
        problems["until"] = "Enter a day that is not before the first day"
    return problems


async def undoing(made: StateChange, reason: str, *, on: date) -> list[RequestedChange]:
    """Lists what lets a certification stand from a day on as before its last change; nothing where that is over by now.

    What was suspended is suspended again, to the same day and on the same grounds: only the last change is undone.
    """
    earlier = StateChange.filter(certification_id=made.certification_id, turn__lt=made.turn)
    before = await earlier.exclude(state__in=MARKS).order_by("-turn").first()
    wanted = [] if made.state == "restored" else [RequestedChange("restored", reason, on)]
    if before is None or before.state == "restored" or (before.until and before.until < on):
        return wanted
    if before.state != "suspended":
        return []
    return [*wanted, RequestedChange("suspended", reason, on, before.until, before.grounds)]


async def standing_of(found: Certification, on: date) -> str | None:
    """Tells how a certification stands on a day; None before its first."""
    return standing_on(period_of(found), await changes_of(found.id), on)


def earliest(found: Certification, history: Iterable[Change]) -> date:
    """Gives the first day that a change may take effect: they follow each other in time, as they were made."""
    return max([found.starts, *(one.effective for one in history)])


async def write(
    found: Certification, wanted: RequestedChange, *, actor_id: UUID | None, unit_id: UUID, now: datetime
) -> StateChange:
    """Writes the change in a transaction of its own; raises Conflict if the standing does not let it happen."""
    async with conflicts(), transaction():
        made = await insert(found, wanted, actor_id=actor_id, unit_id=unit_id, now=now)
    if made is None:
        raise Conflict(f"This certification cannot be {wanted.state} now.", "Look at it again: it has changed.")
    return made


@asynccontextmanager
async def conflicts() -> AsyncIterator[None]:
    """Says in plain words that of two changes at once this one came second; goes around the transaction."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict("Somebody else has just changed this certification.", "Look at it again.") from error


async def insert(
    found: Certification, wanted: RequestedChange, *, actor_id: UUID | None, unit_id: UUID, now: datetime,
    undoes: str = "",
) -> StateChange | None:  # fmt: skip
    """Writes the row, what it means for permissions, and the fact, in the caller's transaction, or gives None.

    Whoever undoes what had made it stand as it does says as what; that is then allowed, whatever came after it.
    A condition that comes with the award is told by the fact of that.
    The turn is that after the history which was judged, so that a change made meanwhile breaks its uniqueness.
    """
    history = await changes_of(found.id)
    undone = bool(undoes) and standing_on(period_of(found), history, wanted.effective) == undoes
    if not undone and not await _is_allowed(found, wanted, history):
        return None
    today = local_day(now, await zone_of(unit_id))
    made = await StateChange.create(
        id=uuid4(), certification_id=found.id, turn=1 + len(history), state=wanted.state, reason=wanted.reason,
        grounds=wanted.grounds, effective=wanted.effective, until=wanted.until, recorded=now, actor_id=actor_id,
        appeal_until=await last_day_to_appeal(unit_id, today) if OUTCOMES[wanted.state].contestable else None,
    )  # fmt: skip
    if wanted.state not in MARKS:
        await _permissions(found, wanted)
    comes_with_award = wanted.state == "provisional" and not history
    if (kind := FACTS.get(wanted.state)) and not comes_with_award:
        await facts.record(
            kind, found, actor=actor_id, person=found.person_id, unit=unit_id, now=now,
            detail={"to": wanted.state, "effective": wanted.effective.isoformat(), "change": str(made.id)},
            rows=[made, *await Permission.filter(because=found.decision_id)],
        )  # fmt: skip
    return made


async def last_day_to_appeal(unit_id: UUID, today: date) -> date:
    """Returns the last day on which somebody may appeal against what is decided today, as the unit has set it."""
    return today + timedelta(days=(await CentralUnit.get(id=unit_id)).appeal_days)


async def _is_allowed(found: Certification, wanted: RequestedChange, history: list[Change]) -> bool:
    """Tells whether the standing on the day of the change lets it happen."""
    if wanted.effective < earliest(found, history):
        return False
    standing = standing_on(period_of(found), history, wanted.effective)
    if standing is None or not permitted_change(standing, wanted.state):
        return False
    if wanted.state != "restored":
        return True
    return _still_runs(found, wanted.effective) and not await _has_later(found)


async def _has_later(found: Certification) -> bool:
    same = {**same_holder(found), "pathway_slug": found.pathway_slug, "level": found.level, "per": found.per}
    for row in await Certification.filter(**same, recorded__gt=found.recorded):
        last = await StateChange.filter(certification_id=row.id).order_by("-turn").first()
        if last is None or (last.state, last.grounds) != ("replaced", MERGED):
            return True
    return False


async def _permissions(found: Certification, wanted: RequestedChange) -> None:
    """What the award permitted ends the day before the change, and begins again with a row of its own."""
    held = Q(because=found.decision_id)
    latest = dict.fromkeys(row.may for row in await Permission.filter(held).order_by("starts"))
    going_on = Q(ends__isnull=True) | Q(ends__gte=wanted.effective)
    await end_permissions(held & going_on, before=wanted.effective, because=wanted.state)
    begins = wanted.effective if wanted.state == "restored" else wanted.until and wanted.until + _DAY
    if begins and _still_runs(found, begins):
        for may in latest:
            await give_permission(found, may, starts=begins)


def _still_runs(found: Certification, day: date) -> bool:
    return found.over is None or day <= found.over


async def changes_of(certification_id: UUID) -> list[Change]:
    """Reads the changes of a certification in the order they were made."""
    found = await _read(StateChange.filter(certification_id=certification_id))
    return found.get(certification_id, [])


async def histories(of: QuerySet[Certification]) -> dict[UUID, list[Change]]:
    """Reads the changes of many certifications, each in the order they were made; none for those never changed.

    The certifications are found again, not named: no statement may name as many as a nation has.
    """
    return await _read(StateChange.filter(certification_id__in=Subquery(of.values("id"))))


async def _read(rows: QuerySet[StateChange]) -> dict[UUID, list[Change]]:
    found: dict[UUID, list[Change]] = {}
    for row in await rows.order_by("turn").values():
        change = Change(row["state"], row["effective"], row["recorded"], row["until"])
        found.setdefault(row["certification_id"], []).append(change)
    return found


def period_of(found: Certification) -> Period:
    """Gives the days of a certification to the rules."""
    return Period(found.starts, found.recorded, found.renewal_opens, found.ends, found.over)
