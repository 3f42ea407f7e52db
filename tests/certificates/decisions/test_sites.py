"""What a site holds itself: evidence, a decision, a certificate; and the permits of people that hang on it."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from certificates.evaluations.models import Certificate, Certification, Decision, Evaluation
from tests.certificates.world import TODAY, at, publish_pathway, second_in_the_unit
from training.demo.cast import known
from training.people.models import Letter, Permission
from training.records.models import Record
from training.sites.models import Programme

RULES = """
pathway: hubs
title: Hub Programme
version: "1"
owner: Parenting Together
roles: [national_team]
levels:
  leader:
    title: Group leader
    requires:
      knows: {qualification: first aid, title: Knows first aid}
    permits:
      - may: co-lead groups
        while:
          licensed: {award: hub, whose: site, title: A licensed hub}
  hub:
    title: Licensed hub
    kind: licence
    holder: site
    requires:
      practitioners: {event: practitioners trained, where: {people: {min: 2}}, title: Two practitioners trained}
      agreement:     {agreement: licence agreement, title: The licence agreement}
    decision: {by: national_team, outcomes: [certified, deferred]}
    valid: P1Y
    permits:
      - {may: run groups}
"""
RIVERSIDE, HAREHILLS = known("site/RIV"), known("site/HAR")
LICENCES, NEW = f"/sites/{RIVERSIDE}/licences", f"/practice/sites/{RIVERSIDE}/new"
DAY = timedelta(days=1)
EVENT = {"type": "event", "what": "practitioners trained", "pathway": "hubs", "on": str(TODAY), "people": "3"}
AGREED = {"type": "agreement", "what": "licence agreement", "pathway": "", "on": str(TODAY)}


@pytest.fixture
async def hubs(database, tmp_path, browse) -> Programme:
    """A programme whose sites are licensed, and Ivan as its national team in the whole unit."""
    await publish_pathway(tmp_path, RULES)
    programme = await Programme.get(slug="hubs")
    given = {"role": f"{programme.id} national_team", "where": "unit", "starts": str(TODAY - 9 * DAY)}
    answer = await (await browse("dara")).post(f"/people/{known('ivan')}/programme-roles", data=given)
    assert answer.status_code == 303, answer.text
    return programme


async def recorded(browser, path: str = NEW, **given: str):
    return await browser.post(path, data={"key": str(uuid4()), **given})


async def case_of_riverside(browse, work) -> str:
    """The coordinator records all that is asked of her site; gives the case that then waits."""
    chloe = await browse("chloe")
    for one in (EVENT, AGREED):
        answer = await recorded(chloe, **one)
        assert answer.status_code == 303, answer.text
    await all_of(work)
    return str((await Evaluation.get(holder_site_id=RIVERSIDE, awaiting=True)).id)


async def all_of(work) -> None:
    """Does the work that is due, and what comes of it."""
    for _ in range(3):
        await work()


async def licensed(browse, work) -> Certification:
    case = await case_of_riverside(browse, work)
    said = {"outcome": "certified", "reasons": "All there."}
    answer = await (await browse("ivan")).post(f"/certificates/decisions/{case}", data=said)
    assert answer.status_code == 303, answer.text
    await all_of(work)
    return await Certification.get(holder_site_id=RIVERSIDE)


async def leads(browse, work) -> None:
    """Amina is certified by the rules as group leader at Riverside."""
    form = {"type": "qualification", "what": "first aid", "on": str(TODAY), "key": str(uuid4())}
    answer = await (await browse("chloe")).post(f"/practice/of/{known('amina')}/new", data=form)
    assert answer.status_code == 303, answer.text
    await all_of(work)


async def permitted(on=TODAY) -> bool:
    live = Permission.filter(person_id=known("amina"), may="co-lead groups", starts__lte=on)
    return any(row.ends is None or row.ends >= on for row in await live)


async def test_a_site_earns_its_licence_by_forms_and_a_decision(browse, work, hubs):
    chloe, ivan = await browse("chloe"), await browse("ivan")
    page = (await chloe.get(f"/sites/{RIVERSIDE}")).text
    assert "Licences" in page and LICENCES in page
    page = (await chloe.get(LICENCES)).text
    assert "Licensed hub" in page and "0 of 2 done" in page and NEW in page and "Group leader" not in page
    assert "The site may run groups" in page and "practitioners+trained" in page
    listed = (await chloe.get(NEW)).text
    assert "Practitioners trained" in listed and "First aid" not in listed
    case = await case_of_riverside(browse, work)
    assert "1 site waits for a decision." in (await ivan.get("/")).text
    page = (await ivan.get("/certificates/decisions")).text
    assert case in page and "1 site waits for a decision" in page and "Riverside" in page
    page = (await ivan.get(f"/certificates/decisions/{case}")).text
    assert "Two practitioners trained" in page and "The site gets a letter" in page
    found = await licensed_by(ivan, work, case)
    assert found.person_id is None and found.ends == TODAY.replace(year=TODAY.year + 1) - DAY
    page = (await chloe.get(LICENCES)).text
    assert "2 of 2 done" in page and "Certificates of the site" in page
    letter = await Letter.get(person_id=known("chloe"), subject__contains="You are certified")
    assert "it means the site" in letter.text and letter.state == "sent"


async def licensed_by(browser, work, case: str) -> Certification:
    said = {"outcome": "certified", "reasons": "All there."}
    assert (await browser.post(f"/certificates/decisions/{case}", data=said)).status_code == 303
    await all_of(work)
    return await Certification.get(holder_site_id=RIVERSIDE)


async def test_the_permit_of_a_leader_hangs_on_the_licence_of_the_site(browse, work, hubs):
    await leads(browse, work)
    assert await Certification.filter(person_id=known("amina"), pathway_slug="hubs").exists() and not await permitted()
    held = await licensed(browse, work)
    assert await permitted()
    dara, path = await browse("dara"), f"/register/{held.id}"
    assert "Riverside" in (await dara.get(path)).text
    hold = {"state": "suspended", "reason": "The team has left.", "effective": str(TODAY), "grounds": "practice"}
    assert (await dara.post(path, data=hold)).status_code == 303
    await all_of(work)
    assert not await permitted()
    amina = await Evaluation.get(person_id=known("amina"), level="leader", slot__isnull=False, pathway__slug="hubs")
    assert amina.verdict["permits"][0]["result"] == "not_met"
    chloe = await browse("chloe")
    page = (await chloe.get(LICENCES)).text
    assert "Suspended" in page and "The team has left." in page and "You can appeal" in page
    back = {"state": "restored", "reason": "There is a team again.", "effective": str(TODAY)}
    assert (await dara.post(path, data=back)).status_code == 303
    await all_of(work)
    assert await permitted()


async def test_a_licence_that_runs_out_ends_the_permit_on_the_day(browse, work, hubs):
    await leads(browse, work)
    held = await licensed(browse, work)
    assert await permitted()
    with time_machine.travel(at(held.ends - 7 * DAY, 8), tick=True):
        await all_of(work)
        assert await permitted(held.ends - 7 * DAY)
    with time_machine.travel(at(held.ends + DAY, 8), tick=True):
        await all_of(work)
        assert not await permitted(held.ends + DAY)
        page = (await (await browse("chloe")).get(LICENCES)).text
    assert "Lapsed" in page
    told = await Letter.filter(person_id=known("chloe"), subject__contains="Riverside").values_list(
        "subject", flat=True
    )
    assert any("days left" in one for one in told), told


async def test_the_public_check_says_that_an_organisation_holds_it(browse, work, hubs):
    await licensed(browse, work)
    row = await Certificate.get(holder_site_id=RIVERSIDE)
    stranger = await browse("")
    page = (await stranger.get(f"/v/{row.verify_token}")).text
    assert "Valid" in page and "Organisation" in page and "Riverside" in page
    said = (await stranger.get(f"/v/{row.verify_token}", headers={"Accept": "application/json"})).json()
    assert (said["status"], said["holder"]) == ("valid", "organisation")
    chloe = await browse("chloe")
    assert "Licensed hub" in (await chloe.get(f"/certificates/{row.id}")).text
    assert row.progress == "published" or (await Certificate.get(id=row.id)).progress == "published"


async def test_the_register_of_people_names_no_site(browse, work, hubs):
    await leads(browse, work)
    await licensed(browse, work)
    page = (await (await browse("dara")).get("/register?programme=hubs")).text
    assert "Group leader" in page and "Licensed hub" not in page


async def test_nobody_of_another_site_sees_or_enters_anything(browse, work, hubs):
    await licensed(browse, work)
    row, made = await Certificate.get(holder_site_id=RIVERSIDE), await Decision.get(holder_site_id=RIVERSIDE)
    held = await Certification.get(holder_site_id=RIVERSIDE)
    record = await Record.filter(holder_site_id=RIVERSIDE).first()
    for who in ("emre", "amina"):
        other = await browse(who)
        for path in (LICENCES, f"/practice/sites/{RIVERSIDE}", NEW, f"/certificates/{row.id}", f"/register/{held.id}",
                     f"/practice/records/{record.id}", f"/certificates/outcomes/{made.id}",
                     f"/certificates/decisions/{made.evaluation_id}"):  # fmt: skip
            assert (await other.get(path)).status_code in (403, 404), (who, path)
        assert (await recorded(other, **EVENT)).status_code in (403, 404)
    assert await Record.filter(holder_site_id=RIVERSIDE).count() == 2
    assert (await recorded(await browse("emre"), f"/practice/sites/{HAREHILLS}/new", **EVENT)).status_code == 303


async def test_a_site_that_gives_the_programme_up_is_judged_by_it_no_more(browse, work, hubs):
    case = await case_of_riverside(browse, work)
    chloe, ivan = await browse("chloe"), await browse("ivan")
    page = (await chloe.get(f"/sites/{RIVERSIDE}/programmes")).text
    for path in re.findall(rf"/sites/{RIVERSIDE}/programmes/[0-9a-f-]+/end", page):
        await chloe.post(path, data={"ends": str(TODAY - DAY)})
    said = {"outcome": "certified", "reasons": "All there."}
    answer = await ivan.post(f"/certificates/decisions/{case}", data=said)
    assert answer.status_code == 409 and "does not deliver the programme any more" in answer.text
    await all_of(work)
    assert not await Evaluation.filter(holder_site_id=RIVERSIDE, awaiting=True).exists()


async def test_a_coordinator_appeals_for_the_site_and_is_answered(browse, work, hubs):
    case, chloe = await case_of_riverside(browse, work), await browse("chloe")
    said = {"outcome": "deferred", "reasons": "One of them has left."}
    assert (await (await browse("ivan")).post(f"/certificates/decisions/{case}", data=said)).status_code == 303
    await all_of(work)
    made = await Decision.get(holder_site_id=RIVERSIDE)
    assert "One of them has left." in (await chloe.get(LICENCES)).text
    path = f"/certificates/outcomes/{made.id}"
    assert (await chloe.post(path, data={"words": "She is still here."})).status_code == 303
    farah = await second_in_the_unit(browse)
    page = (await farah.get("/certificates/appeals")).text
    assert "Riverside" in page
    appeal = re.search(r"/certificates/appeals/[0-9a-f-]+", page)[0]
    assert "She is still here." in (await farah.get(appeal)).text
    answer = {"finding": "overturned", "reasons": "She is."}
    assert (await farah.post(appeal, data=answer)).status_code == 303
    await all_of(work)
    assert await Evaluation.filter(holder_site_id=RIVERSIDE, awaiting=True).exists()


async def test_who_only_signs_for_a_site_finds_the_form_on_the_home_page(browse, tmp_path, work, database):
    await publish_pathway(tmp_path, RULES.replace("{people: {min: 2}}", "{people: {min: 2}}, by: national_team"))
    programme, dara, ivan = await Programme.get(slug="hubs"), await browse("dara"), await browse("ivan")
    assert "You sign for" not in (await ivan.get("/")).text
    given = {"role": f"{programme.id} national_team", "where": f"site {RIVERSIDE}", "starts": str(TODAY - 9 * DAY)}
    assert (await dara.post(f"/people/{known('ivan')}/programme-roles", data=given)).status_code == 303
    home = (await ivan.get("/")).text
    assert "You sign for Riverside" in home and NEW in home and "Harehills" not in home
    assert (await recorded(ivan, **EVENT)).status_code == 303
    assert (await recorded(await browse("chloe"), **AGREED)).status_code == 303
    await all_of(work)
    assert "You sign for" not in (await ivan.get("/")).text


async def test_a_condition_of_a_licence_that_is_met_counts_for_the_people_of_the_site(browse, tmp_path, work, database):
    rules = RULES.replace(
        "outcomes: [certified, deferred]",
        "outcomes: [conditional], conditional: {ends_after: P6M, lifted_by: {report: {event: first report}}}",
    ).replace("whose: site, title: A licensed hub", "whose: site, where: {standing: certified}, title: A licensed hub")
    await publish_pathway(tmp_path, rules)
    programme = await Programme.get(slug="hubs")
    given = {"role": f"{programme.id} national_team", "where": "unit", "starts": str(TODAY - 9 * DAY)}
    assert (
        await (await browse("dara")).post(f"/people/{known('ivan')}/programme-roles", data=given)
    ).status_code == 303
    case = await case_of_riverside(browse, work)
    said = {"outcome": "conditional", "reasons": "Send a report."}
    assert (await (await browse("ivan")).post(f"/certificates/decisions/{case}", data=said)).status_code == 303
    await all_of(work)
    await leads(browse, work)
    assert not await permitted()
    with time_machine.travel(at(TODAY + 2 * DAY)):
        report = {"type": "event", "what": "first report", "pathway": "hubs", "on": str(TODAY + 2 * DAY)}
        assert (await recorded(await browse("chloe"), **report)).status_code == 303
        await all_of(work)
        assert await permitted(TODAY + 2 * DAY)
