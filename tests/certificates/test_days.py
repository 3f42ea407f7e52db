"""The last day of a certificate ends when it ends on the clocks of the unit, whichever page, file or rule is asked."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import jwt
import pytest
import time_machine

from certificates.evaluations.models import Certificate
from certificates.register.register import RegisterFilter, rows
from tests.certificates.world import BY_RULES, certified, changed, publish_pathway
from training.core.dates import local_day
from training.demo.cast import known
from training.demo.doing import being
from training.sites.models import CentralUnit

SUMMER, WINTER, LEAP = date(2026, 7, 1), date(2026, 12, 1), date(2028, 2, 29)
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)  # when the clocks of London change
EDGES = [
    (SUMMER, "2026-06-30T23:30", True),
    (SUMMER, "2026-07-01T22:59", True),
    (SUMMER, "2026-07-01T23:30", False),
    (SUMMER, "2026-07-02T00:30", False),
    (WINTER, "2026-12-01T23:30", True),
    (WINTER, "2026-12-02T00:30", False),
    (FORWARD, "2026-03-29T00:30", True),
    (FORWARD, "2026-03-29T22:30", True),
    (FORWARD, "2026-03-29T23:30", False),
    (BACK, "2026-10-24T23:30", True),
    (BACK, "2026-10-25T23:30", True),
    (BACK, "2026-10-26T00:30", False),
    (LEAP, "2028-02-29T23:30", True),
    (LEAP, "2028-03-01T00:30", False),
]
TRUE_THEN = pytest.mark.parametrize(("last", "moment", "holds"), EDGES)


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


async def until(last: date, folder) -> Certificate:
    """Certifies Amina for the year that ends on a day."""
    await publish_pathway(folder, BY_RULES)
    found = await certified("amina", (last + timedelta(days=1)).replace(year=last.year - 1))
    assert found.ends == last
    return await Certificate.get(certification_id=found.id)


@TRUE_THEN
async def test_the_public_check_tells_it_alike_to_people_and_to_machines(browse, tmp_path, last, moment, holds):
    row = await until(last, tmp_path)
    with time_machine.travel(utc(moment), tick=True):
        stranger = await browse("")
        path, word = f"/v/{row.verify_token}", "valid" if holds else "in grace"
        page = await stranger.get(path, headers={"Accept": "text/html"})
        assert ("holds today" in page.text) is holds and ("Its time is over" in page.text) is not holds
        assert (await stranger.get(path, headers={"Accept": "application/json"})).json()["status"] == word
        token = (await stranger.get(path, headers={"Accept": "application/jwt"})).text
        assert jwt.decode(token, options={"verify_signature": False})["status"] == word


@TRUE_THEN
async def test_the_holder_and_the_register_see_the_same_day(browse, tmp_path, last, moment, holds):
    await until(last, tmp_path)
    with time_machine.travel(utc(moment), tick=True):
        today, standing = local_day(utc(moment), "Europe/London"), "renewal due" if holds else "in grace"
        amina, dara = await browse("amina"), await browse("dara")
        assert ("Valid" in (await amina.get("/certificates")).text) is holds
        assert (standing.capitalize() in (await amina.get("/pathways")).text) is True
        register = (await dara.get("/register")).text
        assert f'value="{today.isoformat()}"' in register and standing.capitalize() in register
        (line,) = csv.DictReader(io.StringIO((await dara.get("/register.csv")).content.decode("utf-8-sig")))
        assert (line["as_of"], line["standing"]) == (today.isoformat(), standing)


@pytest.mark.by_hand
@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("zone", "word", "written"),
    [
        ("Europe/London", "in grace", "2 July 2026, 12:30am"),
        ("UTC", "valid", "1 July 2026, 11:30pm"),
        ("America/New_York", "valid", "1 July 2026, 7:30pm"),
    ],
)
async def test_each_unit_has_days_and_clocks_of_its_own(browse, tmp_path, zone, word, written):
    await CentralUnit.filter(id=known("together")).update(zone=zone)
    path = f"/v/{(await until(SUMMER, tmp_path)).verify_token}"
    with time_machine.travel(utc("2026-07-01T23:30"), tick=True):
        stranger = await browse("")
        assert (await stranger.get(path, headers={"Accept": "application/json"})).json()["status"] == word
        assert f"Checked on {written}" in (await stranger.get(path, headers={"Accept": "text/html"})).text


@pytest.mark.by_hand
async def test_what_is_recorded_half_past_midnight_is_known_from_the_new_day_on(database, tmp_path):
    row = await until(WINTER, tmp_path)
    certification = await row.certification
    with time_machine.travel(utc("2026-07-01T23:30"), tick=True):
        await changed(certification, "withdrawn", on=SUMMER, recorded=SUMMER)
    await certification.changes.all().update(recorded=utc("2026-07-01T23:30"))  # the helper works by day
    dara = await being("dara", WINTER)
    for known_at, standing in ((SUMMER, "certified"), (SUMMER + timedelta(days=1), "withdrawn")):
        (found,) = await rows(dara, RegisterFilter(SUMMER, known_at, standing="all"))
        assert found.standing == standing
