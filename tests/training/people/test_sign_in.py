"""Signing in by a one-time link, in the demo with one click, and out again."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from tests.mails import sent_mails
from tests.training.people.links import mailed_link
from training.demo.cast import known
from training.people import actions
from training.people.models import Email, Membership, Person, Relation, Session, SignInLink
from training.people.sessions import end_session, open_session, token_hash
from training.programmes.models import Place
from training.trail.models import Fact


async def test_a_mailed_link_signs_in_once_and_only_after_the_button_is_pressed(browse, settings, work):
    browser = await browse()
    asked = await browser.post("/sign-in", data={"email": "Amina@Together.example", "to": "/courses"})
    assert asked.status_code == 200
    link = await mailed_link(settings, work)
    assert (await browser.get(link)).status_code == 200
    assert not await Session.all().count(), "looking at the link must not use it up"
    signed_in = await browser.post(link)
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/courses")
    assert await Fact.filter(kind="person.signed_in").count() == 1
    assert (await (await browse()).post(link)).status_code == 404


async def test_a_link_says_until_when_it_works_by_the_clocks_here(database, settings, work):
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    await actions.ask_for_link("amina@together.example", target="/", now=noon)
    await mailed_link(settings, work)
    (mail,) = sent_mails(settings)
    assert "It works once, until 1 July 2026, 1:20pm." in mail.text


async def test_who_was_signed_in_is_forgotten_thirty_days_after_the_end(browse, settings, work):
    amina, now = known("amina"), datetime.now(UTC)
    long_ago, lately = now - timedelta(days=38), now - timedelta(days=29)
    for token, opened in (("gone", long_ago), ("ended", now - timedelta(days=33)), ("kept", lately), ("here", now)):
        await open_session(amina, token=token, now=opened)
    await end_session("ended", now=now - timedelta(days=31))
    for opened in (long_ago, lately):
        await actions.ask_for_link("amina@together.example", target="/", now=opened)
    await work()
    assert {row.token_hash for row in await Session.all()} == {token_hash(one) for one in ("kept", "here")}
    assert [row.made for row in await SignInLink.all()] == [lately]


async def test_an_unknown_address_looks_the_same_and_gets_nothing(browse):
    browser = await browse()
    known = await browser.post("/sign-in", data={"email": "amina@together.example"})
    unknown = await browser.post("/sign-in", data={"email": "nobody@together.example"})
    assert known.text.replace("amina@", "nobody@")[-300:] == unknown.text[-300:]
    assert await SignInLink.all().count() == 1


async def test_a_target_too_long_to_keep_tells_nobody_which_addresses_are_known(browse, settings, work):
    browser = await browse()
    far = "/" + "a" * 600
    answers = [
        await browser.post("/sign-in", data={"email": f"{who}@together.example", "to": far})
        for who in ("amina", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (await browser.post(await mailed_link(settings, work))).headers["location"] == "/"


async def test_the_sixth_try_in_a_minute_is_refused(browse):
    browser = await browse()
    answers = [await browser.post("/sign-in", data={"email": f"a{n}@b.example"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


async def test_signing_out_ends_the_session_on_the_server(browse):
    browser = await browse("amina")
    assert (await browser.get("/")).status_code == 200
    cookies = dict(browser.cookies)
    await browser.post("/sign-out")
    again = await browse()
    again.cookies.update(cookies)
    assert (await again.get("/")).status_code == 303


async def test_in_the_demo_one_click_makes_you_somebody(browse):
    browser = await browse()
    assert (await browser.post("/people/choose", data={"person": "chloe"})).status_code == 303
    assert "Hello Chloe" in (await browser.get("/")).text


@pytest.mark.parametrize("target", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "x"])
async def test_a_sign_in_never_leads_to_another_site(browse, settings, work, target):
    browser = await browse()
    await browser.post("/sign-in", data={"email": "amina@together.example", "to": target})
    signed_in = await browser.post(await mailed_link(settings, work))
    assert signed_in.headers["location"] == "/"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
    ],
)
async def test_a_form_from_another_site_changes_nothing(browse, headers, status):
    browser = await browse("amina")
    del browser.headers["Sec-Fetch-Site"]
    answer = await browser.post("/sign-out", headers=headers)
    assert answer.status_code == status
    assert await Session.filter(ended__isnull=False).count() == (status == 303)


async def test_one_address_gets_no_more_than_thirty_links_a_day_however_slowly_they_are_asked_for(browse):
    browser, answers = await browse(), []
    now = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=1)
    for minute in range(0, 32):
        with time_machine.travel(now + timedelta(minutes=minute), tick=False):
            answers.append((await browser.post("/sign-in", data={"email": "amina@together.example"})).status_code)
    assert answers == [200] * 30 + [429] * 2
    assert await SignInLink.all().count() == 30
    with time_machine.travel(now + timedelta(days=1, minutes=1), tick=False):
        assert (await browser.post("/sign-in", data={"email": "amina@together.example"})).status_code == 200


@pytest.mark.by_hand
async def test_one_click_never_signs_in_a_real_person_of_the_same_first_name(browse):
    await Membership.filter(person_id=known("amina")).delete()
    await Email.filter(person_id=known("amina")).delete()
    await Relation.filter(person_id=known("amina")).delete()
    await Place.filter(person_id=known("amina")).delete()
    await Person.filter(id=known("amina")).delete()
    await Person.create(id=uuid4(), unit_id=known("together"), name="Amina Real", created=datetime.now(UTC))
    stranger = await browse()
    assert (await stranger.post("/people/choose", data={"person": "amina"})).status_code == 404
    assert not await Session.filter(person__name="Amina Real").exists()
