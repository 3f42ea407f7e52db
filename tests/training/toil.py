"""What tests of follow-up work share: a world with a clock moved by hand, and ways to queue and look."""

from datetime import UTC, datetime

from training.database.connection import transaction
from training.trail import facts
from training.trail.models import Followup
from training.trail.worker import Worker

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


class World:
    """A clock that is moved by hand, and handlers that note what they were asked to do."""

    def __init__(self) -> None:
        self.time = NOW
        self.done: list[str] = []
        self.trouble: Exception | None = None

    async def greet(self, work: Followup, outside: str) -> None:
        self.done.append(work.key)
        if self.trouble:
            raise self.trouble

    def worker(self, **more: object) -> Worker[str]:
        given = {"now": lambda: self.time, "chance": lambda: 0.5} | more
        return Worker({"greet": self.greet}, "outside", **given)  # type: ignore[arg-type]


async def queue(key: str, due: datetime = NOW) -> None:
    async with transaction():
        await facts.schedule("greet", key, due=due)


async def only() -> Followup:
    return await Followup.get()
