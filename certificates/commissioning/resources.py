"""What public pages ask of the service around them: the figures of the day, which are worked out once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from certificates.commissioning.figures import ProgrammeFigures
from training.web.resources import PageResources

MOST_KEPT = 200
"""Programmes whose figures stay in memory."""


@dataclass
class FigureStore:
    """Keeps the figures of programmes for a day; of many who ask at once, one works them out, one after the other."""

    kept: dict[tuple[UUID, date], ProgrammeFigures] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(
        self, programme_id: UUID, *, today: date, work_out: Callable[[], Awaitable[ProgrammeFigures]]
    ) -> ProgrammeFigures:
        """Gives the figures of a programme, as they were first worked out this day."""
        key = (programme_id, today)
        if key not in self.kept:
            async with self.turn:
                if key not in self.kept:
                    found = await work_out()
                    while len(self.kept) >= MOST_KEPT:
                        del self.kept[next(iter(self.kept))]
                    self.kept[key] = found
        return self.kept[key]


@dataclass(frozen=True, kw_only=True)
class CommissioningResources(PageResources):
    """The figures that were worked out."""

    programme_figures: FigureStore = field(default_factory=FigureStore)
