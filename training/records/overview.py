"""What somebody has recorded and how each record stands: the lists and totals of the pages of records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from training.core.languages import with_unit
from training.people.actor import Actor
from training.people.visibility import of_sites, visible_filter
from training.records.models import Confirmation, Participant, Record, records_visible_to
from training.records.rules import NEEDS_A_YES
from training.records.shown import amount_of, title_of
from training.records.words import KINDS

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
STATES = {"": "All", "open": "Not confirmed", **{key or "none": word for key, word in WORDS.items()}}
"""By what a list can be filtered: all, all that does not count, one of the words."""


def word_of(state: str | None, type_: str) -> str:
    """Says how a record stands: what others were no part of waits for the site, unasked."""
    return WORDS["asked"] if state is None and type_ not in NEEDS_A_YES else WORDS[state]


@dataclass(frozen=True)
class RecordLine:
    """One record in a list."""

    id: UUID
    type: str
    person_id: UUID | None
    person: str
    title: str
    day: date
    amount: str
    state: str | None
    counts_at_once: bool

    @property
    def path(self) -> str:
        """Where the record is shown."""
        return f"/practice/records/{self.id}"

    @property
    def kind(self) -> str:
        """What kind of record it is, in a word."""
        return KINDS.get(self.type, self.type)

    @property
    def word(self) -> str:
        """How it stands, as one word or two."""
        return word_of(self.state, self.type)


@dataclass(frozen=True)
class GoneLine:
    """One record that counts no more: what became of it, by whom and why."""

    title: str
    day: date
    became: str
    by: str
    reason: str


@dataclass(frozen=True)
class Totals:
    """What counts and what still waits."""

    groups: int
    sessions: int
    supervision_minutes: int
    waiting: int


async def lines_of(actor: Actor, people: Q | None = None, language: str = "en") -> list[RecordLine]:
    """Lists the records that the actor may see, latest first; by default the actor's own."""
    found = records_visible_to(actor).filter(Q(person_id=actor.person_id) if people is None else people)
    return await _lines(await found.order_by("-listed", "-id").prefetch_related("person", "holder_site"), language)


async def lines_by_id(ids: Sequence[UUID]) -> list[RecordLine]:
    """Reads the lines of a page of records, which were found before."""
    return await _lines(await Record.filter(id__in=list(ids)).prefetch_related("person", "holder_site"))


async def _lines(rows: Sequence[Record], language: str = "en") -> list[RecordLine]:
    signers = await _signers([row.id for row in rows])
    return [
        RecordLine(
            row.id,
            row.type,
            row.person_id,
            holder.name if (holder := row.person or row.holder_site) else "",
            title_of(row, signers.get(row.id, "")),
            row.listed,
            amount_of(row.attributes, language),
            "confirmed" if row.counts_at_once else row.state or None,
            row.counts_at_once,
        )
        for row in rows
    ]


async def _signers(ids: Sequence[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for start in range(0, len(ids), MOST_NAMED):
        some = Participant.filter(record_id__in=list(ids[start : start + MOST_NAMED]), part="by").order_by("id")
        for record, name in await some.values_list("record_id", "name"):
            found[record] = f"{found[record]}, {name}" if record in found else str(name)
    return found


async def gone_of(actor: Actor, whose: Q) -> list[GoneLine]:
    """Lists what was corrected or taken back, latest first: what it was, by whom, and why."""
    seen = Record.filter(visible_filter(actor) | of_sites(actor, "see people"), whose, replaces_id__isnull=False)
    rows = await seen.order_by("-recorded").prefetch_related("replaces", "recorded_by")
    return [
        GoneLine(
            title_of(before, ""), before.listed, "Taken back" if row.void else "Corrected",
            row.program or row.recorded_by.name, row.reason,
        )
        for row in rows
        if (before := row.replaces)
    ]  # fmt: skip


def worded(state: str) -> Q:
    """Filters records by the word that stands beside them; see `word_of`."""
    if state == "open":
        return Q(counts_at_once=False) & ~Q(state="confirmed")
    asks = Q(type__in=NEEDS_A_YES)
    if state == "asked":
        return in_state("asked") | (in_state("none") & ~asks)
    return in_state("none") & asks if state == "none" else in_state(state)


def in_state(state: str) -> Q:
    """Filters records by how they stand: by their confirmations, or at once."""
    if not state:
        return Q()
    if state == "confirmed":
        return Q(counts_at_once=True) | Q(state=state)
    return Q(counts_at_once=False, state="" if state == "none" else state)


async def totals_of(actor: Actor) -> Totals:
    """Adds up what is confirmed of the actor's own deliveries and supervision, and counts what is not confirmed."""
    lines = await lines_of(actor)
    confirmed = [line.id for line in lines if line.state == "confirmed" and line.type in ("delivery", "supervision")]
    rows = await Record.filter(id__in=confirmed).values("type", "attributes")
    deliveries = [row["attributes"] for row in rows if row["type"] == "delivery"]
    return Totals(
        groups=len(deliveries),
        sessions=sum(int(one.get("sessions", 0)) for one in deliveries),
        supervision_minutes=sum(
            int(row["attributes"].get("minutes", 0)) for row in rows if row["type"] == "supervision"
        ),
        waiting=sum(line.state != "confirmed" for line in lines),
    )


async def asked_of(actor: Actor, *, now: datetime) -> list[dict[str, Any]]:
    """Lists what the actor is asked to confirm and can still answer."""
    rows = (
        await Confirmation.filter(unit_id=actor.unit_id, confirmer_id=actor.person_id, state="asked", expires__gt=now)
        .order_by("asked")
        .values("id", "asked", "expires", "record__type", "record__what", person="person__name")
    )
    return [row | {"about": KINDS.get(row["record__type"], row["record__type"])} for row in rows]


def hours_in_words(minutes: int, language: str = "en") -> str:
    """Says minutes as hours: "6 hours", "1 hour 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    said = [with_unit(hours, "hour", language)] if hours or not rest else []
    return " ".join(said + ([with_unit(rest, "minute", language)] if rest else []))
