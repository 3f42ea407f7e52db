"""Does a batch that is one action for many: rehearses each by doing it in a transaction that is rolled back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from certificates.bulk.kinds import BulkAction, BulkRequest, NothingToDo, Target, UndoneInPart
from certificates.bulk.selections import kept, targets
from certificates.bulk.table import ACTIONS
from training.batches.kinds import BatchKind, Outside
from training.batches.models import Batch, BatchRow
from training.batches.rules import OUTCOMES, BatchWords
from training.batches.running import reason_of
from training.core.errors import AppError, NotAllowed, Upstream
from training.database.connection import transaction
from training.people.actor import Actor

AT_ONCE = 10
"""Rows that are noted together once they are rehearsed, each by itself."""
PREFIX = "bulk "


class _Rehearsed(Exception):
    """Has what was done in a transaction rolled back."""


@dataclass
class BulkWork:
    """One stretch of work on a batch that is one action for many."""

    batch: Batch
    asked: BulkRequest
    action: BulkAction
    found: list[Target] = field(default_factory=list)

    async def count(self) -> int:
        """Finds whom was chosen, and returns how many they are."""
        chosen = kept(self.batch.wishes)
        programme = self.asked.values.get("programme", "")
        self.found = await targets(self.asked.actor, chosen, self.action.about, programme)
        return len(self.found)

    async def rehearse(self) -> AsyncIterator[list[BatchRow]]:
        """Gives all rows with what would become of each."""
        for at in range(0, len(self.found), AT_ONCE):
            rows = []
            for number, target in enumerate(self.found[at : at + AT_ONCE], at + 1):
                rows.append(await self._rehearsed(number, target))
            yield rows

    async def _rehearsed(self, number: int, target: Target) -> BatchRow:
        row = BatchRow(
            id=uuid4(), batch_id=self.batch.id, number=number, person_id=target.person_id, wrote=[], problems=[],
            values={"id": str(target.id), "name": target.name, "what": target.what}, told={"words": target.words},
            outcome="changed", state="waiting",
        )  # fmt: skip
        try:
            async with transaction():
                self._tell(row, await self.action.do(self.asked, target))
                raise _Rehearsed
        except _Rehearsed:
            pass
        except NothingToDo as why:
            _leave(row, why)
        except Upstream:
            raise
        except (AppError, IntegrityError) as trouble:
            row.outcome, row.state, row.problems = "refused", "left", [reason_of(trouble)]
        return row

    async def write(self, rows: Sequence[BatchRow]) -> None:
        """Does it for each; what a single action refuses is left to the caller, which refuses that row."""
        for row in rows:
            target = Target(UUID(row.values["id"]), row.person_id, row.values["name"], row.values["what"])
            try:
                async with transaction():
                    made = await self.action.do(self.asked, target)
            except NothingToDo as why:
                _leave(row, why)
            else:
                row.state, row.wrote = "done", [_named(made)] if made else []
                self._tell(row, made)

    def _tell(self, row: BatchRow, made: Model | None) -> None:
        if self.action.tell and made:
            row.told = {"words": row.told["words"], "changes": [self.action.tell(made)]}

    async def undo(self, rows: Sequence[BatchRow]) -> None:
        """Undoes each by a change of its own; what cannot be undone is kept."""
        for row in rows:
            if self.action.undo is None:
                row.state, row.problems = "kept", [["", "This cannot be undone", ""]]
                continue
            try:
                await self.action.undo(self.asked, UUID(row.wrote[0]["id"]))
            except UndoneInPart as why:
                row.state, row.problems = "kept", [["", str(why), ""]]
            else:
                row.state, row.problems = "undone", []


def _leave(row: BatchRow, why: NothingToDo) -> None:
    row.outcome, row.state, row.told = "same", "left", row.told | {"changes": [str(why)]}


def _named(made: Model) -> dict[str, Any]:
    return {"table": made._meta.full_name, "id": str(made.pk)}


async def begin(batch: Batch, actor: Actor, outside: Outside, *, action: BulkAction) -> BulkWork:
    """Begins a stretch of work; raises NotAllowed where whoever made the batch may not do this any more."""
    if not actor.may(action.lists[kept(batch.wishes).on]):
        raise NotAllowed("You may not do this any more.", "Somebody who may can begin it anew.")
    home, filters = outside.settings.public_url, kept(batch.wishes).asked
    asked = BulkRequest(actor, batch.wishes["values"], batch.number, batch.id, home, outside.now(), filters)
    return BulkWork(batch, asked, action)


ROWS = {"person": ("person", "people"), "case": ("case", "cases"), "certification": ("certificate", "certificates"),
        "assessment": ("assessment", "assessments")}  # fmt: skip
"""What an action is about → one and many of it."""
NOTHING = {
    "person": "None of those you chose is on the list any more.",
    "case": "None of those you chose waits for a decision.",
    "certification": "None of those you chose has such a certificate.",
    "assessment": "None of the assessments that you asked about still counts.",
}
"""What an action is about → what is said where there is none."""
PATHS = {"person": "/people/{id}", "case": "/certificates/decisions/{id}", "certification": "/register/{id}",
         "assessment": "/assessments/{id}"}  # fmt: skip
"""What an action is about → its own page."""


def _words(action: BulkAction) -> BatchWords:
    row, rows = ROWS[action.about]
    return BatchWords(
        row=row, rows=rows, number="Number", begin="Do what can be done", begin_all="Do it", go_on="Go on", mend="",
        change="Change what you asked", nothing=NOTHING[action.about],
        outcomes={**OUTCOMES, "changed": "Will be done", "same": "Nothing to do"},
        once_done={**OUTCOMES, "changed": "Done", "same": "Nothing to do"},
    )  # fmt: skip


BULK: Mapping[str, BatchKind] = {
    PREFIX + key: BatchKind(
        action.title, partial(begin, action=action), prepare="/bulk", lists=action.lists, at_once=1,
        words=_words(action), note=action.note, undoable=action.undo is not None, row_path=PATHS[action.about],
    )
    for key, action in ACTIONS.items()
}  # fmt: skip
"""Kind of batch → what does it, for the table of all kinds."""
