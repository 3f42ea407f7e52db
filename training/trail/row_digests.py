"""Digests of sealed rows: what a fact says of the rows it speaks of, and what they are checked with later."""

import secrets
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from typing import Any

from tortoise import Tortoise
from tortoise.models import Model

from training.database.connection import connection, on_postgres
from training.trail.fact_writes import Writes, writes_of
from training.trail.models import SealedRow
from training.trail.plain_rows import (
    CANONICAL,
    Plain,
    columns_of,
    json_text,
    json_value,
    key_value,
    place,
    plain,
    readers,
)
from training.trail.sealed_tables import SEALED

SALT_BYTES = 16
MARK_LETTERS = 16
"""So long that nobody finds another value with the same mark: the digest of a row is one of its marks."""
SHORT_MARK = 4
"""Letters of the marks of before, when the digest was one of the values."""
DISOWNED = ""
"""The mark of a column that was found changed by other hands: no value of it is taken for true any more."""
NEW = "new"
BATCH = 500

Digests = dict[str, dict[str, str | None]]
"""Table → id → digest; None where the row is gone.

After the digest, where it is not the one that was said last, stands that one, or `new`: so whoever reads the trail sees
what the row was taken to be before, and nobody can tell the service something else by a changed `trail_row`.
"""


@dataclass(frozen=True)
class DigestedRow:
    """One sealed row as it stands, and what it is checked with, if a fact has spoken of it."""

    model: type[Model]
    id: str
    columns: Plain
    salt: str | None
    marks: Mapping[str, str]

    @property
    def table(self) -> str:
        """Names the table, as facts do."""
        return str(self.model._meta.full_name)

    @property
    def key(self) -> str:
        """Names the row among all."""
        return f"{self.table}/{self.id}"

    @property
    def is_covered(self) -> bool:
        """Tells whether every column was spoken of as today: one that was added to the table later was not."""
        return self.marks.keys() == self.columns.keys() and not self._is_of_before

    @property
    def disowned(self) -> frozenset[str]:
        """Names the columns that were changed by other hands before a fact spoke of the row."""
        return frozenset(name for name, mark in self.marks.items() if mark == DISOWNED)

    @property
    def _is_of_before(self) -> bool:
        return SHORT_MARK in map(len, self.marks.values())

    def digest(self) -> str | None:
        """Gives the digest of the columns that were spoken of, as they stand; None when it cannot be worked out."""
        if self.salt is None or not self.marks.keys() <= self.columns.keys():
            return None
        if self._is_of_before:
            return _digest(self.salt, {name: self.columns[name] for name in self.marks})
        now = (f'"{name}":"{mark and self._mark_of(name)}"' for name, mark in sorted(self.marks.items()))
        return sha256(
            f"{self.salt} {{{','.join(now)}}}".encode()
        ).hexdigest()  # as _digest does, and three times as fast

    def said_before(self) -> str:
        """Gives the digest that was said last, or what stands for it: the values of then are not needed for it."""
        if self.salt is None:
            return NEW
        return (self._is_of_before and self.digest()) or _digest(self.salt, self.marks)

    def changed(self) -> list[str]:
        """Lists the columns that are not what was said of them, without those that were disowned."""
        known = [(name, mark) for name, mark in self.marks.items() if mark and name in self.columns]
        return sorted(name for name, mark in known if self._mark_of(name)[: len(mark)] != mark)

    def spoken_of(self, may: Writes, beyond: Collection[str] = ()) -> "DigestedRow":
        """Gives the row as a fact speaks of it: itself where nothing is new, else salted anew.

        What the fact has no business changing, and was changed, is disowned: the trail goes on naming it.
        """
        if self.salt is None:
            return self.salted(frozenset() if may.makes else frozenset(self.columns))
        changed, disowned = self.changed(), frozenset() if may.everything else self.disowned
        if not changed and self.is_covered and disowned == self.disowned:
            return self
        return self.salted(disowned.union(name for name in changed if not (may.changes(name) or name in beyond)))

    def salted(self, disowned: frozenset[str] = frozenset()) -> "DigestedRow":
        """Gives the row with a fresh salt, and marks of its columns as they stand."""
        fresh = replace(self, salt=secrets.token_hex(SALT_BYTES))
        return replace(
            fresh, marks={name: DISOWNED if name in disowned else fresh._mark_of(name) for name in self.columns}
        )

    def said_new(self) -> str:
        """Gives what a fact says of the row when it is the first that does."""
        return f"{self.digest()} {NEW}"

    def _mark_of(self, name: str) -> str:
        text = f'{self.salt} ["{name}",{json_text(self.columns[name])}]'
        return sha256(text.encode()).hexdigest()[:MARK_LETTERS]


