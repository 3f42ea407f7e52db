"""Codes by text message: for people without e-mail, handed to a web hook, good once and for ten minutes."""

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
import time_machine

from training.demo.cast import known
from training.people.authentication.models import SignInNumber, TextCode
from training.people.models import Email, Session
from training.trail.models import Fact

SECRET = "whsec_" + b64encode(b"k" * 24).decode()
NUMBER = "+447700900123"
NUMBERS = f"/people/{known('amina')}/sign-in"


@pytest.fixture
async def hook():
    """A web hook that notes what it is sent, as (headers, body)."""
    texts, status = [], [200]

    async def take(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {name.lower(): value for name, value in (row.split(": ", 1) for row in head.split("\r\n")[1:-2])}
        texts.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(f"HTTP/1.1 {status[0]} Told\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/texts", texts, status


@pytest.fixture
async def ready(browse, hook, database):
    """The unit sends texts, and Amina, who has no e-mail any more, has a number."""
    farah, chloe = await browse("farah"), await browse("chloe")
    assert "Sign in by text" not in (await (await browse()).get("/sign-in")).text
    wrong = await farah.post("/people/sign-in/texts", data={"url": hook[0], "secret": "short", "country_code": "+44"})
    assert wrong.status_code == 422 and "It begins with whsec_" in wrong.text
    nowhere = {"url": "https://texts.example:99999/", "secret": SECRET, "country_code": "+44"}
    wrong = await farah.post("/people/sign-in/texts", data=nowhere)
    assert wrong.status_code == 422 and "We cannot call this address" in wrong.text
    told = {"url": hook[0], "secret": SECRET, "country_code": "+44"}
    assert (await farah.post("/people/sign-in/texts", data=told)).status_code == 303
    form = {"do": "number", "number": "07700 900123"}
    has_mail = await chloe.post(NUMBERS, data=form)
    assert has_mail.status_code == 422 and "They sign in by e-mail" in has_mail.text
    await Email.filter(person_id=known("amina")).delete()
    assert (await chloe.post(NUMBERS, data=form)).status_code == 303
    assert (await SignInNumber.get()).number == NUMBER
    return hook


def texted(hook):
    """Reads the code out of the last text, once its signature is found right."""
    headers, body = hook[1][-1]
    proved = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    proof = hmac.digest(b64decode(SECRET.removeprefix("whsec_")), proved, sha256)
    assert headers["webhook-signature"] == f"v1,{b64encode(proof).decode()}"
    read = json.loads(body)
    assert read["type"] == "sign_in.code" and read["data"]["to"] == NUMBER
    return read["data"]["text"].split(" ")[0]


async def answered(browser, code, number="07700 900123", **more):
    return await browser.post("/sign-in/text/code", data={"number": number, "code": code, "to": "/courses"} | more)


@pytest.mark.by_hand
async def test_a_texted_code_signs_in_once_whoever_has_no_mail(browse, ready, work):
    browser = await browse()
    asked = await browser.post("/sign-in/text", data={"number": "0044 7700 900123"})
    unknown = await browser.post("/sign-in/text", data={"number": "0044 7700 900999"})
    assert asked.text.replace("900123", "900999")[-900:] == unknown.text[-900:]
    await work()
    code = texted(ready)
    assert len(ready[1]) == 1 and len(code) == 6 and not await TextCode.filter(reason__contains=code).exists()
    signed_in = await answered(browser, code)
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/courses")
    assert (await Session.filter(person_id=known("amina")).get()).way == "text message"
    assert (await answered(await browse(), code)).status_code == 422
    assert "handed over" in (await (await browse("chloe")).get(NUMBERS)).text
    assert await Fact.filter(kind="person.signed_in", person_id=known("amina")).count() == 1


@pytest.mark.by_hand
async def test_a_texted_code_cannot_be_guessed_and_grows_old(browse, ready, work):
    browsers = [await browse() for _ in range(2)]
    await browsers[0].post("/sign-in/text", data={"number": NUMBER})
    await work()
    code = texted(ready)
    wrong = [f"{(int(code) + n) % 10**6:06}" for n in range(1, 6)]
    assert [(await answered(browsers[n % 2], one)).status_code for n, one in enumerate(wrong)] == [422] * 5
    assert (await answered(browsers[0], code)).status_code == 422, "five tries are all there are"
    await browsers[0].post("/sign-in/text", data={"number": NUMBER})
    await work()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10, seconds=1)):
        assert (await answered(browsers[0], texted(ready))).status_code == 422


@pytest.mark.by_hand
async def test_people_who_share_a_number_say_who_they_are(browse, ready, work):
    await Email.filter(person_id=known("jude")).delete()
    await SignInNumber.create(person_id=known("jude"), number=NUMBER, added=datetime.now(UTC))
    browser = await browse()
    await browser.post("/sign-in/text", data={"number": NUMBER})
    await work()
    asked = await answered(browser, texted(ready))
    assert asked.status_code == 422 and "Who are you?" in asked.text and "Jude" in asked.text
    assert (await answered(browser, texted(ready), person=str(known("jude")))).status_code == 303
    assert await Session.filter(person_id=known("jude")).exists()


@pytest.mark.by_hand
async def test_a_refused_text_is_noted_where_the_number_stands(browse, ready, work):
    ready[2][0] = 400
    await (await browse()).post("/sign-in/text", data={"number": NUMBER})
    await work()
    assert "refused. The web hook answered with 400." in (await (await browse("chloe")).get(NUMBERS)).text
