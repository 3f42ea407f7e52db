"""Digests of sealed rows: what a fact says of the rows it speaks of, and whether a row is still what was said."""

import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.database.opening import connection, on_postgres
from training.sealed_tables import SEALED

CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
SALT_BYTES = 16
MARK_LETTERS = 4
"""Enough to name a column that was changed; what tells that there was a change is the digest of the whole row."""

Digests = dict[str, dict[str, str | None]]
"""Table → id → digest; None where the row is gone."""


class SealedRow(Model):
    """Is what one sealed row is checked with: a salt, and a short mark of each column, to name one that was changed.

    The salt is drawn anew at each change and kept nowhere else, so that no digest in the trail gives away what a row
    held before: a name that was erased cannot be guessed from it.
    Personal data: none.
    """

    id = fields.CharField(120, primary_key=True)  # "people.Membership/…"
    salt = fields.CharField(32)
    marks: Any = fields.JSONField()

    class Meta:
        table = "trail_row"


@dataclass(frozen=True)
class Row:
    """One sealed row as it stands, and what it is checked with, if a fact has spoken of it."""

    table: str
    id: str
    columns: Mapping[str, Any]
    salt: str | None
    marks: Mapping[str, str]

    @property
    def key(self) -> str:
        """Names the row among all."""
        return f"{self.table}/{self.id}"

    def digest(self) -> str | None:
        """Gives the digest of the columns that were spoken of; None when nobody can tell."""
        return self._digest_of(self.marks) if self.salt and self.marks.keys() <= self.columns.keys() else None

    def changed(self) -> list[str]:
        """Lists the columns that are not what was said of them."""
        known = self.marks.keys() & self.columns.keys()
        return sorted(name for name in known if self._mark_of(name) != self.marks[name])

    def is_covered(self) -> bool:
        """Tells whether every column was spoken of."""
        return self.marks.keys() == self.columns.keys()

    def salted(self) -> "Row":
        """Gives the row with a fresh salt, and marks of its columns as they stand."""
        fresh = Row(self.table, self.id, self.columns, secrets.token_hex(SALT_BYTES), {})
        return Row(self.table, self.id, self.columns, fresh.salt, {name: fresh._mark_of(name) for name in self.columns})

    def _digest_of(self, names: Iterable[str]) -> str:
        text = CANONICAL.encode({name: self.columns[name] for name in names})
        return sha256(f"{self.salt} {text}".encode()).hexdigest()

    def _mark_of(self, name: str) -> str:
        text = CANONICAL.encode([name, self.columns[name]])
        return sha256(f"{self.salt} {text}".encode()).hexdigest()[:MARK_LETTERS]


async def digests_of(subject: Model, rows: Iterable[Model]) -> Digests | None:
    """Digests the rows as they stand in the caller's transaction; None when there is nothing sealed among them.

    The rows are read back, so that it is what was written that is digested, however it was written.
    """
    found: Digests = {}
    told: list[Row] = []
    for model, keys in _by_table(subject, rows).items():
        table = model._meta.full_name
        found[table] = dict.fromkeys(keys)
        for row in await _stand(model, keys):
            if not row.is_covered() or row.changed():
                row = row.salted()
                told.append(row)
            found[table][row.id] = row.digest()
    await _keep(told)
    await _forget(f"{table}/{key}" for table, rows_ in found.items() for key, digest in rows_.items() if digest is None)
    return found or None


def _by_table(subject: Model, rows: Iterable[Model]) -> dict[type[Model], list[str]]:
    grouped: dict[type[Model], dict[str, None]] = {}
    for row in (subject, *rows):
        if row._meta.full_name in SEALED:
            grouped.setdefault(type(row), {})[str(row.pk)] = None
        elif row is not subject:
            raise RuntimeError(f"{row._meta.full_name} is not sealed: no fact can speak of its rows.")
    return {model: list(keys) for model, keys in grouped.items()}


async def _stand(model: type[Model], keys: list[str]) -> list[Row]:
    """Reads rows with what they are checked with; nobody else changes them until the transaction ends."""
    marks = ", ".join(f"${number}" if on_postgres() else "?" for number in range(1, len(keys) + 1))
    lock = " FOR SHARE OF t" if on_postgres() else ""
    sql = f'{_selection(model)} WHERE t."{_pk(model)}" IN ({marks}){lock}'
    values = [UUID(key) if on_postgres() and isinstance(model._meta.pk, fields.UUIDField) else key for key in keys]
    return [_row(model, found) for found in await connection().execute_query_dict(sql, values)]


async def stand_all(model: type[Model], *, batch: int) -> AsyncIterator[list[Row]]:
    """Goes through a sealed table by its key, a batch at a time."""
    after: Any = None
    order = f'ORDER BY t."{_pk(model)}" LIMIT {batch}'
    while True:
        beyond = f'WHERE t."{_pk(model)}" > {"$1" if on_postgres() else "?"}' if after is not None else ""
        sql = f"{_selection(model)} {beyond} {order}"
        found = await connection().execute_query_dict(sql, [after] if after is not None else [])
        if not found:
            return
        yield [_row(model, one) for one in found]
        after = found[-1][_pk(model)]


@cache
def _selection(model: type[Model]) -> str:
    columns = ", ".join(f't."{column}"' for column in _readers(model))
    key = f"'{model._meta.full_name}/' || CAST(t.\"{_pk(model)}\" AS TEXT)"
    return (
        f"SELECT {columns}, s.salt AS its_salt, s.marks AS its_marks "  # noqa: S608 - names of our own tables
        f'FROM "{model._meta.db_table}" t LEFT JOIN trail_row s ON s.id = {key}'
    )


def _row(model: type[Model], found: Mapping[str, Any]) -> Row:
    columns = {name: None if found[name] is None else read(found[name]) for name, read in _readers(model).items()}
    marks = _json(found["its_marks"]) if found["its_marks"] is not None else {}
    return Row(model._meta.full_name, str(columns[_pk(model)]), columns, found["its_salt"], marks)


def _pk(model: type[Model]) -> str:
    return str(model._meta.db_pk_column)


@cache
def _readers(model: type[Model]) -> Mapping[str, Callable[[Any], Any]]:
    """Lists the sealed columns, each with what makes the same plain value of it on every database."""
    meta, left_out = model._meta, SEALED[model._meta.full_name]
    return {
        column: next((read for kind, read in _READERS if isinstance(meta.fields_map[name], kind)), _as_it_is)
        for name, column in sorted(meta.fields_db_projection.items())
        if name not in left_out
    }


def _as_it_is(value: Any) -> Any:
    return value


def _moment(value: Any) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="microseconds")


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: Any) -> str:
    return format(Decimal(str(value)).normalize(), "f")


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value


def _hex(value: Any) -> str:
    return bytes(value).hex()


_READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (fields.UUIDField, str),
    (fields.DatetimeField, _moment),
    (fields.DateField, _day),
    (fields.JSONField, _json),
    (fields.BooleanField, bool),
    (fields.DecimalField, _number),
    (fields.FloatField, float),
    (fields.BinaryField, _hex),
)


async def _keep(rows: list[Row]) -> None:
    if rows:
        # In one order, so that two transactions never wait for each other crosswise.
        kept = [
            SealedRow(id=row.key, salt=row.salt, marks=dict(row.marks)) for row in sorted(rows, key=lambda r: r.key)
        ]
        await SealedRow.bulk_create(kept, on_conflict=["id"], update_fields=["salt", "marks"])


async def _forget(keys: Iterable[str]) -> None:
    if gone := list(keys):
        await SealedRow.filter(id__in=gone).delete()
