"""The second step of signing in: asked of staff, by codes that work once, and that nobody guesses."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pyotp
import pytest
import time_machine

from tests.conftest import ORIGIN
from tests.today import TODAY
from training.app import application
from training.demo.cast import known
from training.people.authentication.middleware import cookie_name
from training.people.authentication.models import Factor, RecoveryCode, SignInReset
from training.people.models import Session
from training.people.sessions import open_session
from training.trail.models import Fact

STAFF_PAGES = {"dara": "/certificates/decisions", "bruno": "/assessments/new", "farah": "/lti/console"}


@pytest.fixture
def settings(settings):
    """In earnest: in the demo nobody is asked."""
    return settings.model_copy(update={"demo": False})


@pytest.fixture
async def by_link(settings, database):
    """Opens a browser that has signed in by a link, and by nothing else."""
    app = application.build(settings)
    browsers = []

    async def opened(key):
        token = secrets.token_urlsafe(32)
        await open_session(known(key), token=token, now=datetime.now(UTC), way="link")
        browser = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url=ORIGIN, headers={"Sec-Fetch-Site": "same-origin"}
        )
        browser.cookies.set(cookie_name(settings.secure), token, domain="testserver.local")
        browsers.append(browser)
        return browser

    async with app.router.lifespan_context(app):
        yield opened
    for browser in browsers:
        await browser.aclose()


async def with_app(browser, to="/"):
    """Sets an authenticator up, as a person does, and gives what makes its codes."""
    page = (await browser.get(f"/how-you-sign-in/authenticator?to={to}")).text
    kept = re.search(r'name="kept" value="([^"]+)"', page)[1]
    app = pyotp.TOTP(re.search(r'app-code">(\w+)<', page)[1])
    added = await browser.post(
        "/how-you-sign-in/authenticator", data={"kept": kept, "to": to, "code": app.now(), "name": "My phone"}
    )
    assert added.status_code == 303
    return app, added.headers["location"]


async def step(browser, code, to="/"):
    return await browser.post("/sign-in/second", data={"code": code, "to": to})


@pytest.mark.parametrize("key", STAFF_PAGES)
async def test_staff_by_a_link_alone_reach_nothing_of_staff_and_are_led_to_set_a_second_step_up(by_link, key):
    browser, page = await by_link(key), STAFF_PAGES[key]
    refused = await browser.get(page)
    assert (refused.status_code, refused.headers["location"]) == (303, f"/sign-in/second?to={page}")
    for path in ("/people", f"/people/{known('amina')}", "/sites"):
        assert (await browser.get(path)).headers["location"].startswith("/sign-in/second")
    assert (await browser.get("/certificates")).status_code == 200, "their own things stay theirs"
    led = await browser.get(refused.headers["location"])
    assert led.headers["location"] == f"/how-you-sign-in?to={page}"
    assert "Set one up now" in (await browser.get(led.headers["location"])).text
    _, onward = await with_app(browser, page)
    assert onward == f"/how-you-sign-in/codes?to={page}"
    shown = await browser.post("/how-you-sign-in/codes", data={"to": page})
    assert len(re.findall(r"<li>\w{5}-\w{5}</li>", shown.text)) == 10 and f'href="{page}"' in shown.text
    assert (await browser.get(page)).status_code == 200
    assert (await Session.get(ended=None)).way == "link and code"


async def test_trainees_are_asked_for_nothing(by_link):
    browser = await by_link("amina")
    assert (await browser.get("/courses")).status_code == 200
    assert (await browser.get("/sign-in/second?to=/courses")).headers["location"] == "/courses"


async def test_a_code_works_once_and_so_does_a_recovery_code(by_link):
    first = await by_link("dara")
    app, _ = await with_app(first)
    codes = re.findall(r"<li>(\w{5}-\w{5})</li>", (await first.post("/how-you-sign-in/codes")).text)
    assert await RecoveryCode.all().count() == 10 and not await RecoveryCode.filter(hash__in=codes).exists()
    one, other = await by_link("dara"), await by_link("dara")
    assert "not right, or was used before" in (await step(one, app.now())).text, "it added the app"
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        code = app.now()
        assert (await step(one, code, "/register")).headers["location"] == "/register"
        assert (await one.get("/register")).status_code == 200
        assert (await step(other, code)).status_code == 422
        assert (await step(other, codes[0].upper().replace("-", " "))).status_code == 303
        assert (await other.get("/register")).status_code == 200
        third = await by_link("dara")
        assert (await step(third, codes[0])).status_code == 422
        assert (await third.get("/register")).status_code == 303
    ways = [fact.detail["way"] for fact in await Fact.filter(kind="person.signed_in").order_by("id")]
    assert ways == ["link and code", "link and code", "link and recovery code"]


async def test_codes_cannot_be_guessed_from_several_browsers(by_link):
    app, _ = await with_app(await by_link("dara"))
    browsers = [await by_link("dara") for _ in range(2)]
    answers = [(await step(browsers[n % 2], f"{n:06}")).status_code for n in range(6)]
    assert answers == [422] * 4 + [429] * 2, "one try was the code that added the app"
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        assert (await step(browsers[0], app.now())).status_code == 303


async def test_who_reads_the_mail_of_somebody_with_a_second_step_cannot_add_one_of_their_own(by_link):
    owner = await by_link("dara")
    await with_app(owner)
    thief = await by_link("dara")
    factor = await Factor.get()
    for path in ("/how-you-sign-in", "/how-you-sign-in/authenticator", "/how-you-sign-in/codes"):
        assert (await thief.get(path)).headers["location"] == "/sign-in/second?to=/how-you-sign-in"
    for path in ("passkey", "codes", str(factor.id)):
        await thief.post(f"/how-you-sign-in/{path}", data={"do": "remove"})
    assert [one.removed for one in await Factor.all()] == [None] and not await RecoveryCode.exists()
    stranger = await by_link("bruno")
    assert (await stranger.post(f"/how-you-sign-in/{factor.id}", data={"do": "remove"})).status_code == 404


async def test_an_app_is_named_and_removed_by_its_owner(by_link):
    browser = await by_link("amina")
    await with_app(browser)
    factor = await Factor.get()
    path = f"/how-you-sign-in/{factor.id}"
    assert (await browser.get("/how-you-sign-in")).headers.get("location") is None
    await browser.post(path, data={"name": "Old phone"})
    assert "Old phone" in (await browser.get("/how-you-sign-in")).text
    assert "It is your only one" in (await browser.get(path)).text
    await browser.post("/how-you-sign-in/codes")
    await browser.post(path, data={"do": "remove"})
    assert not await RecoveryCode.exists() and (await Factor.get()).removed
    kinds = await Fact.filter(kind__startswith="factor.").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["factor.added", "factor.renamed", "factor.removed"]


async def test_secrets_are_kept_encrypted(by_link):
    app, _ = await with_app(await by_link("amina"))
    assert app.secret not in (await Factor.get()).secret


async def in_earnest(browser):
    await with_app(browser)
    return browser


async def test_a_lost_device_is_answered_by_two_people_and_the_person_is_told(by_link, settings, work):
    lost, dara, farah = [await in_earnest(await by_link(key)) for key in ("bruno", "dara", "farah")]
    await lost.post("/how-you-sign-in/codes")
    page = f"/people/{known('bruno')}/sign-in"
    assert (await dara.post(page, data={"reason": " "})).status_code == 422
    asked = await dara.post(page, data={"reason": "He lost his phone. I met him."})
    assert asked.status_code == 303
    await work()
    assert (await dara.post(page, data={"do": "agree"})).status_code == 403, "one person is not two"
    assert (await Factor.filter(removed=None).count(), (await SignInReset.get()).state) == (3, "asked")
    assert page in (await farah.get("/")).text and "He lost his phone" in (await farah.get(page)).text
    assert (await farah.post(page, data={"do": "agree"})).status_code == 303
    assert page not in (await farah.get("/")).text
    assert (await lost.get("/certificates")).status_code == 303, "signed out everywhere"
    assert not await Factor.filter(removed=None, person_id=known("bruno")).exists()
    assert not await RecoveryCode.filter(person_id=known("bruno")).exists()
    await work()
    told = [one.read_text() for one in Path(settings.mail_url.removeprefix("file:")).glob("*.eml")]
    assert sum("bruno@" in one and "reset how you sign in" in one for one in told) == 1
    assert sum("bruno@" in one and "How you sign in was reset" in one for one in told) == 1
    anew = await by_link("bruno")
    await with_app(anew)
    assert (await anew.get("/assessments/new")).status_code == 200


async def test_a_reset_is_asked_once_never_for_oneself_and_can_be_refused(by_link):
    dara, farah, _ = [await in_earnest(await by_link(key)) for key in ("dara", "farah", "bruno")]
    page = f"/people/{known('dara')}/sign-in"
    assert (await dara.post(page, data={"reason": "Mine."})).status_code == 403
    assert (await farah.post(page, data={"reason": "She says so."})).status_code == 303
    assert (await farah.post(page, data={"reason": "She says so."})).status_code == 409
    assert (await dara.post(page, data={"do": "agree"})).status_code == 403
    his = f"/people/{known('bruno')}/sign-in"
    assert (await farah.post(his, data={"reason": "He says so."})).status_code == 303
    assert (await dara.post(his, data={"do": "refuse"})).status_code == 303
    assert (await SignInReset.get(person_id=known("bruno"))).state == "refused"
    assert await Factor.filter(removed=None).count() == 3
    other = f"/people/{known('amina')}/sign-in"
    assert (await farah.post(other, data={"reason": "Lost."})).status_code == 422, "a link is enough for her"


async def test_a_unit_says_who_is_asked_and_from_when_on(by_link):
    dara, chloe = await in_earnest(await by_link("dara")), await by_link("chloe")
    assert (await chloe.get("/people")).status_code == 200
    page = (await dara.get("/people/sign-in")).text
    assert re.findall(r'value="(\w+)" checked', page) == ["assessor", "central", "administrator"]
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    assert (await dara.post("/people/sign-in", data={"roles": "trainee", "since": tomorrow})).status_code == 422
    said = {"roles": ["coordinator", "central"], "since": tomorrow}
    assert (await dara.post("/people/sign-in", data=said)).status_code == 303
    assert (await chloe.get("/people")).status_code == 200, "not yet"
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        assert (await chloe.get("/people")).headers["location"] == "/sign-in/second?to=/people"
        bruno = await by_link("bruno")
        assert (await bruno.get("/assessments/new")).status_code == 200, "assessors are asked no more"
    assert (await Fact.get(kind="sign_in_policy.set")).detail == {"from": tomorrow, "roles": ["central", "coordinator"]}