def _digest(salt: str, told: Mapping[str, Any]) -> str:
    return sha256(f"{salt} {CANONICAL.encode(told)}".encode()).hexdigest()


def sealed_models() -> list[type[Model]]:
    """Lists the sealed tables of the open database, ground floor first."""
    assert Tortoise.apps is not None
    there = [model for room in Tortoise.apps.values() for model in room.values()]
    return [model for model in there if model._meta.full_name in SEALED]


async def filled_models() -> list[type[Model]]:
    """Lists those of them that hold a row: one question, where each empty table would be one of its own."""
    models = {model._meta.full_name: model for model in sealed_models()}
    asked = " UNION ALL ".join(
        f"SELECT '{name}' AS name WHERE EXISTS (SELECT 1 FROM \"{model._meta.db_table}\")"  # noqa: S608 - our own tables
        for name, model in models.items()
    )
    holding = {row["name"] for row in await connection().execute_query_dict(asked)}
    return [model for name, model in models.items() if name in holding]


@dataclass(frozen=True)
class Spoken:
    """What one fact speaks of: its kind, its subject where that is among the rows, and the other rows.

    `beyond` names columns of single rows (`table/id`) that were changed though the kind does not change them in every
    row.
    """

    kind: str
    subject: Model | None
    rows: Iterable[Model] = ()
    beyond: Mapping[str, Collection[str]] = field(default_factory=dict)


async def digests_of(spoken: Spoken) -> Digests | None:
    """Digests the rows of a fact as they stand in the caller's transaction; None when nothing sealed is among them."""
    return (await digests_of_all([spoken]))[0]


async def digests_of_all(facts: Sequence[Spoken]) -> list[Digests | None]:
    """Digests the rows of many facts, one after the other, with few statements for all of them.

    The rows are read back, so that it is what was written that is digested, however it was written.
    """
    tables = [_by_table(one.subject, one.rows) for one in facts]
    stands: dict[str, DigestedRow] = {}
    for model in dict.fromkeys(model for named in tables for model in named):
        keys = list(dict.fromkeys(key for named in tables for key in named.get(model, ())))
        for at in range(0, len(keys), BATCH):
            stands |= {row.key: row for row in await _held(model, keys[at : at + BATCH])}
    kept: dict[str, DigestedRow] = {}
    gone: set[str] = set()
    said = [_said_of(one, named, stands, kept, gone) for one, named in zip(facts, tables, strict=True)]
    for at in range(0, len(gone), BATCH):
        await SealedRow.filter(id__in=sorted(gone)[at : at + BATCH]).delete()
    if kept:  # in one order, so that two transactions never wait for each other crosswise
        anew = [SealedRow(id=key, salt=row.salt, marks=row.marks) for key, row in sorted(kept.items())]
        await SealedRow.bulk_create(anew, on_conflict=["id"], update_fields=["salt", "marks"])
    return said


