"""Where one is signed in: seen on a page, ended one by one or all at once, by oneself or by who manages one."""

import re
from datetime import UTC, datetime

from training.demo.cast import known
from training.people.models import Session
from training.people.sessions import open_session
from training.trail.models import Fact
from training.web.frames import MARK

AMINA = known("amina")


async def test_a_person_sees_and_ends_each_session_of_their_own(browse):
    here, there, other = await browse("amina"), await browse("amina"), await browse("jude")
    home = (await here.get("/")).text
    assert 'href="/sessions"' in home, "found on every page"
    keys = re.findall(r'name="session" value="([0-9a-f]{16})"', (await here.get("/sessions")).text)
    assert len(keys) == 2
    mine = re.findall(r'name="session" value="([0-9a-f]{16})"', (await other.get("/sessions")).text)
    await here.post("/sessions", data={"session": mine[0]})
    assert (await other.get("/sessions")).status_code == 200, "nobody ends another's"
    own = (await there.get("/sessions")).text.partition("(this one)")[2]
    key = re.search(r'value="([0-9a-f]{16})"', own)[1]
    assert (await here.post("/sessions", data={"session": key})).headers["location"] == "/sessions"
    assert (await there.get("/courses")).status_code == 303
    assert (await here.get("/courses")).status_code == 200
    assert await Fact.filter(kind="person.signed_out", person_id=AMINA).count() == 1


async def test_signing_out_everywhere_ends_all_sessions_this_one_too(browse):
    browsers = [await browse("amina") for _ in range(3)]
    answer = await browsers[0].post("/sessions")
    assert answer.headers["location"] == "/sign-in" and "Max-Age=0" in answer.headers["set-cookie"]
    assert [(await one.get("/courses")).status_code for one in browsers] == [303] * 3
    assert (await Fact.get(kind="person.signed_out")).detail == {"sessions": 3}


async def test_who_manages_a_person_ends_their_sessions_and_nobody_else_does(browse):
    amina, chloe, emre, hana = [await browse(key) for key in ("amina", "chloe", "emre", "hana")]
    path = f"/people/{AMINA}/sign-out"
    assert [(await one.post(path)).status_code for one in (emre, hana, amina)] == [404, 403, 403]
    assert (await amina.get("/courses")).status_code == 200
    assert f'action="{path}"' in (await chloe.get(f"/people/{AMINA}")).text
    assert f'action="{path}"' not in (await hana.get(f"/people/{AMINA}")).text
    assert (await chloe.post(path)).status_code == 303
    assert (await amina.get("/courses")).status_code == 303
    assert (await Fact.get(kind="person.signed_out")).actor_id == known("chloe")
    assert f'action="{path}"' not in (await chloe.get(f"/people/{AMINA}")).text


async def test_signing_out_of_a_frame_ends_the_session_in_its_address(browse):
    browser = await browse()
    for way, leaves in (("/sign-out", "/sign-in"), ("/sessions", "/sign-in")):
        token = "t" * 30 + way[1:5]
        await open_session(AMINA, token=token, now=datetime.now(UTC))
        assert (await browser.get(f"{MARK}{token}/courses")).status_code == 200
        answer = await browser.post(f"{MARK}{token}{way}")
        assert (answer.status_code, answer.headers["location"]) == (303, leaves)
        assert (await browser.get(f"{MARK}{token}/courses")).status_code == 303
    assert not await Session.filter(ended__isnull=True).exists()


async def test_the_list_names_the_browser_by_its_family_and_not_those_that_are_over(browse):
    browser = await browse("amina")
    await open_session(AMINA, token="old", now=datetime(2026, 1, 1, tzinfo=UTC), browser="Safari")
    await open_session(AMINA, token="new", now=datetime.now(UTC), browser="Firefox", way="link and passkey")
    text = (await browser.get("/sessions")).text
    assert "Firefox, by link and passkey" in text and "Safari" not in text
