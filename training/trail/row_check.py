"""Compares the sealed rows with what the facts say of them: changed, missing, added without a fact."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tortoise.models import Model

from training.trail.plain_rows import Plain
from training.trail.row_digests import NEW, DigestedRow, filled_models, sealed_models, stand, stand_all
from training.trail.sealed_tables import NOT_YET

ACCEPTED = "trail.accepted"
"""The kind of fact by which somebody answers for rows as they stand."""

NOTE = """
INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (row) DO UPDATE SET
    fact = excluded.fact, digest = excluded.digest, accepted = excluded.accepted,
    before = CASE WHEN excluded.digest = said.digest THEN coalesce(excluded.before, said.before)
        ELSE excluded.before END,
    broken = CASE WHEN excluded.accepted THEN NULL WHEN said.broken IS NOT NULL THEN said.broken
        WHEN excluded.digest IS NULL OR said.digest IS NULL OR excluded.digest = said.digest
            OR said.before IS NULL OR excluded.before = said.digest THEN NULL
        ELSE excluded.fact END
WHERE excluded.fact > said.fact"""
"""Keeps what an entry says. It has to name what was said before, unless that is of a time when entries did not."""


class Pace:
    """Lets long work take a share of the time, and rest the rest of it."""

    def __init__(self, share: float = 1) -> None:
        self._rests = 1 / share - 1
        self._since = time.perf_counter()

    async def rest(self) -> None:
        """Rests as long as is due after the work since the last time."""
        await asyncio.sleep((time.perf_counter() - self._since) * self._rests)
        self._since = time.perf_counter()


class Told(NamedTuple):
    """What the facts say last of a row; `broken` is the entry that did not find it as the trail had left it."""

    fact: int
    digest: str | None
    broken: int | None


class LastFacts:
    """Keeps what the facts say last of each row, in a file that goes by itself, so that memory stays flat."""

    def __init__(self) -> None:
        self._linked = False
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768; BEGIN;"
            "CREATE TABLE said (row TEXT PRIMARY KEY, fact INTEGER, digest TEXT, before TEXT, accepted INTEGER, "
            "broken INTEGER, seen INTEGER) WITHOUT ROWID"
        )

    def note(self, entries: Iterable[Plain]) -> None:
        """Notes what entries say; of two that speak of the same row, the later one counts."""
        self._kept.executemany(NOTE, self._told_by(entries))

    def _told_by(self, entries: Iterable[Plain]) -> Iterator[tuple[Any, ...]]:
        for entry in entries:
            accepted, linked = entry["kind"] == ACCEPTED, self._linked
            for row, digest, before in _rows_of(entry):
                # Since entries name what was before, the first that speaks of a row says that it is new.
                strange = linked and digest is not None and before != NEW and not accepted
                yield row, entry["id"], digest, before, accepted, entry["id"] if strange else None
                self._linked = self._linked or before is not None

    def about(self, keys: Sequence[str]) -> dict[str, Told]:
        """Gives what was said last of each of these rows, where anything was; they count as seen."""
        self._kept.executemany("UPDATE said SET seen = 1 WHERE row = ?", ((key,) for key in keys))
        among = f"WHERE row IN ({','.join('?' * len(keys))})"
        found = self._kept.execute(f"SELECT row, fact, digest, broken FROM said {among}", keys)  # noqa: S608 - no input
        return {key: Told(*told) for key, *told in found}

    def unseen(self) -> Iterator[str]:
        """Lists the rows that should be there and were not seen."""
        for (key,) in self._kept.execute("SELECT row FROM said WHERE seen = 0 AND digest IS NOT NULL ORDER BY row"):
            yield key

    def close(self) -> None:
        """Ends it, and the file is gone."""
        self._kept.close()


class Comparison:
    """Goes through all sealed tables; `count` tells how many rows were compared, `wrong` which are not in order."""

    def __init__(self, said: LastFacts, pace: Pace | None = None) -> None:
        self._said, self._pace = said, pace or Pace()
        self.count = 0
        self.wrong: list[tuple[type[Model], str]] = []

    async def doubts(self) -> list[tuple[type[Model], str]]:
        """Lists the rows that are not what the facts say of them."""
        found: list[tuple[type[Model], str]] = []
        for model in await filled_models():
            async for rows in stand_all(model):
                self.count += len(rows)
                said = self._said.about([row.key for row in rows])
                found += [(model, row.id) for row in rows if what_is_wrong(row, said.get(row.key))]
                await self._pace.rest()
        models = {model._meta.full_name: model for model in sealed_models()}
        for key in self._said.unseen():
            table, _, identifier = key.partition("/")
            if table in models:  # a table may have been unsealed since
                found.append((models[table], identifier))
        return found

    async def settled(self, doubts: list[tuple[type[Model], str]], newer: AsyncIterator[list[Plain]]) -> list[str]:
        """Looks at doubtful rows once more, with what the facts have said since, and says in words what is wrong.

        Somebody may have changed a row, with a fact, after the facts were read and before the row was: in a snapshot,
        both are of one moment.
        """
        lines: list[str] = []
        async for entries in newer:
            self._said.note(entries)
        for model, identifier in doubts:
            key, rows = f"{model._meta.full_name}/{identifier}", await stand(model, [identifier])
            said = self._said.about([key]).get(key)
            wrong = what_is_wrong(rows[0], said) if rows else ""
            if not rows and said and said.digest:
                wrong = f"the row is missing; entry {said.fact} spoke of it last."
            if wrong:
                lines.append(f"{model._meta.db_table} {identifier}: {wrong}")
                self.wrong.append((model, identifier))
        return lines


def what_is_wrong(row: DigestedRow, said: Told | None) -> str:
    """Says in words how a row is not what the facts say of it; "" for a sound one."""
    if said is None:
        column, unfinished = NOT_YET.get(row.table, ("", ""))
        being_written = bool(column) and row.columns[column] == unfinished
        return "" if being_written else "the row was added without an entry in the trail."
    if said.digest is None:
        return f"the row is there, and entry {said.fact} says that it was removed."
    as_said = row.digest() == said.digest
    if as_said and not row.disowned:
        return f"entry {said.broken} did not find it as the trail had left it." if said.broken else ""
    changed = [] if as_said else row.changed()
    if row.disowned == row.columns.keys():
        return f"the row was added without an entry in the trail, before entry {said.fact} spoke of it."
    if row.disowned:
        names = ", ".join(sorted(row.disowned.union(changed)))
        return f"{names} changed without an entry in the trail, before entry {said.fact} spoke of it or since."
    if changed:
        return f"{', '.join(changed)} changed since entry {said.fact} spoke of it, without an entry in the trail."
    return f"the row is not what entry {said.fact} says; which column was changed cannot be told."


def _rows_of(entry: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str | None]]:
    tables = entry["rows"]
    for table, rows in tables.items() if isinstance(tables, dict) else ():
        for key, told in rows.items() if isinstance(rows, dict) else ():
            digest, _, before = told.partition(" ") if isinstance(told, str) else (None, "", "")
            yield f"{table}/{key}", digest, before or None
