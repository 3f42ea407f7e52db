"""Two records of one person are proposed where an LMS tells the address that both have, to whoever manages both."""

from uuid import uuid4

import pytest

from tests.today import NOW
from training.demo.cast import known
from training.lti.models import Identity, Registration
from training.people.models import Email, Membership, Person


@pytest.fixture
async def newcomer(database):
    """Makes somebody who came through an LMS that tells their address."""
    row = await Registration.create(
        id=uuid4(), unit_id=known("together"), issuer="https://lms.example", client_id="c", auth_url="https://a",
        token_url="https://t", jwks_url="https://j", created=NOW,
    )  # fmt: skip

    async def made(name: str, email: str, site: str = "RIV", **more: bool) -> Person:
        person = await Person.create(id=uuid4(), unit_id=known("together"), name=name, created=NOW)
        await Membership.create(person_id=person.id, role="trainee", site_id=known(f"site/{site}"), starts="2026-01-01")
        await Identity.create(
            id=uuid4(), registration=row, sub=str(uuid4()), person=person, email=email, created=NOW, **more
        )  # fmt: skip
        return person

    return made


@pytest.mark.by_hand
async def test_a_pair_is_proposed_to_whoever_manages_both_and_nothing_is_joined(newcomer, browse):
    twin = await newcomer("Amina Y.", "amina@together.example")
    for key in ("chloe", "dara", "farah"):
        browser = await browse(key)
        assert "/people/alike" in (await browser.get("/people")).text, key
        page = (await browser.get("/people/alike")).text
        assert str(twin.id) in page and str(known("amina")) in page and "amina@together.example" in page, key
    emre = await browse("emre")
    assert "Amina" not in (await emre.get("/people/alike")).text
    assert "/people/alike" not in (await (await browse("hana")).get("/people")).text
    assert (await (await browse("amina")).get("/people/alike")).status_code == 403
    assert (await Email.get(address="amina@together.example")).person_id == known("amina")


@pytest.mark.by_hand
async def test_a_tool_that_was_registered_anew_makes_one_pair_of_two_identities(newcomer, browse):
    await newcomer("Twin One", "twin@lms.example")
    await newcomer("Twin Two", "twin@lms.example")
    page = (await (await browse("chloe")).get("/people/alike")).text
    assert page.count("twin@lms.example") == 1 and "Twin One" in page and "Twin Two" in page


@pytest.mark.by_hand
async def test_test_users_erased_people_other_sites_and_addresses_for_letters_make_no_pair(newcomer, browse):
    await newcomer("A Test", "jude@together.example", test_user=True)
    await newcomer("Elsewhere", "hana@together.example", site="HAR")
    gone = await newcomer("Gone", "ivan@together.example")
    await Person.filter(id=gone.id).update(erased_at=NOW)
    await newcomer("Typed", "typed@post.example")
    await Email.create(
        id=uuid4(), unit_id=known("together"), person_id=known("nadia"), address="typed@post.example", mail_only=True
    )  # fmt: skip
    assert "No two records" in (await (await browse("chloe")).get("/people/alike")).text
