"""What a kind of batch is: what begins its work, and what that work has to do with the rows."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from training.batches.models import Batch, BatchRow
from training.batches.pace import MOST
from training.batches.rules import OF_TABLES, BatchWords
from training.core.settings import Settings
from training.people.actor import Actor


class Work(Protocol):
    """Does the rows of one batch; begun anew for each stretch of work, also after a process that was killed."""

    async def count(self) -> int:
        """Returns how many rows there will be."""

    def rehearse(self) -> AsyncIterator[list[BatchRow]]:
        """Gives all rows, not saved yet, each with what it would do; writes nothing."""

    async def write(self, rows: Sequence[BatchRow]) -> None:
        """Does what the rows say in the caller's transaction, and notes in each what it wrote."""

    async def undo(self, rows: Sequence[BatchRow]) -> None:
        """Undoes what the rows wrote in the caller's transaction; what cannot be undone it keeps, and says why."""


@dataclass(frozen=True)
class BatchKind:
    """One kind of work on many rows: what people call it, how it is begun, where it is prepared ("" nowhere).

    One that is `alone` begins on a page of its own, by whoever has the ability `may`; all others on the `lists` on
    which people or certificates are chosen, each with the ability that it asks for there. At most `at_once` rows are
    done in one transaction: as many as are done in a moment (`pace.py`). `note` has to be known before it is done.
    `row_path` is the page of what a row is about, by its person and its values.
    """

    title: str
    begin: Callable[[Batch, Actor, Any], Awaitable[Work]]
    """Is given the batch, who made it, and what the roof gives to all work."""
    prepare: str = ""
    alone: bool = False
    lists: Mapping[str, str] = field(default_factory=dict)
    may: str = "give every role"
    at_once: int = MOST
    words: BatchWords = OF_TABLES
    note: str = ""
    undoable: bool = True
    row_path: str = "/people/{person}"


class Outside(Protocol):
    """What work on batches is given from outside."""

    @property
    def settings(self) -> Settings:
        """The settings of the service."""

    @property
    def now(self) -> Callable[[], datetime]:
        """The clock."""

    @property
    def batch_kinds(self) -> Mapping[str, BatchKind]:
        """Kind of batch → what does it."""
