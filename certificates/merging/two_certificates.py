"""Two running certificates of one level, of two records that become one: which stays, and what becomes of the other."""

from dataclasses import dataclass
from datetime import date, datetime

from certificates.evaluations.changes import MERGED, RequestedChange, insert, standing_of
from certificates.evaluations.models import Certification, StateChange
from certificates.evaluations.standing import IN_FORCE
from training.core.dates import day
from training.core.errors import Conflict
from training.people.actor import Actor
from training.people.merging.models import Merge
from training.people.merging.moving import ColumnChange
from training.people.models import Person

SETTLED = frozenset({"certified", "renewal_due", "in_grace"})
"""Standings of which one may take the other's place unasked; a hold, or a condition, is somebody's decision."""
REASON = "Two records of one person became one, and the other certificate of the two runs longer."
APART = "Two records had been put into one. That was a mistake, and they are apart again."
"""Told to the holder; why the merge is undone speaks of somebody else as well, and is for the unit alone."""


@dataclass(frozen=True)
class TwoCertificates:
    """Two certificates that run at one level: `stays` runs longer, and `replaced` is what the other becomes.

    Each with its standing; where one is on hold or hangs on a condition, nothing is `settled`.
    """

    stays: Certification
    replaced: Certification
    standings: tuple[str, str]

    @property
    def settled(self) -> bool:
        """Whether the one that runs longer may take the place of the other."""
        return SETTLED.issuperset(self.standings)


async def two_certificates(one: Person, other: Person, *, today: date) -> list[TwoCertificates]:
    """Finds where both records hold a running certificate of one level."""
    running: dict[tuple[str, str, str], dict[object, tuple[Certification, str]]] = {}
    found = Certification.filter(person_id__in=[one.id, other.id]).order_by("recorded").select_related("person")
    for row in await found:
        standing = await standing_of(row, today)
        if standing in IN_FORCE:
            running.setdefault((row.pathway_slug, row.level, row.per), {})[row.person_id] = (row, standing)
    pairs = [sorted(held.values(), key=lambda pair: _how_long(pair[0])) for held in running.values() if len(held) == 2]
    return [TwoCertificates(longer[0], shorter[0], (longer[1], shorter[1])) for shorter, longer in pairs]


def _how_long(found: Certification) -> tuple[date, date, datetime]:
    return found.over or date.max, found.starts, found.recorded


def in_words(both: TwoCertificates) -> tuple[str, str]:
    """Says what disagrees, and what is done about it."""
    what = f"Both hold a running certificate: {both.stays.level_title}."
    if not both.settled:
        why = "One of the two is on hold, or hangs on a condition. Decide about that first, on its own page."
        return what, why
    return what, (
        f"The one of {_whose(both.stays)} stays. The one of {_whose(both.replaced)} is replaced from today on: "
        "whoever checks it is told so."
    )


def _whose(found: Certification) -> str:
    until = f"which runs until {day(found.ends)}" if found.ends else "which has no last day"
    return f"{found.person.name if found.person else ''}, {until},"


async def replace_shorter(both: TwoCertificates, *, today: date, actor: Actor, now: datetime) -> None:
    """Lets the one that runs longer take the place of the other, in the caller's transaction."""
    if not both.settled:
        raise Conflict(f"These two cannot become one person. {in_words(both)[0]}", in_words(both)[1])
    wanted = RequestedChange("replaced", REASON, today, grounds=MERGED)
    held = await Certification.get(id=both.replaced.id)  # its person may be another one by now
    if not await insert(held, wanted, actor_id=actor.person_id, unit_id=actor.unit_id, now=now):
        raise Conflict("One of their certificates has changed just now.", "Look at the page again.")


async def replaced_by(merge: Merge) -> tuple[list[Certification], list[ColumnChange]]:
    """Finds the certificates that a merge has replaced: those that can stand again, and those changed since."""
    people = [merge.stays_id, merge.shut_id]
    made = StateChange.filter(
        state="replaced", grounds=MERGED, recorded=merge.made, certification__person_id__in=people
    )
    again: list[Certification] = []
    gone: list[ColumnChange] = []
    for row in await made.select_related("certification"):
        if await StateChange.filter(certification_id=row.certification_id, turn__gt=row.turn).exists():
            gone.append(ColumnChange("certificates.StateChange", str(row.id), "state", None, "replaced"))
        else:
            again.append(row.certification)
    return again, gone


async def let_stand_again(found: Certification, *, today: date, actor: Actor, now: datetime) -> None:
    """Lets a certificate stand as before the merge that is undone, in the caller's transaction."""
    wanted = RequestedChange("restored", APART, today)
    held = await Certification.get(id=found.id)
    await insert(held, wanted, actor_id=actor.person_id, unit_id=actor.unit_id, now=now, undoes="replaced")
