"""Compares the sealed rows with what the facts say of them: changed, missing, added without a fact."""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any

from tortoise.models import Model

from training.plain_rows import Plain
from training.row_digests import Row, sealed_models, stand, stand_all
from training.sealed_tables import NOT_YET


class Said:
    """Keeps what the facts say last of each row, in a file that goes by itself, so that memory stays flat."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768; BEGIN;"
            "CREATE TABLE said (row TEXT PRIMARY KEY, fact INTEGER, digest TEXT, seen INTEGER) WITHOUT ROWID"
        )

    def note(self, entries: Iterable[Plain]) -> None:
        """Notes what entries say; of two that speak of the same row, the later one counts."""
        told = ((f"{table}/{key}", entry["id"], digest) for entry in entries for table, key, digest in _told_by(entry))
        self._kept.executemany(
            "INSERT INTO said VALUES (?, ?, ?, 0) ON CONFLICT (row) DO UPDATE "
            "SET fact = excluded.fact, digest = excluded.digest WHERE excluded.fact > said.fact",
            told,
        )

    def about(self, key: str) -> tuple[int, str | None] | None:
        """Gives which entry spoke of a row last and what it said, None where none did; the row counts as seen."""
        found = self._kept.execute("UPDATE said SET seen = 1 WHERE row = ? RETURNING fact, digest", (key,)).fetchall()
        return found[0] if found else None

    def unseen(self) -> Iterator[str]:
        """Lists the rows that should be there and were not seen."""
        for (key,) in self._kept.execute("SELECT row FROM said WHERE seen = 0 AND digest IS NOT NULL ORDER BY row"):
            yield key

    def close(self) -> None:
        """Ends it, and the file is gone."""
        self._kept.close()


class Comparison:
    """Goes through all sealed tables; `count` tells how many rows were compared, `wrong` which are not in order."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self.count = 0
        self.wrong: list[tuple[type[Model], str]] = []

    async def doubts(self) -> list[tuple[type[Model], str]]:
        """Lists the rows that are not what the facts say of them."""
        found: list[tuple[type[Model], str]] = []
        models = {model._meta.full_name: model for model in sealed_models()}
        for model in models.values():
            async for rows in stand_all(model):
                self.count += len(rows)
                found += [(model, row.id) for row in rows if self._wrong_with(row)]
        for key in self._said.unseen():
            table, _, identifier = key.partition("/")
            if table in models:  # a table may have been unsealed since
                found.append((models[table], identifier))
        return found

    async def settled(self, doubts: list[tuple[type[Model], str]], newer: AsyncIterator[list[Plain]]) -> list[str]:
        """Looks at doubtful rows once more, with what the facts have said since, and says in words what is wrong.

        Somebody may have changed a row, with a fact, after the facts were read and before the row was.
        """
        lines: list[str] = []
        async for entries in newer:
            self._said.note(entries)
        for model, identifier in doubts:
            rows = await stand(model, [identifier])
            wrong = self._wrong_with(rows[0]) if rows else self._missing(model, identifier)
            if wrong:
                lines.append(f"{model._meta.db_table} {identifier}: {wrong}")
                self.wrong.append((model, identifier))
        return lines

    def _missing(self, model: type[Model], identifier: str) -> str:
        said = self._said.about(f"{model._meta.full_name}/{identifier}")
        return f"the row is missing; entry {said[0]} spoke of it last." if said and said[1] else ""

    def _wrong_with(self, row: Row) -> str:
        said = self._said.about(row.key)
        if said is None:
            column, unfinished = NOT_YET.get(row.model._meta.full_name, ("", ""))
            being_written = bool(column) and row.columns[column] == unfinished
            return "" if being_written else "the row was added without an entry in the trail."
        fact, digest = said
        if digest is None:
            return f"the row is there, and entry {fact} says that it was removed."
        if row.digest() == digest:
            return ""
        if changed := row.changed():
            return f"{', '.join(changed)} changed since entry {fact} spoke of it, without an entry in the trail."
        return f"the row is not what entry {fact} says; which column was changed cannot be told."


def _told_by(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    tables = entry["rows"]
    for table, rows in tables.items() if isinstance(tables, dict) else ():
        for key, digest in rows.items() if isinstance(rows, dict) else ():
            yield table, key, digest if isinstance(digest, str) else None
