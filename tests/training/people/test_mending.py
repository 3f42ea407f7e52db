"""Addresses and numbers are mended, and people move between sites, on their pages."""

from datetime import date

import pytest

from training.core import clock
from training.demo.cast import known
from training.people.models import Email, Membership, Phone
from training.people.sessions import open_ones

JUDE = f"/people/{known('jude')}"


async def test_a_number_is_added_and_removed_and_a_wrong_address_goes(browse):
    chloe = await browse("chloe")
    await chloe.post(f"{JUDE}/contact", data={"do": "phone", "phone": "029 2018 0188"})
    await chloe.post(f"{JUDE}/contact", data={"do": "address", "address": "jud@home.example"})
    page = (await chloe.get(f"{JUDE}/contact")).text
    assert "029 2018 0188" in page and "<b>jud@home.example</b>, for letters only" in page
    await chloe.post(f"{JUDE}/contact", data={"do": "end phone", "phone": "029 2018 0188"})
    await chloe.post(f"{JUDE}/contact", data={"do": "end address", "address": "jud@home.example"})
    assert not await Phone.exists() and not await Email.filter(address="jud@home.example").exists()
    wrong = await chloe.post(f"{JUDE}/contact", data={"do": "phone", "phone": "x"})
    assert wrong.status_code == 422 and "Enter a telephone number" in wrong.text


async def test_an_address_that_somebody_signed_in_by_stays_known_and_lets_nobody_in(browse):
    chloe, address = await browse("chloe"), "jude@together.example"
    await browse("jude")
    await chloe.post(f"{JUDE}/contact", data={"do": "end address", "address": address})
    kept = await Email.get(address=address)
    assert kept.mail_only and not kept.confirmed
    assert not await open_ones(now=clock.now()).filter(person_id=known("jude")).exists()
    hana = {"do": "end address", "address": "hana@together.example"}
    assert (await chloe.post(f"/people/{known('hana')}/contact", data=hana)).status_code == 403


async def test_somebody_moves_to_another_site_from_a_day(browse):
    dara = await browse("dara")
    held = await Membership.get(person_id=known("jude"), role="trainee")
    wish = {"moves": str(held.id), "to_site": str(known("site/HAR")), "from_day": "2026-12-07"}
    assert (await dara.post(f"{JUDE}/memberships/move", data=wish)).status_code == 303
    before, after = await Membership.filter(person_id=known("jude")).order_by("starts")
    assert (before.site_id, before.ends) == (known("site/RIV"), date(2026, 12, 6))
    assert (after.site_id, after.role, after.starts) == (known("site/HAR"), "trainee", date(2026, 12, 7))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"to_site": str(known("site/RIV"))}, "Choose another site"),
        ({"from_day": "2022-09-01"}, "must be after the first day here"),
        ({"from_day": ""}, "Enter the first day there"),
    ],
)
async def test_a_move_that_cannot_be_says_why_beside_the_field(browse, wrong, said):
    dara = await browse("dara")
    held = await Membership.get(person_id=known("jude"), role="trainee")
    wish = {"moves": str(held.id), "to_site": str(known("site/HAR")), "from_day": "2026-12-07"}
    page = await dara.post(f"{JUDE}/memberships/move", data=wish | wrong)
    assert page.status_code == 422 and said in page.text
    assert (await Membership.get(id=held.id)).ends is None
