"""A program is told of certificates: signed, in order, again until it listens, and no more than it may see."""

import asyncio
import json
import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import digest
from html import unescape

import pytest
import time_machine

from certificates.credentials import publish
from certificates.evaluations.changes import RequestedChange, change
from certificates.evaluations.models import Certification
from certificates.register import events
from tests.certificates.awarded import awarded
from tests.training.clients.programs import PUBLIC_EC
from training.clients import actions
from training.clients.models import ApiClient
from training.clients.webhooks.messages import SEND
from training.clients.webhooks.models import Webhook
from training.demo.cast import known
from training.people.models import Membership
from training.trail import facts
from training.trail.models import Fact, Followup

FORM = {"do": "save", "events": ["certificate.awarded", "certificate.withdrawn", "certificate.expiring"]}


@pytest.fixture
async def receiver():
    """A receiver that notes what it is sent, as (headers, body), and answers as it is told."""
    sent, status = [], [200]

    async def take(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {name.lower(): value for name, value in (row.split(": ", 1) for row in head.split("\r\n")[1:-2])}
        body = await reader.readexactly(int(headers["content-length"]))
        if status[0] == 200:
            sent.append((headers, body))
        writer.write(f"HTTP/1.1 {status[0]} Told\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/told", sent, status


@pytest.fixture
async def told(browse, program, receiver):
    """A program of the whole unit that is told of everything; gives the page of its webhook and Farah's browser."""
    hr, farah = await program(), await browse("farah")
    page = f"/clients/{hr.client_id}/webhook"
    assert (await farah.post(page, data=FORM | {"url": receiver[0]})).status_code == 303
    return hr, farah, page


async def given(service):
    """Awards a certificate and publishes it."""
    row, outside = await awarded(), service.state.resources
    await publish.publish(row.id, keys=outside.keys, store=outside.store, now=datetime.now(UTC))
    return row


async def withdraw(row, cast):
    asked = RequestedChange("withdrawn", "Misread.", datetime.now(UTC).date(), grounds="evidence")
    await change(row.certification_id, asked, actor=await cast("dara"), now=datetime.now(UTC))


def kinds(sent):
    return [json.loads(body)["type"] for _, body in sent]


def secret_on(page):
    return unescape(re.search(r"whsec_[^<]+", page).group())


def fits(headers, body, secret):
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    proof = "v1," + b64encode(digest(b64decode(secret.removeprefix("whsec_")), said, sha256)).decode()
    return proof in headers["webhook-signature"].split(" ")


async def test_a_program_is_told_of_an_award_with_ids_that_it_can_ask_about(service, told, receiver, work):
    hr, farah, page = told
    row = await given(service)
    await work()
    [(headers, body)] = receiver[1]
    said = json.loads(body)
    assert said["type"] == "certificate.awarded" and said["data"]["person"] == str(row.person_id)
    assert b"Amina" not in body, "no names: the program asks"
    asked = await hr.get(f"/api/v1/certificates/{said['data']['certificate']}", "certificates.readonly")
    assert asked.json()["certification"] == said["data"]["certification"]
    shown = (await farah.get(page)).text
    assert fits(headers, body, secret_on(shown)) and "A certificate was awarded" in shown and "Sent" in shown.title()
    listed = (await hr.get("/api/v1/webhooks/messages?state=sent", "webhooks")).json()["messages"]
    assert [one["webhook_id"] for one in listed] == [headers["webhook-id"]] and listed[0]["message"] == said
    await farah.post(page, data={"do": "again", "message": listed[0]["id"]})
    await work()
    assert [one["webhook-id"] for one, _ in receiver[1]] == [headers["webhook-id"]] * 2, (
        "the receiver knows it is the same"
    )


async def test_a_receiver_that_was_away_for_a_day_gets_each_message_once_and_in_order(
    service, told, receiver, work, cast, monkeypatch
):
    receiver[2][0] = 503
    row = await given(service)
    await withdraw(row, cast)
    begun = datetime.now(UTC)
    for hours in range(25):
        with time_machine.travel(begun + timedelta(hours=hours)):
            await work()
    assert receiver[1] == [] and await Followup.filter(kind=SEND, state="queued").count() == 2
    receiver[2][0] = 200
    for hours in range(25, 30):
        with time_machine.travel(begun + timedelta(hours=hours)):
            await work()
    assert kinds(receiver[1]) == ["certificate.awarded", "certificate.withdrawn"]
    assert await Followup.filter(kind=SEND, state="done").count() == 2


async def test_a_new_secret_signs_beside_the_one_of_before_for_a_day(service, told, receiver, work, cast):
    _, farah, page = told
    before = secret_on((await farah.get(page)).text)
    await farah.post(page, data={"do": "rotate"})
    after = secret_on((await farah.get(page)).text)
    assert before != after and before not in str(await Webhook.all().values())
    row = await given(service)
    await work()
    headers, body = receiver[1][0]
    assert fits(headers, body, before) and fits(headers, body, after)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        await withdraw(row, cast)
        await work()
    headers, body = receiver[1][1]
    assert not fits(headers, body, before) and fits(headers, body, after)
    told_by = await Fact.filter(kind__startswith="webhook.").order_by("id").values_list("kind", flat=True)
    assert list(told_by) == ["webhook.set", "webhook.secret_changed"]


async def test_nobody_is_told_of_what_they_may_not_see_or_do_not_want(service, browse, program, receiver, work):
    farah = await browse("farah")
    for entry, form in (
        ({"site": "HAR"}, {}),
        ({"scopes": ["register.readonly"]}, {}),
        ({}, {"events": ["certificate.withdrawn"]}),
    ):
        hr = await program(**entry)
        await farah.post(f"/clients/{hr.client_id}/webhook", data=FORM | {"url": receiver[0]} | form)
    stopped = await program()
    await farah.post(f"/clients/{stopped.client_id}/webhook", data=FORM | {"url": receiver[0]})
    await farah.post(f"/clients/{stopped.client_id}/webhook", data={"do": "stop"})
    here = await program(site="RIV", keys=[PUBLIC_EC])
    await farah.post(f"/clients/{here.client_id}/webhook", data=FORM | {"url": receiver[0]})
    assert await Membership.filter(person_id=known("amina"), site_id=known("site/RIV")).exists()
    await given(service)
    await work()
    assert len(receiver[1]) == 1 and await Followup.filter(kind=SEND).count() == 1
    assert (await Followup.get(kind=SEND)).subject_id == str((await Webhook.get(client_id=here.client_id)).id)


async def test_what_waits_is_not_sent_once_the_scope_is_taken_away(service, told, receiver, work, cast):
    hr, farah, page = told
    receiver[2][0] = 503
    await given(service)
    await work()
    row = await ApiClient.get(id=hr.client_id)
    for scopes, gets in ((["register.readonly"], 0), (["register.readonly", "webhooks"], 1)):
        entry = actions.ClientEntry(row.name, row.contact, scopes, keys=row.keys)
        await actions.change(row.id, entry, actor=await cast("farah"), now=datetime.now(UTC))
        receiver[2][0] = 200
        waiting = await Followup.get(kind=SEND)
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
            if waiting.state == "refused":
                await farah.post(page, data={"do": "again", "message": str(waiting.id)})
            await work()
        assert len(receiver[1]) == gets


@pytest.mark.by_hand
async def test_a_program_is_told_once_that_a_certificate_is_about_to_end(service, told, receiver, work):
    row = await given(service)
    ends = datetime.now(UTC).date() + timedelta(days=30)
    await Certification.filter(id=row.certification_id).update(ends=ends, over=ends)
    await work()
    for hours in (0, 1, 26):
        await events.reminder(row.certification_id, now=datetime.now(UTC) + timedelta(hours=hours))
    await work()
    assert kinds(receiver[1]) == ["certificate.awarded", "certificate.expiring"]


async def test_a_receiver_that_sleeps_holds_up_no_other(told, program, receiver, work):
    may_end, open_now, most = asyncio.Event(), [], []

    async def sleep(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        open_now.append(1)
        most.append(len(open_now))
        await may_end.wait()
        open_now.pop()
        writer.write(b"HTTP/1.1 200 Told\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    quick = await Webhook.get(client_id=told[0].client_id)
    sleeper = await program()
    async with await asyncio.start_server(sleep, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/told"
        assert (
            await told[1].post(f"/clients/{sleeper.client_id}/webhook", data=FORM | {"url": url})
        ).status_code == 303
        slow = await Webhook.get(client_id=sleeper.client_id)
        early = datetime.now(UTC) - timedelta(hours=1)
        for hook, count in ((slow, 30), (quick, 5)):
            for number in range(count):
                message = {"id": f"msg_{hook.id}_{number}", "body": {"type": "certificate.awarded"}}
                key = f"{SEND}/{hook.id}/{number}/1"
                await facts.schedule(SEND, key, due=early, payload=message, subject_id=str(hook.id))
                early += timedelta(seconds=1)
        working = asyncio.create_task(work())
        async with asyncio.timeout(8):
            while len(receiver[1]) < 5:
                await asyncio.sleep(0.01)
        assert max(most) == 2 and await Followup.filter(subject_id=str(slow.id), state="done").count() == 0
        may_end.set()
        await working
    assert max(most) == 2 and await Followup.filter(kind=SEND, state="done").count() == 35


async def test_what_cannot_be_called_is_said_and_what_was_typed_stays(browse, program):
    farah, hr = await browse("farah"), await program()
    page = f"/clients/{hr.client_id}/webhook"
    assert 'href="' + page in (await farah.get(f"/clients/{hr.client_id}")).text
    for url in ("nonsense", "http://10.0.0.1/x", "https://localhost:99999/x", ""):
        answer = await farah.post(page, data=FORM | {"url": url})
        assert answer.status_code == 422 and 'href="#url"' in answer.text, url
    answer = await farah.post(page, data={"do": "save", "url": "http://127.0.0.1/x"})
    assert answer.status_code == 422 and 'href="#events"' in answer.text and 'value="http://127.0.0.1/x"' in answer.text
    assert (await farah.post(page, data={"do": "rotate"})).status_code == 404
    assert not await Webhook.exists() and await ApiClient.exists()
