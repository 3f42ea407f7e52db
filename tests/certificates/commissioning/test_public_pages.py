"""What everybody reads of a programme: written by its unit, shown, compared, taken down; figures without names."""

import csv
from datetime import timedelta
from io import StringIO
from random import Random

import pytest

from certificates.commissioning.figures import figures_of
from certificates.commissioning.models import PublicPage
from certificates.evaluations.models import PathwayVersion
from certificates.register.register import RegisterFilter, certifications_on
from tests.certificates.register.test_questions import history_of_somebody
from tests.certificates.world import BY_RULES, TODAY, publish_pathway
from training.demo.cast import known
from training.demo.doing import being
from training.sites.models import Area, Programme, Site
from training.trail.models import Fact

OWN = f"/material/programmes/{known('growing-together')}"
SITE = "River"
SAID = {
    "description": "Eight sessions for parents of small children.",
    "evidence": "Level 3",
    "evidence_link": "https://guidebook.example/growing",
    "cost": "1 of 5",
    "cost_source": "Price list 2026",
    "adoption": "Write to us. We visit you.",
    "ask": "programmes@together.example",
}


async def put_on_show(browser, said=SAID, own=OWN):
    assert (await browser.post(own, data=said)).status_code == 303
    return await browser.post(f"{own}/publish", data={"seen": await seen(browser, own)})


async def seen(browser, own=OWN):
    page = (await browser.get(f"{own}/preview")).text
    return page.split('name="seen" value="')[1].split('"')[0]


@pytest.fixture
async def slug(service, growing):
    return (await Programme.get(id=known("growing-together"))).slug


async def test_everybody_reads_a_page_until_it_is_taken_down_and_again_when_it_is_put_back(slug, browse):
    dara, stranger = await browse("dara"), await browse("")
    assert "No programme has a public page" in (await stranger.get("/programmes")).text
    assert OWN in (await dara.get("/material")).text
    assert (await put_on_show(dara)).status_code == 303
    assert f"/programmes/{slug}" in (await stranger.get("/programmes")).text
    page = (await stranger.get(f"/programmes/{slug}")).text
    assert all(words.replace("'", "&#39;") in page for words in SAID.values())
    assert SITE in page and "Amina" not in page and "What they do" in page
    assert (await dara.post(f"{OWN}/take-down")).status_code == 303
    assert (await stranger.get(f"/programmes/{slug}")).status_code == 404
    assert (await dara.post(f"{OWN}/take-down")).status_code == 409
    assert (await dara.post(f"{OWN}/put-back")).status_code == 303
    assert (await dara.post(f"{OWN}/put-back")).status_code == 409
    assert (await stranger.get(f"/programmes/{slug}")).status_code == 200
    kinds = await Fact.filter(kind__startswith="public_page.").order_by("id").values_list("kind", flat=True)
    assert [kind.partition(".")[2] for kind in kinds] == ["saved", "published", "taken_down", "put_back"]


async def test_a_new_version_is_seen_by_the_unit_alone_until_it_is_published_as_it_was_looked_at(slug, browse):
    dara, stranger = await browse("dara"), await browse("")
    await put_on_show(dara)
    await dara.post(OWN, data=SAID | {"description": "Nine sessions."})
    looked_at = await seen(dara)
    await dara.post(OWN, data=SAID | {"description": "Ten sessions."})
    assert (await dara.post(f"{OWN}/publish", data={"seen": looked_at})).status_code == 409
    assert "Eight sessions" in (await stranger.get(f"/programmes/{slug}")).text
    assert (await dara.post(f"{OWN}/publish", data={"seen": await seen(dara)})).status_code == 303
    assert "Ten sessions" in (await stranger.get(f"/programmes/{slug}")).text
    assert await PublicPage.filter(slot__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"description": " \n"}, "description"),
        ({"evidence_link": ""}, "evidence_link"),
        ({"evidence_link": "javascript:alert(1)"}, "evidence_link"),
        ({"cost_source": ""}, "cost_source"),
    ],
)
async def test_a_rating_or_a_cost_without_its_source_is_refused_and_what_was_typed_stays(slug, browse, said, field):
    answer = await (await browse("dara")).post(OWN, data=SAID | said)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text and SAID["adoption"] in answer.text
    assert not await PublicPage.exists()


async def test_two_programmes_stand_side_by_side_and_in_one_file(slug, browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    dara, stranger = await browse("dara"), await browse("")
    other = await Programme.exclude(id=known("growing-together")).get(unit_id=known("together"))
    await put_on_show(dara)
    await put_on_show(dara, SAID | {"description": "Parents teach parents."}, f"/material/programmes/{other.id}")
    page = await stranger.get(f"/programmes/compare?a={slug}&b={other.slug}")
    assert page.status_code == 200 and "Eight sessions" in page.text and "Parents teach parents" in page.text
    assert (await stranger.get(f"/programmes/compare?a={slug}&b={slug}")).status_code == 422
    assert (await stranger.get(f"/programmes/compare?a={slug}&b=nothing")).status_code == 404
    file = await stranger.get(f"/programmes/compare.csv?a={slug}&b={other.slug}")
    rows = list(csv.DictReader(StringIO(file.text.removeprefix("\ufeff"))))
    assert {row["programme"] for row in rows} == {"Growing Together", other.title}
    assert all(row["definition"] and row["as_of"] for row in rows)
    sites = (await stranger.get(f"/programmes/{slug}/sites.csv")).text
    assert SITE in sites


@pytest.mark.by_hand
async def test_figures_are_those_of_the_register_at_the_end_of_last_month(database, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    pathway, chance = await PathwayVersion.get(slug="steady"), Random(4)
    sites = await Site.filter(unit_id=known("together")).order_by("code").values_list("id", flat=True)
    for _ in range(150):
        await history_of_somebody(chance, pathway.id, list(sites))
    programme = await Programme.get(id=known("growing-together")).prefetch_related("unit")
    figures = await figures_of(programme, programme.unit.zone, today=TODAY)
    assert figures.on == TODAY.replace(day=1) - timedelta(days=1)
    dara = await being("dara", TODAY)

    async def in_the_register(area=""):
        asked = RegisterFilter(figures.on, figures.on, area=area, programme=programme.slug)
        return len(set(await (await certifications_on(dara, asked)).values_list("person_id", flat=True)))

    codes = dict(await Area.filter(unit_id=known("together")).values_list("name", "code")) | {"All areas": ""}
    told = [row for row in figures.rows if row.name in codes and isinstance(row.certified, int)]
    assert len(told) > 3, "most are shown"
    assert [row.certified for row in told] == [await in_the_register(codes[row.name]) for row in told]
    assert figures.rows[0].certified_before == "fewer than 5"
