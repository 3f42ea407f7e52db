"""Speaks of rows that no action spoke of: those from before the rows were sealed, new columns, and what is accepted."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from uuid import UUID

from tortoise.models import Model

from training.database.connection import transaction
from training.trail import facts
from training.trail.models import Fact, Seal
from training.trail.plain_rows import key_value, place, read_plain
from training.trail.row_check import LastFacts, what_is_wrong
from training.trail.row_digests import BATCH, DigestedRow, sealed_models, stand_all
from training.trail.seals import last_seal


async def cover(*, now: datetime, migrated: bool) -> int:
    """Speaks of every row, where the trail never spoke of any, else of columns added since; tells of how many.

    Only then: later, a row of which no entry speaks is one that somebody put in by hand.
    """
    spoken = bool(await read_plain(Fact, "WHERE t.rows IS NOT NULL LIMIT 1"))
    if spoken and not migrated:
        return 0
    said, after = LastFacts(), 0
    try:
        while entries := await read_plain(Fact, f"WHERE t.id > {place(1)} ORDER BY t.id LIMIT 1000", [after]):
            said.note(entries)
            after = entries[-1]["id"]
        async with transaction():
            return sum([await _speak(rows, now) async for rows in _due(said, spoken)])
    finally:
        said.close()


async def _due(said: LastFacts, spoken: bool) -> AsyncIterator[list[DigestedRow]]:
    for model in sealed_models():
        async for rows in stand_all(model):
            told = said.about([row.key for row in rows])
            sound = {row.key for row in rows if row.key in told and not what_is_wrong(row, told[row.key])}
            yield [row for row in rows if not row.is_covered and (not spoken or row.key in sound)]


async def _speak(rows: list[DigestedRow], now: datetime) -> int:
    if rows:
        detail = {"table": rows[0].table, "rows": len(rows)}
        named = [_named(row.model, row.id) for row in rows]
        await facts.record("trail.baseline", await _end(), actor=None, now=now, detail=detail, rows=named)
    return len(rows)


async def accept(rows: Iterable[tuple[type[Model], str]], *, because: str, actor: UUID, now: datetime) -> int:
    """Takes rows as they stand, though the trail says otherwise, as somebody answers for it; tells how many."""
    named = [_named(model, identifier) for model, identifier in rows]
    async with transaction():
        for at in range(0, len(named), BATCH):
            some = named[at : at + BATCH]
            detail = {"because": because, "rows": len(some)}
            await facts.record("trail.accepted", await _end(), actor=actor, now=now, detail=detail, rows=some)
    return len(named)


async def _end() -> Seal:
    return await last_seal() or Seal(id=0)


def _named(model: type[Model], identifier: str) -> Model:
    return model(**{model._meta.pk_attr: key_value(model, identifier)})
