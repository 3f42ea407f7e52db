"""Scores on their way to the pretend LMS: durable, in order, and with the right answer to every refusal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.training.lti.conftest import Side, free_port
from tests.training.lti.forging import claim, honest
from training.core.errors import Invalid
from training.core.outbound import Outbound
from training.demo.cast import known
from training.demo.lms.mischief import set_mischief
from training.lti.models import Identity, LineItem, Registration, ResourceLink, Score, ScoreTry
from training.lti.platform import score_delivery, scores
from training.lti.platform.client import SCORE, Platform
from training.lti.platform.scores import Value
from training.trail.models import Followup
from training.trail.worker import Worker

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
COURSE = "/courses/leading-a-parenting-group"
START = datetime(2031, 3, 3, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test turns."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
async def clock(side: Side) -> Clock:
    await side.launch()
    await only_scores()
    side.world.clock = clock = Clock()
    return clock


async def only_scores() -> None:
    """Leaves out the other work that a launch brings, as the workers here do scores only."""
    await Followup.exclude(kind=scores.WORK).delete()


def worker(side: Side, clock: Clock, platform: Platform | None = None) -> Worker[Platform]:
    async def send(work: Followup, platform: Platform) -> None:
        await score_delivery.deliver(work, platform, now=clock())

    return Worker({scores.WORK: send}, platform or side.tool.platform, now=clock, chance=lambda: 0.5)


async def report(clock: Callable[[], datetime], given: float | None, **more: Any) -> int:
    return await scores.report(known("amina"), [COURSE], Value(given, **more), now=clock())


def shown(side: Side) -> list[Any]:
    return [score.get("scoreGiven") for score in side.world.received]


async def test_a_result_reaches_the_gradebook(side: Side, clock: Clock) -> None:
    assert await report(clock, 80, comment="Well done") == 1
    assert await worker(side, clock).work_once() == 1
    sent = side.world.received[0]
    assert (sent["userId"], sent["scoreGiven"], sent["scoreMaximum"]) == ("amina", 80, 100)
    assert (sent["activityProgress"], sent["gradingProgress"], sent["comment"]) == (
        "Completed",
        "FullyGraded",
        "Well done",
    )
    assert sent["timestamp"] == "2031-03-03T12:00:00.000Z"
    row = (await scores.list_scores())[0]
    assert (row["state"], row["sub"], row["attempts"], row["last_error"]) == ("sent", "amina", 1, "")
    assert row["sent_at"] and "lineitems/1" in row["line_item"]


async def test_zero_is_a_score_and_the_address_keeps_its_query(side: Side, clock: Clock) -> None:
    await report(clock, 0)
    await worker(side, clock).work_once()
    assert shown(side) == [0]
    assert [url for where, url in side.world.calls if where == "scores"] == [
        f"{side.world.base_url}/course/course-1/lineitems/1/scores?type_id=7"
    ]


@pytest.mark.parametrize(
    "value",
    [
        Value(-1),
        Value(float("nan")),
        Value(float("inf")),
        Value(1, 0),
        Value(1, -5),
        Value(1, float("nan")),
        Value(1, progress="Done"),
        Value(1, grading="Graded"),
    ],
)
async def test_a_value_that_is_no_score_is_refused_here(side: Side, clock: Clock, value: Value) -> None:
    with pytest.raises(Invalid):
        await scores.report(known("amina"), [COURSE], value, now=clock())
    assert not await Score.all().exists()


async def test_of_several_values_waiting_the_latest_is_sent_once(side: Side, clock: Clock) -> None:
    for given in (10, 20, 30):
        await report(clock, given)
    await worker(side, clock).work_once()
    assert shown(side) == [30]
    assert await Followup.filter(kind=scores.WORK).values_list("state", flat=True) == ["done"] * 3


async def test_time_stamps_strictly_increase_in_whole_seconds_also_within_one_second(side: Side, clock: Clock) -> None:
    for given in (10, 20, 30):
        await report(clock, given)
        await worker(side, clock).work_once()
    stamps = [score["timestamp"] for score in side.world.received]
    assert shown(side) == [10, 20, 30]
    assert stamps == sorted(set(stamps)) and all(stamp.endswith(".000Z") for stamp in stamps)


async def test_a_score_is_stamped_when_it_is_sent_and_not_when_it_was_queued(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    clock.turn(hours=3)
    await worker(side, clock).work_once()
    assert side.world.received[0]["timestamp"] == "2031-03-03T15:00:00.000Z"


async def test_nothing_unfinished_follows_a_final_grade(side: Side, clock: Clock) -> None:
    await report(clock, 90)
    await report(clock, None, progress="InProgress", grading="Pending")
    await worker(side, clock).work_once()
    await report(clock, None, progress="InProgress", grading="Pending")
    await worker(side, clock).work_once()
    assert shown(side) == [90]
    assert await ScoreTry.filter(what="kept back").count() == 2


async def test_a_final_grade_queued_in_the_same_moment_as_unfinished_ones_is_the_one_that_stays(
    side: Side, clock: Clock
) -> None:
    running = [report(clock, given, progress="InProgress", grading="Pending") for given in range(6)]
    await asyncio.gather(*running[:3], report(clock, 90), *running[3:])
    await worker(side, clock).work_once()
    assert shown(side)[-1] == 90
    score = await Score.get()
    assert (score.given, score.progress, score.state, score.final_sent) == (90, "Completed", "sent", True)


async def test_a_comment_once_given_is_sent_again(side: Side, clock: Clock) -> None:
    await report(clock, 50, comment="Read page 3 again")
    await worker(side, clock).work_once()
    await report(clock, 60)
    await worker(side, clock).work_once()
    assert [score["comment"] for score in side.world.received] == ["Read page 3 again"] * 2


async def test_a_stale_answer_is_stamped_again_and_sent_once_more(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    set_mischief(side.world, {"where": "scores", "what": "409", "times": 1})
    await worker(side, clock).work_once()
    assert shown(side) == [50] and (await Score.get()).state == "sent"


async def test_a_score_that_stays_stale_is_refused_with_its_code(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    set_mischief(side.world, {"where": "scores", "what": "409"})
    await worker(side, clock).work_once()
    score = await Score.get()
    assert (score.state, score.last_error.split(":")[0]) == ("refused", "score_stale")
    assert len([where for where, _ in side.world.calls if where == "scores"]) == 2


@pytest.mark.parametrize("what", ["503", "500", "429", "401"])
async def test_a_passing_trouble_is_tried_again_until_it_passes(side: Side, clock: Clock, what: str) -> None:
    await report(clock, 50)
    set_mischief(side.world, {"where": "scores", "what": what, "times": 3})
    for _ in range(4):
        await worker(side, clock).work_once()
        clock.turn(hours=1)
    score = await Score.get()
    assert (shown(side), score.state) == ([50], "sent")


@pytest.mark.parametrize("said", [600, format_datetime(START + timedelta(seconds=600), usegmt=True)])
async def test_the_lms_says_how_long_to_wait(side: Side, clock: Clock, said: object) -> None:
    await report(clock, 50)
    set_mischief(side.world, {"where": "scores", "what": "429", "times": 1, "retry_after": said})
    await worker(side, clock).work_once()
    assert (await Followup.get(kind=scores.WORK)).due >= START + timedelta(seconds=600)
    clock.turn(seconds=599)
    assert await worker(side, clock).work_once() == 0
    clock.turn(seconds=2)
    await worker(side, clock).work_once()
    assert shown(side) == [50]


async def test_a_refusal_for_good_keeps_its_reason_and_can_be_sent_again(side: Side, clock: Clock) -> None:
    for given, what in enumerate(("400", "403", "422", "redirect")):
        await report(clock, given)
        set_mischief(side.world, {"where": "scores", "what": what})
        await worker(side, clock).work_once()
        row = (await scores.list_scores(state="refused"))[0]
        assert row["last_error"], what
        set_mischief(side.world, {"where": "scores", "what": ""})
        await scores.resend(row["id"], now=clock())
        await worker(side, clock).work_once()
    assert shown(side) == [0, 1, 2, 3]
    assert await Followup.filter(kind=scores.WORK, state="refused").count() == 4


async def test_an_lms_that_is_silent_or_gone_is_tried_again(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    set_mischief(side.world, {"where": "token", "what": "slow", "times": 1, "seconds": 0.6})
    async with Outbound(["127.0.0.1"], total_seconds=0.3) as outbound:
        hurried = Platform(outbound, secret_key=side.service.state.resources.settings.secret_key)
        await worker(side, clock, hurried).work_once()
    assert "did not answer in time" in (await Score.get()).last_error
    await LineItem.all().update(url=f"http://127.0.0.1:{free_port()}/lineitems/1")
    clock.turn(hours=1)
    await worker(side, clock).work_once()
    assert "could not be reached" in (await Score.get()).last_error
    await LineItem.all().update(url=side.world.line_item_url("1"))
    clock.turn(hours=2)
    await worker(side, clock).work_once()
    assert shown(side) == [50] and (await Score.get()).state == "sent"


async def test_an_lms_whose_clock_is_a_little_behind_ours_still_gives_a_token(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    side.world.clock = lambda: clock() - timedelta(seconds=4)
    await worker(side, clock).work_once()
    assert shown(side) == [50]


@pytest.mark.by_hand
async def test_an_lms_whose_connection_is_closed_gets_nothing_more(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    await Registration.all().update(state="closed")
    await worker(side, clock).work_once()
    score = await Score.get()
    assert (score.state, score.last_error) == ("refused", "The connection to this learning system is closed.")
    assert not side.world.received and "token" not in dict(side.world.calls)


async def test_a_launch_with_a_service_address_that_is_not_allowed_still_comes_in(side: Side) -> None:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    claim(AGS, {"scope": [SCORE], "lineitem": "https://evil.example/lineitems/1"})(forged)
    assert (await side.post(forged.write(), query["state"])).status_code == 303
    await only_scores()
    clock = Clock(datetime.now(UTC))
    assert await report(clock, 50) == 1
    await worker(side, clock).work_once()
    assert (await Score.get()).last_error.startswith("service_host_forbidden")
    assert not [where for where, _ in side.world.calls if where == "token"]


async def test_an_expired_token_is_dropped_once_and_the_score_goes_through(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    await worker(side, clock).work_once()
    side.world.tokens.clear()
    await report(clock, 60)
    await worker(side, clock).work_once()
    assert shown(side) == [50, 60] and (await Score.get()).attempts == 2


async def test_one_token_serves_many_scores(side: Side, clock: Clock) -> None:
    for given in range(5):
        await report(clock, given)
        await worker(side, clock).work_once()
    assert len([where for where, _ in side.world.calls if where == "token"]) == 1


async def test_after_three_days_of_silence_the_score_is_dead_and_still_there(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    set_mischief(side.world, {"where": "scores", "what": "503"})
    for _ in range(80):
        await worker(side, clock).work_once()
        clock.turn(hours=1)
    score = await Score.get()
    assert (score.state, score.given) == ("dead", 50)
    set_mischief(side.world, {"where": "scores", "what": ""})
    await scores.resend(str(score.id), now=clock())
    await worker(side, clock).work_once()
    assert shown(side) == [50]


async def test_two_workers_send_a_score_once(side: Side, clock: Clock) -> None:
    for given in (1, 2, 3):
        await report(clock, given)
    await asyncio.gather(*(worker(side, clock).work_once() for _ in range(4)))
    clock.turn(minutes=10)
    await worker(side, clock).work_once()
    assert shown(side) == [3]


async def test_a_column_that_is_not_named_is_found_by_its_link_or_made_once(side: Side, clock: Clock) -> None:
    await ResourceLink.all().update(line_item_url="")
    await report(clock, 50)
    await worker(side, clock).work_once()
    assert shown(side) == [50] and [score["line_item"] for score in side.world.received] == ["1"]
    await LineItem.all().update(url="")
    side.world.line_items.clear()
    await report(clock, 60)
    await worker(side, clock).work_once()
    await report(clock, 70)
    await worker(side, clock).work_once()
    assert shown(side) == [50, 60, 70] and len(side.world.line_items) == 1


async def test_a_column_that_was_removed_is_found_again(side: Side, clock: Clock) -> None:
    side.world.line_items["9"] = side.world.line_items.pop("1")
    side.world.line_items["9"].id = "9"
    await report(clock, 50)
    await worker(side, clock).work_once()
    assert [score["line_item"] for score in side.world.received] == ["9"]


async def test_of_several_columns_of_one_link_the_one_that_is_ours_is_meant(side: Side, clock: Clock) -> None:
    side.world.add_line_item("Added by hand", 10, link_id="a-course", tag="by hand")
    ours = side.world.add_line_item("Ours", 100, link_id="a-course", resource_id=COURSE)
    side.world.add_line_item("Of another link", 100, link_id="elsewhere", resource_id=COURSE)
    await ResourceLink.all().update(line_item_url="")
    await report(clock, 50)
    await worker(side, clock).work_once()
    assert [score["line_item"] for score in side.world.received] == [ours.id]


async def test_a_column_that_lost_its_link_is_found_by_what_it_stands_for(side: Side, clock: Clock) -> None:
    side.world.line_items.clear()
    kept = side.world.add_line_item("Ours", 100, resource_id=COURSE)
    await report(clock, 50)
    await worker(side, clock).work_once()
    assert [score["line_item"] for score in side.world.received] == [kept.id]


async def test_a_column_that_the_lms_has_lost_is_made_with_what_it_stands_for(side: Side, clock: Clock) -> None:
    side.world.line_items.clear()
    await report(clock, 50)
    await worker(side, clock).work_once()
    (made,) = side.world.line_items.values()
    assert (made.label, made.link_id, made.resource_id, made.maximum) == (
        "Leading a parenting group", "a-course", COURSE, 100,
    )  # fmt: skip


async def test_without_leave_to_look_at_columns_a_lost_one_is_a_refusal_in_words(side: Side, clock: Clock) -> None:
    side.world.line_items.clear()
    await ResourceLink.all().update(scopes=[SCORE])
    await report(clock, 50)
    await worker(side, clock).work_once()
    score = await Score.get()
    assert score.state == "refused" and "we may not look for it" in score.last_error
    assert score.last_error.startswith("service_scope_missing")
    assert not side.world.line_items


@pytest.mark.by_hand
async def test_instructors_and_test_users_get_no_score(side: Side, clock: Clock) -> None:
    side.world.clock = lambda: datetime.now(UTC)
    await side.launch("tutor")
    tutor = await Identity.get(sub="tutor")
    assert await scores.report(tutor.person_id, [COURSE], Value(50), now=clock()) == 0
    await Identity.filter(sub="amina").update(test_user=True)
    assert await report(clock, 50) == 0


@pytest.mark.by_hand
async def test_somebody_who_is_a_test_user_by_the_time_of_sending_is_not_graded(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    await Identity.filter(sub="amina").update(test_user=True)
    await worker(side, clock).work_once()
    score = await Score.get()
    assert (score.state, score.last_error.split(":")[0]) == ("refused", "score_not_gradable")
    assert shown(side) == []


async def test_an_lms_that_is_busy_is_named_so_while_the_score_waits(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    set_mischief(side.world, {"where": "scores", "what": "429"})
    await worker(side, clock).work_once()
    score = await Score.get()
    assert (score.state, score.last_error.split(":")[0]) == ("queued", "service_rate_limited")


async def test_a_link_without_a_gradebook_gets_nothing(side: Side, clock: Clock) -> None:
    await ResourceLink.all().update(line_item_url="", line_items_url="")
    assert await report(clock, 50) == 0


async def test_a_column_on_a_host_that_is_not_allowed_never_sees_a_token(side: Side, clock: Clock) -> None:
    await ResourceLink.all().update(line_item_url="https://evil.example/lineitems/1")
    await report(clock, 50)
    await worker(side, clock).work_once()
    score = await Score.get()
    assert (score.state, score.last_error.split(":")[0]) == ("refused", "service_host_forbidden")
    assert not [where for where, _ in side.world.calls if where == "token"]


async def test_a_score_can_be_queued_by_hand(side: Side, clock: Clock) -> None:
    registration = await Registration.get()
    url = side.world.line_item_url("1")
    await scores.send_by_hand(registration, "grace", url, Value(7, 10, comment="By hand"), now=clock())
    await worker(side, clock).work_once()
    assert (side.world.received[0]["userId"], side.world.received[0]["scoreMaximum"]) == ("grace", 10)


async def test_every_step_of_a_score_is_in_its_history(side: Side, clock: Clock) -> None:
    await report(clock, 50)
    set_mischief(side.world, {"where": "scores", "what": "503", "times": 1})
    await worker(side, clock).work_once()
    clock.turn(hours=1)
    await worker(side, clock).work_once()
    steps = [step["what"] for step in await scores.history((await Score.get()).id)]
    assert steps == ["queued", "failed", "sent"]
