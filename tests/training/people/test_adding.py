"""Somebody new is added on a page, and let in by mail or by a card, by who may give them their roles."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import time_machine

from tests.training.people.links import mailed_link
from training.demo.cast import known
from training.people.actions import signer
from training.people.models import Email, Membership, Person, Phone, SignInLink
from training.trail.models import Fact

RIV, HAR = str(known("site/RIV")), str(known("site/HAR"))
NEW = {"name": "Nia Price", "role": "trainee", "site_id": RIV, "starts": "2026-11-25"}


async def _added(browser, **given) -> UUID:
    answer = await browser.post("/people/new", data=NEW | given)
    assert answer.status_code == 303, answer.text
    return UUID(re.search(r"/people/([0-9a-f-]{36})", answer.headers["location"])[1])


async def test_a_coordinator_adds_somebody_and_invites_them_and_they_come_in(browse, settings, work):
    chloe = await browse("chloe")
    who = await _added(chloe, email="Nia@home.example", phone="029 2018 0188", invite="yes")
    assert (await Membership.get(person_id=who)).site_id == known("site/RIV")
    page = (await chloe.get(f"/people/{who}")).text
    assert "nia@home.example" in page and "029 2018 0188" in page
    path = await mailed_link(settings, work)
    sent = (await chloe.get(f"/people/{who}/ways-in")).text
    assert "invitation to nia@home.example" in sent and "Open" in sent
    nia = await browse()
    await nia.get(path)
    assert (await nia.post(path)).status_code == 303
    assert "Hello Nia" in (await nia.get("/")).text
    assert (await Fact.get(kind="person.signed_in", person_id=who)).detail == {"way": "invitation"}


async def test_an_address_that_a_site_typed_lets_nobody_in_before_an_invitation(browse, settings, work):
    chloe = await browse("chloe")
    who = await _added(chloe, email="nia@home.example")
    await (await browse()).post("/sign-in", data={"email": "nia@home.example"})
    assert not await Fact.filter(kind="person.asked_for_link").exists()
    await chloe.post(f"/people/{who}/ways-in", data={"address": "nia@home.example"})
    assert not (await Email.get(person_id=who)).mail_only


async def test_somebody_alike_is_shown_first_and_added_only_when_that_is_somebody_else(browse):
    chloe = await browse("chloe")
    await Phone.create(id=known("phone"), person_id=known("jude"), number="1234 5678", recorded=datetime.now(UTC))
    for alike in ({"name": "AMINA yusuf"}, {"phone": "1234 5678"}, {"email": "jude@together.example"}):
        page = await chloe.post("/people/new", data=NEW | alike)
        assert page.status_code == 200 and "Is it one of these?" in page.text
    assert (
        "Kiran Shah" not in (await chloe.post("/people/new", data=NEW | {"name": "Kiran Shah"})).text.split("<form")[0]
    )
    await _added(chloe, name="Amina Yusuf", seen="yes")
    assert await Person.filter(name="Amina Yusuf").count() == 2


async def test_what_is_wrong_is_said_beside_the_field_and_nobody_is_added(browse):
    chloe, before = await browse("chloe"), await Person.all().count()
    for wrong, said in (
        ({"name": " "}, "Enter the first name"),
        ({"email": "nia"}, "Enter an e-mail address"),
        ({"phone": "call me"}, "Enter a telephone number"),
        ({"starts": ""}, "Enter the first day"),
        ({"email": "dara@together.example"}, "Somebody has this address already"),
    ):
        page = await chloe.post("/people/new", data=NEW | wrong)
        assert page.status_code == 422 and said in page.text
    assert (await chloe.post("/people/new", data=NEW | {"site_id": HAR})).status_code == 403
    assert await Person.all().count() == before


async def test_a_card_signs_in_once_and_a_new_one_or_withdrawing_ends_it(browse):
    chloe = await browse("chloe")
    who = await _added(chloe)

    async def card() -> str:
        await chloe.post(f"/people/{who}/ways-in", data={"do": "card"})
        page = await chloe.get(f"/people/{who}/card")
        assert "Nia Price" in page.text and "<svg" in page.text
        return await _link_on(who)

    first, second = await card(), await card()
    nia = await browse()
    assert (await nia.post(first)).status_code == 404, "a new card ends the one before"
    assert "<b>Nia Price</b>" in (await nia.get(second)).text
    assert (await nia.post(second)).status_code == 303 and "Hello Nia" in (await nia.get("/")).text
    assert (await (await browse()).post(second)).status_code == 404, "it works once"
    third = await card()
    await chloe.post(f"/people/{who}/ways-in", data={"do": "withdraw"})
    assert (await (await browse()).post(third)).status_code == 404
    fourth = await card()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=15)):
        assert (await (await browse()).post(fourth)).status_code == 404, "it expires"


async def _link_on(who: UUID) -> str:
    """Reads what the code of the newest card says."""
    link = await SignInLink.filter(person_id=who, way="card", used=None, expires__gt=datetime.now(UTC)).get()
    return f"/sign-in/{signer('s' * 40).dumps(str(link.id))}"


async def test_nobody_lets_in_above_themselves_or_themselves(browse):
    chloe, dara = await browse("chloe"), await browse("dara")
    hana, amina = f"/people/{known('hana')}", f"/people/{known('amina')}"
    assert "print a card" not in (await chloe.get(hana)).text, "she also supervises and assesses there"
    assert (await chloe.post(f"{hana}/ways-in", data={"do": "card"})).status_code == 403
    assert (await chloe.post(f"/people/{known('chloe')}/ways-in", data={"do": "card"})).status_code == 403
    assert (await chloe.post(f"/people/{known('kiran')}/ways-in", data={"do": "card"})).status_code == 404
    assert (await chloe.post(f"{amina}/ways-in", data={"do": "card"})).status_code == 303
    assert (await dara.post(f"{hana}/ways-in", data={"do": "card"})).status_code == 303
