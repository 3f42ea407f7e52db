"""Evidence that belongs to a programme counts in that programme only; what belongs to the person counts everywhere."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.models import PathwayVersion
from tests.certificates.world import TODAY, publish_pathway
from training.demo.cast import known
from training.people.models import Person
from training.records.models import Record
from training.sites.models import Programme

LEADS = """
pathway: first
title: First Programme
version: "1"
roles: [supervisor]
levels:
  leader:
    title: Leader
    requires:
      groups:      {delivery: group, title: A group led}
      supervision: {supervision: any, at_least: {hours: 1}, title: An hour of supervision}
"""
NEW = "/practice/new"
GROUP = {
    "type": "delivery", "what": "group", "name": "Friday group", "from": str(TODAY - timedelta(60)),
    "on": str(TODAY - timedelta(9)), "sessions": "8", "hours": "16", "role": "lead", "co_leader": str(known("nadia")),
    "mode": "in_person", "parents": "9", "completed": "8",
}  # fmt: skip
SESSION = {
    "type": "supervision", "what": "reflective", "by": str(known("hana")), "on": str(TODAY - timedelta(3)),
    "minutes": "60", "mode": "online",
}  # fmt: skip


@pytest.fixture
async def two(database, tmp_path) -> dict[str, str]:
    """Two programmes ask for the same things; gives their ids by name."""
    await publish_pathway(tmp_path, LEADS)
    await publish_pathway(tmp_path, LEADS.replace("first", "second").replace("First", "Second"))
    return {str(row.slug): str(row.id) for row in await Programme.all()}


async def results(slug: str) -> list[str]:
    """Tells what the rules of a pathway say of Amina's practice."""
    version, amina = await PathwayVersion.get(slug=slug), await Person.get(id=known("amina"))
    level = (await judge(amina, version, as_of=TODAY)).verdict.level("leader")
    return [node.result.value for node in level.requires]


async def confirmed(browse, work) -> None:
    """Everybody says yes to what they are asked."""
    await work()
    for who in ("nadia", "hana"):
        browser = await browse(who)
        for path in set(
            re.findall(r"/practice/confirmations/[0-9a-f-]{36}", (await browser.get("/practice/confirmations")).text)
        ):
            assert (await browser.post(path, data={"answer": "yes"})).status_code == 303


async def test_a_group_and_supervision_count_in_the_programme_whose_form_they_were_logged_with(browse, work, two):
    amina = await browse("amina")
    said = re.findall(r'(?:<h2[^>]+|href="/practice/new[^"]+")>([^<]+)<', (await amina.get(NEW)).text)
    one = ["Group", "A supervision session"]
    assert said[said.index("First Programme") : -1] == ["First Programme", *one, "Second Programme", *one]
    for form in (GROUP, SESSION):
        unsaid = await amina.post(NEW, data=form | {"key": str(uuid4())})
        assert (unsaid.status_code, "Choose from the list what it is" in unsaid.text) == (422, True)
        assert (await amina.post(NEW, data=form | {"pathway": "first", "key": str(uuid4())})).status_code == 303
    await confirmed(browse, work)
    assert {str(row.programme_id) for row in await Record.all()} == {two["first"]}
    assert await results("first") == ["met", "met"]
    assert await results("second") == ["not_met", "not_met"]


async def test_a_correction_that_names_another_programme_moves_the_record_there(browse, work, two):
    amina = await browse("amina")
    first = GROUP | {"pathway": "first", "key": str(uuid4())}
    assert (await amina.post(NEW, data=first)).status_code == 303
    await confirmed(browse, work)
    assert (await results("first"))[0] == "met"
    row = await Record.get()
    path = f"/practice/records/{row.id}/correct"
    moved = GROUP | {"pathway": "second", "key": str(uuid4())}
    assert (await amina.post(path, data=moved)).status_code == 303
    await confirmed(browse, work)
    assert [(await results(slug))[0] for slug in ("first", "second")] == ["not_met", "met"]


async def test_supervision_is_about_a_group_of_its_own_programme_alone(browse, two):
    amina = await browse("amina")
    assert (await amina.post(NEW, data=GROUP | {"pathway": "second", "key": str(uuid4())})).status_code == 303
    group = await Record.get()
    offered = {
        slug: str(group.id) in (await amina.get(f"{NEW}?type=supervision&what=&pathway={slug}")).text
        for slug in ("first", "second")
    }
    assert offered == {"first": False, "second": True}
    about = SESSION | {"about": str(group.id)}
    refused = await amina.post(NEW, data=about | {"pathway": "first", "key": str(uuid4())})
    assert (refused.status_code, 'href="#about"' in refused.text) == (422, True)
    assert (await amina.post(NEW, data=about | {"pathway": "second", "key": str(uuid4())})).status_code == 303
    made = await Record.get(type="supervision")
    assert (str(made.programme_id), made.about_id) == (two["second"], group.id)


@pytest.mark.parametrize("whose", ["nobody", "nadia"])
async def test_supervision_is_about_no_group_of_anybody_else(browse, two, whose):
    about = str(uuid4())
    if whose == "nadia":
        nadia, led = await browse("nadia"), GROUP | {"co_leader": str(known("amina")), "pathway": "first"}
        assert (await nadia.post(NEW, data=led | {"key": str(uuid4())})).status_code == 303
        about = str((await Record.get()).id)
    amina = await browse("amina")
    sent = SESSION | {"about": about, "pathway": "first", "key": str(uuid4())}
    refused = await amina.post(NEW, data=sent)
    assert (refused.status_code, 'href="#about"' in refused.text) == (422, True)
    assert not await Record.filter(type="supervision").exists()


@pytest.mark.by_hand
async def test_an_old_group_that_names_no_programme_may_count_and_never_surely_does(browse, work, two):
    amina = await browse("amina")
    await amina.post(NEW, data=GROUP | {"pathway": "first", "key": str(uuid4())})
    await confirmed(browse, work)
    await Record.all().update(programme_id=None)
    assert [(await results(slug))[0] for slug in ("first", "second")] == ["cannot_tell", "cannot_tell"]


async def test_with_one_programme_nobody_is_asked(browse, growing):
    amina = await browse("amina")
    assert (await amina.post(NEW, data=GROUP | {"key": str(uuid4())})).status_code == 303
    assert (await Record.get()).programme_id == known("growing-together")


async def test_kinds_that_no_form_offers_are_refused(browse, two):
    amina, chloe = await browse("amina"), await browse("chloe")
    session = SESSION | {"pathway": "first"}
    for wrong in ({"what": "coaching given"}, {"mode": "by letter"}):
        assert (await amina.post(NEW, data=session | wrong | {"key": str(uuid4())})).status_code == 422
    for what in ("award", "dbs enhanced"):
        check = {"type": "check", "what": what, "on": str(TODAY), "key": str(uuid4())}
        assert (await chloe.post(f"/practice/of/{known('amina')}/new", data=check)).status_code == 422
    assert not await Record.exists()
