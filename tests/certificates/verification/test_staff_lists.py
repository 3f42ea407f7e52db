"""The public list of a site's staff: who agreed, what they hold today, and how a word is taken back."""

import pytest

from certificates.credentials import publish
from certificates.erase_person import erase
from certificates.evaluations.models import Certification
from certificates.verification.models import StaffListing
from tests.certificates.world import BY_RULES, TODAY, at, certificate_of, certified, changed, publish_pathway
from tests.soundness import speak_of
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Membership
from training.trail.models import Fact

SITE = known("site/RIV")
OWN, LIST = "/certificates/staff-lists", f"/staff/{SITE}"


@pytest.fixture
async def row(service, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    reserved, given = await certificate_of(await certified("amina")), service.state.resources
    await publish.publish(reserved.id, keys=given.keys, store=given.store, now=at(TODAY))
    return reserved


async def agree(browser, word="yes", site=SITE):
    return await browser.post(OWN, data={"site": str(site), "agree": word})


async def test_a_list_names_who_agreed_until_they_take_it_back(row, browse):
    stranger, amina, chloe = await browse(""), await browse("amina"), await browse("chloe")
    assert (await stranger.get(LIST)).status_code == 404, "nobody agreed"
    assert "Nobody here has agreed" in (await chloe.get(f"/sites/{SITE}")).text
    for _ in range(2):
        assert (await agree(amina)).status_code == 303
    answer = await stranger.get(LIST)
    assert "Amina Yusuf" in answer.text and ">Valid<" in answer.text
    assert "Beth" not in answer.text and row.verify_token not in answer.text and row.serial not in answer.text
    assert answer.headers["x-robots-tag"] == "noindex"
    assert LIST in (await chloe.get(f"/sites/{SITE}")).text and "Take my name off" in (await amina.get(OWN)).text
    assert (await agree(amina, "")).status_code == 303
    assert (await stranger.get(LIST)).status_code == 404
    noted = await Fact.filter(kind__startswith="staff_listing.", person_id=row.person_id).order_by("id")
    assert [fact.kind for fact in noted] == ["staff_listing.given", "staff_listing.taken_back"]
    assert {fact.detail["site"] for fact in noted} == {str(SITE)}


async def test_a_list_tells_how_somebody_stands_today(row, browse):
    stranger = await browse("")
    await agree(await browse("amina"))
    await changed(await Certification.get(id=row.certification_id), "withdrawn", on=TODAY)
    page = (await stranger.get(LIST)).text
    assert ">Withdrawn<" in page and ">Valid<" not in page and "for a reason" not in page


async def test_who_agreed_and_is_not_certified_stands_on_no_list(browse):
    await agree(await browse("amina"))
    page = await (await browse("")).get(LIST)
    assert page.status_code == 200 and "None of them is certified" in page.text and "Amina" not in page.text


async def test_nobody_agrees_for_a_site_that_is_not_theirs(row, browse):
    amina = await browse("amina")
    assert (await agree(amina, site=known("site/OAK"))).status_code == 404
    assert (await agree(amina, site="nowhere")).status_code == 422
    assert await StaffListing.all().count() == 0


async def test_who_left_the_site_is_named_no_more_and_can_still_take_it_back(row, browse):
    stranger, amina = await browse(""), await browse("amina")
    await agree(amina)
    await Membership.filter(person_id=row.person_id, site_id=SITE).update(ends=TODAY.replace(day=1))
    await speak_of(*await Membership.filter(person_id=row.person_id))
    assert (await stranger.get(LIST)).status_code == 404
    page = (await amina.get(OWN)).text
    assert "You have no role here any more" in page and "Take my name off" in page


async def test_an_erased_person_is_on_no_list(row, browse, settings):
    await agree(await browse("amina"))
    await erase(row.person_id, actor=await being("dara", TODAY), now=at(TODAY), storage=settings.storage)
    assert await StaffListing.all().count() == 0
    assert (await (await browse("")).get(LIST)).status_code == 404
