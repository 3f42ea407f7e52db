"""What a kind of import is: its columns, and what reads, plans and writes its rows; and the plan of one row."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from tortoise.models import Model

from training.batches.kinds import Outside
from training.imports.columns import Column
from training.parsing.csv import CsvLine, day
from training.people.actor import Actor
from training.people.roles import fault_of_first_day
from training.trail.facts import FactDraft, record_all


@dataclass(frozen=True)
class ImportRequest:
    """Who imports into which batch, when, and at which address the service stands."""

    actor: Actor
    batch_id: UUID
    now: datetime
    home: str


@dataclass
class RowPlan:
    """What one row would do: its outcome, in words, what is wrong with it, and what its kind needs to do it.

    `alike` are the people that it may mean, each with words that tell them apart. `wrote` is filled in when it is done.
    """

    line: CsvLine
    outcome: str = ""
    words: str = ""
    changes: list[str] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    alike: list[tuple[str, str]] = field(default_factory=list)
    person_id: UUID | None = None
    todo: Any = None
    wrote: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, column: str, what: str, mend: str) -> None:
        """Notes something wrong in a column, and what to do about it."""
        self.problems.append((column, what, mend))
        self.outcome = "refused"

    def limit(self, longest: Mapping[str, int]) -> None:
        """Refuses texts that are longer than their columns may be."""
        for column, most in longest.items():
            if len(self.line[column]) > most:
                self.refuse(column, f"it is longer than {most} letters", "Shorten it")

    def first_day(self, today: date) -> date | None:
        """Reads the column of the first day; None, with what is wrong, where it cannot be one."""
        starts = day(self.line["starts"])
        if starts is None:
            self.refuse("starts", f"{self.line['starts'] or 'nothing'} is no day", "Write it like 3 March 2027")
        elif fault_of_first_day(starts, today):
            self.refuse("starts", f"{starts} is too long ago to be the first day", "Look at the year again")
        return starts

    def last_day(self, starts: date | None) -> date | None:
        """Reads the column of the last day; None, with what is wrong, where it cannot be one."""
        ends = day(self.line["ends"])
        if self.line["ends"] and (ends is None or (starts and ends < starts)):
            self.refuse("ends", f"{self.line['ends']} cannot be the last day", "Write a later day")
        return ends

    def made(self, row: Model) -> Model:
        """Notes a row that this one makes."""
        self.wrote.append({"table": row._meta.full_name, "id": str(row.pk)})
        return row

    def changed(self, row: Model, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Notes columns of a row that this one changes."""
        told = {"before": _plain(before), "after": _plain(after)}
        self.wrote.append({"table": row._meta.full_name, "id": str(row.pk), **told})


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, str | bool | None) else str(value) for name, value in values.items()}


@dataclass
class Written:
    """The rows and facts of many plans, written together with few statements."""

    rows: list[Model] = field(default_factory=list)
    facts: list[FactDraft] = field(default_factory=list)


class Importer(Protocol):
    """Knows what the rows of one kind need to know; begun anew for each stretch of work."""

    async def learn(self, lines: Sequence[CsvLine]) -> None:
        """Looks up whatever these lines speak of, many at once."""

    def plan(self, line: CsvLine, choice: str) -> RowPlan:
        """Says what a line would do after those before it; `choice` answers who is meant by it."""

    async def write(self, plans: Sequence[RowPlan]) -> None:
        """Does what is new or changed, in the caller's transaction."""


Derived = Sequence[tuple[str, str, str]]
"""Table, its column, and the table whose rows that column names."""


@dataclass(frozen=True)
class ImportKind:
    """One kind of table that can be imported: what people call it, who may, its columns, and what does it."""

    title: str
    hint: str
    may: str
    columns: Callable[[Actor], Awaitable[tuple[Column, ...]]]
    begin: Callable[[ImportRequest], Awaitable[Importer]]


class ImportOutside(Outside, Protocol):
    """What work on imports is given from outside."""

    @property
    def import_kinds(self) -> Mapping[str, ImportKind]:
        """Kind of table → what it is."""

    @property
    def derived(self) -> Derived:
        """The tables that are worked out anew from rows of others, and go with them when those are undone."""


async def save(written: Written, asked: ImportRequest) -> None:
    """Writes rows, those of one table together and in the order in which the tables were named, then their facts."""
    tables: dict[type[Model], list[Model]] = {}
    for row in written.rows:
        tables.setdefault(type(row), []).append(row)
    for model, rows in tables.items():
        await model.bulk_create(rows)
    await record_all(written.facts, actor=asked.actor.person_id, unit=asked.actor.unit_id, now=asked.now)
