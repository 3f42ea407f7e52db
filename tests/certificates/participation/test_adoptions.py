"""A site takes up a programme from a day on and ends that; who is there, and who may change it."""

from datetime import timedelta

from tests.certificates.world import BY_RULES, TODAY, publish_pathway
from training.demo.cast import known
from training.programmes.models import Adoption
from training.sites.models import Programme

RIVERSIDE = f"/sites/{known('site/RIV')}/programmes"
DAY = timedelta(days=1)


async def test_a_site_takes_a_programme_up_once_and_ends_it_with_a_last_day(browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    chloe = await browse("chloe")
    page = (await chloe.get(RIVERSIDE)).text
    assert "Steady Steps" in page and "Amina Yusuf" in page and "Take up a programme" not in page
    held = await Adoption.get(site_id=known("site/RIV"), programme__slug="steady")
    end = f"{RIVERSIDE}/{held.id}/end"
    assert (await chloe.post(end, data={"ends": "2020-01-01"})).status_code == 422
    assert (await chloe.post(end, data={"ends": str(TODAY)})).status_code == 303
    assert (await chloe.post(end, data={"ends": str(TODAY)})).status_code == 409
    form = {"programme": str(held.programme_id), "starts": str(TODAY)}
    again = await chloe.post(RIVERSIDE, data=form)
    assert (again.status_code, "The site has this programme already" in again.text) == (422, True)
    assert (await chloe.post(RIVERSIDE, data=form | {"starts": str(TODAY + DAY)})).status_code == 303
    assert await Adoption.filter(site_id=known("site/RIV"), programme__slug="steady").count() == 2


async def test_nobody_new_joins_what_the_site_has_ended(browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    chloe, steady = await browse("chloe"), await Programme.get(slug="steady")
    held = await Adoption.get(site_id=known("site/RIV"), programme=steady)
    await chloe.post(f"{RIVERSIDE}/{held.id}/end", data={"ends": str(TODAY - DAY)})
    form = {"programme": str(steady.id), "site_id": str(known("site/RIV")), "starts": str(TODAY)}
    answer = await chloe.post(f"/people/{known('chloe')}/programmes", data=form)
    assert (answer.status_code, "The site has not taken up this programme" in answer.text) == (422, True)


async def test_another_sites_coordinator_changes_nothing(browse):
    emre, ivan = await browse("emre"), await browse("ivan")
    form = {"programme": str(known("growing-together")), "starts": str(TODAY)}
    assert (await emre.get(RIVERSIDE)).status_code == (await emre.post(RIVERSIDE, data=form)).status_code == 404
    assert (await ivan.get(RIVERSIDE)).status_code == 403


async def test_a_sites_page_counts_its_people_by_programme(browse):
    page = (await (await browse("chloe")).get(f"/sites/{known('site/RIV')}")).text
    assert "Growing Together: 5 people" in page and f'href="{RIVERSIDE}"' in page
