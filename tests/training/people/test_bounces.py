"""What comes back ends on the person's page: told by a mailbox or a webhook, a task, mended by herself."""

import json
from datetime import timedelta

import pytest

from tests.imap import mailbox
from tests.smtp import mail_server
from tests.soundness import without_check
from tests.today import NOW
from training.app.consequences import worker
from training.app.resources import open_resources
from training.core.errors import Upstream
from training.demo.cast import known
from training.people.contact.bounces import read_mailbox
from training.people.contact.emails import forget_letters, letters_visible_to, open_
from training.people.models import Email, Letter
from training.trail.models import Fact

AMINA = "amina@together.example"
SECRET = "a-secret-of-thirty-letters-long"
REPORT = """\
From: Mail Delivery System <mailer-daemon@host.example>
To: training@localhost
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="frontier"
MIME-Version: 1.0

--frontier
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--frontier
Content-Type: message/delivery-status

Reporting-MTA: dns; host.example

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address rejected:
    User unknown

--frontier
Content-Type: {kind}

From: Parenting Together <training@localhost>
To: {address}
Subject: Your link to sign in
{id_header}

Hello,

--frontier--
"""


def report(address: str = AMINA, id_: str = "", *, action: str = "failed", kind: str = "text/rfc822-headers") -> bytes:
    text = REPORT.format(address=address, action=action, kind=kind, id_header=f"Message-ID: {id_}" if id_ else "X: 1")
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"bounce_secret": SECRET})


@pytest.fixture
async def sent(browse, settings):
    """A sign-in mail to Amina that was sent, and its Message-ID."""
    async with mail_server() as server:
        through = settings.model_copy(update={"mail_url": f"smtp://127.0.0.1:{server.port}"})
        await (await browse("")).post("/sign-in", data={"email": AMINA})
        async with open_resources(through) as things:
            await without_check(worker(things)).work_once()
    (raw,) = server.taken
    return next(line.partition(": ")[2] for line in raw.splitlines() if line.lower().startswith("message-id"))


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
async def test_a_report_in_the_mailbox_ends_on_the_page_of_the_person(sent, browse, settings, kind):
    async with mailbox() as box:
        given = settings.model_copy(update={"bounce_mailbox": f"imap://post:pass%40word@127.0.0.1:{box.port}"})
        box.mails = {3: b"Subject: lunch?\r\n\r\nToday?", 7: report(id_=sent, kind=kind)}
        assert await read_mailbox(given, now=NOW) == 1
        assert box.seen == {7}, "what people wrote stays unread"
        assert await read_mailbox(given, now=NOW) == 0
    row = await Letter.get()
    assert (row.state, row.broken) == ("returned", AMINA) and "User unknown" in row.reason
    chloe = await browse("chloe")
    assert "this address does not work" in (await chloe.get(f"/people/{known('amina')}")).text
    assert f"/letters/{row.id}" in (await chloe.get("/")).text
    fact = await Fact.get(kind="letter.returned")
    assert (fact.person_id, fact.actor_id) == (known("amina"), None) and "@" not in str(fact.detail)


@pytest.mark.parametrize(
    "raw",
    [
        report(id_="<another@testserver>"), report(), report(id_="{sent}", action="delayed"),
        report("hana@together.example", "{sent}"), b"no mail at all", report(id_="{sent}")[:500],
    ],
)  # fmt: skip
async def test_what_names_no_letter_of_ours_or_only_waits_changes_nothing(sent, settings, raw):
    async with mailbox() as box:
        box.mails = {1: raw.replace(b"{sent}", sent.encode())}
        given = settings.model_copy(update={"bounce_mailbox": f"imap://post:word@127.0.0.1:{box.port}/Bounces"})
        assert await read_mailbox(given, now=NOW) == 0
    assert (await Letter.get()).state == "sent"


async def test_a_mailbox_that_is_away_is_asked_again_later(settings, database):
    async with mailbox() as box:
        box.closed = True
        given = settings.model_copy(update={"bounce_mailbox": f"imap://post:word@127.0.0.1:{box.port}"})
        with pytest.raises(Upstream):
            await read_mailbox(given, now=NOW)


async def test_a_webhook_tells_it_at_a_secret_address_as_json_or_as_a_report(sent, browse):
    stranger = await browse("")
    told = json.dumps({"address": AMINA.upper(), "reason": "550 no such user"})
    assert (await stranger.post(f"/letters/bounced/{SECRET}x", content=told)).status_code == 404
    assert (await stranger.post(f"/letters/bounced/{SECRET}", content=told)).json() == {"letters": 1}
    assert (await stranger.post(f"/letters/bounced/{SECRET}", content=report())).json() == {"letters": 0}
    assert (await stranger.post(f"/letters/bounced/{SECRET}", content=b"[1, {}, null]")).json() == {"letters": 0}
    assert (await Letter.get()).reason == "550 no such user"


async def test_she_is_asked_for_another_address_and_our_mail_goes_there(sent, browse):
    stranger, amina = await browse(""), await browse("amina")
    assert "does not work" not in (await amina.get("/")).text
    assert 'href="/address"' in (await amina.get("/sessions")).text, "and whoever moves before that finds it"
    await stranger.post(f"/letters/bounced/{SECRET}", content=json.dumps({"address": AMINA}))
    assert "Your e-mail address does not work" in (await amina.get("/")).text
    assert "Does not work" in (await amina.get("/address")).text
    refused = await amina.post("/address", data={"address": "hana@together.example"})
    assert refused.status_code == 422 and 'value="hana@together.example"' in refused.text
    assert (await amina.post("/address", data={"address": "New@post.example"})).status_code == 303
    assert "does not work" not in (await amina.get("/")).text
    given = await Email.get(address="new@post.example")
    assert given.mail_only, "nobody signs in by what nobody has seen"


async def test_the_list_is_found_by_what_became_of_it_and_by_name_page_by_page(browse, cast, monkeypatch):
    monkeypatch.setattr("training.people.contact.letter_pages.PAGE_SIZE", 2)
    for number in range(5):
        state = "sent" if number else "queued"
        await Letter.create(
            id=f"00000000-0000-0000-0000-00000000000{number}", key=f"test/{number}", person_id=known("amina"),
            subject=f"Letter {number}", state=state, made=NOW, ended=NOW,
        )  # fmt: skip
    chloe, emre = await browse("chloe"), await browse("emre")
    assert "Letter 0" in (await chloe.get("/letters?show=waits")).text
    seen, path = [], "/letters?show=sent&query=amina"
    while path:
        page = (await chloe.get(path)).text
        seen += [word for word in ("1", "2", "3", "4") if f"Letter {word}<" in page]
        path = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in page else ""
    assert sorted(seen) == ["1", "2", "3", "4"] and "4 letters" in page and f"/people/{known('amina')}" in page
    assert "0 letters" in (await chloe.get("/letters?show=all&query=nobody")).text
    assert "0 letters" in (await emre.get("/letters?show=all")).text
    assert await letters_visible_to(await cast("chloe")).filter(open_(NOW + timedelta(days=4))).count() == 1
    assert await forget_letters(now=NOW + timedelta(days=91)) == 4
