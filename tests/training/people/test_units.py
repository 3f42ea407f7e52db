"""Several central units on one service: each page bears the name of the one it is about, and nobody is guessed."""

import uuid
from datetime import date

import pytest

from tests.certificates.world import BY_RULES, certificate_of, certified, publish_pathway
from tests.today import NOW
from tests.training.people.links import mailed_link
from training.demo.cast import known
from training.people.models import Email, Membership, Person
from training.sites.models import CentralUnit

OTHERS, OURS = "Another Unit", "Parenting Together"
HELP, OTHER_HELP = "help@together.example", "help@another.example"


@pytest.fixture
async def another(database) -> CentralUnit:
    """A second unit, whose central unit has one person; Amina works for it too, under her old address."""
    unit = await CentralUnit.create(id=known("another"), slug="another", name=OTHERS, contact=OTHER_HELP)
    for key, address in (("other", "other@another.example"), ("other amina", "amina@together.example")):
        person = await Person.create(id=known(key), unit=unit, name=f"{key.title()} Person", created=NOW)
        await Email.create(id=uuid.uuid4(), unit=unit, person=person, address=address, confirmed=True)
        await Membership.create(id=uuid.uuid4(), person=person, role="central", starts=date(2022, 1, 1))
    return unit


def bears(text: str, name: str, contact: str) -> bool:
    return f'app-header__brand">{name}<' in text and f"Ask {name}: <b>{contact}</b>" in text


@pytest.mark.by_hand
async def test_each_reads_the_name_and_help_address_of_their_own_unit(another, browse):
    ours, theirs = await browse("dara"), await browse("other")
    for path in ("/", "/people", "/nothing-here"):
        assert bears((await ours.get(path)).text, OURS, HELP), path
        text = (await theirs.get(path)).text
        assert bears(text, OTHERS, OTHER_HELP) and OURS not in text and HELP not in text, path


@pytest.mark.by_hand
async def test_a_page_that_is_about_no_unit_names_none_while_there_are_two(another, browse):
    for path in ("/sign-in", "/verify", "/nothing-here"):
        text = (await (await browse()).get(path)).text
        assert OURS not in text and OTHERS not in text and "@" not in text.partition("<footer")[2], path


async def test_with_one_unit_it_is_named_everywhere(browse):
    for path in ("/sign-in", "/verify"):
        assert bears((await (await browse()).get(path)).text, OURS, HELP), path


@pytest.mark.by_hand
async def test_a_certificate_is_checked_under_the_name_of_its_issuer(another, browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    row = await certificate_of(await certified("amina"))
    assert bears((await (await browse()).get(f"/v/{row.verify_token}")).text, OURS, HELP)
    for path in ("/issuers/another",):
        assert bears((await (await browse()).get(path, headers={"Accept": "text/html"})).text, OTHERS, OTHER_HELP)


@pytest.mark.by_hand
async def test_an_address_known_in_two_units_is_asked_which_one_to_sign_in_to(another, browse, work, settings):
    browser = await browse()
    await browser.post("/sign-in", data={"email": "amina@together.example"})
    link = await mailed_link(settings, work)
    text = (await browser.get(link)).text
    assert OTHERS in text and OURS in text and "Where do you want to sign in?" in text
    for wrong in ({}, {"person": str(known("dara"))}):
        answer = await browser.post(link, data=wrong)
        assert answer.status_code == 422 and "Choose where you want to sign in" in answer.text
    assert (await browser.post(link, data={"person": str(known("other amina"))})).status_code == 303
    assert (await browser.get("/api/v1/me")).json()["name"] == "Other Amina Person"


@pytest.mark.by_hand
async def test_an_address_of_one_unit_is_asked_nothing(another, browse, work, settings):
    browser = await browse()
    await browser.post("/sign-in", data={"email": "jude@together.example"})
    link = await mailed_link(settings, work)
    text = (await browser.get(link)).text
    assert "Where do you want" not in text and bears(text, OURS, HELP)
    assert (await browser.post(link)).status_code == 303
