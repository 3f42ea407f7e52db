"""Somebody asks to join a programme, the site answers with a word, and both are told by mail at once."""

import pytest

from tests.certificates.world import BY_RULES, TODAY, publish_pathway
from training.demo.cast import known
from training.people.models import Letter, Membership
from training.programmes.models import Application, Place
from training.sites.models import Programme

ENTRY = "    entry:\n      safe: {check: dbs enhanced, title: A safety check}\n"
WITH_ENTRY = BY_RULES.replace("    requires:\n      knows", f"{ENTRY}    requires:\n      knows")
MAREK, AMINA = known("marek"), known("amina")
RIV = known("site/RIV")


@pytest.fixture
async def join(browse, tmp_path) -> str:
    """The page by which Amina and Marek ask to join a programme in which they have no place."""
    await publish_pathway(tmp_path, WITH_ENTRY)
    steady, dara = await Programme.get(slug="steady"), await browse("dara")
    for person in (AMINA, MAREK):
        place = await Place.get(person_id=person, programme=steady)
        path = f"/people/{person}/programmes/{place.id}"
        assert (await dara.post(path, data={"do": "take back", "why": "To begin with."})).status_code == 303
    return f"/pathways/join/{steady.id}"


async def asked(browser, path: str, site=RIV, words="I led groups before.") -> Application:
    answer = await browser.post(path, data={"site_id": str(site), "words": words})
    assert answer.status_code == 303, answer.text
    return await Application.get(state="waiting")


async def letters(key: str) -> list[str]:
    return [row.subject for row in await Letter.filter(person_id=known(key)).order_by("made")]


async def test_a_yes_gives_the_place_and_both_are_told(browse, work, join):
    amina, chloe = await browse("amina"), await browse("chloe")
    assert f'href="{join}"' in (await amina.get("/pathways/join")).text
    page = (await amina.get(join)).text
    assert "A safety check" in page and "Not shown yet" in page
    made = await asked(amina, join)
    await work()
    assert await letters("chloe") == ["Amina Yusuf asks to join Steady Steps"] and await letters("dara") == []
    assert "Amina Yusuf asks to join Steady Steps" in (await chloe.get("/")).text
    case = (await chloe.get(f"/applications/{made.id}")).text
    assert "I led groups before." in case and "A safety check" in case
    for wrong in ({"answer": "yes"}, {"words": "Welcome."}):
        assert (await chloe.post(f"/applications/{made.id}", data=wrong)).status_code == 422
    answer = {"answer": "yes", "words": "Welcome to us."}
    assert (await chloe.post(f"/applications/{made.id}", data=answer)).status_code == 303
    assert (await chloe.post(f"/applications/{made.id}", data=answer)).status_code == 409
    await work()
    assert await letters("amina") == ["You have a place: Steady Steps"]
    place = await Place.get(person_id=AMINA, programme__slug="steady", taken_back__isnull=True)
    assert (place.site_id, place.starts, place.version) == (RIV, TODAY, "1")
    assert "Steady Steps" in (await amina.get("/pathways")).text
    assert "Welcome to us." in (await amina.get("/pathways/join")).text


async def test_a_no_stays_with_its_reason_and_one_can_ask_again(browse, work, join):
    amina, chloe = await browse("amina"), await browse("chloe")
    made = await asked(amina, join)
    twice = await amina.post(join, data={"site_id": str(RIV), "words": "Once more."})
    assert (twice.status_code, "asked to join this programme already" in twice.text) == (422, True)
    await chloe.post(f"/applications/{made.id}", data={"answer": "no", "words": "We are full until May."})
    await work()
    assert await letters("amina") == ["Your request to join Steady Steps"]
    assert "We are full until May." in (await Letter.get(person_id=AMINA)).text
    assert "We are full until May." in (await amina.get("/pathways/join")).text
    assert "We are full until May." in (await chloe.get(f"/applications/{made.id}")).text
    assert not await Place.filter(person_id=AMINA, programme__slug="steady", taken_back__isnull=True).exists()
    await asked(amina, join)


async def test_another_site_lets_somebody_in_who_was_not_there(browse, work, join):
    marek, chloe, emre = await browse("marek"), await browse("chloe"), await browse("emre")
    made = await asked(marek, join)
    path = f"/applications/{made.id}"
    assert (await emre.get(path)).status_code == 404, "it was not asked of his site"
    case = (await chloe.get(path)).text
    assert "Marek Wójcik" in case and "A safety check" not in case, "his record is not hers to see"
    assert (await chloe.get(f"/people/{MAREK}")).status_code == 404
    await chloe.post(path, data={"answer": "yes", "words": "Welcome."})
    assert await Membership.filter(person_id=MAREK, site_id=RIV, role="trainee", starts=TODAY).count() == 1
    assert (await chloe.get(f"/people/{MAREK}")).status_code == 200


async def test_one_takes_ones_own_request_back_and_nobody_answers_ones_own(browse, work, join):
    amina, ivan = await browse("amina"), await browse("ivan")
    made = await asked(amina, join)
    assert (await ivan.post("/pathways/join", data={"withdraw": str(made.id)})).status_code == 404
    assert (await amina.post("/pathways/join", data={"withdraw": str(made.id)})).status_code == 303
    await work()
    assert (await Application.get()).state == "withdrawn" and await letters("chloe") == []
    chloe = await browse("chloe")
    mine = await asked(chloe, join)
    assert (await chloe.get(f"/applications/{mine.id}")).status_code == 404
    await work()
    assert await letters("dara") == ["Chloe Davies asks to join Steady Steps"], "nobody else coordinates her site"


async def test_why_and_where_have_to_be_said(browse, join):
    amina = await browse("amina")
    for wrong in ({"site_id": str(RIV)}, {"words": "Yes."}, {"site_id": str(known("site")), "words": "Yes."}):
        assert (await amina.post(join, data=wrong)).status_code == 422
