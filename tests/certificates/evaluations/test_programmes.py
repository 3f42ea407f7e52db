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
from training.practice.models import Delivery, Supervision
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
GROUP = {
    "group_name": "Friday group", "began": str(TODAY - timedelta(60)), "ended": str(TODAY - timedelta(9)),
    "sessions": "8", "hours": "16", "role": "lead", "co_leader": str(known("nadia")), "mode": "in_person",
    "parents_enrolled": "9", "parents_completing": "8",
}  # fmt: skip
SESSION = {
    "supervisor": str(known("hana")), "what": "reflective", "held": str(TODAY - timedelta(3)), "minutes": "60",
    "mode": "online",
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


async def test_a_group_and_supervision_count_in_the_programme_they_were_for(browse, work, two):
    amina = await browse("amina")
    assert "Which programme was it?" in (await amina.get("/practice/deliveries/new")).text
    unsaid = await amina.post("/practice/deliveries/new", data=GROUP | {"key": str(uuid4())})
    assert (unsaid.status_code, "Choose which programme" in unsaid.text) == (422, True)
    unsaid = await amina.post("/practice/supervision/new", data=SESSION | {"key": str(uuid4())})
    assert (unsaid.status_code, "Choose which programme" in unsaid.text) == (422, True)
    said = {"programme": two["first"]}
    for path, form in (("/practice/deliveries/new", GROUP), ("/practice/supervision/new", SESSION)):
        assert (await amina.post(path, data=form | said | {"key": str(uuid4())})).status_code == 303
    await confirmed(browse, work)
    assert await results("first") == ["met", "met"]
    assert await results("second") == ["not_met", "not_met"]


async def test_a_correction_that_names_another_programme_moves_the_record_there(browse, work, two):
    amina = await browse("amina")
    first = GROUP | {"programme": two["first"], "key": str(uuid4())}
    assert (await amina.post("/practice/deliveries/new", data=first)).status_code == 303
    await confirmed(browse, work)
    assert (await results("first"))[0] == "met"
    row = await Delivery.get()
    path = f"/practice/deliveries/{row.id}/correct"
    moved = GROUP | {"programme": two["second"], "key": str(uuid4())}
    assert (await amina.post(path, data=moved)).status_code == 303
    await confirmed(browse, work)
    assert [(await results(slug))[0] for slug in ("first", "second")] == ["not_met", "met"]


async def test_supervision_of_a_group_is_for_the_programme_of_the_group(browse, two):
    amina = await browse("amina")
    group = GROUP | {"programme": two["second"], "key": str(uuid4())}
    await amina.post("/practice/deliveries/new", data=group)
    about = {"delivery": str((await Delivery.get()).id), "programme": two["first"]}
    assert (
        await amina.post("/practice/supervision/new", data=SESSION | about | {"key": str(uuid4())})
    ).status_code == 303
    assert str((await Supervision.get()).programme_id) == two["second"]


@pytest.mark.by_hand
async def test_an_old_group_that_names_no_programme_may_count_and_never_surely_does(browse, work, two):
    amina = await browse("amina")
    await amina.post("/practice/deliveries/new", data=GROUP | {"programme": two["first"], "key": str(uuid4())})
    await confirmed(browse, work)
    await Delivery.all().update(programme_id=None)
    assert [(await results(slug))[0] for slug in ("first", "second")] == ["cannot_tell", "cannot_tell"]


async def test_with_one_programme_nobody_is_asked(browse):
    amina = await browse("amina")
    assert "Which programme" not in (await amina.get("/practice/deliveries/new")).text
    assert (await amina.post("/practice/deliveries/new", data=GROUP | {"key": str(uuid4())})).status_code == 303
    assert (await Delivery.get()).programme_id == known("growing-together")


async def test_kinds_that_no_form_offers_are_refused(browse):
    amina, chloe = await browse("amina"), await browse("chloe")
    for wrong in ({"what": "coaching given"}, {"mode": "by letter"}):
        assert (
            await amina.post("/practice/supervision/new", data=SESSION | wrong | {"key": str(uuid4())})
        ).status_code == 422
    check = {"what": "award", "issued": str(TODAY), "key": str(uuid4())}
    assert (await chloe.post(f"/practice/of/{known('amina')}/checks", data=check)).status_code == 422
