"""Changes of a certification: suspend, withdraw, restore, lapse. A change is a new row; nothing is deleted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from certificates.models import Certification, StateChange, certifications_visible_to
from certificates.rules import Change, Period, permitted_change, standing_on
from training import facts
from training.database.opening import transaction
from training.errors import Conflict, Invalid, NotAllowed, NotFound
from training.people.actor import Actor
from training.people.models import Permission

_DAY = timedelta(days=1)

FACTS = {
    "suspended": "certification.suspended",
    "restored": "certification.restored",
    "withdrawn": "certificate.withdrawn",
    "replaced": "certificate.replaced",
    "lapsed": "certification.lapsed",
}


@dataclass(frozen=True)
class Wanted:
    """The change that somebody wants: to which state, why, from which day and, for a suspension, to which."""

    state: str
    reason: str
    effective: date
    until: date | None = None


async def change(certification_id: UUID, wanted: Wanted, *, actor: Actor, now: datetime) -> StateChange:
    """Changes the state of a certification as a named person of the central unit."""
    found = await certifications_visible_to(actor).get_or_none(id=certification_id)
    if found is None:
        raise NotFound("There is no such certification.", "Look for it in the register.")
    if not (actor.may("decide") or actor.may("audit")) or found.person_id == actor.person_id:
        raise NotAllowed("You may not change this certification.", "Somebody else of the central unit has to.")
    if not wanted.reason.strip():
        raise Invalid("There is a problem", problems={"reason": "Say why, in a sentence or two"})
    return await write(found, wanted, actor_id=actor.person_id, unit_id=actor.unit_id, now=now)


async def write(
    found: Certification, wanted: Wanted, *, actor_id: UUID | None, unit_id: UUID, now: datetime
) -> StateChange:
    """Writes the change if the standing lets it; of two at once, one is refused."""
    if not await could(found, wanted):
        raise Conflict(f"This certification cannot be {wanted.state} now.", "Look at it again: it has changed.")
    try:
        async with transaction():
            return await insert(found, wanted, actor_id=actor_id, unit_id=unit_id, now=now)
    except IntegrityError as error:
        raise Conflict("Somebody else has just changed this certification.", "Look at it again.") from error


async def could(found: Certification, wanted: Wanted) -> bool:
    """Tells whether the standing on the day of the change lets it happen."""
    history = await changes_of(found.id)
    standing = standing_on(period_of(found), history, max(wanted.effective, found.starts))
    return standing is not None and permitted_change(standing, wanted.state)


async def insert(
    found: Certification, wanted: Wanted, *, actor_id: UUID | None, unit_id: UUID, now: datetime
) -> StateChange:
    """Writes the row, what it means for permissions, and the fact, inside the caller's transaction."""
    turn = 1 + await StateChange.filter(certification_id=found.id).count()
    made = await StateChange.create(
        id=uuid4(), certification_id=found.id, turn=turn, state=wanted.state, reason=wanted.reason,
        effective=wanted.effective, until=wanted.until, recorded=now, actor_id=actor_id,
    )  # fmt: skip
    await _permissions(found, wanted)
    await facts.record(
        FACTS[wanted.state], found, actor=actor_id, person=found.person_id, unit=unit_id, now=now,
        detail={"to": wanted.state, "effective": wanted.effective.isoformat()},
    )  # fmt: skip
    return made


async def _permissions(found: Certification, wanted: Wanted) -> None:
    """What the award permitted ends the day before the change, and begins again with a row of its own."""
    held = Permission.filter(because=found.decision_id)
    begins = wanted.effective if wanted.state == "restored" else wanted.until and wanted.until + _DAY
    rows = await held.order_by("-starts")
    if wanted.state != "restored":
        await held.filter(Q(ends__isnull=True) | Q(ends__gte=wanted.effective)).update(ends=wanted.effective - _DAY)
    if begins:
        for may, row in {row.may: row for row in reversed(rows)}.items():
            await Permission.create(
                id=uuid4(), person_id=found.person_id, what=row.what, may=may, starts=begins, ends=found.over,
                because=row.because,
            )  # fmt: skip


async def changes_of(certification_id: UUID) -> list[Change]:
    """Reads the changes of a certification in the order they were made."""
    rows = await StateChange.filter(certification_id=certification_id).order_by("turn")
    return [Change(row.state, row.effective, row.recorded.date(), row.until) for row in rows]


def period_of(found: Certification) -> Period:
    """Gives the days of a certification to the rules."""
    return Period(found.starts, found.recorded.date(), found.renewal_opens, found.ends, found.over)
