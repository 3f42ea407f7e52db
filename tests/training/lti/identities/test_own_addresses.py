"""Nobody confirms their own record: by no address, not one of an LMS or a former one, and on no device of their own."""

import secrets
from uuid import uuid4

import pytest

from tests.today import NOW, TODAY
from tests.training.lti.launch.test_launch import _claims
from training.database.connection import transaction
from training.demo.cast import known
from training.people.contact.addresses import same_human
from training.people.models import Email, Person
from training.programmes.actions import PlaceWish, join
from training.records.emails import request_letter
from training.records.models import Confirmation, Record

GROUP = {
    "type": "delivery", "what": "group", "name": "Friday group", "from": "2026-01-10", "on": "2026-03-10",
    "sessions": "8", "hours": "16", "role": "lead", "mode": "in_person", "parents": "9", "completed": "8",
}  # fmt: skip
SESSION = {"type": "supervision", "what": "reflective", "on": "2026-03-01", "minutes": "60", "mode": "online"}


def naming(role: str, address: str) -> dict[str, str]:
    """Fills in somebody who is not in the list."""
    return {role: "other", f"{role}_name": "Somebody Else", f"{role}_contact": address, "key": str(uuid4())}


async def takes_part(person: Person) -> None:
    """Gives somebody a place in the demo's programme, unless they have one."""
    async with transaction():
        await join(person, PlaceWish(known("growing-together"), None, TODAY), because="lti", actor_id=None, now=NOW)


async def told_by_lms(side, sub: str, email: str) -> None:
    """Launches as somebody who takes part and whose LMS tells an address."""
    query = await side.begin()
    claims = _claims(side, "amina", query["nonce"]) | {"sub": sub, "email": email}
    assert (await side.post(side.world.sign(claims), query["state"])).status_code == 303
    await takes_part(await Person.get(identities__sub=sub))


async def refused(browser, address: str) -> None:
    """Tries to have the address confirm: as co-leader, as confirmer, as supervisor."""
    for form in (
        GROUP | naming("co_leader", address),
        GROUP | naming("confirmer", address),
        SESSION | naming("by", address),
    ):
        answer = await browser.post("/practice/new", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 422, (form, address)
        assert "cannot confirm your own record" in answer.text
    assert await Record.all().count() == 0


async def test_an_address_that_the_lms_tells_is_ones_own_in_every_spelling_and_stays_so(side, growing):
    await told_by_lms(side, "one", "one@lms.example")
    for address in ("one@lms.example", "One+co@LMS.example"):
        await refused(side.browser, address)
    await told_by_lms(side, "one", "new@lms.example")
    for address in ("new@lms.example", "one@lms.example"):
        await refused(side.browser, address)


@pytest.mark.by_hand
async def test_an_address_nobody_has_confirmed_yet_is_ones_own(browse, growing):
    await Email.create(
        id=uuid4(), unit_id=known("together"), person_id=known("amina"), address="amina@home.example", confirmed=False
    )
    await refused(await browse("amina"), "amina@home.example")


async def test_a_second_record_with_the_same_address_is_the_same_human(side, browse, growing):
    await told_by_lms(side, "two", "amina+lms@together.example")
    twin = await Person.get(identities__sub="two")
    assert await same_human(known("amina"), twin.id)
    assert not await same_human(known("amina"), known("nadia"))
    await refused(side.browser, "amina@together.example")
    amina = await browse("amina")
    for role in ("co_leader", "confirmer"):
        answer = await amina.post("/practice/new", data=GROUP | {role: str(twin.id), "key": str(uuid4())})
        assert (answer.status_code, "address of yours" in answer.text) == (422, True)


async def asked_outside(browser, address: str = "lena@elsewhere.example") -> str:
    """Logs a group, asks somebody from outside to confirm it, and gives the path of their link."""
    assert (await browser.post("/practice/new", data=GROUP | naming("confirmer", address))).status_code == 303
    token = secrets.token_urlsafe(32)
    assert await request_letter((await Confirmation.get()).id, token=token, now=NOW)
    return f"/practice/confirm/{token}"


async def test_a_link_is_refused_where_the_holder_is_or_was_last_signed_in(browse, growing):
    amina = await browse("amina")
    link = await asked_outside(amina)
    for _ in range(2):  # signed in, and then signed out
        assert (await amina.get(link)).status_code == 403
        answer = await amina.post(link, data={"answer": "yes"})
        assert (answer.status_code, "cannot confirm" in answer.text or "Nobody can confirm" in answer.text) == (
            403,
            True,
        )
        await amina.post("/sign-out")
    assert (await Confirmation.get()).state == "asked"
    stranger = await browse("")
    assert (await stranger.get(link)).status_code == 200
    assert (await stranger.post(link, data={"answer": "yes"})).status_code == 200
    assert (await Confirmation.get()).state == "confirmed"


@pytest.mark.by_hand
async def test_a_link_is_refused_once_its_address_turns_out_to_be_the_holders(browse, growing):
    link = await asked_outside(await browse("amina"))
    own = {"person_id": known("amina"), "address": "lena@elsewhere.example", "confirmed": True}
    await Email.create(id=uuid4(), unit_id=known("together"), **own)
    stranger = await browse("")
    assert (await stranger.post(link, data={"answer": "yes"})).status_code == 403
    assert (await Confirmation.get()).state == "asked"


@pytest.mark.by_hand
async def test_a_coordinator_records_nothing_for_a_second_record_of_their_own(browse, growing):
    twin = await Person.create(id=known("twin"), unit_id=known("together"), name="C. Davies", created=NOW)
    await Email.create(id=uuid4(), unit_id=known("together"), person=twin, address="chloe+2@together.example")
    dara = await browse("dara")
    given = {"role": "trainee", "site_id": str(known("site/RIV")), "starts": "2026-01-01"}
    assert (await dara.post(f"/people/{twin.id}/memberships", data=given)).status_code == 303
    await takes_part(twin)
    chloe = await browse("chloe")
    for given in (
        {"type": "check", "what": "dbs enhanced", "on": "2026-01-01"},
        {"type": "learning", "what": "assessor training", "on": "2026-01-01"},
    ):
        answer = await chloe.post(f"/practice/of/{twin.id}/new", data=given | {"key": str(uuid4())})
        assert answer.status_code == 403, given
    assert await Record.all().count() == 0
