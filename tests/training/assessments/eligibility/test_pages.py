"""Who may assess somebody, before a visit is arranged: what the page says is what the rule says at the signature."""

import logging
import re
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import uuid4

import httpx2
import pytest

from training.assessments.calibration.actions import record_calibration
from training.core.errors import NotAllowed
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Membership, Permission, Person, Relation

from ..conftest import NOW, Rated, permit

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Cast = Callable[[str], Awaitable[Actor]]
AMINA = known("amina")
PAGE = f"/assessments/eligible/{AMINA}"
pytestmark = pytest.mark.by_hand


def told(text: str) -> dict[str, str]:
    """Name of each assessor, in the order of the page → the rest of the line in words."""
    rows = re.findall(r'<tr role="row"><th role="rowheader".*?</tr>', text, re.S)
    lines = [[" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in row.split("</t")] for row in rows]
    return {line[0]: " | ".join(line[1:]) for line in lines}


async def test_the_nearest_come_first_with_the_reasons_that_refuse_at_the_signature(
    rated: Rated, browse: Browse, cast: Cast
) -> None:
    await permit(known("hana"))
    await Relation.create(id=uuid4(), person_id=AMINA, other_id=known("gwen"), kind="relative", recorded=NOW)
    await record_calibration(
        known("bruno"), instrument_id=rated.version.instrument_id, agreement=70, held=date(2026, 11, 1),
        actor=await cast("dara"), now=NOW,
    )  # fmt: skip
    dara = await browse("dara")
    lines = told((await dara.get(PAGE)).text)
    assert next(iter(lines)) == "Hana Nowak" and "Same site : Riverside" in lines["Hana Nowak"]
    assert "May assess" in lines["Hana Nowak"] and "Holds the permission" in lines["Hana Nowak"]
    assert "May, countersigned" in lines["Bruno Costa"] and "70 percent" in lines["Bruno Costa"]
    assert "May not" in lines["Gwen Llŷr"] and "a relative of the trainee" in lines["Gwen Llŷr"]
    await Relation.create(id=uuid4(), person_id=AMINA, other_id=known("bruno"), kind="relative", recorded=NOW)
    with pytest.raises(NotAllowed) as refused:
        await rated.open()
    assert refused.value.message.removesuffix(".") in told((await dara.get(PAGE)).text)["Bruno Costa"]


async def test_an_independent_assessment_leaves_out_the_supervisor_and_a_role_elsewhere_does_not_reach(
    rated: Rated, browse: Browse
) -> None:
    await permit(known("hana"))
    await Relation.create(id=uuid4(), person_id=AMINA, other_id=known("hana"), kind="supervisor", recorded=NOW)
    dara = await browse("dara")
    assert "May assess" in told((await dara.get(PAGE)).text)["Hana Nowak"]
    assert "a supervisor" in told((await dara.get(f"{PAGE}?independent=yes")).text)["Hana Nowak"]
    of_marek = told((await dara.get(f"/assessments/eligible/{known('marek')}")).text)
    assert "for another site" in of_marek["Hana Nowak"] and "May assess" in of_marek["Bruno Costa"]


async def test_where_nothing_is_published_to_rate_with_the_page_says_so(browse: Browse) -> None:
    answer = await (await browse("chloe")).get(PAGE)
    assert answer.status_code == 200 and "There is nothing to rate with yet" in answer.text


async def test_it_is_found_from_the_person_and_the_beginning_and_shows_only_whom_one_sees(
    rated: Rated, browse: Browse
) -> None:
    chloe, bruno = await browse("chloe"), await browse("bruno")
    assert f'href="{PAGE}"' in (await chloe.get(f"/people/{AMINA}")).text
    assert f'href="{PAGE}"' in (await bruno.get(f"/assessments/new?person={AMINA}")).text
    assert list(told((await chloe.get(PAGE)).text)) == ["Hana Nowak"]
    assert "/assessments/new" in (await bruno.get(PAGE)).text and "/assessments/new" not in (await chloe.get(PAGE)).text
    assert (await (await browse("amina")).get(PAGE)).status_code == 403
    assert (await chloe.get(f"/assessments/eligible/{known('marek')}")).status_code == 404


async def test_fifty_stand_on_a_page_and_more_assessors_ask_no_more_of_the_database(
    rated: Rated, browse: Browse, caplog: pytest.LogCaptureFixture
) -> None:
    dara = await browse("dara")

    async def seen() -> tuple[str, int]:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            page = await dara.get(PAGE)
        return page.text, len(caplog.records)

    await seen()
    _, few = await seen()
    people = [Person(id=uuid4(), unit_id=known("together"), name=f"Zed {at:03}", created=NOW) for at in range(60)]
    await Person.bulk_create(people)
    await Membership.bulk_create(
        [Membership(id=uuid4(), person_id=one.id, role="assessor", starts=date(2025, 1, 1)) for one in people]
    )
    await Permission.bulk_create(
        [Permission(id=uuid4(), person_id=one.id, what="x/assessor", may="assess", starts=date(2025, 1, 1),
                    because=uuid4()) for one in people]
    )  # fmt: skip
    first, many = await seen()
    assert many == few > 5
    assert len(told(first)) == 50 and "63 assessors" in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following and len(told((await dara.get(following[1].replace("&amp;", "&"))).text)) == 13
