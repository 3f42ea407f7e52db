"""A name that a person told or confirmed is not at the mercy of an LMS: its other name is proposed to the site."""

import re
from uuid import UUID

import pytest

from certificates.evaluations.models import Certification
from tests.certificates.world import BY_RULES, certificate_of, considered, publish_pathway, shown
from tests.training.lti.launch.test_launch import _claims
from training.demo.cast import known
from training.lti.identities.erase_person import erase_identities
from training.lti.models import Identity
from training.people.models import Email, Person
from training.trail.models import Fact

AMINA = known("amina")


async def arrives(side, sub: str, name: str) -> Person:
    """Launches as somebody whom the LMS calls by a name."""
    query = await side.begin()
    claims = _claims(side, "amina", query["nonce"]) | {"sub": sub, "name": name, "email": f"{sub}@lms.example"}
    claims = {key: value for key, value in claims.items() if key not in ("given_name", "family_name")}
    assert (await side.post(side.world.sign(claims), query["state"])).status_code == 303
    return await Person.get(identities__sub=sub)


async def answered(browser, person_id: UUID, do: str, name: str) -> int:
    told_by = (await Identity.get(person_id=person_id)).id
    data = {"told_by": str(told_by), "name": name, "do": do}
    return (await browser.post(f"/people/{person_id}/told-name", data=data)).status_code


async def test_whoever_only_an_lms_has_named_is_called_as_it_says(side):
    first = await arrives(side, "one", "Ola Nowak")
    assert (await arrives(side, "one", "Ola Nowak-Berg")).name == "Ola Nowak-Berg"
    assert (await Identity.get(person_id=first.id)).proposed_name is None


async def test_a_name_that_the_site_corrected_stays_even_where_the_lms_once_told_the_same(side, browse):
    ola = await arrives(side, "one", "Ola Nowack")
    dara = await browse("dara")
    for name in ("Ola Nowak", "Ola Nowack"):  # corrected, and then back, as the LMS had it
        assert (await dara.post(f"/people/{ola.id}/name", data={"name": name})).status_code == 303
    assert (await arrives(side, "one", "Somebody Else")).name == "Ola Nowack"
    page = (await dara.get(f"/people/{ola.id}")).text
    assert "Somebody Else" in page and "Take over" in page and "Keep Ola Nowack" in page
    assert (
        f"/people/{ola.id}" in (await dara.get("/")).text
        and "Another name for Ola Nowack" in (await dara.get("/")).text
    )


async def test_a_person_who_signs_in_here_by_an_address_keeps_their_name(side, browse):
    await arrives(side, "amina", "Amina Yusuf")
    await arrives(side, "amina", "Mallory Moss")
    assert (await Person.get(id=AMINA)).name == "Amina Yusuf"
    chloe = await browse("chloe")
    assert "Mallory Moss" in (await chloe.get(f"/people/{AMINA}")).text
    assert await answered(await browse("emre"), AMINA, "take", "Mallory Moss") == 404
    assert await answered(await browse("amina"), AMINA, "take", "Mallory Moss") == 403
    assert await answered(chloe, AMINA, "take", "Another Name") == 409
    assert await answered(chloe, AMINA, "keep", "Mallory Moss") == 303
    assert (await Fact.get(kind="person.name_kept")).person_id == AMINA
    assert await answered(chloe, AMINA, "take", "Mallory Moss") == 409
    await arrives(side, "amina", "Mallory Moss")  # told again, answered before
    assert "Mallory Moss" not in (await chloe.get(f"/people/{AMINA}")).text
    await arrives(side, "amina", "Amina Yusuf-Noor")
    assert await answered(chloe, AMINA, "take", "Amina Yusuf-Noor") == 303
    assert (await Person.get(id=AMINA)).name == "Amina Yusuf-Noor"
    assert "calls this person" not in (await chloe.get(f"/people/{AMINA}")).text


async def test_a_proposal_goes_when_the_lms_tells_the_name_that_stands(side):
    await arrives(side, "amina", "Mallory Moss")
    assert (await Identity.get(sub="amina")).proposed_name == "Mallory Moss"
    await arrives(side, "amina", "Amina Yusuf")
    assert (await Identity.get(sub="amina")).proposed_name is None


@pytest.mark.by_hand
async def test_the_name_on_an_issued_certificate_stays(side, tmp_path):
    await Email.filter(person_id=AMINA).delete()
    await publish_pathway(tmp_path, BY_RULES)
    await shown("amina")
    await considered("amina")
    await arrives(side, "amina", "Amina Yusuf")
    await arrives(side, "amina", "Mallory Moss")
    assert (await Person.get(id=AMINA)).name == "Amina Yusuf"
    assert "Amina Yusuf" in (await certificate_of(await Certification.get())).facts


@pytest.mark.by_hand
async def test_nobody_answers_for_themselves_or_changes_their_own_name(side, browse):
    chloe = await browse("chloe")
    for method in ("GET", "POST"):
        answer = await chloe.request(method, f"/people/{known('chloe')}/name", data={"name": "C. Davies"})
        assert answer.status_code == 403 and "may not change your own name" in answer.text
    assert "Change the name" not in (await chloe.get(f"/people/{known('chloe')}")).text
    await Identity.filter(sub="amina").update(person_id=known("chloe"), proposed_name="C. Davies")
    page = (await chloe.get(f"/people/{known('chloe')}")).text
    assert "C. Davies" in page and not re.search(r"Take over", page)
    assert await answered(chloe, known("chloe"), "take", "C. Davies") == 403
    assert await answered(await browse("dara"), known("chloe"), "take", "C. Davies") == 303


@pytest.mark.by_hand
async def test_a_proposed_name_is_erased_with_the_person(side):
    await arrives(side, "amina", "Mallory Moss")
    assert "Mallory Moss" in await erase_identities(AMINA)
    assert (await Identity.get(person_id=AMINA)).proposed_name is None
