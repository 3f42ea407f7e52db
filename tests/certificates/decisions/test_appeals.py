"""An appeal from a refusal to its end: who had a part in it is barred, each step is told, and what is late shows."""

import re
from datetime import timedelta

import time_machine

from certificates.decisions.parts_taken import parts_in
from certificates.evaluations.collect_evidence import collect_evidence
from certificates.evaluations.models import Appeal, Certification, Decision, Evaluation, PathwayVersion, StateChange
from tests.certificates.bulk.choosing import choose, press, rows_of
from tests.certificates.decisions.test_outcomes import WITH_EVERY_OUTCOME, changed, decided, mails
from tests.certificates.world import BY_RULES, NAMED, certified, publish_pathway, second_in_the_unit, waiting
from tests.today import NOW, TODAY
from tests.training.assessments.conftest import NOW as ASSESSED
from tests.training.assessments.conftest import permitted, rated, version
from training.assessments.evidence import assessment_evidence
from training.assessments.signing import sign
from training.core.dates import day
from training.demo.cast import known
from training.people.models import Person
from training.sites.models import CentralUnit
from training.trail.models import Fact

__all__ = ["mails", "permitted", "rated", "version"]
LETTER = ("letter.txt", b"Ivan saw the second group.", "text/plain")


async def lodged(browse, about, **more) -> str:
    """Amina appeals; gives the page of those who decide."""
    path = f"/certificates/outcomes/{about.id}"
    answer = await (await browse("amina")).post(path, data={"words": "It met. Ask Ivan.", **more})
    assert answer.status_code == 303, answer.text
    return f"/certificates/appeals/{(await Appeal.get()).id}"


async def overturned(browser, path: str) -> int:
    form = {"step": "decide", "finding": "overturned", "reasons": "Ivan has the list."}
    return (await browser.post(path, data=form)).status_code


async def test_an_appeal_goes_from_a_refusal_to_a_certificate_and_who_had_a_part_is_barred(
    database, tmp_path, browse, work, mails
):
    await publish_pathway(tmp_path, NAMED)
    case = await waiting("amina")
    await decided(browse, case, "deferred")
    await work()
    amina, dara, farah = await browse("amina"), await browse("dara"), await second_in_the_unit(browse)
    made = await Decision.get()
    page = f"/certificates/outcomes/{made.id}"
    assert f"You can appeal until {day(TODAY + timedelta(days=28))}" in (await amina.get(page)).text
    exe = {"file": ("tool.exe", b"MZ\x00\x01", "application/octet-stream")}
    refused = await amina.post(page, data={"words": "It met. Ask Ivan."}, files=exe)
    assert refused.status_code == 422 and "It met. Ask Ivan." in refused.text
    sent = await amina.post(page, data={"words": "It met. Ask Ivan."}, files={"file": LETTER, "file_3": LETTER})
    assert sent.status_code == 303
    found = await Appeal.get()
    path = f"/certificates/appeals/{found.id}"
    await work()
    assert [to for to, *_ in mails("Appeal of Amina")] == ["farah@together.example"]
    assert day(TODAY + timedelta(days=7)) in mails("We have your appeal")[0][2]

    assert "1 appeal open" in (await farah.get("/")).text
    assert "Amina Yusuf" in (await farah.get("/certificates/appeals")).text
    barred = (await dara.get(path)).text
    assert "You may not decide this: you decided it." in barred and "Farah Siddiqui can." in barred
    for step in ("look", "decide"):
        form = {"step": step, "finding": "upheld", "reasons": "So it was."}
        assert (await dara.post(path, data=form)).status_code == 403, step
    for stranger in ("chloe", "emre", "bruno", "jude"):
        browser = await browse(stranger)
        assert (await browser.get(path)).status_code in (403, 404), stranger
        assert (await browser.get(f"{path}/files/1")).status_code == 404, stranger
        assert (await browser.get(page)).status_code == 404, stranger
    for reader in (amina, farah):
        assert (await reader.get(f"{path}/files/2")).content == LETTER[1]

    assert (await farah.post(path, data={"step": "look"})).status_code == 303
    assert (await farah.post(path, data={"step": "look"})).status_code == 409
    await work()
    assert "Somebody is looking at it" in (await amina.get(page)).text
    assert len(mails("Your appeal is being looked at")) == 1
    assert await overturned(farah, path) == 303
    await work()
    assert len(mails("You were right")) == 1
    again = await Evaluation.get(person_id=known("amina"), awaiting=True)
    await decided(browse, again, "certified", "All is met.")
    await work()
    assert await Certification.filter(person_id=known("amina")).exists()
    assert "appeal" not in (await farah.get("/")).text.lower()
    kinds = [fact.kind async for fact in Fact.filter(kind__startswith="appeal").order_by("id")]
    assert kinds == ["appeal.made", "appeal.looked_at", "appeal.answered"]


