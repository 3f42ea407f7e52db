"""Suspending, restoring, withdrawing and reminding many on the register."""

import re
from datetime import timedelta

import pytest
import time_machine

from certificates.evaluations.models import StateChange
from tests.certificates.bulk.choosing import choose, choose_all, name_of, press, rows_of
from tests.certificates.world import BY_RULES, at, certified, changed, publish_pathway, second_in_the_unit
from tests.today import TODAY
from training.batches.models import Batch, BatchRow
from training.demo.cast import known
from training.people.models import Letter, Membership, Permission
from training.trail.models import Fact, Followup

WHY = {"reason": "An inquiry into the hub.", "effective": TODAY.isoformat(), "grounds": "inquiry", "until": ""}


@pytest.fixture
async def dara(database, tmp_path, browse):
    await publish_pathway(tmp_path, BY_RULES)
    return await browse("dara")


async def test_ticked_certificates_are_rehearsed_suspended_and_restored(dara, work):
    amina, ivan = await certified("amina"), await certified("ivan")
    page = (await dara.get("/register")).text
    assert f'value="{amina.id}"' in page and "Suspend certificates" in page and "All " in page
    await work()
    facts = await Fact.all().count()
    batch = await choose(dara, "register", "suspend", amina.id, ivan.id, answers=WHY)
    asked = (await dara.get(f"/bulk/{batch.id}")).text
    assert "You have chosen 2 certificates" in asked and "Undoing restores the certificates" in asked
    await work()
    assert await StateChange.all().count() == 0 and await Fact.all().count() == facts
    shown = (await dara.get(f"/batches/{batch.id}")).text
    assert "Will be done: 2" in shown and await name_of(known("amina")) in shown and "Do it: 2 certificates" in shown
    assert "An inquiry into the hub." in shown and "Something is being looked into." in shown
    assert (await press(dara, batch, "begin", work)).state == "done"
    assert {row.state for row in await StateChange.all()} == {"suspended"}
    assert "Done: 2" in (await dara.get(f"/batches/{batch.id}")).text
    assert (await press(dara, batch, "undo", work)).state == "undone"
    why = f"This was a mistake, and it is put right (batch {batch.number})."
    assert await StateChange.filter(state="restored", reason=why).count() == 2
    assert {state for _, state, _ in (await rows_of(batch)).values()} == {"undone"}
    shown = (await dara.get(f"/batches/{batch.id}")).text
    assert "Undone: 2" in shown and "Done: 2" not in shown and f'href="/register/{amina.id}"' in shown
    assert "2 undone" in (await dara.get("/batches")).text


async def test_a_button_pressed_again_in_another_window_shows_the_batch_as_it_is(dara, work):
    amina = await certified("amina")
    batch = await choose(dara, "register", "suspend", amina.id, answers=WHY)
    await work()
    path, page = f"/batches/{batch.id}/do", {"Referer": f"{dara.base_url}/batches/{batch.id}?show=changed&notice=x"}
    for what in ("begin", "undo"):
        for _ in range(2):
            assert (await dara.post(path, data={"do": what})).headers["location"] == f"/batches/{batch.id}"
        await work()
        assert (await dara.post(path, data={"do": what})).status_code == 303
    refused = await dara.post(path, data={"do": "begin"}, headers=page)
    assert (
        refused.status_code == 409 and f'href="/batches/{batch.id}?show=changed">Look at the page again' in refused.text
    )
    elsewhere = await dara.post(path, data={"do": "begin"}, headers={"Referer": "https://else.example/batches"})
    assert "Look at the page again" not in elsewhere.text and "Go to the home page" in elsewhere.text
    assert await StateChange.all().count() == 2


