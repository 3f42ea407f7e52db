"""What somebody has logged and how each record stands: the lists and totals of the practice pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.parsing.plurals import many
from training.people.actor import Actor
from training.practice.models import (
    Confirmation,
    Delivery,
    Supervision,
    checks_visible_to,
    deliveries_visible_to,
    supervisions_visible_to,
)
from training.practice.rules import KINDS_OF_SUPERVISION, stands

MOST_NAMED = 10_000
"""How many records one query names: a database takes no more than some 32,000 values at once."""
WORDS = {
    None: "Not asked yet",
    "asked": "Waiting",
    "confirmed": "Confirmed",
    "disputed": "Disputed",
    "expired": "No answer",
}
"""How a record stands, in the words of the pages."""


@dataclass(frozen=True)
class RecordLine:
    """One record in a list."""

    kind: str
    id: UUID
    person_id: UUID
    person: str
    title: str
    day: date
    amount: str
    state: str | None

    @property
    def path(self) -> str:
        """Where the record is shown."""
        return f"/practice/{self.kind}/{self.id}"

    @property
    def word(self) -> str:
        """How it stands, as one word or two."""
        return WORDS[self.state]


@dataclass(frozen=True)
class RecordFilter:
    """What a list is asked for: kind and state ("" is any, "none" is not asked yet), after which line, how many."""

    kind: str = ""
    state: str = ""
    before: tuple[date, UUID] | None = None
    most: int | None = None


@dataclass(frozen=True)
class Totals:
    """What counts and what still waits."""

    groups: int
    sessions: int
    supervision_minutes: int
    waiting: int


async def lines_of(actor: Actor, people: Q | None = None, *, asked: RecordFilter | None = None) -> list[RecordLine]:
    """Lists the deliveries and supervision that the actor may see, latest first; by default the actor's own.

    With `asked` it reads no more than one page and one line, so that the caller knows whether there is more.
    """
    wanted, asked = people or Q(person_id=actor.person_id), asked or RecordFilter()
    deliveries = await _deliveries(actor, wanted, asked)
    supervisions = await _supervisions(actor, wanted, asked)
    states = await states_of([row["id"] for row in (*deliveries, *supervisions)])
    lines = [_delivery_line(row, states) for row in deliveries] + [_session_line(row, states) for row in supervisions]
    latest = sorted(lines, key=lambda line: (line.day, str(line.id)), reverse=True)
    return latest if asked.most is None else latest[: asked.most + 1]


async def count_of(actor: Actor, people: Q, asked: RecordFilter) -> int:
    """Counts the records that the filters find, on all pages."""
    found = 0
    if asked.kind in ("", "deliveries"):
        found += await deliveries_visible_to(actor).filter(people & in_state("delivery_id", asked.state)).count()
    if asked.kind in ("", "supervision"):
        found += await supervisions_visible_to(actor).filter(people & in_state("supervision_id", asked.state)).count()
    return found


async def _deliveries(actor: Actor, wanted: Q, asked: RecordFilter) -> list[dict[str, Any]]:
    if asked.kind not in ("", "deliveries"):
        return []
    found = deliveries_visible_to(actor).filter(wanted & in_state("delivery_id", asked.state))
    return await _rows(_from("ended", found, asked), "group_name", "ended", "sessions", "role")


async def _supervisions(actor: Actor, wanted: Q, asked: RecordFilter) -> list[dict[str, Any]]:
    if asked.kind not in ("", "supervision"):
        return []
    found = supervisions_visible_to(actor).filter(wanted & in_state("supervision_id", asked.state))
    return await _rows(_from("held", found, asked), "supervisor_name", "what", "held", "minutes")


def _from(day: str, found: QuerySet[Any], asked: RecordFilter) -> QuerySet[Any]:
    if asked.before:
        last_day, last_id = asked.before
        earlier: dict[str, Any] = {f"{day}__lt": last_day}
        same_day: dict[str, Any] = {day: last_day, "id__lt": last_id}
        found = found.filter(Q(**earlier) | Q(**same_day))
    found = found.order_by(f"-{day}", "-id")
    return found if asked.most is None else found.limit(asked.most + 1)


def in_state(key: str, state: str) -> Q:
    """Filters records by how they stand: the same order of weight as the rule `stands`, in the database."""
    if not state:
        return Q()
    order = ["disputed", "confirmed", "asked", "expired"]
    heavier = order[: order.index(state)] if state in order else order
    filters = [~Q(id__in=Subquery(_with(key, heavier)))] if heavier else []
    return Q(*filters, *([Q(id__in=Subquery(_with(key, [state])))] if state in order else []))


def _with(key: str, states: Sequence[str]) -> Any:
    return Confirmation.filter(state__in=list(states), **{f"{key}__isnull": False}).values(key)


async def _rows(found: QuerySet[Any], *names: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await found.values("id", "person_id", *names, person="person__name")
    return rows


def _delivery_line(row: dict[str, Any], states: dict[UUID, str | None]) -> RecordLine:
    amount = many(row["sessions"], "session")
    known = (row["id"], row["person_id"], row["person"], row["group_name"], row["ended"], amount)
    return RecordLine("deliveries", *known, states.get(row["id"]))


def _session_line(row: dict[str, Any], states: dict[UUID, str | None]) -> RecordLine:
    kind = KINDS_OF_SUPERVISION.get(row["what"], row["what"]).split(":")[0]
    title = f"{kind} with {row['supervisor_name']}"
    known = (row["id"], row["person_id"], row["person"], title, row["held"], many(row["minutes"], "minute"))
    return RecordLine("supervision", *known, states.get(row["id"]))


async def states_of(ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """Tells how each record stands by its confirmations."""
    states: dict[UUID, list[str]] = {}
    for start in range(0, len(ids), MOST_NAMED):
        some = list(ids[start : start + MOST_NAMED])
        for key in ("delivery_id", "supervision_id"):
            for about, state in await Confirmation.filter(**{f"{key}__in": some}).values_list(key, "state"):
                states.setdefault(about, []).append(state)
    return {about: stands(found) for about, found in states.items()}


async def totals_of(actor: Actor) -> Totals:
    """Adds up what is confirmed of the actor's own practice, and counts what is not."""
    lines = await lines_of(actor)
    confirmed = [line.id for line in lines if line.state == "confirmed"]
    sessions = await Delivery.filter(id__in=confirmed).values_list("sessions", flat=True)
    minutes = await Supervision.filter(id__in=confirmed).values_list("minutes", flat=True)
    return Totals(
        groups=len(sessions),
        sessions=sum(int(str(one)) for one in sessions),
        supervision_minutes=sum(int(str(one)) for one in minutes),
        waiting=len(lines) - len(confirmed),
    )


async def asked_of(actor: Actor, *, now: datetime) -> list[dict[str, Any]]:
    """Lists what the actor is asked to confirm and can still answer."""
    return (
        await Confirmation.filter(unit_id=actor.unit_id, confirmer_id=actor.person_id, state="asked", expires__gt=now)
        .order_by("asked")
        .values("id", "asked", "expires", "delivery_id", person="person__name")
    )


async def checks_of(actor: Actor, person_id: UUID) -> list[dict[str, Any]]:
    """Lists somebody's checks that the actor may see, latest first."""
    return (
        await checks_visible_to(actor)
        .filter(person_id=person_id)
        .order_by("-issued")
        .values("id", "what", "issued", "ends", by="recorded_by__name")
    )


def hours_in_words(minutes: int) -> str:
    """Says minutes as hours: "6 hours", "1 hour 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    said = [many(hours, "hour")] if hours or not rest else []
    return " ".join(said + ([many(rest, "minute")] if rest else []))
