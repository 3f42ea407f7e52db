"""What changes programs: they are added, changed, suspended, ended and taken up again; each change is a fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from training.clients.models import ApiClient, visible_to
from training.clients.scopes import SCOPES
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.core.outbound import is_web_address
from training.database.connection import transaction
from training.people.actor import Actor
from training.sites.models import Area, Site
from training.trail import facts

LOOK_AGAIN = "Look at the page again."


@dataclass(frozen=True)
class StateStep:
    """One step of a program: the fact that says so, the states that it may be in before, and the one it has after."""

    kind: str
    before: tuple[str, ...]
    after: str


STEPS = {
    "suspend": StateStep("client.suspended", ("active",), "suspended"),
    "end": StateStep("client.ended", ("active", "suspended"), "ended"),
    "resume": StateStep("client.resumed", ("suspended", "ended"), "active"),
}
"""What is done to a program → the step."""


@dataclass(frozen=True)
class ClientEntry:
    """What an administrator enters of a program; it reaches the whole unit where neither area nor site is named."""

    name: str
    contact: str
    scopes: Sequence[str]
    key_set_url: str = ""
    keys: Sequence[dict[str, Any]] = ()
    area: str = ""
    site: str = ""


async def add(entry: ClientEntry, *, actor: Actor, now: datetime) -> ApiClient:
    """Registers a program of the actor's unit."""
    if not actor.may("connect systems"):
        raise NotAllowed("You may not do this.", "An administrator can.")
    values = await _values(entry, actor)
    async with transaction():
        made = await ApiClient.create(
            id=uuid4(), unit_id=actor.unit_id, **values, registered=now, registered_by_id=actor.person_id
        )
        detail = {"scopes": values["scopes"], "key_set_url": entry.key_set_url, "kids": _kids(values["keys"])}
        await facts.record("client.added", made, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)
    return made


async def change(client_id: UUID, entry: ClientEntry, *, actor: Actor, now: datetime) -> ApiClient:
    """Changes what was entered of a program; the keys that it had are kept, to go back to."""
    values = await _values(entry, actor)
    async with transaction():
        held = await _held(client_id, actor)
        if held.state == "ended":
            raise Conflict("This program has ended.", "Take it up again first.")
        if (held.key_set_url, held.keys) != (values["key_set_url"], values["keys"]):
            values["former_keys"] = {"key_set_url": held.key_set_url, "keys": held.keys}
        await _write(held, values, actor, now)
    return held


async def restore_keys(client_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Gives a program the keys back that it had before the last change of them."""
    async with transaction():
        held = await _held(client_id, actor)
        if not held.former_keys:
            raise Conflict("There are no earlier keys.", LOOK_AGAIN)
        now_held = {"key_set_url": held.key_set_url, "keys": held.keys}
        await _write(held, {**held.former_keys, "former_keys": now_held}, actor, now)


async def take_step(client_id: UUID, do: str, *, actor: Actor, now: datetime) -> None:
    """Suspends or ends a program, or takes it up again. Its tokens follow at once."""
    step = STEPS[do]
    async with transaction():
        held = await _held(client_id, actor)
        if not await ApiClient.filter(id=held.id, state__in=step.before).update(state=step.after):
            raise Conflict(f"This program is {held.state} already.", LOOK_AGAIN)
        detail = {"state": [held.state, step.after]}
        await facts.record(step.kind, held, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)


async def _held(client_id: UUID, actor: Actor) -> ApiClient:
    held = await visible_to(actor).select_for_update().get_or_none(id=client_id)
    if held is None:
        raise NotFound("There is no such program.", "Look at the list of programs.")
    return held


async def _write(held: ApiClient, values: dict[str, Any], actor: Actor, now: datetime) -> None:
    changed = {name: [_plain(getattr(held, name)), _plain(value)] for name, value in values.items()
               if name not in ("name", "contact", "former_keys") and getattr(held, name) != value}  # fmt: skip
    await ApiClient.filter(id=held.id).update(**values)
    await facts.record("client.changed", held, actor=actor.person_id, unit=actor.unit_id, now=now, detail=changed)


def _plain(value: Any) -> Any:
    """Writes a value for the trail: of keys, their names."""
    keys = isinstance(value, list) and value and isinstance(value[0], dict)
    return _kids(value) if keys else str(value) if isinstance(value, UUID) else value


def _kids(keys: Sequence[dict[str, Any]]) -> list[str]:
    return [str(one["kid"]) for one in keys]


async def _values(entry: ClientEntry, actor: Actor) -> dict[str, Any]:
    """Checks what was entered; raises Invalid with what to do about each field."""
    problems: dict[str, str] = {}
    if not entry.scopes or not set(entry.scopes) <= set(SCOPES):
        problems["scopes"] = "Choose what the program may do"
    if bool(entry.key_set_url) == bool(entry.keys):
        problems["key_set_url"] = "Enter the address of its key set, or paste its public key; one of the two"
    elif entry.key_set_url and not is_web_address(entry.key_set_url):
        problems["key_set_url"] = "Enter the address of its key set as https://host/path"
    if entry.area and entry.site:
        problems["area"] = "Choose an area or a site, not both"
    area = await Area.get_or_none(unit_id=actor.unit_id, code=entry.area) if entry.area else None
    site = await Site.get_or_none(unit_id=actor.unit_id, code=entry.site) if entry.site else None
    if entry.area and area is None:
        problems["area"] = "Choose an area from the list"
    if entry.site and site is None:
        problems["site"] = "Choose a site from the list"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    return {
        "name": entry.name, "contact": entry.contact, "scopes": [one for one in SCOPES if one in entry.scopes],
        "key_set_url": entry.key_set_url, "keys": list(entry.keys), "area_id": area.id if area else None,
        "site_id": site.id if site else None,
    }  # fmt: skip
