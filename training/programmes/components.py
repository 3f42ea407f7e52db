"""The parts that sessions of a programme are made of: read from a file, checked, published as versions that stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from training.core.errors import Conflict, Invalid
from training.database.connection import transaction
from training.parsing.findings import Findings
from training.parsing.messages import FileError
from training.parsing.values import text
from training.parsing.yaml import Table, read_table, read_text
from training.people.actor import Actor
from training.programmes.models import ComponentList
from training.sites.models import Programme
from training.trail import facts

KINDS = ("core", "adaptable", "free")
"""How far a part may be tailored."""
KEYS = ("components", "version", "items")
ITEM_KEYS = ("title", "kind", "limits", "session")


@dataclass(frozen=True)
class Component:
    """One part: its id and title, how far it may be tailored, within which limits, and in which session it comes."""

    id: str
    title: str
    kind: str
    limits: str = ""
    session: int | None = None


@dataclass(frozen=True)
class Components:
    """The parts of a programme (its pathway's id), in one version."""

    programme: str
    version: str
    items: tuple[Component, ...]


def read_components(content: str, name: str) -> Components:
    """Reads the parts of a programme from a text; raises FileError with every mistake, each with its line."""
    table = read_table(content, name)
    found = Findings(name)
    found.unknown_keys(table, KEYS, "a list of components")
    for key in ("components", "version"):
        if key in table:
            found.text(table, key)
        else:
            found.add(table, None, f"{key} is missing", f"write {key}: at the top")
    items = table.get("items")
    if not isinstance(items, Mapping) or not items:
        found.add(
            table, "items" if "items" in table else None, "items lists no part", "write items: with one part each"
        )
        items = {}
    for key, item in items.items():
        _check(items, str(key), item, found)
    if found.mistakes:
        raise FileError(found.mistakes)
    return Components(text(table["components"]), text(table["version"]), tuple(_one(*pair) for pair in items.items()))


def _check(items: Mapping[str, Any], key: str, item: Any, found: Findings) -> None:
    if not isinstance(item, Table):
        found.add(items, key, f"{key} is no part", "write title: and kind: below it")
        return
    found.unknown_keys(item, ITEM_KEYS, "a part")
    for needed in ("title", "kind"):
        if needed not in item:
            found.add(items, key, f"{key} has no {needed}", f"write its {needed}")
    if "title" in item:
        found.text(item, "title")
    if "kind" in item:
        found.one_of(item, "kind", KINDS, "kind of part")
    if "limits" in item:
        found.text(item, "limits")
    number = item.get("session", 1)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        found.add(item, "session", "session is no number of a session", "write a whole number from 1 on")


def _one(key: str, item: Mapping[str, Any]) -> Component:
    return Component(str(key), text(item["title"]), text(item["kind"]), text(item.get("limits")), item.get("session"))


async def load_components(path: Path, *, actor: Actor, now: datetime) -> tuple[Components, bool]:
    """Publishes the parts in a file, and tells whether they are new; a version that says something else is refused."""
    body = read_text(path)
    wanted = read_components(body, str(path))
    slug = wanted.programme.replace("_", "-")
    programme = await Programme.get_or_none(unit_id=actor.unit_id, slug=slug)
    if programme is None:
        raise Invalid(f"There is no programme {wanted.programme}.", "Load its pathway first, or correct the name.")
    known = await ComponentList.get_or_none(programme_id=programme.id, version=wanted.version)
    if known:
        if read_components(known.body, str(path)) != wanted:
            raise Conflict(
                f"Version {wanted.version} of the components of {wanted.programme} is published and cannot change.",
                "Give the changed file a new version and load it again.",
            )
        return wanted, False
    async with transaction():
        row = await ComponentList.create(
            id=uuid4(), programme_id=programme.id, version=wanted.version, body=body, published=now,
            published_by_id=actor.person_id,
        )  # fmt: skip
        await facts.record(
            "components.published", row, actor=actor.person_id, unit=actor.unit_id, now=now, version=wanted.version
        )
    return wanted, True


async def components_of(programme_id: UUID | None) -> tuple[Component, ...]:
    """Lists the parts of a programme as last published; none where nobody published any."""
    row = await ComponentList.filter(programme_id=programme_id).order_by("-published").first()
    return _published(row.body) if row else ()


@lru_cache(maxsize=64)
def _published(body: str) -> tuple[Component, ...]:
    """Reads parts as they were published: their text never changes, so neither does the answer."""
    return read_components(body, "components").items
