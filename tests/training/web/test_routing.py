"""What every address has in common: looking changes nothing, and whoever must sign in first comes back."""

import secrets
from datetime import UTC, date, datetime

import pytest

from tests.training.people.links import mailed_link
from training.database.connection import connection
from training.demo.cast import known
from training.people.models import Membership, Session
from training.people.sessions import end_session, open_session

GIVEN = {"role": "supervisor", "site_id": str(known("site/RIV")), "starts": "2026-11-25"}


async def test_asking_for_the_head_of_a_page_changes_nothing(browse, settings, work):
    browser = await browse()
    await browser.post("/sign-in", data={"email": "amina@together.example"})
    link = await mailed_link(settings, work)
    peeked = await browser.head(link, headers={"Sec-Fetch-Site": "cross-site"})
    assert peeked.status_code == 200
    assert not await Session.all().count(), "a program that looks at links has signed in"
    assert (await browser.post(link)).status_code == 303


@pytest.mark.parametrize("path", ["/", "/assessments/new", "/lti/console/connect"])
async def test_the_head_of_a_page_tells_what_the_page_tells(browse, path):
    browser = await browse("farah")
    looked, peeked = await browser.get(path), await browser.head(path)
    assert (peeked.status_code, peeked.headers["content-type"]) == (looked.status_code, looked.headers["content-type"])


async def test_somebody_signed_in_is_told_in_plain_words_when_the_records_cannot_be_reached(browse):
    browser = await browse("amina")
    await connection().execute_query("ALTER TABLE people_session RENAME TO people_session_away")
    shown = await browser.get("/courses")
    assert shown.status_code == 503
    assert "We cannot reach our records just now." in shown.text
    assert shown.headers["x-content-type-options"] == "nosniff"


async def test_whoever_must_sign_in_first_comes_back_to_the_page_with_its_filters(browse, settings, work):
    browser = await browse()
    asked = await browser.get("/register?as_of=2026-03-03&area=CDF")
    form = await browser.get(asked.headers["location"])
    assert 'value="/register?as_of=2026-03-03&amp;area=CDF"' in form.text
    await browser.post("/sign-in", data={"email": "dara@together.example", "to": "/register?as_of=2026-03-03&area=CDF"})
    signed_in = await browser.post(await mailed_link(settings, work))
    assert signed_in.headers["location"] == "/register?as_of=2026-03-03&area=CDF"


async def test_signing_in_after_the_session_of_a_frame_has_ended_leads_out_of_its_address(browse):
    token = secrets.token_urlsafe(32)
    await open_session(known("amina"), token=token, now=datetime.now(UTC))
    browser = await browse()
    assert (await browser.get(f"/~{token}/courses")).status_code == 200
    await end_session(token, now=datetime.now(UTC))
    assert (await browser.get(f"/~{token}/courses")).headers["location"] == "/sign-in?to=/courses"


@pytest.mark.parametrize("path", ["/courses/%00", "/people?query=%00", "/v/%00"])
async def test_an_address_with_a_sign_that_no_database_keeps_leads_nowhere(browse, path):
    assert (await (await browse("dara")).get(path)).status_code == 404


@pytest.mark.by_hand
async def test_what_the_tables_refuse_is_a_fault_of_ours_and_no_lost_database(browse):
    await connection().execute_query("CREATE UNIQUE INDEX once ON people_membership (person_id, role)")
    await Membership.filter(person_id=known("jude"), role="trainee").update(ends=date(2025, 1, 1))
    dara, path = await browse("dara"), f"/people/{known('jude')}/memberships"
    given = {"role": "trainee", "site_id": str(known("site/RIV")), "starts": "2026-11-25"}
    with pytest.raises(AssertionError, match="met a fault"):
        await dara.post(path, data=given)


@pytest.mark.parametrize("path", ["//evil.example/", "/courses/", "/~x//evil.example/", "/%2F%2Fevil.example/"])
async def test_a_slash_too_many_leads_to_our_own_page_whatever_host_the_request_names(browse, path):
    answer = await (await browse("amina")).get(path, headers={"Host": "evil.example"})
    place = answer.headers.get("location", "/")
    assert place.startswith("/") and not place.startswith(("//", "/\\")), place


async def test_a_slash_too_many_still_finds_the_page(browse):
    browser = await browse("amina")
    assert (await browser.get("/courses/?to=x")).headers["location"] == "/courses"
    assert (await browser.get("/nowhere/")).headers["location"] == "/nowhere"
    assert (await browser.get("/nowhere")).status_code == 404


async def test_nobody_puts_words_into_our_mouth_by_a_link(browse):
    amina, farah = await browse("amina"), await browse("farah")
    assert "Send us money" not in (await amina.get("/?notice=Send+us+money")).text
    told = await farah.post(f"/people/{known('amina')}/memberships", data=GIVEN)
    assert told.status_code == 303, told.text
    assert "The role is given." in (await farah.get(told.headers["location"])).text
    token = told.headers["location"].partition("notice=")[2]
    assert "The role is given." not in (await amina.get(f"/?notice={token}")).text
