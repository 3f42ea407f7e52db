"""Finds every row about a person in every table; driven by the tables themselves, so that none can be forgotten."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import Tortoise
from tortoise.expressions import Q
from tortoise.fields import UUIDField
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Person
from training.trail import facts
from training.trail.sealed_tables import SEALED

Row = dict[str, Any]
Rows = dict[type[Model], dict[Any, Row]]
"""Table → primary key → row."""

OWN = ("id", "person_id", "subject_id")
"""Columns that make a row the person's own: then the rows that hang on it are about the person too."""
SECRET = ("token_hash", "secret", "hash")


async def export(person: Person, *, actor: Actor, now: datetime) -> str:
    """Writes everything that is stored about a person, table by table, as one JSON document; that it was, is a fact."""
    tables = told(await rows_about(person.id))
    async with transaction():
        await facts.record(
            "person.exported", person, actor=actor.person_id, person=person.id, unit=actor.unit_id, now=now
        )
    document = {"person": person.id, "made": now, "tables": tables}
    return json.dumps(document, default=_written, ensure_ascii=False, indent=1)


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def rows_about(person_id: UUID) -> Rows:
    """Gives the rows that hold the person's id in any column, and what hangs on those that are the person's own."""
    found: Rows = {}
    for model in models():
        fields = model._meta.fields_map
        ids = [name for name, field in fields.items() if isinstance(field, UUIDField)]
        columns = ids + [name for name in ("subject_id",) if name in fields]
        if columns:
            anywhere: dict[str, Any] = {name: _as(model, name, person_id) for name in columns}
            found[model] = _keyed(model, await model.filter(Q(join_type=Q.OR, **anywhere)).values())
    own = {model: [key for key, row in rows.items() if _is_own(row, person_id)] for model, rows in found.items()}
    while own:
        own = await _hanging_on(own, found)
    return {model: rows for model, rows in found.items() if rows}


async def rows_above(rows: Rows) -> Rows:
    """Gives the records of other people that these rows are part of: a group that the person helped to lead."""
    above: Rows = {}
    for model, kept in rows.items():
        for name, parent in _parents(model):
            if parent is not Person and any(further is Person for _, further in _parents(parent)):
                keys = {row[name] for row in kept.values() if row[name]} - set(rows.get(parent, {}))
                above.setdefault(parent, {}).update(_keyed(parent, await parent.filter(pk__in=list(keys)).values()))
    return above


def models() -> list[type[Model]]:
    """Lists the tables, ground floor first."""
    assert Tortoise.apps is not None
    return [model for room in Tortoise.apps.values() for model in room.values()]


def sealed(rows: Rows) -> list[Model]:
    """Gives those rows of which the trail has to speak when they are changed."""
    return [
        model(**{model._meta.pk_attr: key})
        for model, kept in rows.items()
        if model._meta.full_name in SEALED
        for key in kept
    ]


def told(rows: Rows) -> dict[str, list[Row]]:
    """Gives the rows by table, for somebody to read."""
    return {model._meta.full_name: [_open(row) for row in kept.values()] for model, kept in rows.items()}


def _open(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in SECRET}


def _as(model: type[Model], column: str, person_id: UUID) -> UUID | str:
    return person_id if isinstance(model._meta.fields_map[column], UUIDField) else str(person_id)


def _is_own(row: Row, person_id: UUID) -> bool:
    return any(str(row.get(name)) == str(person_id) for name in OWN)


async def _hanging_on(own: dict[type[Model], list[Any]], found: Rows) -> dict[type[Model], list[Any]]:
    """Adds the rows that point to the given ones, and gives those that were not known before."""
    fresh: dict[type[Model], list[Any]] = {}
    for model in models():
        for name, parent in _parents(model):
            keys = own.get(parent)
            if not keys:
                continue
            below = _keyed(model, await model.filter(**{f"{name}__in": keys}).values())
            known = found.setdefault(model, {})
            fresh.setdefault(model, []).extend(key for key in below if key not in known)
            known |= {key: row for key, row in below.items() if key not in known}
    return {model: keys for model, keys in fresh.items() if keys}


def _parents(model: type[Model]) -> Iterable[tuple[str, type[Model]]]:
    for field in model._meta.fields_map.values():
        if isinstance(field, ForeignKeyFieldInstance):
            yield str(field.source_field), field.related_model


def _keyed(model: type[Model], rows: list[Row]) -> dict[Any, Row]:
    return {row[model._meta.pk_attr]: row for row in rows}
