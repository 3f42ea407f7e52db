"""A coordinator or the central unit gives somebody a role on the person's page."""

from training.demo.cast import known
from training.facts import Fact
from training.people.models import Membership

JUDE = f"/people/{known('jude')}"


async def test_a_coordinator_gives_a_role_at_the_own_site_and_it_is_on_the_trail(browse):
    chloe = await browse("chloe")
    shown = await chloe.get(JUDE)
    assert "Give a role" in shown.text and "Facilitator" in shown.text
    given = {"role": "facilitator", "site_id": str(known("site/RIV")), "starts": "2026-11-25"}
    answer = await chloe.post(f"{JUDE}/memberships", data=given)
    assert answer.status_code == 303
    held = await Membership.get(person_id=known("jude"), role="facilitator")
    assert str(held.site_id) == given["site_id"]
    assert await Fact.filter(kind="membership.given", person_id=known("jude")).count() == 1


async def test_a_form_without_a_day_comes_back_with_what_was_typed(browse):
    chloe = await browse("chloe")
    answer = await chloe.post(
        f"{JUDE}/memberships", data={"role": "facilitator", "site_id": str(known("site/RIV")), "starts": ""}
    )
    assert answer.status_code == 422
    assert "<title>Error: Jude Mensah" in answer.text
    assert 'href="#starts"' in answer.text and '<option value="facilitator" selected>' in answer.text


async def test_a_coordinator_is_offered_and_may_give_no_role_above_their_own(browse):
    chloe = await browse("chloe")
    assert "Administrator" not in (await chloe.get(JUDE)).text
    given = {"role": "administrator", "site_id": str(known("site/RIV")), "starts": "2026-11-25"}
    assert (await chloe.post(f"{JUDE}/memberships", data=given)).status_code == 403
    assert not await Membership.filter(person_id=known("jude"), role="administrator").exists()


async def test_somebody_who_may_not_manage_people_sees_no_form(browse):
    bruno = await browse("bruno")
    page = await bruno.get(f"/people/{known('lowri')}")
    assert page.status_code == 200
    assert "Give a role" not in page.text
