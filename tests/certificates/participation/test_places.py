"""Nobody is on a pathway without a place; places are given, moved, ended and taken back on a person's page."""

from datetime import timedelta

import pytest

from certificates.decisions.jobs import evaluate_everyone
from certificates.evaluations import pathway_versions
from certificates.evaluations.models import Certification, Evaluation
from tests.certificates.world import (
    BY_RULES,
    HOME,
    NAMED,
    TODAY,
    at,
    certified,
    considered,
    publish_pathway,
    shown,
    waiting,
)
from training.demo.cast import known
from training.programmes.models import Place
from training.sites.models import Programme

AMINA = known("amina")
PAGE = f"/people/{AMINA}/programmes"
DAY = timedelta(days=1)


async def followed(day=TODAY) -> list[str]:
    rows = await pathway_versions.followed_by(AMINA, known("together"), today=day)
    return [f"{row.slug} {row.version}" for row in rows]


async def place_in(slug: str) -> Place:
    return (
        await Place.filter(person_id=AMINA, programme__slug=slug, taken_back__isnull=True).order_by("-starts").first()
    )


async def change(browser, slug: str, **form):
    return await browser.post(f"{PAGE}/{(await place_in(slug)).id}", data=form)


@pytest.fixture
async def chloe(browse, tmp_path):
    """Coordinates Amina's site, which has adopted two programmes; Amina has a place in each."""
    await publish_pathway(tmp_path, BY_RULES)
    await publish_pathway(tmp_path, NAMED)
    return await browse("chloe")


async def test_whoever_has_a_place_follows_the_pathway_and_nobody_else(chloe, browse):
    assert await followed() == ["chosen 1", "steady 1"]
    gone = await change(chloe, "steady", do="take back", why="It was meant for Jude.")
    assert gone.status_code == 303
    assert await followed() == ["chosen 1"]
    page = (await chloe.get(PAGE)).text
    assert "It was meant for Jude." in page and "Taken back" in page
    amina = (await (await browse("amina")).get("/pathways")).text
    assert "Chosen Steps" in amina and "Steady Steps" not in amina


async def test_somebody_in_several_programmes_sees_one_at_a_time(chloe, browse, work):
    await shown("amina")
    await work()
    amina = await browse("amina")
    first = (await amina.get("/pathways")).text
    assert (
        '<h2 class="govuk-heading-m">Chosen Steps' in first and '<h2 class="govuk-heading-m">Steady Steps' not in first
    )
    assert 'href="/pathways?programme=steady">Steady Steps</a> <strong class="app-tag app-tag--certified">' in first
    assert "Ready for a decision" in first
    assert '<h2 class="govuk-heading-m">Steady Steps' in (await amina.get("/pathways?programme=steady")).text


async def test_somebody_without_a_place_is_told_how_to_join(chloe, browse):
    for slug in ("steady", "chosen", "growing-together"):
        await change(chloe, slug, do="take back", why="A slip.")
    amina = (await (await browse("amina")).get("/pathways")).text
    assert "You are not in a programme yet." in amina and 'href="/pathways/join"' in amina


async def test_a_place_is_given_once_at_ones_own_sites_and_with_the_rules_in_force(chloe, tmp_path):
    steady = await Programme.get(slug="steady")
    form = {
        "programme": str(steady.id),
        "site_id": str(known("site/RIV")),
        "starts": str(TODAY),
        "funding": "The council",
    }
    again = await chloe.post(PAGE, data=form)
    assert (again.status_code, "They have a place in this programme already" in again.text) == (422, True)
    elsewhere = await chloe.post(PAGE, data=form | {"site_id": str(known("site/HAR"))})
    assert (elsewhere.status_code, "Choose a site from the list" in elsewhere.text) == (422, True)
    await change(chloe, "steady", do="take back", why="A slip.")
    assert (await chloe.post(PAGE, data=form)).status_code == 303
    made = await place_in("steady")
    assert (made.version, made.funding, made.starts) == ("1", "The council", TODAY)
    await publish_pathway(tmp_path, BY_RULES.replace('version: "1"', 'version: "2"'))
    assert await followed() == ["chosen 1", "steady 1"], "she goes on with the rules that she began with"
    moved = await change(chloe, "steady", do="move", site_id=str(known("site/RIV")), version="2", last_day=str(TODAY))
    assert moved.status_code == 303
    assert await followed(TODAY + DAY) == ["chosen 1", "steady 2"]