def _said_of(
    spoken: Spoken,
    named: Mapping[type[Model], list[str]],
    stands: dict[str, DigestedRow],
    kept: dict[str, DigestedRow],
    gone: set[str],
) -> Digests | None:
    """Says what a fact says of its rows, and notes what they are checked with from now on."""
    found: Digests = {}
    for model, keys in named.items():
        table = str(model._meta.full_name)
        may, digests = writes_of(spoken.kind, table), dict[str, str | None]()
        for row in (stands[name] for key in keys if (name := f"{table}/{key}") in stands):
            anew = row.spoken_of(may, spoken.beyond.get(row.key, ()))
            digests[row.id] = row.digest()
            if anew is not row:
                kept[row.key] = stands[row.key] = anew
                digests[row.id] = f"{anew.digest()} {row.said_before()}"
        if may.removes:  # whoever may not does not speak of what is gone: the trail goes on missing it
            missing = [key for key in keys if key not in digests]
            digests.update(dict.fromkeys(missing))
            gone.update(f"{table}/{key}" for key in missing)
        if digests:
            found[table] = digests
    return found or None


def digested(model: type[Model], values: Mapping[str, Any]) -> DigestedRow:
    """Digests a row that is about to be written, by whoever writes it in SQL of their own; what is left out is NULL."""
    whole = {column: values.get(column) for column in readers(model)}
    return _row(model, whole | {"its_salt": None, "its_marks": None}).salted()


def _by_table(subject: Model | None, rows: Iterable[Model]) -> dict[type[Model], list[str]]:
    grouped: dict[type[Model], dict[str, None]] = {}
    for row in (*([subject] if subject else []), *rows):
        if row._meta.full_name in SEALED:
            grouped.setdefault(type(row), {})[str(row.pk)] = None
        elif row is not subject:
            raise RuntimeError(f"{row._meta.full_name} is not sealed: no fact can speak of its rows.")
    return {model: list(keys) for model, keys in grouped.items()}


async def stand(model: type[Model], keys: list[str], lock: str = "") -> list[DigestedRow]:
    """Reads rows with what they are checked with."""
    places = ", ".join(place(number) for number in range(1, len(keys) + 1))
    sql = f'{_selection(model)} WHERE t."{_pk(model)}" IN ({places}){lock}'
    found = await connection().execute_query_dict(sql, [key_value(model, key) for key in keys])
    return [_row(model, one) for one in found]


async def _held(model: type[Model], keys: list[str]) -> list[DigestedRow]:
    """Reads rows that nobody else changes until the transaction ends."""
    rows = await stand(model, keys, " FOR SHARE OF t" if on_postgres() else "")
    if on_postgres() and any(row.salt and (row.changed() or not row.is_covered) for row in rows):
        # Whoever had to wait has read the row of afterwards, and what it is checked with of before.
        rows = await stand(model, keys)
    return rows


async def stand_all(model: type[Model], *, batch: int = BATCH) -> AsyncIterator[list[DigestedRow]]:
    """Goes through a sealed table by its key, a batch at a time."""
    after: list[Any] = []
    while True:
        beyond = f'WHERE t."{_pk(model)}" > {place(1)}' if after else ""
        sql = f'{_selection(model)} {beyond} ORDER BY t."{_pk(model)}" LIMIT {batch}'
        if not (found := await connection().execute_query_dict(sql, after)):
            return
        yield [_row(model, one) for one in found]
        after = [found[-1][_pk(model)]]


@cache
def _selection(model: type[Model]) -> str:
    key = f"'{model._meta.full_name}/' || CAST(t.\"{_pk(model)}\" AS TEXT)"
    return (
        f"SELECT {columns_of(model)}, s.salt AS its_salt, s.marks AS its_marks "  # noqa: S608 - our own tables
        f'FROM "{model._meta.db_table}" t LEFT JOIN trail_row s ON s.id = {key}'
    )


def _row(model: type[Model], found: Mapping[str, Any]) -> DigestedRow:
    left_out = SEALED[model._meta.full_name]
    columns = {name: value for name, value in plain(model, found).items() if name not in left_out}
    try:
        marks = json_value(found["its_marks"])
    except ValueError:
        marks = {}
    if not isinstance(marks, dict) or not all(type(mark) is str for mark in marks.values()):
        marks = {}
    return DigestedRow(model, str(columns[_pk(model)]), columns, found["its_salt"], marks)


def _pk(model: type[Model]) -> str:
    return str(model._meta.db_pk_column)
