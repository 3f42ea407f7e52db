"""What people do in practice: log a group, log supervision, correct it, take it back, record a check."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.core.dates import local_day, start_of
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.models import Membership, Person
from training.people.relations.actions import relate
from training.people.visibility import active_on, person_for
from training.practice.asking import ask, close_requests
from training.practice.models import (
    BackgroundCheck,
    Delivery,
    DeliveryTeam,
    Supervision,
    Tailoring,
    deliveries_visible_to,
    supervisions_visible_to,
)
from training.practice.naming import named
from training.practice.rules import (
    CHECKS,
    Confirmer,
    DeliveryEntry,
    SupervisionEntry,
    faults_of_delivery,
    faults_of_supervision,
)
from training.sites.programmes import programme_of
from training.trail import facts

Row = TypeVar("Row", Delivery, Supervision, BackgroundCheck)
Logged = TypeVar("Logged", Delivery, Supervision)
_HEAD = frozenset({"id", "entry_key", "unit_id", "person_id", "recorded", "recorded_by_id"})
_ROW_FIELDS = frozenset(DeliveryEntry.__dataclass_fields__) - {"team", "tailorings", "site", "programme"}


async def log_delivery(
    entry: DeliveryEntry,
    *,
    key: UUID,
    actor: Actor,
    now: datetime,
    confirmer: Confirmer | None = None,
    replaces: UUID | None = None,
) -> Delivery:
    """Logs a group that the actor led and asks the co-leader, or the named confirmer, to confirm it.

    The same `key` again gives the row that is there. With `replaces` it corrects an earlier row, which stays.
    """
    _refuse(faults_of_delivery(entry, local_day(now, actor.zone)))
    team = tuple([await named(one, actor=actor, field="co_leader") for one in entry.team])
    asked = await named(confirmer, actor=actor, field="confirmer") if confirmer else next(iter(team), None)
    site = await _own_site(entry.site, actor, local_day(now, actor.zone))
    programme = await programme_of(entry.programme, actor.unit_id)
    old = await _own(deliveries_visible_to(actor).get_or_none(id=replaces), actor) if replaces else None

    async def write() -> Delivery:
        if old is None:
            same = {"group_name": entry.group_name, "began": entry.began, "ended": entry.ended}
            await _refuse_again(deliveries_visible_to(actor), same, key=key, actor=actor)
        given = {name: getattr(entry, name) for name in _ROW_FIELDS}
        row = await Delivery.create(
            **_head(key, actor, now), **given, site_id=site, programme_id=programme, replaces_id=replaces
        )
        parts = await _keep_parts(row, team, entry, now)
        if old:
            await close_requests(old, actor=actor, now=now)
        kind = "delivery.corrected" if old else "delivery.logged"
        await _note(kind, row, actor=actor, now=now, happened=entry.ended, rows=parts)
        if asked:
            await ask(row, asked, actor=actor, now=now)
        return row

    return await _once(Delivery, key, actor, write)


async def _keep_parts(row: Delivery, team: tuple[Confirmer, ...], entry: DeliveryEntry, now: datetime) -> list[Model]:
    parts: list[Model] = []
    for one in team:
        parts.append(await DeliveryTeam.create(delivery=row, person_id=one.person, name=one.name))
        if one.person:
            for person, other in ((row.person_id, one.person), (one.person, row.person_id)):
                await relate(person, other, "co_leader", day=row.began, unit=row.unit_id, actor=row.person_id, now=now)
    for tailoring in entry.tailorings:
        parts.append(await Tailoring.create(delivery=row, **asdict(tailoring)))
    return parts


async def log_supervision(
    entry: SupervisionEntry, *, key: UUID, actor: Actor, now: datetime, replaces: UUID | None = None
) -> Supervision:
    """Logs a supervision session that the actor had and asks the supervisor to confirm it; `key` as above."""
    _refuse(faults_of_supervision(entry, local_day(now, actor.zone)))
    supervisor = await named(entry.supervisor, actor=actor, field="supervisor")
    old = await _own(supervisions_visible_to(actor).get_or_none(id=replaces), actor) if replaces else None
    about = entry.delivery
    group = await _own(deliveries_visible_to(actor).get_or_none(id=about), actor) if about else None
    # Supervision of a group is of the group's programme, whatever else was chosen.
    programme = (group and group.programme_id) or await programme_of(entry.programme, actor.unit_id)

    async def write() -> Supervision:
        if old is None:
            same = {"held": entry.held, "minutes": entry.minutes, "what": entry.what}
            same |= {"supervisor_name": supervisor.name}
            await _refuse_again(supervisions_visible_to(actor), same, key=key, actor=actor)
        row = await Supervision.create(
            **_head(key, actor, now),
            supervisor_id=supervisor.person,
            supervisor_name=supervisor.name,
            **{name: getattr(entry, name) for name in ("what", "held", "minutes", "mode", "topics", "note")},
            delivery_id=about,
            programme_id=programme,
            replaces_id=replaces,
        )
        if supervisor.person:
            await relate(
                row.person_id, supervisor.person, "supervisor", day=row.held, unit=row.unit_id, actor=row.person_id,
                now=now,
            )  # fmt: skip
        if old:
            await close_requests(old, actor=actor, now=now)
        kind = "supervision.corrected" if old else "supervision.logged"
        await _note(kind, row, actor=actor, now=now, happened=entry.held)
        await ask(row, supervisor, actor=actor, now=now)
        return row

    return await _once(Supervision, key, actor, write)


async def take_back(
    row: Delivery | Supervision, *, reason: str, key: UUID, actor: Actor, now: datetime
) -> Delivery | Supervision:
    """Takes an own record back: a new row says so, and the old one stays in the past."""
    if not reason.strip():
        raise Invalid("There is a problem", problems={"reason": "Say why you take it back"})
    if isinstance(row, Delivery):
        await _own(deliveries_visible_to(actor).get_or_none(id=row.id), actor)
        return await _once(Delivery, key, actor, lambda: _void(Delivery, row, reason, key, actor=actor, now=now))
    await _own(supervisions_visible_to(actor).get_or_none(id=row.id), actor)
    return await _once(Supervision, key, actor, lambda: _void(Supervision, row, reason, key, actor=actor, now=now))


async def _void(model: type[Logged], row: Logged, reason: str, key: UUID, *, actor: Actor, now: datetime) -> Logged:
    kept = {name: getattr(row, name) for name in model._meta.fields_db_projection if name not in _HEAD}
    void = await model.create(
        **_head(key, actor, now), **kept | {"note": reason.strip(), "replaces_id": row.id, "void": True}
    )
    await close_requests(row, actor=actor, now=now)
    kind = "delivery.corrected" if isinstance(row, Delivery) else "supervision.corrected"
    await _note(kind, void, actor=actor, now=now, happened=local_day(now, actor.zone))
    return void


async def record_check(
    person_id: UUID, *, what: str, issued: date, ends: date | None, key: UUID, actor: Actor, now: datetime
) -> BackgroundCheck:
    """Records that the actor, a coordinator, has seen somebody's check; never their own."""
    remedy = "Ask your site coordinator or the central unit."
    await refuse_own(person_id, actor.person_id, "You may not record this check.", remedy)
    await person_for(actor, "manage people", person_id)
    wrong = {} if what in CHECKS else {"what": "Choose a check"}
    if issued > local_day(now, actor.zone):
        wrong["issued"] = "This day is still to come"
    if ends and ends < issued:
        wrong["ends"] = "The last day must be after the first one"
    _refuse(wrong)

    async def write() -> BackgroundCheck:
        head = _head(key, actor, now) | {"person_id": person_id}
        row = await BackgroundCheck.create(**head, what=what, issued=issued, ends=ends)
        await _note("check.recorded", row, actor=actor, now=now, happened=issued)
        return row

    return await _once(BackgroundCheck, key, actor, write)