async def test_a_place_moves_with_its_history_to_a_site_that_has_the_programme(browse, chloe):
    dara = await browse("dara")
    oak = str(known("site/OAK"))
    assert (await change(chloe, "steady", do="move", site_id=oak, version="", last_day=str(TODAY))).status_code == 422
    moved = await change(dara, "steady", do="move", site_id=oak, version="", last_day=str(TODAY))
    assert moved.status_code == 303
    first, second = await Place.filter(person_id=AMINA, programme__slug="steady").order_by("starts")
    assert (first.end_reason, first.ends, first.site_id) == ("moved", TODAY, known("site/RIV"))
    assert (second.starts, second.ends, second.site_id) == (TODAY + DAY, None, known("site/OAK"))
    assert await followed() == await followed(TODAY + DAY) == ["chosen 1", "steady 1"]


async def test_whoever_leaves_waits_for_nothing_and_keeps_what_they_hold(chloe, work):
    case = await waiting("amina")
    assert await Certification.filter(person_id=AMINA, pathway_slug="steady").count() == 1
    for slug in ("steady", "chosen"):
        ended = await change(chloe, slug, do="end", reason="left", ends=str(TODAY - DAY))
        assert ended.status_code == 303
    await work()
    assert await followed() == ["steady 1"], "what is held goes on until it is over"
    assert not (await Evaluation.get(id=case.id)).awaiting
    assert not await Evaluation.filter(person_id=AMINA, slot__isnull=False, pathway__slug="chosen").exists()
    held = await Certification.get(person_id=AMINA)
    await considered("amina", held.ends)
    assert (await Evaluation.get(slot__contains="/steady/", person_id=AMINA)).standing == "renewal_due"
    await considered("amina", held.over + DAY)
    assert await followed(held.over + DAY) == []
    assert not await Evaluation.filter(slot__isnull=False, person_id=AMINA).exists()


async def test_a_case_of_somebody_without_a_place_is_not_decided(chloe, browse, work):
    case = await waiting("amina")
    await change(chloe, "chosen", do="end", reason="left", ends=str(TODAY - DAY))
    dara = await browse("dara")
    form = {"outcome": "certified", "reasons": "All is there."}
    answer = await dara.post(f"/certificates/decisions/{case.id}", data=form)
    assert (answer.status_code, "no place in the programme any more" in answer.text) == (409, True)
    assert await Certification.filter(pathway_slug="chosen").count() == 0


async def test_an_end_says_why_and_lies_after_the_beginning(chloe):
    for wrong in (
        {"reason": "moved", "ends": str(TODAY)},
        {"reason": "left", "ends": "2001-01-01"},
        {"reason": "left"},
    ):
        assert (await change(chloe, "steady", do="end", **wrong)).status_code == 422
    assert (await place_in("steady")).ends is None


async def test_another_sites_coordinator_sees_nothing_of_it(browse, chloe):
    emre = await browse("emre")
    assert (await emre.get(PAGE)).status_code == 404
    assert (await change(emre, "steady", do="take back", why="No.")).status_code == 404


async def test_a_persons_page_names_their_programmes(chloe):
    page = (await chloe.get(f"/people/{AMINA}")).text
    assert "Steady Steps, Riverside Family Centre, since 1 September 2022" in page and f'href="{PAGE}"' in page


async def test_renewal_goes_on_after_the_place_has_ended(chloe, work):
    held = await certified("amina")
    await change(chloe, "steady", do="end", reason="finished", ends=str(TODAY))
    await shown("amina", "first aid again", on=held.ends - DAY)
    await considered("amina", held.ends)
    assert await Certification.filter(person_id=AMINA, pathway_slug="steady").count() == 2


@pytest.mark.by_hand
async def test_a_place_that_begins_later_is_looked_at_on_its_first_day(chloe, work):
    await change(chloe, "steady", do="take back", why="Too early.")
    await shown("amina", type_="qualification")
    later = TODAY + 9 * DAY
    steady = await Programme.get(slug="steady")
    form = {"programme": str(steady.id), "site_id": str(known("site/RIV")), "starts": str(later)}
    assert (await chloe.post(PAGE, data=form)).status_code == 303
    await work()
    assert await followed() == ["chosen 1"] and not await Certification.exists()
    assert "Begins later" in (await chloe.get(PAGE)).text
    await Evaluation.filter(person_id=AMINA).update(slot=None)
    await evaluate_everyone("night", home=HOME, now=at(later, 2))
    assert await Certification.filter(person_id=AMINA, pathway_slug="steady", starts=later).count() == 1
