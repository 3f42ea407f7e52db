"""`training work`: lists the work that failed, and queues it again."""

import asyncio
import json
from datetime import UTC, datetime

from tests.training.commands.conftest import Front
from training.database.connection import opened
from training.trail.models import Followup

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def test_work_that_failed_is_listed_and_queued_again(front: Front) -> None:
    asyncio.run(_failed(front))
    told = json.loads(front.run("work", "--failed", "--json").stdout)
    assert [(row["kind"], row["state"], row["last_error"]) for row in told] == [
        ("remind of renewal", "dead", "no disk")
    ]
    assert "no disk" in front.run("work", "--failed").stdout
    unknown = front.run("work", "--again", "nothing")
    assert unknown.returncode == 1 and unknown.stderr.count("\n") == 1
    assert front.run("work", "--again", told[0]["id"]).stdout.startswith("1 pieces")
    assert front.run("work", "--again", "all").stdout.startswith("0 pieces")
    assert json.loads(front.run("work", "--failed", "--json").stdout) == []


async def _failed(front: Front) -> None:
    async with opened(front.url):
        given = {"payload": {}, "due": NOW, "attempts": 8, "ended": NOW}
        await Followup.create(kind="remind of renewal", key="r", state="dead", last_error="no disk", **given)
