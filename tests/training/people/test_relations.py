"""How people stand to each other: declared by anybody, taken back with a reason, made by cohorts, used at signing."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from tests.certificates.world import TODAY, publish_pathway
from tests.courses.cohorts.conftest import added, made, seen
from tests.courses.conftest import small_steps
from tests.training.assessments.conftest import NOW, OBSERVED, Rated, permit, permitted, rated, version
from training.assessments import actions, signing
from training.assessments.actions import Opening
from training.core.errors import NotAllowed
from training.demo.cast import known
from training.people.models import Person, Relation
from training.trail.models import Fact

__all__ = ["permitted", "rated", "small_steps", "version"]
SIGNED = """
pathway: signed
title: Signed Steps
version: "1"
roles: [central_unit]
levels:
  leader:
    title: Leader
    requires:
      ready: {signoff: ready, by: {holds: central_unit, not_own: [relative, trainer]}, title: Found ready}
"""


async def declared(browser, other: str, choice: str, **more: str) -> None:
    """Looks for somebody by name and declares how one knows them."""
    name = (await Person.get(id=known(other))).name
    looked = {"find": "person", "find-person": name[:4].lower(), "found-person": "", "since": "2026-01-07"}
    found = await browser.post("/relations", data=looked)
    assert found.status_code == 200 and name in found.text and "2026-01-07" in found.text
    answer = await browser.post("/relations", data={"person": str(known(other)), "choice": choice, **more})
    assert answer.status_code == 303, answer.text
    assert name in (await browser.get("/relations")).text


@pytest.mark.parametrize(("who", "other"), [("amina", "bruno"), ("bruno", "amina")])
async def test_a_declared_relative_may_not_sign_whoever_of_both_declared_it(rated: Rated, cast, browse, who, other):
    row = await rated.open()
    await rated.hand_in(row, "bruno")
    await declared(await browse(who), other, "relative")
    with pytest.raises(NotAllowed, match="relative of the trainee"):
        await signing.sign(row.id, actor=await cast("bruno"), now=NOW)
    assert await Fact.filter(kind="relation.declared").count() == 2
    assert await Relation.filter(kind="relative", declared_by=known(who)).count() == 2


@pytest.mark.parametrize(("who", "choice"), [("bruno", "train"), ("amina", "managed"), ("bruno", "co_leader")])
async def test_who_trained_manages_or_led_with_somebody_is_not_independent(rated: Rated, browse, who, choice):
    other = "amina" if who == "bruno" else "bruno"
    await declared(await browse(who), other, choice, since="2026-01-05")
    with pytest.raises(NotAllowed, match="of the trainee"):
        await rated.open(independent=True)
    assert (await rated.open(independent=False)).state == "open"


async def test_a_declaration_is_taken_back_by_who_made_it_and_stays_on_record(rated: Rated, browse):
    bruno, amina = await browse("bruno"), await browse("amina")
    await declared(bruno, "amina", "relative")
    row = await Relation.filter(kind="relative").first()
    path = f"/relations/{row.id}/take-back"
    assert (await amina.post(path, data={"why": "No."})).status_code == 404
    assert (await bruno.post(path, data={"why": " "})).status_code == 422
    with pytest.raises(NotAllowed):
        await rated.open()
    assert (await bruno.post(path, data={"why": "I meant another Amina."})).status_code == 303
    assert (await rated.open()).state == "open"
    rows = await Relation.filter(kind="relative")
    assert {(one.note, one.taken_back is not None) for one in rows} == {("I meant another Amina.", True)}
    assert await Fact.filter(kind="relation.taken_back").count() == 2
    assert "You have declared nothing" in (await bruno.get("/relations")).text


async def test_a_declaration_counts_for_the_rules_until_it_is_taken_back(browse, tmp_path):
    await publish_pathway(tmp_path, SIGNED)
    dara = await browse("dara")
    sign_off = {"type": "signoff", "what": "ready", "on": str(TODAY), "reason": "Saw her lead.", "key": str(uuid4())}
    await declared(dara, "amina", "relative")
    path = f"/practice/of/{known('amina')}/new"
    refused = await dara.post(path, data=sign_off)
    assert (refused.status_code, "You may not sign this" in refused.text) == (422, True)
    row = await Relation.filter(kind="relative").first()
    await dara.post(f"/relations/{row.id}/take-back", data={"why": "A namesake."})
    assert (await dara.post(path, data=sign_off)).status_code == 303


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"choice": "friend"}, "Choose how you know them"), ({"since": "2130-01-01"}, "still to come"),
        ({"person": str(known("amina"))}, "Choose somebody"), ({"person": str(known("kiran"))}, "Choose somebody"),
    ],
)  # fmt: skip
async def test_a_declaration_that_cannot_be_is_refused(browse, given, says):
    form = {"person": str(known("nadia")), "choice": "co_leader"}
    answer = await (await browse("amina")).post("/relations", data=form | given)
    assert (answer.status_code, says in answer.text) == (422, True)
    assert not await Relation.filter(kind="co_leader").exists()


async def test_declaring_twice_at_once_keeps_it_once(browse):
    amina = await browse("amina")
    form = {"person": str(known("nadia")), "choice": "managed"}
    await asyncio.gather(*(amina.post("/relations", data=form) for _ in range(3)))
    assert await Relation.filter(kind="manager").count() == 1


async def test_whoever_trained_somebody_in_a_cohort_is_not_independent_of_them(small_steps: str, version, browse, cast):
    await permit(known("hana"))
    chloe = await browse("chloe")
    place = await made(chloe, small_steps, trainer_id=str(known("hana")), starts="2026-03-02")
    session = await added(chloe, place, held_on="2026-03-03", trainer_id=str(known("hana")))
    assert (await chloe.post(f"{place}/places", data={"person": str(known("ivan"))})).status_code == 303
    held = await Relation.get(person_id=known("ivan"), other_id=known("hana"), kind="trainer")
    assert await Fact.filter(kind="relation.noted", subject_id=str(held.id)).count() == 1
    came = {"seen": seen(await chloe.get(session)), f"came-{known('ivan')}": "present"}
    assert (await chloe.post(session, data=came)).status_code == 303
    days = await Relation.filter(person_id=known("ivan"), kind="trainer").values_list("starts", flat=True)
    assert date(2026, 3, 3) in days
    opening = Opening(known("ivan"), version.id, OBSERVED, "live", independent=True)
    with pytest.raises(NotAllowed, match="trainer of the trainee"):
        await actions.open_assessment(opening, key=uuid4(), actor=await cast("hana"), now=NOW)
