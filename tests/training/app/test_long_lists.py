"""Forms in a nation: none grows with the people, sites and cohorts to choose from; one of many is found by name."""

import re
from uuid import uuid4

import pytest

from courses.cohorts.models import Cohort, TrainingSession
from tests.belongings import HERE, LONG_AGO, world
from tests.test_authorisation import LOGS, MATRIX, blanks, filled, named
from tests.today import NOW
from training.demo.cast import known
from training.people.models import Membership, Permission, Person
from training.people.roles import ROLES
from training.programmes.models import Adoption
from training.sites.models import Site
from training.web.routing import ANYONE

pytestmark = pytest.mark.by_hand
EVERYWHERE = "with every role"


async def crowd(first, last, things):
    """People with roles, each with a site and a cohort of their own; every second works at Riverside, too."""
    unit, area, roles = known(HERE), things["area"], list(ROLES)
    course = (await Cohort.get(id=things["cohort"])).course_id
    made = {model: [] for model in (Person, Site, Membership, Permission, Adoption, Cohort, TrainingSession)}
    for at in range(first, last):
        name, person, site, cohort = f"Person {at:04}", uuid4(), uuid4(), uuid4()
        made[Person].append(Person(id=person, unit_id=unit, name=name, folded=name.lower(), created=NOW))
        made[Site].append(
            Site(id=site, unit_id=unit, area_id=area, code=f"N{at}", name=f"Place {at:04}", folded=f"place {at:04}")
        )
        held = {(role, site) for role in ("assessor", "trainee", "facilitator")}
        held |= {(roles[at % len(roles)], things["site"])} if at % 2 else set()
        made[Membership] += [
            Membership(id=uuid4(), person_id=person, role=role, site_id=where, starts=LONG_AGO) for role, where in held
        ]
        rates = {"what": "x/assessor", "may": "assess", "starts": LONG_AGO, "because": uuid4()}
        made[Permission].append(Permission(id=uuid4(), person_id=person, **rates))
        since = {"programme_id": things["programme"], "starts": LONG_AGO, "recorded": NOW}
        made[Adoption].append(Adoption(id=uuid4(), site_id=site, **since))
        of_site = {"unit_id": unit, "site_id": site, "course_id": course, "starts": LONG_AGO}
        made[Cohort].append(Cohort(id=cohort, name=f"Cohort {at}", **of_site))
        made[TrainingSession].append(
            TrainingSession(id=uuid4(), cohort_id=cohort, title="A day", held_on=LONG_AGO, minutes=60)
        )
    for model, rows in made.items():
        await model.bulk_create(rows)


@pytest.fixture
async def things(settings, database, tmp_path):
    """One of everything, and somebody with every role of the unit."""
    await Person.create(id=known(EVERYWHERE), unit_id=known(HERE), name="The Actor", created=NOW)
    for role in ROLES:
        await Membership.create(id=uuid4(), person_id=known(EVERYWHERE), role=role, starts=LONG_AGO)
    made = await world(settings, tmp_path, rater=known(EVERYWHERE), confirmer=known(EVERYWHERE))
    return made["own"]


def addresses(things):
    """The pages of all routes, of the forms of records, and one that asks for a site to do something to many."""
    for path, method, may in MATRIX:
        if method == "GET" and not (blanks(path) and may == ANYONE):
            yield from (filled(one.address, things) for one in named(path, method)) if blanks(path) else [path]
    yield from LOGS
    yield f"/practice/of/{things['person']}/new?type=supervision&what=&pathway=steady"


async def sizes(browser, things, below=("/",)):
    """The bytes of each page with a form that is posted, by its address."""
    found = {}
    for address in filter(lambda one: one.startswith(below), addresses(things)):
        answer = await browser.get(address)
        if answer.status_code == 200 and 'method="post"' in answer.text.partition("<main")[2]:
            found[address] = len(answer.content)
    return found


