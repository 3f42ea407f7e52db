"""A day without the LMS: what was earned meanwhile arrives when it is back, once, in order, the latest of each."""

import asyncio
import itertools
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.training.lti.conftest import Side
from tests.training.lti.platform.test_scores import START, Clock, only_scores, worker
from training.core.outbound import Outbound
from training.demo.lms.mischief import set_mischief
from training.lti.models import Identity, Score
from training.lti.platform import scores
from training.lti.platform.client import Platform
from training.lti.platform.scores import Value
from training.trail.models import Followup
from training.trail.worker import Worker

PEOPLE = ("amina", "grace", "nameless")
ACTIVITIES = ("a-course", "a-module", "a-quiz")
TROUBLES = ("503", "500", "429")
DOWN_HOURS = 24


@asynccontextmanager
async def two_workers(side: Side, clock: Clock) -> AsyncIterator[list[Worker[Platform]]]:
    """Starts two workers as two fresh processes would: with nothing cached."""
    async with AsyncExitStack() as stack:
        outbounds = [await stack.enter_async_context(Outbound(["127.0.0.1"])) for _ in range(2)]
        secret = side.service.state.resources.settings.secret_key
        yield [worker(side, clock, Platform(outbound, secret_key=secret)) for outbound in outbounds]


async def some_hours(hours: int, workers: list[Worker[Platform]], clock: Clock) -> AsyncIterator[int]:
    for hour in range(hours):
        yield hour
        await asyncio.gather(*(one.work_once() for one in workers))
        clock.turn(hours=1)


def behave(side: Side, what: str) -> None:
    for where in ("scores", "token", "lineitems"):
        set_mischief(side.world, {"where": where, "what": what})


async def leave_as_a_power_cut_does(clock: Clock) -> None:
    """Leaves one score as a process does that lost its power while it was sending."""
    work = await Followup.filter(kind=scores.WORK, state="queued").order_by("id").first()
    assert work is not None
    held = {"lease": uuid4(), "lease_until": clock() + timedelta(seconds=60)}
    await Followup.filter(id=work.id).update(state="running", **held)
    await Score.filter(id=work.subject_id).update(sending_until=clock() + timedelta(seconds=120))


def by_place(received: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found = defaultdict(list)
    for score in received:
        found[score["line_item"], score["userId"]].append(score)
    return found


async def test_after_a_day_without_the_lms_and_a_restart_every_final_score_arrives_once(side: Side) -> None:
    for sub in PEOPLE:
        for activity in ACTIVITIES:
            await side.launch(sub, activity)
    await only_scores()
    people = {row.sub: row.person_id for row in await Identity.all()}
    side.world.clock = clock = Clock()
    chance, latest = random.Random(24), dict[tuple[str, str], int]()

    async def earn(sub: str, activity: str) -> None:
        given = chance.randrange(101)
        latest[side.world.activities[activity].line_item, sub] = given
        await scores.report(people[sub], [side.world.activities[activity].path], Value(given), now=clock())

    async with two_workers(side, clock) as workers:
        for sub in PEOPLE:
            await earn(sub, "a-course")
        await asyncio.gather(*(one.work_once() for one in workers))
        assert {len(sent) for sent in by_place(side.world.received).values()} == {1}
        async for hour in some_hours(DOWN_HOURS // 2, workers, clock):
            behave(side, TROUBLES[hour % 3])
            await earn(chance.choice(PEOPLE), chance.choice(ACTIVITIES))
    await leave_as_a_power_cut_does(clock)
    async with two_workers(side, clock) as workers:  # the restart
        async for hour in some_hours(DOWN_HOURS // 2, workers, clock):
            behave(side, TROUBLES[hour % 3])
            await earn(chance.choice(PEOPLE), chance.choice(ACTIVITIES))
        back = clock()
        assert back - START == timedelta(hours=DOWN_HOURS) and len(side.world.received) == len(PEOPLE)
        behave(side, "")
        async for _ in some_hours(4, workers, clock):
            pass
    _all_is_well(side, latest, back)
    assert {row["state"] for row in await scores.list_scores()} == {"sent"}
    assert set(await Followup.filter(kind=scores.WORK).values_list("state", flat=True)) == {"done"}


def _all_is_well(side: Side, latest: dict[tuple[str, str], int], back: datetime) -> None:
    arrived = by_place(side.world.received)
    assert len(latest) == len(PEOPLE) * len(ACTIVITIES)  # the chance has met every place
    assert {place: sent[-1]["scoreGiven"] for place, sent in arrived.items()} == latest
    for sent in arrived.values():
        stamps = [datetime.fromisoformat(score["timestamp"]) for score in sent]
        assert all(one < other for one, other in itertools.pairwise(stamps))
        assert all(stamp.microsecond == 0 for stamp in stamps)
        late = [stamp for stamp in stamps if stamp > START + timedelta(hours=1)]
        assert len(late) == 1 and late[0] >= back
