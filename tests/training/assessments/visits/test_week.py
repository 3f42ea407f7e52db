"""The week of the assessors: who has how many visits, when and where, what waits to be rated, and who has none."""

import logging
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from tests.training.app.test_every_list import table_of
from tests.training.assessments.conftest import OBSERVED, Rated, permit
from tests.training.assessments.visits.test_day import visit
from training.assessments import cancellation
from training.assessments.models import Assessment, Rater, Visit
from training.demo.cast import known
from training.people.models import Membership, Person
from training.sites.models import CentralUnit

pytestmark = pytest.mark.by_hand
PATH = "/assessments/week"


async def rows(browser, query: str = "") -> dict[str, tuple[str, ...]]:
    """The lines of the table, by the name of the assessor."""
    page = await browser.get(f"{PATH}{query}")
    assert page.status_code == 200
    return {row[0]: row[1:] for row in table_of(page.text)}


async def test_each_assessor_stands_with_the_visits_of_the_week_and_what_waits(rated: Rated, browse):
    await rated.open("gwen")
    await visit(rated, "amina", date(2026, 11, 27), others=(known("gwen"),))
    await visit(rated, "nadia", date(2026, 11, 30))
    dara = await browse("dara")
    told = await rows(dara)
    assert told["Bruno Costa"][1:] == (
        "1", "Friday 27 November 2026, 2pm to 4pm: Amina Yusuf, Hall of amina", "1"
    )  # fmt: skip
    assert told["Gwen Llŷr"][1] == "1" and told["Hana Nowak"][1:] == ("0", "No visit", "0")
    later = await rows(dara, "?day=2026-12-06")
    assert later["Bruno Costa"][1:3] == ("1", "Monday 30 November 2026, 2pm to 4pm: Nadia Rahman, Hall of nadia")
    assert later["Gwen Llŷr"][1] == "0"


async def test_the_week_stands_in_the_address_and_leads_to_its_neighbours_with_the_same_filters(rated: Rated, browse):
    dara = await browse("dara")
    page = (await dara.get(f"{PATH}?day=2026-12-03&query=bruno")).text
    assert "30 November 2026 to 6 December 2026" in page
    links = {
        words: parse_qs(urlsplit(unescape(path)).query)
        for path, words in re.findall(r'href="(/assessments/week[^"]*)">((?:Earlier|Later|This) week)', page)
    }
    assert links["Earlier week"] == {"query": ["bruno"], "day": ["2026-11-23"]}
    assert links["Later week"]["day"] == ["2026-12-07"] and links["This week"] == {"query": ["bruno"]}
    assert "This week: 23 November 2026 to 29 November 2026" in (await dara.get(f"{PATH}?day=nonsense")).text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "9998-12-31"])
async def test_where_the_calendar_ends_there_is_a_week_as_well(rated: Rated, browse, day):
    page = await (await browse("dara")).get(f"{PATH}?day={day}")
    assert page.status_code == 200
    for path in re.findall(r'href="(/assessments/week[^"]*)">(?:Earlier|Later) week', page.text):
        assert (await (await browse("dara")).get(unescape(path))).status_code == 200


async def test_who_has_none_and_who_is_of_a_site_is_found(rated: Rated, browse):
    await visit(rated, "amina", date(2026, 11, 27))
    dara = await browse("dara")
    assert set(await rows(dara, "?load=none")) == {"Gwen Llŷr", "Hana Nowak"}
    assert set(await rows(dara, "?load=some")) == {"Bruno Costa"}
    assert set(await rows(dara, "?load=some&day=2026-12-01")) == set()
    assert set(await rows(dara, "?site=river")) == {"Hana Nowak"}
    assert next(iter(await rows(dara, "?sort=-number"))) == "Bruno Costa"


async def test_a_visit_that_is_called_off_or_handed_on_is_no_load_any_more(rated: Rated, browse):
    row = await visit(rated, "amina", date(2026, 11, 27), others=(known("gwen"),))
    await permit(known("hana"))
    bruno, now = await rated.cast("bruno"), datetime.now(UTC)
    change = {"leaves": known("gwen"), "comes": known("hana"), "reason": "Away.", "actor": bruno, "now": now}
    await cancellation.hand_on(row.id, **change)
    dara = await browse("dara")
    assert {name: one[1] for name, one in (await rows(dara)).items()} == {
        "Bruno Costa": "1", "Gwen Llŷr": "0", "Hana Nowak": "1"
    }  # fmt: skip
    await cancellation.cancel(row.id, reason="Ill.", actor=bruno, now=now)
    assert {one[1] for one in (await rows(dara, "?sort=number")).values()} == {"0"}


async def test_a_coordinator_sees_own_assessors_and_of_people_elsewhere_only_the_time(rated: Rated, browse):
    await Membership.create(
        id=uuid4(), person_id=known("bruno"), role="facilitator", site_id=known("site/RIV"), starts=date(2026, 1, 1)
    )
    await visit(rated, "amina", date(2026, 11, 26))
    await visit(rated, "kiran", date(2026, 11, 27))
    chloe = await browse("chloe")
    told = await rows(chloe)
    assert set(told) == {"Bruno Costa", "Hana Nowak"} and told["Bruno Costa"][1] == "2"
    assert "Amina Yusuf, Hall of amina" in told["Bruno Costa"][2]
    assert "Friday 27 November 2026, 2pm to 4pm: somebody whom you do not see" in told["Bruno Costa"][2]
    assert "kiran" not in told["Bruno Costa"][2].lower()
    file = (await chloe.get(f"{PATH}?format=csv")).text
    assert "Hall of amina" in file and "kiran" not in file.lower()
    assert await rows(await browse("emre")) == {}
    assert (await (await browse("amina")).get(PATH)).status_code == 403
    assert PATH in (await chloe.get("/")).text and PATH not in (await (await browse("bruno")).get("/")).text


async def test_a_page_of_many_assessors_costs_as_many_statements_as_one_of_few(rated: Rated, browse, caplog):
    dara, unit = await browse("dara"), await CentralUnit.get()

    async def cost() -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            page = await dara.get(f"{PATH}?sort=-number")
        assert page.status_code == 200
        return len(caplog.records)

    await visit(rated, "amina", date(2026, 11, 27))
    await cost()
    few = await cost()
    for at in range(40):
        one = await Person.create(id=uuid4(), unit=unit, name=f"Assessor {at}", created=datetime.now(UTC))
        await Membership.create(id=uuid4(), person=one, role="assessor", starts=date(2026, 1, 1))
        held = await Assessment.create(
            id=uuid4(), entry_key=uuid4(), unit=unit, person_id=known("amina"), version_id=rated.version.id,
            observed=OBSERVED + timedelta(days=7), medium="live", opened=datetime.now(UTC), opened_by=one,
            touched=datetime.now(UTC),
        )  # fmt: skip
        await Rater.create(id=uuid4(), assessment=held, person=one)
        start = datetime(2026, 11, 27, 9, tzinfo=UTC)
        await Visit.create(
            id=uuid4(), assessment=held, starts=start, ends=start + timedelta(hours=1), place="X", changed=start
        )
    assert await cost() == few