@pytest.mark.timeout(600)
async def test_no_form_grows_with_the_people_sites_and_cohorts_to_choose_from(things, browse):
    staff, learner = await browse(EVERYWHERE), await browse("kind/own")
    own = ("/practice", "/pathways")
    await crowd(0, 10, things)
    few = [await sizes(staff, things), await sizes(learner, things, own)]
    await crowd(10, 300, things)
    many = [await sizes(staff, things), await sizes(learner, things, own)]
    grown = [
        (path, before[path], size)
        for before, after in zip(few, many, strict=True)
        for path, size in after.items()
        if size > 1.2 * before[path]
    ]
    assert grown == []
    assert len(many[0]) > 60


async def test_somebody_is_found_by_a_part_of_the_name_and_what_was_filled_in_stays(things, browse):
    await crowd(0, 30, things)
    browser = await browse(EVERYWHERE)
    shown = (await browser.get("/assessments/new")).text
    assert "Person 0007" not in shown
    typed = {
        "key": str(uuid4()),
        "observed": "2026-11-03",
        "medium": "live",
        "group_name": "Tuesdays",
        "find": "person",
    }
    typed |= {"find-person": "son 0007", "found-person": "", "find-other": "", "found-other": "", "other": ""}
    found = (await browser.post("/assessments/new", data=typed)).text
    assert re.findall(r'name="person" type="radio"[^>]*>.*?>([^<]*)</label>', found) == [
        "Person 0007, Place 0007, Riverside Family Centre"
    ]
    assert 'value="Tuesdays"' in found and 'value="2026-11-03"' in found and "There is a problem" not in found
    again = {**typed, "found-person": "son 0007"}
    del again["find"]
    told = await browser.post("/assessments/new", data=again)
    assert told.status_code == 422 and "press Find, then choose" in told.text
    nobody = (await browser.post("/assessments/new", data={**again, "find-person": "nobody of this name"})).text
    assert "Nothing is found with these letters in the name" in nobody and "There is a problem" not in nobody
    many = (await browser.post("/assessments/new", data={**again, "find-person": "person"})).text
    assert many.count('name="person" type="radio"') == 20 and "There are more with these letters" in many


async def test_what_is_found_starts_from_what_one_may_see_and_a_choice_of_before_stays(things, browse):
    await crowd(0, 60, things)
    chloe = await browse("chloe")  # who coordinates Riverside alone
    asked = {
        "name": "Autumn",
        "starts": "2026-11-03",
        "site_id": things["site"],
        "learning": "practitioner training",
        "trainer_id": "",
        "found-trainer_id": "",
    }
    odd = (await chloe.post("/courses/cohorts/new", data=asked | {"find-trainer_id": "Person 00"})).text
    offered = re.findall(r'name="trainer_id"[^>]*value="([^"]*)"', odd)
    people = await Person.filter(id__in=[one for one in offered if one]).values_list("name", flat=True)
    assert people and all(int(name.split()[1]) % 2 for name in people)  # the others work elsewhere
    chosen = asked | {"trainer_id": offered[0], "find-trainer_id": "nobody", "found-trainer_id": "Person 00"}
    kept = (await chloe.post("/courses/cohorts/new", data=chosen)).text
    assert re.search(f'value="{offered[0]}" checked', kept) and "Nothing is found" in kept
    done = await chloe.post("/courses/cohorts/new", data=chosen | {"found-trainer_id": "nobody"})
    assert done.status_code == 303
    assert str((await Cohort.get(name="Autumn")).trainer_id) == offered[0]


async def test_the_whole_unit_is_never_meant_by_choosing_no_site(things, browse):
    await crowd(0, 30, things)
    browser, path = await browse(EVERYWHERE), f"/people/{things['person']}/memberships"
    given = {"role": "assessor", "starts": "2026-11-03", "find-site_id": "", "found-site_id": ""}
    told = await browser.post(path, data=given)
    assert told.status_code == 422 and "press Find, then choose" in told.text
    assert not await Membership.filter(person_id=things["person"], role="assessor").exists()
    found = (await browser.post(path, data=given | {"find": "site_id", "find-site_id": "place 0012"})).text
    assert "Place 0012, Cardiff" in found and "Place 0013" not in found
    assert (await browser.post(path, data=given | {"site_id": ""})).status_code == 303