async def test_a_rehearsal_that_is_another_by_now_is_looked_at_again(dara, work):
    amina = await certified("amina")
    batch = await choose(dara, "register", "suspend", amina.id, answers=WHY)
    await work()
    path = f"/batches/{batch.id}"
    [seen] = re.findall(r'name="seen" value="(\w+)"', (await dara.get(path)).text)
    await dara.post(f"/bulk/{batch.id}", data=WHY | {"reason": "Another one."})
    await work()
    stale = await dara.post(f"{path}/do", data={"do": "begin", "seen": seen})
    assert stale.status_code == 409 and "What this batch would do has changed." in stale.text
    [seen] = re.findall(r'name="seen" value="(\w+)"', (await dara.get(path)).text)
    assert (await dara.post(f"{path}/do", data={"do": "begin", "seen": seen})).status_code == 303
    await work()
    assert (await StateChange.get()).reason == "Another one."


async def test_all_that_match_are_those_of_the_filter_when_they_were_chosen(dara, work):
    await certified("amina")
    batch = await choose(dara, "register", "suspend", asked="programme=steady", answers=WHY)
    await work()
    assert [*await rows_of(batch)] == [await name_of(known("amina"))]
    assert (await Batch.get(id=batch.id)).wishes["chosen"]["asked"]["as_of"] == TODAY.isoformat()


@pytest.mark.parametrize(
    "filters", ["name=amina", "name=amina&standing=all", "site=river", "as_of=2026-11-25&name=IVAN"]
)
async def test_all_of_a_register_searched_by_name_or_site_are_those_that_it_shows(dara, work, filters):
    held = {str((await certified(key)).id) for key in ("amina", "ivan", "bruno")}
    batch, shown = await choose_all(dara, f"/register?{filters}", "suspend", answers=WHY)
    await work()
    chosen = [row.values["id"] for row in await BatchRow.filter(batch_id=batch.id)]
    assert {*chosen} == {*shown} < held and shown


async def test_what_was_changed_meanwhile_is_left_and_what_came_after_stays(dara, work):
    amina, ivan = await certified("amina"), await certified("ivan")
    batch = await choose(dara, "register", "suspend", amina.id, ivan.id, answers=WHY)
    await work()
    change = {"state": "suspended", "reason": "By hand.", "effective": TODAY.isoformat()}
    await dara.post(f"/register/{amina.id}", data=change)
    assert (await press(dara, batch, "begin", work)).counts == {"changed": 1, "same": 1}
    await dara.post(f"/register/{ivan.id}", data=change | {"state": "withdrawn"})
    await press(dara, batch, "undo", work)
    assert (await rows_of(batch))[await name_of(known("ivan"))][1:] == (
        "kept", "This has been changed since, so it stays as it is"
    )  # fmt: skip
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "Not undone: 1" in page and "This has been changed since, so it stays as it is" in page


async def test_withdrawn_ones_are_restored_when_undone_and_one_s_own_is_refused(dara, browse, work):
    await certified("amina")
    mine, bruno = await certified("bruno"), await second_in_the_unit(browse, "bruno")
    batch = await choose(bruno, "register", "withdraw", asked="programme=steady", answers=WHY)
    await work()
    rows = await rows_of(batch)
    assert rows[await name_of(known("amina"))][0] == "changed"
    assert rows[await name_of(known("bruno"))] == ("refused", "left", "You may not change this certification")
    await press(bruno, batch, "begin", work)
    assert not await StateChange.filter(certification_id=mine.id).exists()
    await press(bruno, batch, "undo", work)
    assert [row.state for row in await StateChange.all().order_by("turn")] == ["withdrawn", "restored"]


async def test_a_reminder_goes_to_those_that_run_out_soon_and_cannot_be_undone(dara, work):
    amina, ivan = await certified("amina", TODAY - timedelta(days=340)), await certified("ivan")
    await work()
    batch = await choose(dara, "register", "remind", amina.id, ivan.id)
    await work()
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "A letter that was sent cannot be undone" in page and "Nothing to do: 1" in page
    assert not await Followup.filter(key__contains="/batch ").exists()
    await press(dara, batch, "begin", work)
    assert await Followup.filter(key__contains="/batch ").count() == 1
    assert await Letter.filter(key__contains="/batch ").values_list("person_id", flat=True) == [known("amina")]
    await press(dara, batch, "undo", work)
    assert (await rows_of(batch))[await name_of(known("amina"))][1:] == ("kept", "This cannot be undone")


