"""Roles in a programme: given for a reach, ended, taken back; who holds one signs and decides, and nobody else."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from certificates.decisions.deciders import case_for, cases_for
from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.models import Certification, Evaluation, PathwayVersion
from tests.certificates.world import TODAY, publish_pathway, shown
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Person
from training.programmes.models import ProgrammeRole
from training.sites.models import Area, Programme, Site

HUB = """
pathway: hubs
title: Hub Programme
version: "1"
owner: Parenting Together
roles: [hub_coordinator, national_team]
levels:
  leader:
    title: Leader
    requires:
      knows: {qualification: first aid, title: Knows first aid}
    decision: {by: hub_coordinator, outcomes: [certified, deferred]}
  trainer:
    title: Trainer
    requires:
      leads: {award: leader, title: Certified as leader}
    decision: {by: [leader, national_team]}
"""
IVAN = known("ivan")
AT_RIVERSIDE = f"site {known('site/RIV')}"
GIVE = f"/people/{IVAN}/programme-roles"
DAY = timedelta(days=1)


@pytest.fixture
async def hubs(database, tmp_path) -> Programme:
    await publish_pathway(tmp_path, HUB)
    return await Programme.get(slug="hubs")


async def given(browser, programme, role="hub_coordinator", where=AT_RIVERSIDE, person=IVAN):
    form = {"role": f"{programme.id} {role}", "where": where, "starts": str(TODAY - 9 * DAY)}
    return await browser.post(f"/people/{person}/programme-roles", data=form)


async def case_of_amina(work) -> str:
    await shown("amina")
    await work()
    return str((await Evaluation.get(person_id=known("amina"), awaiting=True)).id)


async def decides(browser, case: str):
    return await browser.post(f"/certificates/decisions/{case}", data={"outcome": "certified", "reasons": "All there."})


async def test_whoever_holds_the_role_sees_the_case_and_decides_it_in_order(browse, work, hubs):
    case, ivan, chloe = await case_of_amina(work), await browse("ivan"), await browse("chloe")
    assert case not in (await ivan.get("/certificates/decisions")).text
    assert (await decides(ivan, case)).status_code == 404
    offered = (await chloe.get(GIVE)).text
    assert "Hub coordinator, Hub Programme" in offered and "Central unit" not in offered
    assert "The whole unit" not in offered and "Harehills" not in offered
    assert (await given(chloe, hubs)).status_code == 303
    assert "1 person waits for a decision." in (await ivan.get("/")).text
    assert case in (await ivan.get("/certificates/decisions")).text
    assert (await decides(ivan, case)).status_code == 303
    await work()
    held = await Certification.get(person_id=known("amina"), level="leader")
    row = await Evaluation.get(person_id=known("amina"), level="leader", slot__isnull=False)
    assert row.verdict["decision"]["in_order"] == "met" and held.decision_id


@pytest.mark.parametrize("where", ["site HAR", "area LDS"])
async def test_a_role_elsewhere_decides_nothing_here(browse, work, hubs, where):
    case, dara, ivan = await case_of_amina(work), await browse("dara"), await browse("ivan")
    kind, code = where.split()
    assert (await given(dara, hubs, where=f"{kind} {known(f'{kind}/{code}')}")).status_code == 303
    assert case not in (await ivan.get("/certificates/decisions")).text
    assert (await decides(ivan, case)).status_code == 404


@pytest.mark.parametrize("where", ["area WLS", "area CDF", "unit"])
async def test_an_area_reaches_all_below_it_and_the_unit_everybody(browse, work, hubs, where):
    case, dara, ivan = await case_of_amina(work), await browse("dara"), await browse("ivan")
    kind, _, code = where.partition(" ")
    assert (await given(dara, hubs, where=f"area {known(f'area/{code}')}" if code else kind)).status_code == 303
    assert (await decides(ivan, case)).status_code == 303


async def test_the_central_unit_is_told_when_nobody_can_decide(browse, work, hubs):
    await case_of_amina(work)
    dara = await browse("dara")
    words = "Nobody is hub coordinator for Hub Programme in Cardiff: 1 person waits"
    assert words in (await dara.get("/")).text
    assert words not in (await (await browse("chloe")).get("/")).text
    await given(dara, hubs)
    assert words not in (await dara.get("/")).text


async def test_who_holds_a_level_decides_where_the_rules_name_it(browse, work, hubs, tmp_path):
    chloe, ivan, amina = await browse("chloe"), await browse("ivan"), await browse("amina")
    await given(chloe, hubs)
    await decides(ivan, await case_of_amina(work))
    await work()
    await given(await browse("dara"), hubs, person=known("jude"))
    await shown("ivan")
    await work()
    leader = await Evaluation.get(person_id=IVAN, level="leader", awaiting=True)
    assert (await decides(await browse("jude"), str(leader.id))).status_code == 303
    await work()
    trainer = str((await Evaluation.get(person_id=IVAN, level="trainer", awaiting=True)).id)
    assert trainer in (await amina.get("/certificates/decisions")).text, "she is a leader at his site"
    assert (await decides(amina, trainer)).status_code == 303
    own = str((await Evaluation.get(person_id=known("amina"), level="trainer", awaiting=True)).id)
    assert own not in (await amina.get("/certificates/decisions")).text
    assert (await decides(amina, own)).status_code == 404


async def test_a_role_ends_and_is_taken_back_and_counts_as_long_as_it_held(browse, work, hubs):
    case, chloe, ivan = await case_of_amina(work), await browse("chloe"), await browse("ivan")
    await given(chloe, hubs)
    await decides(ivan, case)
    role = await ProgrammeRole.get()
    path = f"{GIVE}/{role.id}"

    async def in_order() -> str:
        version, amina = await PathwayVersion.get(slug="hubs"), await Person.get(id=known("amina"))
        return (await judge(amina, version, as_of=TODAY)).verdict.level("leader").decision.in_order.value

    assert await in_order() == "met"
    assert (await chloe.post(path, data={"do": "end", "ends": "2020-01-01"})).status_code == 422
    assert (await chloe.post(path, data={"do": "end", "ends": str(TODAY)})).status_code == 303
    assert await in_order() == "met", "she held it on the day"
    assert (await chloe.post(path, data={"do": "take back", "why": ""})).status_code == 422
    assert (await chloe.post(path, data={"do": "take back", "why": "It was meant for Jude."})).status_code == 303
    assert await in_order() == "not_met"
    assert "It was meant for Jude." in (await chloe.get(f"/people/{IVAN}/programmes")).text


async def test_a_role_counts_in_its_own_programme_alone(browse, work, hubs, tmp_path):
    await publish_pathway(tmp_path, HUB.replace("hubs", "others").replace("Hub Programme", "Other Programme"))
    await given(await browse("chloe"), hubs)
    await shown("amina")
    await work()
    ivan = await browse("ivan")
    cases = {
        row.pathway.slug: str(row.id) for row in await Evaluation.filter(awaiting=True).prefetch_related("pathway")
    }
    found = (await ivan.get("/certificates/decisions")).text
    assert cases["hubs"] in found and cases["others"] not in found


async def test_a_coordinator_gives_roles_at_own_sites_alone_and_none_to_herself(browse, hubs):
    chloe, emre = await browse("chloe"), await browse("emre")
    for where in ("unit", f"area {known('area/CDF')}", f"site {known('site/HAR')}"):
        assert (await given(chloe, hubs, where=where)).status_code == 403
    assert (await given(chloe, hubs, person=known("chloe"))).status_code in (403, 404)
    assert (await given(emre, hubs)).status_code == 404
    assert (await given(chloe, hubs, role="central_unit")).status_code == 422
    assert not await ProgrammeRole.exists()
    assert (await given(chloe, hubs)).status_code == 303
    again = await given(chloe, hubs)
    assert (again.status_code, "They hold this role there already" in again.text) == (422, True)


SIGNED = """
pathway: signed
title: Signed Programme
version: "1"
owner: Parenting Together
roles: [national_team]
levels:
  leader:
    title: Leader
    requires:
      talk: {signoff: interview, by: national_team, title: An interview}
