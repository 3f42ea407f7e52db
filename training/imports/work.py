"""Does a batch that imports a table: reads the file, plans every row, writes, and undoes what the rows wrote."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from training.batches.models import Batch, BatchRow
from training.batches.pace import StepSizes
from training.batches.rules import GOOD
from training.core import storage
from training.core.errors import Invalid, NotAllowed
from training.imports.columns import SheetReader
from training.imports.kinds import Importer, ImportKind, ImportOutside, ImportRequest, RowPlan
from training.imports.undoing import undo_rows
from training.parsing.csv import CsvLine
from training.parsing.kept_sheets import MARK, unpacked
from training.parsing.workbooks import TextSheet, Unreadable, read_workbook
from training.people.actor import Actor

FOLDER = "imports"
"""Of the storage: what was read of the files that were handed in, as long as the rows of their batches are kept."""


@dataclass
class ImportWork:
    """One stretch of work on a batch that imports a table."""

    batch: Batch
    asked: ImportRequest
    kind: ImportKind
    importer: Importer
    resources: ImportOutside
    lines: list[CsvLine] = field(default_factory=list)

    @property
    def labels(self) -> dict[str, str]:
        """Our columns, with what people call them."""
        found: dict[str, str] = dict(self.batch.wishes["columns"])
        return found

    async def count(self) -> int:
        """Reads the file, and returns how many rows there are."""
        wishes = self.batch.wishes
        sheet = await read_sheet(self.batch, self.resources)
        columns = await self.kind.columns(self.asked.actor)
        reader = SheetReader.of(sheet, wishes["match"], columns, wishes["order"] or "day")
        self.lines = await asyncio.to_thread(reader.lines)
        return len(self.lines)

    async def rehearse(self) -> AsyncIterator[list[BatchRow]]:
        """Gives all rows with what each would do."""
        pace, at = StepSizes(), 0
        while lines := self.lines[at : at + pace.rows]:
            await self.importer.learn(lines)
            with pace.step():
                rows = [self._row(self.importer.plan(line, "")) for line in lines]
            yield rows
            at += len(lines)

    def _row(self, plan: RowPlan) -> BatchRow:
        row = BatchRow(id=uuid4(), batch_id=self.batch.id, number=plan.line.number, values=dict(plan.line.values))
        _note(row, plan, self.labels)
        row.state = "waiting" if plan.outcome in GOOD else "left"
        return row

    async def write(self, rows: Sequence[BatchRow]) -> None:
        """Plans the rows once more, as things stand now, and does what they say."""
        lines = [CsvLine(row.number, row.values) for row in rows]
        await self.importer.learn(lines)
        plans = [self.importer.plan(line, row.choice) for line, row in zip(lines, rows, strict=True)]
        await self.importer.write([plan for plan in plans if plan.outcome in GOOD])
        for row, plan in zip(rows, plans, strict=True):
            _note(row, plan, self.labels)
            row.state = "done" if plan.outcome in GOOD else "left"

    async def undo(self, rows: Sequence[BatchRow]) -> None:
        """Takes away what the rows made, and puts back what they changed."""
        await undo_rows(rows, self.batch, self.asked, derived=self.resources.derived)


async def begin(batch: Batch, actor: Actor, outside: ImportOutside) -> ImportWork:
    """Begins a stretch of work; raises NotAllowed where whoever made the batch may not do this any more."""
    kind = outside.import_kinds[batch.wishes["kind"]]
    refuse_others(kind, actor)
    asked = ImportRequest(actor, batch.id, outside.now(), outside.settings.public_url)
    return ImportWork(batch, asked, kind, await kind.begin(asked), outside)


def refuse_others(kind: ImportKind, actor: Actor) -> None:
    """Refuses whoever may not do for the whole unit what this kind of table does."""
    if not actor.everywhere(kind.may):
        raise NotAllowed("You may not import this.", "Ask the central unit.")


async def read_sheet(batch: Batch, resources: ImportOutside) -> TextSheet:
    """Reads the sheet of a batch, beside the loop; raises Invalid where the file is gone or cannot be read."""
    content = await asyncio.to_thread(
        storage.read, resources.settings.storage, f"{FOLDER}/{batch.wishes['stored']}"
    )  # fmt: skip
    if content is None:
        raise Invalid("The file is not kept any more.", "Hand it in again.")
    try:
        return await asyncio.to_thread(_sheet, content, batch.wishes["sheet"])
    except Unreadable as trouble:
        raise Invalid(f"{trouble.what}.", f"{trouble.mend}.") from trouble


def _sheet(content: bytes, name: str) -> TextSheet:
    if content.startswith(MARK):
        return unpacked(content, name)
    [sheet, *_] = read_workbook(content, name)  # earlier versions of this service kept the file itself
    return sheet


def _note(row: BatchRow, plan: RowPlan, labels: Mapping[str, str]) -> None:
    """Keeps what a plan says in its row, with the columns as people call them."""
    told: dict[str, Any] = {"words": plan.words}
    told |= {"changes": plan.changes} if plan.changes else {}
    told |= {"alike": [list(one) for one in plan.alike]} if plan.alike else {}
    row.outcome, row.told = plan.outcome, told
    row.problems = [[labels.get(column, column), what, mend] for column, what, mend in plan.problems]
    row.wrote, row.person_id = plan.wrote, plan.person_id
