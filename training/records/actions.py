"""What is done with records: log one's own, record somebody else's or a site's, correct, take back."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.core.dates import start_of
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.holders import Holder, whose
from training.people.models import Membership, Person
from training.people.relations.actions import relate
from training.people.visibility import active_on, may_for, sites_for
from training.records.asking import ask, close_requests, hold
from training.records.models import Participant, Record, RecordFile, Tailoring, records_visible_to
from training.records.naming import named, named_by_others
from training.records.rules import NEEDS_A_YES, Confirmer, Entry, KeptFile, faults_of_entry
from training.trail import facts

RELATIONS = {"team": "co_leader", "supervision": "supervisor", "learning": "trainer"}
"""Part in a record, or its type, → how whoever took part stands to the holder."""


async def log(
    entry: Entry,
    *,
    key: UUID,
    actor: Actor,
    now: datetime,
    confirmer: Confirmer | None = None,
    replaces: UUID | None = None,
    holder: UUID | None = None,
) -> Record:
    """Logs what the actor did or holds, or as a program what the `holder` did; it counts once somebody confirms it.

    Asked for it is the named confirmer, else who supervised, else the co-leader. What others were no part of waits for
    whoever looks after the actor, or whom the rules name; a teacher with an account here is asked.
    The same `key` again gives the row that is there. With `replaces` it corrects an earlier row, which stays.
    """
    _refuse_faults(entry, actor.today)
    entry = await _named(entry, lambda one, field: named(one, actor=actor, field=field, holder=holder))
    if entry.type in NEEDS_A_YES:
        asked = await named(confirmer, actor=actor, field="confirmer", holder=holder) if confirmer else None
        asked = asked or next(iter((*entry.by, *entry.team)), None)
    else:  # somebody's claim is no truer for a yes from an address that they typed
        asked = next((one for one in entry.by if one.person), None)
    old = await own_record(replaces, actor) if replaces else None
    head = _head(key, actor, now, told_of=holder) | {"person_id": holder or actor.person_id}

    async def write() -> Record:
        if old is None:
            await _refuse_again(entry, key=key, actor=actor, holder=holder)
        row = await _write(entry, head, old, actor=actor, now=now)
        if asked:
            await ask(row, asked, actor=actor, now=now)
        return row

    return await _once(key, actor, write)


async def record_for(
    holder: Holder,
    entry: Entry,
    *,
    key: UUID,
    actor: Actor,
    now: datetime,
    replaces: UUID | None = None,
    reason: str = "",
    program: bool = False,
) -> Record:
    """Records what somebody else, or a site, did or holds, as the actor who has seen it or signs it; counts at once.

    Whether the actor may is for the caller to say: it depends on what is recorded. With `replaces` it corrects an
    earlier row, for a `reason`.
    """
    _refuse_faults(entry, actor.today)
    if isinstance(holder, Person):
        await refuse_own(holder.id, actor.person_id, "You may not record this.", "Your site or the central unit can.")
    entry = await _named(entry, lambda one, field: named_by_others(one, actor=actor, field=field, holder=holder.id))
    old = await settled_record(replaces, actor) if replaces else None
    if old:
        _say_why(reason, "Say what was wrong with it")
    head = _head(key, actor, now, told_of=holder.id if program else None)
    head |= whose(holder) | {"counts_at_once": True, "reason": reason.strip()}
    return await _once(key, actor, lambda: _write(entry, head, old, actor=actor, now=now))


async def take_back(row: Record, *, reason: str, key: UUID, actor: Actor, now: datetime) -> Record:
    """Takes a record back: a new row says so and why, and the old one stays in the past."""
    row = await settled_record(row.id, actor) if row.counts_at_once else await own_record(row.id, actor)
    _say_why(reason, "Say why you take it back")
    kept = ("person_id", "holder_site_id", "programme_id", "site_id", "type", "what", "name", "began", "on", "until",
            "listed", "attributes", "about_id", "counts_at_once")  # fmt: skip
    told = row.program_id == actor.person_id
    head = _head(key, actor, now, told_of=row.person_id if told else None) | {name: getattr(row, name) for name in kept}

    async def write() -> Record:
        await hold(row.id)
        void = await Record.create(**head, replaces_id=row.id, void=True, reason=reason.strip())
        await close_requests(row, actor=actor, now=now)
        await _record_fact("record.taken_back", void, (), actor=actor, now=now, happened=actor.today)
        return void

    return await _once(key, actor, write)


async def own_record(record_id: UUID, actor: Actor) -> Record:
    """Finds a record that stands and that the actor logged of themselves, or told as a program."""
    row = await records_visible_to(actor).get_or_none(id=record_id)
    if row is None or actor.person_id not in (row.person_id, row.program_id) or row.counts_at_once:
        raise NotFound("There is no such record of yours.", "Look at the list of your records again.")
    return row


async def settled_record(record_id: UUID, actor: Actor) -> Record:
    """Finds a record that stands, of somebody or a site whom the actor looks after, and that was seen by their site."""
    row = await records_visible_to(actor).get_or_none(id=record_id, counts_at_once=True)
    if row is None or not await looks_after(actor, row):
        raise NotFound("There is no such record.", "It may have been corrected. Look at the list again.")
    return row


async def looks_after(actor: Actor, row: Record) -> bool:
    """Tells whether the actor manages the person or the site that a record is of; nobody their own."""
    if row.person_id == actor.person_id:
        return False
    if row.person_id:
        return await may_for(actor, "manage people", row.person_id)
    return await sites_for(actor, "manage people").filter(id=row.holder_site_id).exists()


async def _named(entry: Entry, check: Callable[[Confirmer, str], Awaitable[Confirmer]]) -> Entry:
    """Joins whom an entry names to the people known here; the check raises Invalid where it may not be them."""
    team = [await check(one, "co_leader") for one in entry.team]
    by = [await check(one, "by") for one in entry.by]
    return replace(entry, team=tuple(team), by=tuple(by))


def groups_of(actor: Actor, person_id: UUID | None, programme_id: UUID | None) -> QuerySet[Record]:
    """Lists the groups of somebody that another record of theirs may be about: those of its programme."""
    return records_visible_to(actor).filter(person_id=person_id, type="delivery", programme_id=programme_id)


async def _write(entry: Entry, head: dict[str, Any], old: Record | None, *, actor: Actor, now: datetime) -> Record:
    same = ("type", "what", "on", "began", "until", "name", "attributes", "note")
    columns = {name: getattr(entry, name) for name in same} | {"programme_id": entry.programme, "about_id": entry.about}
    columns["listed"] = entry.on or actor.today
    if entry.type == "delivery" and (person := head.get("person_id")):
        columns["site_id"] = await _site_of(person, entry.site, entry.on or actor.today)
    groups = groups_of(actor, head.get("person_id"), entry.programme)  # of the same person in the same programme
    if entry.about and not await groups.filter(id=entry.about).exists():
        raise Invalid("There is a problem", problems={"about": "Choose one of the groups in the list"})
    if old:
        await hold(old.id)
    row = await Record.create(**head, **columns, replaces_id=old and old.id)
    parts: list[Model] = []
    for part, people in (("team", entry.team), ("by", entry.by)):
        role = entry.body if part == "by" else "co_leader"
        for one in people:
            told: dict[str, Any] = {
                "person_id": one.person,
                "name": one.name,
                "role": role,
                "attributes": {**one.attributes},
            }
            parts.append(await Participant.create(id=uuid4(), record=row, part=part, **told))
            await _relate(row, RELATIONS.get(part) or RELATIONS.get(row.type), one.person, actor=actor, now=now)
    if entry.own_part and row.person_id:
        own: dict[str, Any] = {"person_id": row.person_id, "name": "", "attributes": {**entry.own_part}}
        parts.append(await Participant.create(id=uuid4(), record=row, part="team", **own))
    files = entry.files or (await _files_of(old) if old else ())  # a correction without a file keeps those of before
    parts += [await RecordFile.create(id=uuid4(), record=row, **asdict(one)) for one in files]
    parts += [await Tailoring.create(id=uuid4(), record=row, **asdict(one)) for one in entry.tailorings]
    if old:
        await close_requests(old, actor=actor, now=now)
    kind = "record.corrected" if old else "record.logged"
    await _record_fact(kind, row, parts, actor=actor, now=now, happened=row.on or actor.today)
    return row


async def _files_of(row: Record) -> tuple[KeptFile, ...]:
    rows = await RecordFile.filter(record_id=row.id, stored__not="").order_by("id")
    return tuple(KeptFile(one.file_name, one.stored, one.sha256, one.agreed) for one in rows)


async def _relate(row: Record, kind: str | None, other: UUID | None, *, actor: Actor, now: datetime) -> None:
    if not (kind and other and row.person_id):
        return
    pairs = [(row.person_id, other)] + ([(other, row.person_id)] if kind == "co_leader" else [])
    for one, another in pairs:
        await relate(
            one, another, kind, day=row.began or row.on or actor.today, unit=row.unit_id, actor=actor.person_id, now=now
        )


async def _site_of(person_id: UUID, wanted: UUID | None, day: date) -> UUID | None:
    """Takes the wanted site when the person belonged to it on the day, else their only or first one."""
    held = Membership.filter(active_on(day), person_id=person_id, site_id__isnull=False).order_by("starts", "id")
    sites = [UUID(str(one)) for one in await held.values_list("site_id", flat=True)]
    if wanted and wanted not in sites:
        raise Invalid("There is a problem", problems={"site": "Choose one of the sites"})
    return wanted or next(iter(sites), None)


async def _once(key: UUID, actor: Actor, write: Callable[[], Awaitable[Record]]) -> Record:
    """Writes a row in a transaction, or gives the row that the same form made before."""
    try:
        if found := await _of_key(key, actor):
            return found
        async with transaction():
            return await write()
    except IntegrityError as error:
        if found := await _of_key(key, actor):
            return found
        raise Conflict("This record has been changed in the meantime.", "Look at it again before you go on.") from error


async def _refuse_again(entry: Entry, *, key: UUID, actor: Actor, holder: UUID | None) -> None:
    """Refuses what stands already: a form reached by Back, or on another phone, is a new form with a key of its own.

    In the transaction that writes: of several sent at once the later ones wait, and see the first.
    """
    whom = holder or actor.person_id
    await Person.select_for_update().get(id=whom)
    same = {name: getattr(entry, name) for name in ("type", "what", "on", "began", "name")}
    alike = records_visible_to(actor).filter(person_id=whom, **same).exclude(entry_key=key)
    for row in await alike.prefetch_related("participants"):
        others = {one.name for one in row.participants if one.part == "by"}
        if entry.type == "delivery" or (
            row.attributes == {**entry.attributes} and others == {one.name for one in entry.by}
        ):
            words = "This is recorded already" if holder else "You have logged this already. It is on My practice"
            raise Invalid("There is a problem", problems={"on": words})


async def _of_key(key: UUID, actor: Actor) -> Record | None:
    found = await Record.get_or_none(entry_key=key, recorded_by_id=actor.person_id)
    return found or await Record.get_or_none(entry_key=key, program_id=actor.person_id)


def _head(key: UUID, actor: Actor, now: datetime, *, told_of: UUID | None = None) -> dict[str, Any]:
    """Gives the columns that say who recorded it, and when; `told_of` is the holder where a program does."""
    head = {"id": uuid4(), "entry_key": key, "unit_id": actor.unit_id, "recorded": now}
    told = {"program_id": actor.person_id, "program": actor.name} if told_of else {}
    return head | told | {"recorded_by_id": told_of or actor.person_id}


def _refuse_faults(entry: Entry, today: date) -> None:
    if problems := faults_of_entry(entry, today):
        raise Invalid("There is a problem", problems=problems)


def _say_why(reason: str, words: str) -> None:
    if not reason.strip():
        raise Invalid("There is a problem", problems={"reason": words})


async def _record_fact(kind: str, row: Record, rows: Any, *, actor: Actor, now: datetime, happened: date) -> None:
    await facts.record(
        kind, row, actor=actor.person_id, now=now, happened=start_of(happened, actor.zone), person=row.person_id,
        unit=row.unit_id, rows=rows,
        detail={"type": row.type, "what": row.what, "replaces": str(row.replaces_id) if row.replaces_id else None},
    )  # fmt: skip