"""


@pytest.mark.parametrize(("where", "signs"), [(AT_RIVERSIDE, True), (f"site {known('site/HAR')}", False)])
async def test_whoever_holds_the_name_of_a_body_signs_for_it_in_reach(browse, tmp_path, where, signs):
    await publish_pathway(tmp_path, SIGNED)
    dara, programme = await browse("dara"), await Programme.get(slug="signed")
    form = {
        "type": "signoff",
        "what": "interview",
        "on": str(TODAY),
        "pathway": "signed",
        "reason": "We talked.",
        "key": str(uuid4()),
    }
    path = f"/practice/of/{known('amina')}/new"
    refused = await dara.post(path, data=form)
    assert (refused.status_code, "You may not sign this on that day" in refused.text) == (422, True)
    assert (await given(dara, programme, "national_team", where, known("dara"))).status_code == 303
    answer = await dara.post(path, data=form)
    assert (answer.status_code == 303) is signs
    version, amina = await PathwayVersion.get(slug="signed"), await Person.get(id=known("amina"))
    node = (await judge(amina, version, as_of=TODAY)).verdict.level("leader").requires[0]
    assert node.result.value == ("met" if signs else "not_met")


async def test_a_session_that_came_through_a_learning_system_decides_nothing(browse, work, hubs):
    case = await case_of_amina(work)
    await given(await browse("chloe"), hubs)
    ivan = await being("ivan", TODAY)
    assert [str(row.id) for row in await cases_for(ivan)] == [case]
    through_lms = replace(ivan, staff=False)
    assert await cases_for(through_lms) == [] and await case_for(through_lms, UUID(case)) is None


@pytest.mark.by_hand
async def test_an_area_alone_that_is_found_is_offered_and_not_called_nothing(browse, hubs):
    unit, area = hubs.unit_id, await Area.first()
    for at in range(25):
        await Area.create(unit_id=unit, code=f"A{at}", name=f"Valley {at:02}", path=f"/valley{at}/")
        await Site.create(unit_id=unit, area_id=area.id, code=f"S{at}", name=f"Place {at:02}")
    typed = {"find": "where", "find-where": "valley 07", "found-where": "", "starts": str(TODAY)}
    found = (await (await browse("dara")).post(GIVE, data=typed)).text
    assert "Valley 07 and all within" in found and "Nothing is found" not in found
    nothing = (await (await browse("dara")).post(GIVE, data={**typed, "find-where": "moon"})).text
    assert "Valley 07" not in nothing and "Nothing is found" in nothing
