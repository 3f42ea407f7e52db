"""A coordinator or the central unit gives somebody a role on the person's page."""

import asyncio
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest

from training.demo.cast import known
from training.people.models import Membership
from training.sites.models import Area, CentralUnit, Site
from training.trail.models import Fact

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


async def _and_assesses_everywhere(key):
    await Membership.create(person_id=known(key), role="assessor", site_id=None, starts="2026-01-01")


@pytest.mark.by_hand
async def test_a_coordinator_who_assesses_everywhere_gives_no_role_above_their_own(browse):
    await _and_assesses_everywhere("chloe")
    chloe = await browse("chloe")
    assert "Administrator" not in (await chloe.get(JUDE)).text
    given = {"role": "administrator", "site_id": "", "starts": "2026-11-25"}
    assert (await chloe.post(f"/people/{known('chloe')}/memberships", data=given)).status_code == 403
    assert not await Membership.filter(person_id=known("chloe"), role="administrator").exists()


@pytest.mark.by_hand
async def test_a_coordinator_who_assesses_everywhere_manages_the_people_of_the_own_site_alone(browse, growing):
    await _and_assesses_everywhere("chloe")
    chloe, marek = await browse("chloe"), known("marek")
    assert (await chloe.get(f"/people/{marek}")).status_code == 200, "an assessor sees everybody"
    role = {"role": "facilitator", "site_id": str(known("site/HAR")), "starts": "2026-11-25"}
    assert (await chloe.post(f"/people/{marek}/memberships", data=role)).status_code == 403
    assert (
        await chloe.post(f"/people/{marek}/memberships", data=role | {"site_id": str(known("site/RIV"))})
    ).status_code == 404
    check = {"key": str(uuid4()), "type": "check", "what": "dbs enhanced", "on": "2026-03-02"}
    assert (await chloe.post(f"/practice/of/{marek}/new", data=check)).status_code == 404
    assert not await Fact.filter(person_id=marek, kind__in=["membership.given", "record.logged"]).exists()


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("role", "site", "words"),
    [
        ("trainee", "", "This role needs a site"),
        ("auditor", "RIV", "This is a role for the whole unit"),
        ("trainee", "elsewhere", "Choose a site from the list"),
    ],
)
async def test_the_central_unit_gives_a_role_only_where_it_makes_sense(browse, role, site, words):
    unit = await CentralUnit.create(id=uuid4(), slug="elsewhere", name="Another unit")
    area = await Area.create(id=uuid4(), unit=unit, code="ELS", name="Elsewhere", path="/ELS/")
    sites = {"": "", "RIV": known("site/RIV")}
    sites["elsewhere"] = (await Site.create(id=uuid4(), unit=unit, area=area, code="ELS", name="Far away")).id
    dara = await browse("dara")
    given = {"role": role, "site_id": str(sites[site]), "starts": "2026-11-25"}
    answer = await dara.post(f"{JUDE}/memberships", data=given)
    assert answer.status_code == 422 and words in answer.text
    assert not await Fact.filter(kind="membership.given").exists()


async def test_a_role_given_twice_is_held_once(browse):
    chloe = await browse("chloe")
    given = {"role": "facilitator", "site_id": str(known("site/RIV")), "starts": "2026-11-25"}
    answers = await asyncio.gather(*(chloe.post(f"{JUDE}/memberships", data=given) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [303, 422, 422]
    assert sum("They hold this role there already" in answer.text for answer in answers) == 2
    assert await Membership.filter(person_id=known("jude"), role="facilitator").count() == 1


async def test_a_coordinator_ends_a_role_and_the_person_is_signed_out(browse):
    chloe, jude = await browse("chloe"), await browse("jude")
    assert (await jude.get("/courses")).status_code == 200
    held = await Membership.get(person_id=known("jude"))
    assert f'<option value="{held.id}">Trainee, Riverside Family Centre</option>' in (await chloe.get(JUDE)).text
    too_early = await chloe.post(f"{JUDE}/memberships/end", data={"membership": str(held.id), "ends": "2001-01-01"})
    assert too_early.status_code == 422 and "must be on or after the first one" in too_early.text
    ending = {"membership": str(held.id), "ends": str(date.today() - timedelta(days=1))}
    answers = [await chloe.post(f"{JUDE}/memberships/end", data=ending) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 404], "who left is no longer hers"
    assert await Fact.filter(kind="membership.ended", person_id=known("jude")).count() == 1
    assert (await jude.get("/courses")).status_code == 303
    assert (await (await browse("jude")).get("/practice")).status_code == 403


@pytest.mark.parametrize(("whose", "role", "status"), [("hana", "supervisor", 403), ("marek", "trainee", 404)])
async def test_a_coordinator_ends_no_role_that_others_give_or_of_people_elsewhere(browse, whose, role, status):
    held = await Membership.get(person_id=known(whose), role=role)
    ending = {"membership": str(held.id), "ends": "2026-11-25"}
    assert (await (await browse("chloe")).post(f"{JUDE}/memberships/end", data=ending)).status_code == status
    assert not await Membership.filter(id=held.id, ends__isnull=False).exists()


async def test_no_role_begins_longer_ago_than_anybody_has_worked(browse):
    chloe, earliest = await browse("chloe"), date(date.today().year - 60, 1, 1)
    given = {"role": "facilitator", "site_id": str(known("site/RIV"))}
    for starts in ("1900-01-01", str(earliest - timedelta(days=1))):
        answer = await chloe.post(f"{JUDE}/memberships", data=given | {"starts": starts})
        assert answer.status_code == 422 and f"from 1 January {earliest.year} on" in answer.text
    assert not await Membership.filter(person_id=known("jude"), role="facilitator").exists()
    assert (await chloe.post(f"{JUDE}/memberships", data=given | {"starts": str(earliest)})).status_code == 303


async def test_a_coordinator_finds_the_work_for_others_before_the_own_learning(browse):
    for key, first, later in (("chloe", "People", "My courses"), ("amina", "My courses", "My certificates")):
        page = (await (await browse(key)).get("/")).text
        ways = page.partition('aria-label="Main"')[2].partition("</nav>")[0]
        links, cards = (
            re.findall(r"<li><a [^>]*>([^<]+)<", ways),
            re.findall(r'card__link" href="/[a-z/]*">([^<]+)<', page),
        )
        assert links.index(first) < links.index(later) and cards.index(first) < cards.index(later), key


async def test_whoever_may_not_open_a_page_reads_who_can_help(browse):
    asks = {
        ("amina", "/register"): "ask your site coordinator",
        ("chloe", "/audits"): "ask the central unit",
        ("chloe", "/lti/console"): "ask the central unit",
        ("dara", "/lti/console"): "asks for the role of administrator. Ask somebody who holds it",
        ("farah", "/audits"): "asks for the role of central unit or auditor",
    }
    for (key, path), words in asks.items():
        answer = await (await browse(key)).get(path)
        assert answer.status_code == 403 and words in answer.text, (key, path)
