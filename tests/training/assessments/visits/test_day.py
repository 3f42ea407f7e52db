"""The home of an assessor: the visits of the week, then what waits, in the order in which it is done."""

import logging
import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine

from certificates.evaluations.models import Evaluation, PathwayVersion
from tests.certificates.world import publish_pathway
from tests.training.assessments.calibration.test_pages import ASKS
from tests.training.assessments.conftest import Rated
from training.assessments import actions
from training.assessments.actions import Opening
from training.assessments.models import Assessment, Rater
from training.assessments.visits.rules import TypedVisit, visit_plan
from training.demo.cast import known

WEDNESDAY = date(2026, 11, 25)
pytestmark = pytest.mark.by_hand


async def visit(rated: Rated, who: str, day: date, *, hour: int = 14, group: str = "", others=()) -> Assessment:
    """Bruno plans a visit to somebody."""
    bruno = await rated.cast("bruno")
    start = datetime(2026, 1, 1, hour).time()
    typed = TypedVisit(day, start, start.replace(hour=hour + 2), f"Hall of {who}", "")
    plan = visit_plan(typed, zone=bruno.zone, now=datetime(2026, 1, 1, tzinfo=UTC))
    opening = Opening(known(who), rated.version.id, day, "live", group_name=group, others=others, visit=plan)
    return await actions.open_assessment(opening, key=uuid4(), actor=bruno, now=datetime.now(UTC))


def words_of(page: str) -> str:
    """The page as words, without its menu and foot."""
    main = page.partition('id="main"')[2].partition("<footer")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


async def test_the_visits_of_the_week_stand_first_with_time_place_and_the_way_to_rate(rated: Rated, browse):
    friday = await visit(rated, "amina", date(2026, 11, 27))
    await visit(rated, "nadia", date(2026, 11, 26), hour=9)
    await visit(rated, "jude", date(2026, 12, 1))
    page = (await (await browse("bruno")).get("/")).text
    words = words_of(page)
    first, second = words.index("Thursday 26 November 2026, 9am to 11am"), words.index("Friday 27 November 2026, 2pm")
    assert words.index("Your assessments") < first < second < words.index("1 more after this week")
    assert "Hall of amina" in words and "December" not in words
    assert (
        f'href="/assessments/{friday.id}" data-keep>' in page and f'data-kept="/assessments/{friday.id}/rate"' in page
    )
    assert "Finish your rating" not in words and "Nothing waits to be rated, agreed or signed." in words
    listed = (await (await browse("bruno")).get("/assessments")).text
    assert "Tuesday 1 December 2026" in listed and "To do" not in listed


async def test_a_visit_of_today_is_the_next_step_and_is_to_be_rated_once_it_is_over(rated: Rated, browse):
    row = await visit(rated, "amina", date(2026, 11, 26))
    with time_machine.travel(datetime(2026, 11, 26, 9, tzinfo=UTC)):
        words = words_of((await (await browse("bruno")).get("/")).text)
        assert "Visit Amina Yusuf today Thursday 26 November 2026, 2pm to 4pm. Hall of amina. Rate" in words
        watched = words_of((await (await browse("amina")).get("/")).text)
        assert "Bruno Costa watches your group Thursday 26 November 2026, 2pm to 4pm Hall of amina" in watched
    with time_machine.travel(datetime(2026, 11, 26, 16, 30, tzinfo=UTC)):
        words = words_of((await (await browse("bruno")).get("/")).text)
        assert "Finish your rating Amina Yusuf, watched on 26 November 2026." in words
        assert "No visit is planned this week." in words
        assert "To do" in (await (await browse("bruno")).get("/assessments")).text
    await Assessment.filter(id=row.id).update(state="cancelled")
    with time_machine.travel(datetime(2026, 11, 26, 9, tzinfo=UTC)):
        assert "Hall of amina" not in (await (await browse("amina")).get("/")).text


async def test_an_empty_week_says_so_and_when_the_next_visit_is(rated: Rated, browse):
    bruno = await browse("bruno")
    words = words_of((await bruno.get("/")).text)
    assert "No visit is planned this week. Plan a visit" in words and "Nothing waits to be rated" in words
    await visit(rated, "amina", date(2026, 11, 30))
    words = words_of((await bruno.get("/")).text)
    assert "The next one is on Monday 30 November 2026, 2pm to 4pm: Amina Yusuf" in words
    assert "Your assessments" not in words_of((await (await browse("chloe")).get("/")).text)


async def test_what_waits_comes_in_the_order_of_an_assessors_work(rated: Rated, browse, tmp_path):
    states = {"sign": "submitted", "agree": "reconciling", "rate": "open"}
    for name, state in states.items():
        row = await rated.open("gwen") if name == "rate" else await _open(rated, name)
        await Assessment.filter(id=row.id).update(state=state)
        if state != "open":
            await rated_all(row.id)
    await publish_pathway(tmp_path, ASKS)
    programme = await PathwayVersion.filter(slug="rated_well").first()
    await Evaluation.create(
        id=uuid4(), person_id=known("bruno"), pathway=programme, level="leader", as_of=WEDNESDAY,
        made=datetime.now(UTC), result="met", standing="renewal_due", slot=f"{uuid4()}",
        verdict={"standing": {"valid_until": "2027-01-31"}}, evidence=[], evidence_sha256="0" * 64,
    )  # fmt: skip
    words = words_of((await (await browse("bruno")).get("/")).text)
    places = [
        words.index(one)
        for one in (
            "Finish your rating", "You have to agree with the other rater", "An assessment waits for your signature",
            "Your calibration:", "Renew your certificate:",
        )
    ]  # fmt: skip
    assert places == sorted(places)


async def _open(rated: Rated, group: str) -> Assessment:
    opening = Opening(known("nadia"), rated.version.id, date(2026, 11, 20), "live", group_name=group)
    return await actions.open_assessment(opening, key=uuid4(), actor=await rated.cast("bruno"), now=datetime.now(UTC))


async def rated_all(assessment_id: UUID) -> None:
    """Everybody has handed in."""
    await Rater.filter(assessment_id=assessment_id).update(state="submitted", submitted=datetime.now(UTC))


async def test_twenty_visits_cost_no_more_statements_than_two(rated: Rated, browse, caplog):
    bruno = await browse("bruno")

    async def cost() -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            await bruno.get("/")
        return len(caplog.records)

    for at in range(2):
        await visit(rated, "amina", WEDNESDAY + timedelta(days=1 + at), group=f"{at}")
    await bruno.get("/")
    few = await cost()
    for at in range(2, 20):
        await visit(rated, "amina", WEDNESDAY + timedelta(days=1 + at), group=f"{at}")
    assert await cost() == few
