"""Tells which sealed rows of the open database are not what the trail says of them; speaks of rows made by hand."""

from datetime import UTC, datetime

from training import facts
from training.database.opening import transaction
from training.facts import Fact
from training.plain_rows import read_plain
from training.row_check import Comparison, Said


async def unsound_rows() -> list[str]:
    """Lists them in words; without seals and signatures, so that it can be asked after every test."""
    said = Said()
    said.note(await read_plain(Fact))
    rows = Comparison(said)
    found = await rows.settled(await rows.doubts(), _nothing())
    said.close()
    return found


async def speak_of(subject, *rows) -> None:
    """Writes the entry of the trail that an action would have written; no work follows it."""
    async with transaction():
        await facts.record("trail.accepted", subject, actor=None, now=datetime.now(UTC), rows=rows)


async def _nothing():
    for _ in ():
        yield []