async def test_who_recorded_what_a_decision_leaned_on_has_a_part_in_it(database, tmp_path, browse, work):
    await publish_pathway(tmp_path, NAMED)
    farah = await second_in_the_unit(browse)
    case = await waiting("amina")  # what it leans on is recorded by Dara
    form = {"outcome": "deferred", "reasons": "No."}
    assert (await farah.post(f"/certificates/decisions/{case.id}", data=form)).status_code == 303
    path = await lodged(browse, await Decision.get())
    assert "you recorded something that it rests on" in (await (await browse("dara")).get(path)).text
    assert "you decided it" in (await farah.get(path)).text


async def test_late_appeals_are_taken_with_a_reason_and_late_steps_show(database, tmp_path, browse, work, mails):
    await publish_pathway(tmp_path, NAMED)
    await decided(browse, await waiting("amina"), "deferred")
    farah = await second_in_the_unit(browse)
    days = {"appeal_days": "10", "appeal_look_days": "3", "appeal_decide_days": "2"}
    assert (await farah.post("/certificates/appeals", data=days)).status_code == 422
    assert (await farah.post("/certificates/appeals", data=days | {"appeal_decide_days": "20"})).status_code == 303
    assert (await CentralUnit.get(id=known("together"))).appeal_days == 10
    with time_machine.travel(NOW + timedelta(days=29)):
        made, amina = await Decision.get(), await browse("amina")
        page = f"/certificates/outcomes/{made.id}"
        told = (await amina.get(page)).text
        assert "The days to appeal are over" in told and "Appeal late" in told and "Show something new" in told
        assert (await amina.post(page, data={"words": "It met."})).status_code == 422
        path, farah = await lodged(browse, made, late="I was ill."), await browse("farah")
        assert "I was ill." in (await farah.get(path)).text
        assert await overturned(farah, path) == 409  # accepted or refused first
        assert (await farah.post(path, data={"step": "accept"})).status_code == 422
        assert (await farah.post(path, data={"step": "accept", "reasons": "She was."})).status_code == 303
        await work()
        assert len(mails("We accept your appeal")) == 1
        assert (await Appeal.get()).decide_by == TODAY + timedelta(days=49)
    with time_machine.travel(NOW + timedelta(days=33)):
        farah = await browse("farah")
        assert "Late: to be looked at by" in (await farah.get("/certificates/appeals")).text
        assert "1 late" in (await farah.get("/")).text


async def test_a_late_appeal_that_is_not_accepted_ends_there(database, tmp_path, browse, work, mails):
    await publish_pathway(tmp_path, NAMED)
    await decided(browse, await waiting("amina"), "deferred")
    await second_in_the_unit(browse)
    with time_machine.travel(NOW + timedelta(days=29)):
        path = await lodged(browse, await Decision.get(), late="I forgot.")
        farah = await browse("farah")
        assert (await farah.post(path, data={"step": "refuse", "reasons": "No ground."})).status_code == 303
        await work()
    assert len(mails("Your appeal came too late")) == 1
    assert (await Appeal.get()).finding == "refused"
    assert not await Evaluation.filter(awaiting=True).exists()