async def _once(model: type[Row], key: UUID, actor: Actor, write: Callable[[], Awaitable[Row]]) -> Row:
    """Writes a row in a transaction, or gives the row that the same form made before."""
    try:
        if found := await model.get_or_none(entry_key=key, recorded_by_id=actor.person_id):
            return found
        async with transaction():
            return await write()
    except IntegrityError as error:
        if found := await model.get_or_none(entry_key=key, recorded_by_id=actor.person_id):
            return found
        raise Conflict("This record has been changed in the meantime.", "Look at it again before you go on.") from error


async def _refuse_again(standing: QuerySet[Any], same: dict[str, Any], *, key: UUID, actor: Actor) -> None:
    """Refuses what stands already: a form reached by Back, or on another phone, is a new form with a key of its own.

    In the transaction that writes: of several sent at once the later ones wait, and see the first.
    """
    await Person.select_for_update().get(id=actor.person_id)
    if await standing.filter(person_id=actor.person_id, **same).exclude(entry_key=key).exists():
        _refuse({next(iter(same)): "You have logged this already. It is on My practice"})


def _head(key: UUID, actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "entry_key": key,
        "unit_id": actor.unit_id,
        "person_id": actor.person_id,
        "recorded": now,
        "recorded_by_id": actor.person_id,
    }


def _refuse(problems: Mapping[str, str]) -> None:
    if problems:
        raise Invalid("There is a problem", problems=problems)


async def _own(found: Awaitable[Row | None], actor: Actor) -> Row:
    row = await found
    if row is None or row.person_id != actor.person_id:
        raise NotFound("There is no such record of yours.", "Look at your practice page again.")
    return row


async def _own_site(wanted: UUID | None, actor: Actor, day: date) -> UUID | None:
    """Takes the wanted site when the actor belongs to it, else their only or first one."""
    held = Membership.filter(active_on(day), person_id=actor.person_id, site_id__isnull=False).order_by("starts", "id")
    sites = [UUID(str(one)) for one in await held.values_list("site_id", flat=True)]
    if wanted and wanted not in sites:
        raise Invalid("There is a problem", problems={"site": "Choose one of your sites"})
    return wanted or next(iter(sites), None)


async def _note(
    kind: str, row: Row, *, actor: Actor, now: datetime, happened: date, rows: Iterable[Model] = ()
) -> None:
    detail: dict[str, Any] = {"void": row.void, "replaces": str(row.replaces_id) if row.replaces_id else None}
    await facts.record(
        kind,
        row,
        actor=actor.person_id,
        now=now,
        happened=start_of(happened, actor.zone),
        person=row.person_id,
        unit=row.unit_id,
        detail=detail,
        rows=rows,
    )