async def test_suspended_ones_are_restored_and_suspended_again_when_undone(dara, work):
    amina, ivan = await certified("amina"), await certified("ivan")
    await changed(amina, "suspended", on=TODAY)
    batch = await choose(dara, "register", "restore", asked="standing=all", answers=WHY)
    await work()
    assert (await rows_of(batch))[await name_of(known("ivan"))] == ("same", "left", "It is certified")
    await press(dara, batch, "begin", work)
    await press(dara, batch, "undo", work)
    states = await StateChange.filter(certification_id=amina.id).order_by("turn").values_list("state", flat=True)
    assert states == ["suspended", "restored", "suspended"]
    assert not await StateChange.filter(certification_id=ivan.id).exists()


async def test_whoever_lost_the_right_meanwhile_changes_nothing(dara, browse, work):
    await certified("amina")
    bruno = await second_in_the_unit(browse, "bruno")
    batch = await choose(bruno, "register", "suspend", answers=WHY)
    await work()
    held = await Membership.get(person_id=known("bruno"), role="central")
    form = {"membership": str(held.id), "ends": TODAY.isoformat()}
    assert (await dara.post(f"/people/{known('bruno')}/memberships/end", data=form)).status_code == 303
    with time_machine.travel(at(TODAY + timedelta(days=1)), tick=True):
        dara = await browse("dara")
        batch = await press(dara, batch, "begin", work)
    assert (batch.state, batch.stopped_because) == (
        "stopped", "You may not do this any more. Somebody who may can begin it anew."
    )  # fmt: skip
    assert not await StateChange.exists()


async def test_a_row_that_a_rule_refuses_is_named_with_its_reason_and_comes_back_as_a_file(dara, work):
    await certified("amina")
    early = WHY | {"effective": (TODAY - timedelta(days=30)).isoformat()}
    batch = await choose(dara, "register", "suspend", answers=early)
    await work()
    why = "Enter 25 November 2026 or a later day; what was before stays"
    assert (await rows_of(batch))[await name_of(known("amina"))] == ("refused", "left", why)
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert why in page and "Refused: 1" in page and "Do it" not in page and "hand that file in" not in page
    assert why in (await dara.get(f"/batches/{batch.id}/refused.csv")).text
    assert (await dara.post(f"/batches/{batch.id}/do", data={"do": "begin"})).status_code == 409
    answer = await dara.post(f"/bulk/{batch.id}", data=WHY)
    assert answer.status_code == 303
    await work()
    assert (await Batch.get(id=batch.id)).counts == {"changed": 1}


async def test_undoing_a_withdrawal_leaves_suspended_what_was_suspended(dara, work):
    amina, ivan = await certified("amina"), await certified("ivan")
    until = TODAY + timedelta(days=9)
    held = {"state": "suspended", "reason": "An inquiry.", "grounds": "inquiry", "effective": TODAY.isoformat()}
    assert (await dara.post(f"/register/{amina.id}", data=held | {"until": until.isoformat()})).status_code == 303
    for what in ("withdraw", "restore"):
        batch = await choose(dara, "register", what, amina.id, ivan.id, asked="standing=all", answers=WHY)
        await work()
        await press(dara, batch, "begin", work)
        await press(dara, batch, "undo", work)
        last = await StateChange.filter(certification_id=amina.id).order_by("-turn").first()
        assert (last.state, last.until, last.grounds) == ("suspended", until, "inquiry"), what
        assert not await Permission.filter(because=amina.decision_id, ends__isnull=True).exists()
    assert await StateChange.filter(certification_id=ivan.id).order_by("turn").values_list("state", flat=True) == [
        "withdrawn", "restored"
    ]  # fmt: skip