async def test_a_condition_that_falls_is_taken_away_and_stays_away(database, tmp_path, browse, work):
    await publish_pathway(tmp_path, WITH_EVERY_OUTCOME)
    await decided(browse, await waiting("amina"), "conditional", "Show one more group.")
    await work()
    farah, amina = await second_in_the_unit(browse), await browse("amina")
    assert "Provisional" in (await amina.get("/pathways")).text
    path = await lodged(browse, await Decision.get())
    assert await overturned(farah, path) == 303
    for _ in range(2):
        await work()
    assert [one.state async for one in StateChange.all().order_by("turn")] == ["provisional", "lifted"]
    page = (await amina.get("/pathways")).text
    assert "Certified" in page and "Provisional" not in page
    version = await PathwayVersion.get(slug="chosen")
    evidence = await collect_evidence(await Person.get(id=known("amina")), version, as_of=TODAY)
    assert [one["outcome"] for one in evidence["records"] if one["type"] == "award"] == ["certified"]


async def test_a_suspension_that_falls_is_lifted_at_once(database, tmp_path, browse, work):
    await publish_pathway(tmp_path, BY_RULES)
    await changed(await certified("amina"), "suspended", browse)
    farah = await second_in_the_unit(browse)
    path = await lodged(browse, await StateChange.get(state="suspended"))
    assert await overturned(farah, path) == 303
    assert await StateChange.filter(state="restored").exists()


async def test_a_withdrawal_that_falls_leaves_suspended_what_was_suspended(database, tmp_path, browse, work):
    await publish_pathway(tmp_path, BY_RULES)
    held = await certified("amina")
    await changed(held, "suspended", browse, grounds="inquiry")
    await changed(held, "withdrawn", browse, grounds="evidence")
    farah = await second_in_the_unit(browse)
    path = await lodged(browse, await StateChange.get(state="withdrawn"))
    assert await overturned(farah, path) == 303
    states = await StateChange.all().order_by("turn").values_list("state", "grounds")
    assert states[2:] == [("restored", ""), ("suspended", "inquiry")]


async def test_a_failed_assessment_that_falls_counts_no_more_and_its_raters_are_barred(growing, rated, browse, work):
    amina, dara, row = await browse("amina"), await browse("dara"), await rated.open()
    await rated.hand_in(row, "bruno", welcome=1, listening=1, closing=1)
    await sign(row.id, actor=await rated.cast("bruno"), now=ASSESSED)
    link = re.search(r"/certificates/outcomes/[0-9a-f-]+", (await amina.get(f"/assessments/{row.id}")).text)
    assert link and "You did not pass yet" in (await amina.get(link[0])).text
    for other in ("jude", "dara", "bruno"):
        assert (await (await browse(other)).get(link[0])).status_code == 404, other
    path = await lodged(browse, row)
    assert "not passed" in (await dara.get(path)).text
    assert set(await parts_in(await Appeal.get())) == {known("bruno")}
    assert await overturned(dara, path) == 303
    await work()
    assert "Set aside on" in (await amina.get(f"/assessments/{row.id}")).text
    told = await assessment_evidence(known("amina"), "Europe/London")
    assert [one.get("void", False) for one in told] == [False, True]


async def test_an_appeal_is_upheld_where_the_assessment_counts_no_more_already_and_undoing_that_changes_nothing(
    growing, rated, browse, work
):
    dara, row = await browse("dara"), await rated.open()
    await rated.hand_in(row, "bruno", welcome=1, listening=1, closing=1)
    await sign(row.id, actor=await rated.cast("bruno"), now=ASSESSED)
    path = await lodged(browse, row)
    batch = await choose(dara, "reliance", "set aside", asked=f"assessment={row.id}", answers={"reason": "Wrong day"})
    await work()
    await press(dara, batch, "begin", work)
    assert await overturned(dara, path) == 303
    await press(dara, batch, "undo", work)
    assert [one[1] for one in (await rows_of(batch)).values()] == ["kept"]
    told = await assessment_evidence(known("amina"), "Europe/London")
    assert [one.get("void", False) for one in told] == [False, True]
