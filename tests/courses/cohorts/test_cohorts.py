"""Cohorts: made for a course, filled by hand or from a roster that was shown first, with sessions and who came."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from courses.cohorts.models import Cohort, Seat
from tests.training.lti.conftest import Side, field, side
from training.demo.cast import known
from training.lti.models import Context, Identity, Registration
from training.people.models import Membership, Relation
from training.programmes.models import Adoption, Place
from training.trail.models import Fact

__all__ = ["side"]

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
RIVERSIDE = str(known("site/RIV"))
FORM = {"name": "Spring group", "site_id": RIVERSIDE, "starts": "2026-03-02", "ends": "2026-06-01"}


async def made(browser: httpx2.AsyncClient, course: str, **changed: Any) -> str:
    """Makes a cohort and gives the address of its page."""
    answer = await browser.post(f"/courses/{course}/cohorts/new", data=FORM | changed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


async def test_a_coordinator_makes_a_cohort_at_her_site(small_steps: str, browse: Browse) -> None:
    chloe = await browse("chloe")
    listed = f"/courses/cohorts?course={small_steps}"
    assert listed in (await chloe.get(f"/courses/{small_steps}/learners")).text
    assert f"/courses/{small_steps}/cohorts/new" in (await chloe.get(listed)).text
    form = (await chloe.get(f"/courses/{small_steps}/cohorts/new")).text
    assert "Riverside Family Centre" in form and "Harehills Hub" not in form and "Several sites" not in form
    place = await made(chloe, small_steps, trainer_id=str(known("hana")))
    page = (await chloe.get(place)).text
    assert "Spring group" in page and "Hana Nowak" in page and "2 March 2026 to 1 June 2026" in page
    page = (await chloe.get(f"{listed}&sort=name")).text
    assert "Spring group" in page and "format=xlsx" in page
    assert "Spring group" in (await chloe.get(f"{listed}&format=csv")).text
    other = FORM | {"name": "Another training", "learning": "first aid"}
    assert (await chloe.post("/courses/cohorts/new", data=other)).status_code == 303
    assert "Another training" not in (await chloe.get(listed)).text
    assert "Another training" in (await chloe.get("/courses/cohorts")).text
    assert await Fact.filter(kind="cohort.added", actor_id=known("chloe")).count() == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "Enter a name"),
        ({"starts": "soon"}, "Enter the first day"),
        ({"ends": "2026-01-01"}, "not before the first"),
        ({"site_id": str(known("site/HAR"))}, "Choose a site"),
        ({"site_id": ""}, "Choose a site"),
        ({"trainer_id": str(known("kiran"))}, "Choose a trainer"),
    ],
)
async def test_a_cohort_that_cannot_be_is_refused_with_what_was_typed(
    small_steps: str, browse: Browse, changed: dict[str, str], words: str
) -> None:
    answer = await (await browse("chloe")).post(f"/courses/{small_steps}/cohorts/new", data=FORM | changed)
    assert answer.status_code == 422 and words in answer.text and not await Cohort.exists()


async def test_who_sees_a_cohort_and_who_may_change_it(small_steps: str, browse: Browse) -> None:
    place = await made(await browse("chloe"), small_steps)
    seen = {who: (await (await browse(who)).get(place)).status_code for who in ("hana", "emre", "farah", "amina")}
    assert seen == {"hana": 200, "emre": 404, "farah": 200, "amina": 403}
    assert "Add a session" not in (await (await browse("hana")).get(place)).text
    assert "Add a session" in (await (await browse("chloe")).get(place)).text
    everywhere = await made(await browse("farah"), small_steps, site_id="", name="Everywhere")
    await (await browse("farah")).post(f"{everywhere}/places", data={"person": str(known("amina"))})
    page = await (await browse("chloe")).get(everywhere)
    assert page.status_code == 200 and "Amina Yusuf" in page.text and "Add a session" not in page.text
    for way in ("places", "sessions", "fill"):
        assert (await (await browse("chloe")).post(f"{everywhere}/{way}", data={})).status_code == 403
        assert (await (await browse("emre")).post(f"{place}/{way}", data={})).status_code == 404


async def test_a_cohort_gets_another_name_and_another_trainer(small_steps: str, browse: Browse) -> None:
    chloe = await browse("chloe")
    place = await made(chloe, small_steps, trainer_id=str(known("hana")), learning="days")
    await chloe.post(f"{place}/places", data={"person": str(known("amina"))})
    assert f"{place}/change" in (await chloe.get(place)).text
    form = (await chloe.get(f"{place}/change")).text
    assert 'value="Spring group"' in form and 'value="2026-06-01"' in form and 'value="days"' in form
    right = {"name": "Summer group", "starts": "2026-03-02", "trainer_id": str(known("ivan")), "learning": ""}
    wrong = await chloe.post(f"{place}/change", data=right | {"ends": "2026-01-01"})
    assert wrong.status_code == 422 and "not before the first" in wrong.text
    assert (await chloe.post(f"{place}/change", data=right)).status_code == 303
    page = (await chloe.get(place)).text
    assert "Summer group" in page and "Ivan Petrov" in page and "Riverside" in page and "From 2 March 2026" in page
    assert (await (await browse("ivan")).get(place)).status_code == 200
    trainers = Relation.filter(person_id=known("amina"), kind="trainer")
    assert set(await trainers.values_list("other_id", flat=True)) == {known("hana"), known("ivan")}
    assert (await (await browse("hana")).post(f"{place}/change", data=right)).status_code == 403
    assert (await (await browse("emre")).post(f"{place}/change", data=right)).status_code == 404


async def test_a_coordinator_gives_and_ends_places_of_people_within_reach(small_steps: str, browse: Browse) -> None:
    chloe = await browse("chloe")
    place = await made(chloe, small_steps)
    assert "Amina Yusuf" in (await chloe.get(place)).text and "Marek" not in (await chloe.get(place)).text
    nobody = await chloe.post(f"{place}/places", data={"person": ""})
    assert nobody.status_code == 422 and "Enter a person" in nobody.text
    amina = {"person": str(known("amina"))}
    assert (await chloe.post(f"{place}/places", data=amina)).status_code == 303
    assert (await chloe.post(f"{place}/places", data=amina)).status_code == 409
    assert (await chloe.post(f"{place}/places", data={"person": str(known("marek"))})).status_code == 404
    page = (await chloe.get(place)).text
    assert "Amina Yusuf" in page and "Not begun" in page and "1 person" in page
    held = {"end": str((await Seat.get()).id)}
    assert (await chloe.post(f"{place}/places", data=held)).status_code == 303
    assert (await chloe.post(f"{place}/places", data=held)).status_code == 409
    assert "Ended on" in (await chloe.get(place)).text
    await chloe.post(f"{place}/places", data=amina)  # back on the same day
    assert (await Seat.get()).ends is None
    kinds = await Fact.filter(person_id=known("amina")).order_by("id").values_list("kind", flat=True)
    assert kinds == ["place.given", "place.ended", "place.given"]


async def test_a_cohort_is_filled_from_a_roster_that_was_shown_first(
    side: Side, small_steps: str, browse: Browse
) -> None:
    await side.launch()
    chloe, context = await browse("chloe"), str((await Context.get()).id)
    place = await made(chloe, small_steps)
    await chloe.post(f"{place}/places", data={"person": str(known("jude"))})
    assert "Working with families" in (await chloe.get(place)).text
    looked = "roster=&find=roster&find-roster=working&found-roster="
    assert "Working with families" in (await chloe.get(f"{place}/fill?{looked}")).text
    fill = f"{place}/fill?roster={context}"
    shown = await chloe.get(fill)
    rows = dict(_rows(shown.text))
    assert rows == {
        "Amina Yusuf": "Joins",
        "Grace Hall": "New here: becomes a trainee and joins",
        "nameless": "New here: becomes a trainee and joins",
        "Tom Reed": "Teaches there: does not join",
        "Jude Mensah": "Not on the roster: stays",
    }
    assert "3 people join" in shown.text and await Seat.all().count() == 1
    del side.world.users["nameless"]
    changed = await chloe.post(fill, data={"shown": field(shown.text, "shown")})
    assert changed.status_code == 200 and "has changed since you looked" in changed.text
    assert await Seat.all().count() == 1
    assert (await chloe.post(fill, data={"shown": field(changed.text, "shown")})).status_code == 303
    grace = await Identity.get(sub="grace")
    assert set(await Seat.all().values_list("person_id", flat=True)) == {
        known("jude"), known("amina"), grace.person_id,
    }  # fmt: skip
    assert await Membership.filter(person_id=grace.person_id).values_list("role", flat=True) == ["trainee"]
    assert dict(_rows((await chloe.get(fill)).text))["Grace Hall"] == "In the cohort already"


@pytest.mark.by_hand
async def test_a_roster_is_read_only_for_the_sites_that_one_looks_after(
    side: Side, small_steps: str, browse: Browse
) -> None:
    await side.launch()
    context, emre = str((await Context.get()).id), await browse("emre")
    place = await made(emre, small_steps, site_id=str(known("site/HAR")))
    assert "Working with families" not in (await emre.get(place)).text
    assert (await emre.get(f"{place}/fill?roster={context}")).status_code == 404
    assert (await emre.get(f"{place}/fill?roster=nonsense")).status_code == 422
    await Registration.all().update(site_id=known("site/HAR"))
    assert (await emre.get(f"{place}/fill?roster={context}")).status_code == 200


def _rows(page: str) -> list[tuple[str, str]]:
    rows = page.partition("<tbody")[2].partition("</tbody>")[0].split('<tr role="row">')[1:]
    cells = [[cell.rpartition(">")[2].strip() for cell in row.split("</t")[:2]] for row in rows]
    return [(name, what) for name, what in cells]


@pytest.mark.by_hand
async def test_who_joins_a_cohort_of_a_programme_gets_a_place_in_it(small_steps: str, browse: Browse) -> None:
    chloe, growing = await browse("chloe"), str(known("growing-together"))
    assert "Whoever you add gets a place in it." in (await chloe.get(f"/courses/{small_steps}/cohorts/new")).text
    await Place.filter(person_id=known("amina")).delete()
    without = await made(chloe, small_steps)
    await chloe.post(f"{without}/places", data={"person": str(known("amina"))})
    assert not await Place.filter(person_id=known("amina")).exists()
    cohort = await made(chloe, small_steps, programme_id=growing, name="In the programme")
    assert "Growing Together" in (await chloe.get(cohort)).text
    for key in ("amina", "jude"):
        await chloe.post(f"{cohort}/places", data={"person": str(known(key))})
    place = await Place.get(person_id=known("amina"))
    assert (place.programme_id, place.site_id) == (known("growing-together"), known("site/RIV"))
    assert await Place.filter(person_id=known("jude")).count() == 1, "he had one already"


@pytest.mark.by_hand
async def test_a_cohort_is_of_a_programme_that_its_site_has_taken_up(small_steps: str, browse: Browse) -> None:
    await Adoption.filter(site_id=known("site/RIV")).delete()
    form = FORM | {"programme_id": str(known("growing-together"))}
    answer = await (await browse("chloe")).post(f"/courses/{small_steps}/cohorts/new", data=form)
    assert answer.status_code == 422 and "has not taken up this programme" in answer.text
