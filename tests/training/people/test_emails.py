"""Mail that cannot be sent becomes somebody's task: no address, refused, came back; passing troubles do not."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from tests.mails import HELLO
from tests.smtp import mail_server
from tests.soundness import without_check
from tests.today import NOW
from tests.training.records.test_actions import SESSION
from training.app.consequences import worker
from training.app.resources import open_resources
from training.core import mail
from training.core.errors import Upstream
from training.demo.cast import known
from training.lti.identities.addresses import mail_address
from training.lti.models import Identity, Registration
from training.people.contact import emails
from training.people.erase_person import erase_person
from training.people.models import Email, Letter, Person, SignInLink
from training.records import actions as records
from training.trail.models import Fact, Followup

AMINA = "amina@together.example"


@pytest.fixture
async def server(settings):
    """A mail server, and a worker's round through it."""
    async with mail_server() as found:
        through = settings.model_copy(update={"mail_url": f"smtp://127.0.0.1:{found.port}"})

        async def work() -> None:
            async with open_resources(through) as things:
                await without_check(worker(things)).work_once()

        found.work, found.settings = work, through
        yield found


async def asked_for_link(browse, address: str = AMINA) -> None:
    assert (await (await browse("")).post("/sign-in", data={"email": address})).status_code == 200


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [("550 5.1.1 no such user", True), ("553 5.1.3 bad address", True), ("451 4.2.1 try later", False)],
)
async def test_an_address_that_is_refused_for_good_is_told_apart_from_one_that_is_refused_for_now(
    server, reply, permanent
):
    server.says[AMINA] = reply
    with pytest.raises(mail.Undeliverable if permanent else Upstream) as raised:
        await mail.send(server.settings, to=AMINA, mail=HELLO, key="a/1")
    assert reply[:3] in raised.value.message


@pytest.mark.parametrize(
    ("verb", "reply", "permanent"),
    [("DATA", "554 5.7.1 looks like spam", True), ("DATA", "452 4.3.1 disk full", False), ("MAIL", "550 who?", False)],
)
async def test_a_refused_message_is_for_good_and_a_refused_sender_is_a_fault_of_the_house(
    server, verb, reply, permanent
):
    server.says[verb] = reply
    with pytest.raises(mail.Undeliverable if permanent else Upstream):
        await mail.send(server.settings, to=AMINA, mail=HELLO, key="a/1")


@pytest.mark.parametrize("address", ["josé@together.example", "a\nb@together.example"])
async def test_what_no_server_can_take_is_refused_for_good(server, address):
    with pytest.raises(mail.Undeliverable):
        await mail.send(server.settings, to=address, mail=HELLO, key="a/1")


async def test_no_server_at_all_is_passing(settings):
    nowhere = settings.model_copy(update={"mail_url": "smtp://127.0.0.1:9"})
    with pytest.raises(Upstream):
        await mail.send(nowhere, to=AMINA, mail=HELLO, key="a/1")


async def test_a_refused_letter_is_a_task_of_the_site_and_of_the_unit_and_of_nobody_else(server, browse):
    server.says[AMINA] = "550 5.1.1 no such user"
    await asked_for_link(browse)
    await server.work()
    row = await Letter.get()
    assert (row.state, row.address, row.text) == ("refused", AMINA, "")
    assert (await Followup.get(kind="mail sign-in link")).state == "done"
    for key in ("chloe", "dara", "farah"):
        browser = await browse(key)
        home, listed = (await browser.get("/")).text, (await browser.get("/letters")).text
        assert f"/letters/{row.id}" in home and f"/letters/{row.id}" in listed, key
        page = (await browser.get(f"/letters/{row.id}")).text
        assert "Refused" in page and "550" in page and "/sign-in/" not in page, key
    emre = await browse("emre")
    assert f"/letters/{row.id}" not in (await emre.get("/")).text + (await emre.get("/letters")).text
    assert (await emre.get(f"/letters/{row.id}")).status_code == 404
    for key in ("amina", "hana"):
        assert (await (await browse(key)).get("/letters")).status_code == 403, key


