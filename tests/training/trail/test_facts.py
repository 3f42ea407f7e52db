"""Facts: written with what changed, or not at all, and followed by what comes after."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.training.databases import TRAIL, emptied, made
from training.database.connection import transaction
from training.trail import facts
from training.trail.models import Fact, Followup

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
SUBJECT = Followup(id=UUID(int=7))


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    facts.follow({"person.launched": ("greet", "count")})
    async with emptied(tmp_path) as address, made(address, TRAIL):
        yield address


async def test_a_fact_keeps_who_when_and_what(url: str) -> None:
    async with transaction():
        await facts.record(
            "person.launched",
            SUBJECT,
            actor=UUID(int=1),
            on_behalf_of=UUID(int=2),
            person=UUID(int=3),
            unit=UUID(int=4),
            now=NOW,
            happened=NOW - timedelta(days=1),
            version="2",
            detail={"before": None, "after": "x"},
        )
    fact = await Fact.get()
    assert (fact.kind, fact.subject_kind, fact.subject_id) == ("person.launched", "trail.Followup", str(SUBJECT.id))
    who = (fact.actor_id, fact.on_behalf_of_id, fact.person_id, fact.unit_id)
    assert who == (UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4))
    assert (fact.happened, fact.recorded, fact.version) == (NOW - timedelta(days=1), NOW, "2")
    assert fact.detail == {"before": None, "after": "x"}


async def test_a_fact_brings_the_work_that_follows_it(url: str) -> None:
    async with transaction():
        fact = await facts.record("person.launched", SUBJECT, actor=None, now=NOW)
    rows = await Followup.all().order_by("kind").values("kind", "key", "fact_id", "subject_id", "due", "state")
    for row, kind in zip(rows, ("count", "greet"), strict=True):
        assert row == {
            "kind": kind,
            "key": f"{kind}/{fact.id}",
            "fact_id": fact.id,
            "subject_id": str(SUBJECT.id),
            "due": NOW,
            "state": "queued",
        }


async def test_a_fact_of_a_change_that_failed_was_never_there(url: str) -> None:
    with pytest.raises(KeyError):
        async with transaction():
            await facts.record("person.launched", SUBJECT, actor=None, now=NOW)
            raise KeyError
    assert await Fact.all().count() == await Followup.all().count() == 0


async def test_a_fact_outside_a_transaction_is_refused(url: str) -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        await facts.record("person.launched", SUBJECT, actor=None, now=NOW)


async def test_a_task_that_outlives_the_transaction_it_was_started_in_may_not_record(url: str) -> None:
    ended = asyncio.Event()

    async def late() -> None:
        await ended.wait()
        await facts.record("person.launched", SUBJECT, actor=None, now=NOW)

    async with transaction():
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    ended.set()
    with pytest.raises(RuntimeError, match="outside a transaction"):
        await task


async def test_a_fact_of_an_unknown_kind_is_refused(url: str) -> None:
    with pytest.raises(RuntimeError, match="not a kind of fact"):
        async with transaction():
            await facts.record("person.flew", SUBJECT, actor=None, now=NOW)
    with pytest.raises(RuntimeError, match=r"person\.flew"):
        facts.follow({"person.flew": ()})


async def test_a_timer_is_set_once(url: str) -> None:
    for due in (NOW, NOW + timedelta(days=1)):
        await facts.schedule("remind", "remind/1/30", due=due, payload={"days": 30})
    row = await Followup.get()
    assert (row.due, row.payload) == (NOW, {"days": 30})


async def test_work_done_long_ago_is_forgotten_and_what_failed_is_kept(url: str) -> None:
    for key, state, days in (("a", "done", 91), ("b", "done", 89), ("c", "dead", 91), ("d", "refused", 91)):
        await facts.schedule("greet", key, due=NOW)
        await Followup.filter(key=key).update(state=state, ended=NOW - timedelta(days=days))
    assert await facts.forget_done(now=NOW) == 1
    assert {row.key for row in await Followup.all()} == {"b", "c", "d"}


def test_a_process_that_was_not_told_what_follows_may_not_write() -> None:
    script = (
        "import asyncio\nfrom datetime import UTC, datetime\nfrom training.trail import facts\n"
        "from training.trail.models import Followup\n"
        "asyncio.run(facts.record('person.launched', Followup(), actor=None, now=datetime.now(UTC)))"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "RuntimeError: facts.follow() was never called" in ended.stderr
