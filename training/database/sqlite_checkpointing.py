"""Short transactions of SQLite: done right in the loop's thread, while another copies the log into the database."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from typing import TypeVar

T = TypeVar("T")
BUSY_MILLISECONDS = 10_000
"""How long a statement waits for other programs; the loop itself never waits."""
COPIED_EVERY = 250
"""Short transactions after which the log is copied: seldom, as they write the same pages again and again."""


def begun_at_once(raw: sqlite3.Connection) -> bool:
    """Begins without waiting; tells whether it could."""
    raw.execute("PRAGMA busy_timeout=0")
    try:
        _begin(raw)
    except sqlite3.OperationalError:
        return False
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    return True


def begun_and_whole(raw: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Does the whole of it, waiting for the lock; not to be called in the loop's thread."""
    _begin(raw)
    return whole(raw, work)


def whole(raw: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Does the work in the transaction that is open, and ends it."""
    try:
        done = work(raw)
        raw.commit()
    finally:
        raw.rollback()  # does nothing after a commit
    return done


def _begin(raw: sqlite3.Connection) -> None:
    if raw.in_transaction:  # left by whoever could neither commit nor roll back
        raw.rollback()
    raw.execute("PRAGMA synchronous=NORMAL")
    raw.execute("BEGIN IMMEDIATE")


class Copying:
    """Copies the log into the database in a thread, so that no commit has to stop for all of it."""

    def __init__(self, filename: str) -> None:
        self._filename, self._written = filename, 0
        self._running: asyncio.Task[None] | None = None

    def note_one(self) -> None:
        """Counts a transaction, and begins to copy when enough have come together."""
        self._written += 1
        if self._written % COPIED_EVERY == 0 and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(asyncio.to_thread(_copied, self._filename))

    async def ended(self) -> None:
        """Waits until nothing is being copied."""
        if self._running is not None:
            await asyncio.wait([self._running])


def _copied(filename: str) -> None:
    # What fails here is tried again by SQLite itself, when the log has grown long.
    with suppress(sqlite3.Error), closing(sqlite3.connect(filename)) as raw:
        raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