async def test_asking_again_leaves_one_task_of_the_same_kind(server, browse):
    server.says[AMINA] = "550 no such user"
    for _ in range(3):
        await asked_for_link(browse)
        await server.work()
    assert await Letter.filter(emails.open_(NOW)).count() == 1


async def test_a_letter_is_settled_by_saying_who_told_the_person_and_how(server, browse):
    server.says[AMINA] = "550 no such user"
    await asked_for_link(browse)
    await server.work()
    row, chloe = await Letter.get(), await browse("chloe")
    assert (await chloe.post(f"/letters/{row.id}", data={"do": "settle", "note": " "})).status_code == 422
    form = {"do": "settle", "note": "By telephone, by Chloe"}
    assert (await chloe.post(f"/letters/{row.id}", data=form)).status_code == 303
    assert (await chloe.post(f"/letters/{row.id}", data=form)).status_code == 409
    await row.refresh_from_db()
    assert (row.note, row.settled_by_id) == ("By telephone, by Chloe", known("chloe"))
    assert "No letter waits here" in (await chloe.get("/letters")).text
    fact = await Fact.get(kind="letter.settled")
    assert (fact.person_id, fact.actor_id) == (known("amina"), known("chloe")) and "Chloe" not in str(fact.detail)


async def test_a_mended_address_gets_the_letter_and_lets_nobody_in(server, browse, settings):
    server.says[AMINA] = "550 no such user"
    letter = await _letter_to("amina")
    await server.work()
    chloe = await browse("chloe")
    page = (await chloe.get(f"/letters/{letter}")).text
    assert "What was decided" in page
    assert (await chloe.post(f"/letters/{letter}", data={"do": "address", "address": "no address"})).status_code == 422
    taken = await chloe.post(f"/letters/{letter}", data={"do": "address", "address": "hana@together.example"})
    assert taken.status_code == 422 and "known already" in taken.text
    new = {"do": "address", "address": "Amina.New@Post.example"}
    assert (await chloe.post(f"/letters/{letter}", data=new)).status_code == 303
    assert await mail_address(known("amina")) == "amina.new@post.example"
    await asked_for_link(browse, "amina.new@post.example")
    assert await SignInLink.all().count() == 0
    detail = (await Fact.filter(kind="person.changed").order_by("-id").first()).detail
    assert "post.example" not in str(detail)


async def _letter_to(key: str, *, made: datetime = NOW, state: str = "refused"):
    work = await Followup.create(kind="mail answer", key=f"test/{uuid4()}", due=made, payload={}, state="done")
    address = (await Email.filter(person_id=known(key)).first()).address
    row = await Letter.create(
        id=uuid4(), key=work.key, person_id=known(key), subject="The decision stands", text="What was decided",
        state=state, reason="550", address=address, made=made, ended=made,
        broken=address, failed=made,
    )  # fmt: skip
    return row.id


async def test_sent_again_means_written_and_sent_anew(server, browse):
    server.says[AMINA] = "550 no such user"
    await asked_for_link(browse)
    await server.work()
    row, chloe = await Letter.get(), await browse("chloe")
    del server.says[AMINA]
    assert (await chloe.post(f"/letters/{row.id}", data={"do": "again"})).status_code == 303
    await server.work()
    await row.refresh_from_db()
    assert row.state == "sent" and len(server.taken) == 1 and "/sign-in/" in server.taken[0]
    assert (await chloe.post(f"/letters/{row.id}", data={"do": "again"})).status_code == 409


