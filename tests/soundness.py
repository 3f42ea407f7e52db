"""Tells which sealed rows of the open database are not what the trail says of them; speaks of rows made by hand."""

from dataclasses import replace
from datetime import UTC, datetime

from training.app.consequences import CHECK
from training.database.connection import transaction
from training.trail import facts
from training.trail.models import Fact
from training.trail.plain_rows import read_plain
from training.trail.row_check import Comparison, LastFacts
from training.trail.worker import Worker


async def unsound_rows() -> list[str]:
    """Lists them in words; without seals and signatures, so that it can be asked after every test."""
    said = LastFacts()
    said.note(await read_plain(Fact, "ORDER BY t.id"))
    rows = Comparison(said)
    found = await rows.settled(await rows.doubts(), _nothing())
    said.close()
    return found


async def speak_of(subject, *rows) -> None:
    """Writes the entry of the trail that an action would have written; no work follows it."""
    async with transaction():
        await facts.record("trail.accepted", subject, actor=None, now=datetime.now(UTC), rows=rows)


def without_check(toil: Worker) -> Worker:
    """Takes the nightly check out: it would write to people about rows that a test has put in by hand."""
    return replace(toil, repeats={name: often for name, often in toil.repeats.items() if name != CHECK})


async def _nothing():
    for _ in ():
        yield []
