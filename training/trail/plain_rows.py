"""Rows as plain values: the same on every database, and told as damaged where a value cannot be read."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.database.connection import connection, on_postgres

# What no column of ours holds, in a damaged row, is written as Python shows it.
CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr)
IN_UTC = "+00:00"
WHOLE_MOMENT = len("2026-11-25 10:00:00.000000+00:00")
UNREADABLE = (ValueError, TypeError, AttributeError, InvalidOperation)

Read = Callable[[Any], Any]
Plain = dict[str, Any]


def json_text(value: Any) -> str:
    """Writes a plain value as canonical JSON; most are texts or nothing, and need no encoder of their own."""
    if type(value) is str:
        return encode_basestring(value)
    return "null" if value is None else CANONICAL.encode(value)


async def read_plain(model: type[Model], rest: str = "", values: Sequence[Any] = ()) -> list[Plain]:
    """Reads whole rows of a table; `rest` is what follows its name in the statement."""
    sql = f'SELECT {columns_of(model)} FROM "{model._meta.db_table}" t {rest}'  # noqa: S608 - names of our own tables
    return [plain(model, row) for row in await connection().execute_query_dict(sql, list(values))]


def columns_of(model: type[Model]) -> str:
    """Lists the columns of a table for a statement that calls it `t`."""
    return ", ".join(f't."{column}"' for column in readers(model))


def plain(model: type[Model], row: Mapping[str, Any]) -> Plain:
    """Gives a row of the database as plain values by column."""
    columns = readers(model)
    try:
        return {
            name: value if (value := row[name]) is None or read is None else read(value)
            for name, read in columns.items()
        }
    except UNREADABLE:
        return {name: _plain(read, row[name]) for name, read in columns.items()}


@cache
def readers(model: type[Model]) -> Mapping[str, Read | None]:
    """Lists the columns of a table, each with what makes its plain value of what the database gives, where it must."""
    meta = model._meta
    return {
        column: next((read for kind, read in _READERS if isinstance(meta.fields_map[name], kind)), None)
        for name, column in sorted(meta.fields_db_projection.items())
    }


def place(number: int) -> str:
    """Writes the place of a value in a statement."""
    return f"${number}" if on_postgres() else "?"


def key_value(model: type[Model], key: str) -> Any:
    """Gives a primary key, written as text, as the database takes it."""
    if isinstance(model._meta.pk, fields.UUIDField):
        return UUID(key) if on_postgres() else key
    return int(key) if isinstance(model._meta.pk, fields.IntField | fields.BigIntField) else key


def _plain(read: Read | None, value: Any) -> Any:
    try:
        return value if value is None or read is None else read(value)
    except UNREADABLE:
        return f"unreadable: {value!r}"


def moment_text(value: datetime | str) -> str:
    """Writes a moment as all of the trail writes moments."""
    if isinstance(value, str) and len(value) == WHOLE_MOMENT and value.endswith(IN_UTC):
        return f"{value[:10]}T{value[11:]}"  # as SQLite keeps nearly all of them: reading them takes four times as long
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="microseconds")


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: Any) -> str:
    return format(Decimal(str(value)).normalize(), "f")


def json_value(value: Any) -> Any:
    """Reads what a JSON column holds."""
    return json.loads(value) if isinstance(value, str | bytes) else value


def _truth(value: Any) -> bool:
    if value not in (0, 1):
        raise ValueError(value)
    return bool(value)


def _hex(value: Any) -> str:
    return bytes(value).hex()


_READERS: tuple[tuple[type[Any], Read], ...] = (
    (fields.UUIDField, str),
    (fields.DatetimeField, moment_text),
    (fields.DateField, _day),
    (fields.JSONField, json_value),
    (fields.BooleanField, _truth),
    (fields.DecimalField, _number),
    (fields.FloatField, float),
    (fields.BinaryField, _hex),
)