async def test_a_letter_that_came_back_is_noted_and_becomes_a_task(server, browse):
    await asked_for_link(browse)
    await server.work()
    row, chloe = await Letter.get(), await browse("chloe")
    assert row.state == "sent"
    assert f"/letters/{row.id}" in (await chloe.get(f"/people/{known('amina')}/letters")).text
    assert (await chloe.post(f"/letters/{row.id}", data={"do": "returned"})).status_code == 303
    assert f"/letters/{row.id}" in (await chloe.get("/letters")).text
    page = (await chloe.get(f"/letters/{row.id}")).text
    assert "Came back" in page and "It came back." not in page
    assert await emails.broken_addresses(known("amina")) == {AMINA}


async def test_mail_servers_that_stay_away_three_days_make_a_task(server, browse):
    server.says[AMINA] = "451 later"
    await asked_for_link(browse)
    await server.work()
    row, chloe = await Letter.get(), await browse("chloe")
    assert row.state == "queued" and "451" in row.reason
    assert f"/letters/{row.id}" not in (await chloe.get("/letters")).text
    await Letter.filter(id=row.id).update(made=NOW - timedelta(hours=73))
    assert f"/letters/{row.id}" in (await chloe.get("/letters")).text


@pytest.mark.by_hand
async def test_whoever_has_no_address_has_a_letter_that_can_be_printed(server, browse, cast):
    await Email.filter(person_id=known("hana")).delete()
    await records.log(SESSION, key=uuid4(), actor=await cast("amina"), now=NOW)
    await server.work()
    row = await Letter.get()
    assert (row.state, row.person_id, row.addressee, row.text) == ("no_address", known("amina"), "Hana Nowak", "")
    page = (await (await browse("chloe")).get(f"/letters/{row.id}")).text
    assert "answer on paper" in page


@pytest.fixture
async def told(database):
    """Has an LMS tell an address of somebody."""
    row = await Registration.create(
        id=uuid4(), unit_id=known("together"), issuer="https://lms.example", client_id="c", auth_url="https://a",
        token_url="https://t", jwks_url="https://j", created=NOW,
    )  # fmt: skip

    async def identity(key: str, email: str, created: datetime = NOW) -> Identity:
        return await Identity.create(
            id=uuid4(), registration=row, sub=str(uuid4()), person_id=known(key), email=email, created=created
        )  # fmt: skip

    return identity


@pytest.mark.by_hand
async def test_mail_goes_to_a_confirmed_address_else_the_one_of_the_lms_else_a_typed_one(told):
    await told("amina", "amina@lms.example")
    assert await mail_address(known("amina")) == AMINA
    await Email.filter(person_id=known("amina")).update(confirmed=False)
    assert await mail_address(known("amina")) == "amina@lms.example"
    await Identity.all().delete()
    assert await mail_address(known("amina")) == AMINA
    await Email.filter(person_id=known("amina")).delete()
    assert await mail_address(known("amina")) == ""


@pytest.mark.by_hand
async def test_an_address_of_the_lms_that_somebody_else_has_is_used_for_nobody_and_signs_nobody_in(told, browse):
    await Email.filter(person_id__in=[known("amina"), known("jude")]).delete()
    await told("amina", "Hana@together.example".lower())
    assert await mail_address(known("amina")) == ""
    await Identity.all().delete()
    await told("jude", "shared@lms.example", NOW - timedelta(days=1))
    await told("amina", "shared@lms.example")
    assert await mail_address(known("amina")) == ""
    assert await mail_address(known("jude")) == "shared@lms.example"
    await asked_for_link(browse, "shared@lms.example")
    assert await SignInLink.all().count() == 0


@pytest.mark.by_hand
async def test_letters_are_forgotten_after_ninety_days_and_with_the_person(database):
    await _letter_to("amina", made=NOW - timedelta(days=91), state="sent")
    await _letter_to("amina", made=NOW - timedelta(days=91))
    await emails.forget_letters(now=NOW)
    assert [row.state async for row in Letter.all()] == ["refused"]
    await erase_person(await Person.get(id=known("amina")), now=NOW)
    assert await Letter.all().count() == 0
