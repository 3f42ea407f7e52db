"""Issuing certificates to many at once, on the list of decisions and of a cohort, and refusing many."""

import pytest

from certificates.evaluations.changes import standing_of
from certificates.evaluations.models import Certificate, Certification, Decision, Evaluation, StateChange, current
from tests.certificates.bulk.choosing import choose, choose_all, name_of, press, rows_of
from tests.certificates.world import NAMED, considered, publish_pathway, second_in_the_unit, waiting
from tests.today import TODAY
from training.batches.models import Batch, BatchRow
from training.demo.cast import known
from training.sites.models import Programme
from training.trail.models import Fact

WHY = {"reasons": "All is met."}


@pytest.fixture
async def dara(database, tmp_path, browse):
    await publish_pathway(tmp_path, NAMED)
    return await browse("dara")


async def test_certificates_are_issued_to_all_who_wait_and_withdrawn_when_undone(dara, work):
    cases = [await waiting(key) for key in ("amina", "ivan")]
    await work()
    page = (await dara.get("/certificates/decisions")).text
    assert "Issue certificates" in page and all(f'value="{one.id}"' in page for one in cases)
    facts = await Fact.all().count()
    batch = await choose(dara, "decisions", "issue", answers=WHY)
    await work()
    assert (await Batch.get(id=batch.id)).counts == {"changed": 2}
    assert not await Decision.exists() and not await Certificate.exists() and await Fact.all().count() == facts
    await press(dara, batch, "begin", work)
    assert {row.decided_by_id for row in await Decision.all()} == {known("dara")}
    assert await Certificate.filter(published__isnull=False).count() == 2
    await press(dara, batch, "undo", work)
    assert await StateChange.filter(state="withdrawn").count() == 2


async def test_an_undone_issue_brings_the_cases_back_and_they_can_be_issued_again_the_same_day(dara, work):
    case = await waiting("amina")
    await work()
    batch = await choose(dara, "decisions", "issue", case.id, answers=WHY)
    await work()
    await press(dara, batch, "begin", work)
    assert "Amina Yusuf" not in (await dara.get("/certificates/decisions")).text
    await press(dara, batch, "undo", work)
    assert "Amina Yusuf" in (await dara.get("/certificates/decisions")).text
    again = await choose(dara, "decisions", "issue", answers=WHY)
    await work()
    await press(dara, again, "begin", work)
    first, second = await Certification.filter(person_id=known("amina")).order_by("recorded")
    assert [await standing_of(one, TODAY) for one in (first, second)] == ["withdrawn", "certified"]
    await considered("amina", TODAY, 20)
    said = await current().get(person_id=known("amina"), pathway__slug="chosen")
    assert (said.standing, said.awaiting) == ("certified", False)
    page = (await dara.get(f"/pathways/of/{known('amina')}")).text
    assert "Certified" in page and "Withdrawn" not in page


@pytest.mark.parametrize(("filters", "number"), [("query=amina", 1), ("level=no such level", 0), ("sort=-name", 2)])
async def test_all_of_a_filtered_list_of_decisions_are_those_that_it_shows(dara, work, filters, number):
    cases = {str((await waiting(key)).id) for key in ("amina", "ivan")}
    path = f"/certificates/decisions?{filters}"
    if not number:
        assert "on this list" not in (await dara.get(path)).text
        return
    batch, shown = await choose_all(dara, path, "issue", answers=WHY)
    await work()
    chosen = [row.values["id"] for row in await BatchRow.filter(batch_id=batch.id)]
    assert len(shown) == number and {*chosen} == {*shown} <= cases
    assert (f"/certificates/decisions?{filters}" in (await dara.get(f"/bulk/{batch.id}")).text) is ("query" in filters)


async def test_a_refusal_is_decided_for_many_and_stays_when_undone(dara, work):
    case = await waiting("amina")
    batch = await choose(dara, "decisions", "decide", case.id, answers=WHY | {"outcome": "deferred"})
    await work()
    await press(dara, batch, "begin", work)
    assert [row.outcome for row in await Decision.all()] == ["deferred"]
    await press(dara, batch, "undo", work)
    assert (await rows_of(batch))[await name_of(known("amina"))][1:] == ("kept", "A refusal is a decision and stays")


async def test_an_outcome_that_the_rules_do_not_know_is_refused_in_the_rehearsal(dara, work):
    case = await waiting("amina")
    batch = await choose(dara, "decisions", "decide", case.id, answers=WHY | {"outcome": "declined"})
    await work()
    assert (await rows_of(batch))[await name_of(known("amina"))] == (
        "refused", "left", "The rules know no such outcome here"
    )  # fmt: skip
    answer = await dara.post(f"/batches/{batch.id}/do", data={"do": "begin"})
    assert answer.status_code == 409


async def test_nobody_decides_their_own_case_and_two_batches_at_once_decide_once(dara, browse, work):
    await waiting("amina")
    await waiting("bruno")
    bruno = await second_in_the_unit(browse, "bruno")
    first = await choose(dara, "decisions", "issue", answers=WHY)
    second = await choose(bruno, "decisions", "issue", answers=WHY)
    await work()
    assert (await rows_of(second))[await name_of(known("bruno"))][2] == "You may not decide this"
    for who, batch in ((dara, first), (bruno, second)):
        assert (await who.post(f"/batches/{batch.id}/do", data={"do": "begin"})).status_code == 303
    await work()
    assert await Decision.filter(person_id=known("amina")).count() == 1
    assert {(await rows_of(one))[await name_of(known("amina"))][0] for one in (first, second)} == {"changed", "same"}
    assert await Certification.filter(person_id=known("bruno")).count() == 1


async def test_who_may_not_decide_is_offered_nothing_and_refused(dara, browse, work):
    await waiting("amina")
    chloe = await browse("chloe")
    assert "Suspend certificates" not in (await chloe.get("/register")).text
    form = {"on": "register", "do": "bulk suspend", "all": "yes"}
    assert (await chloe.post("/bulk", data=form)).status_code == 403
    batch = await choose(chloe, "decisions", "issue", answers=WHY)
    await work()
    assert await rows_of(batch) == {} and "Amina" not in (await chloe.get(f"/bulk/{batch.id}")).text
    amina = await browse("amina")
    assert (await amina.post("/bulk", data=form)).status_code == 403
    assert await Batch.all().count() == 1


async def test_who_decides_by_a_role_in_the_programme_issues_to_those_cases_alone(dara, tmp_path, browse, work):
    led = NAMED.replace("chosen", "led").replace("Chosen", "Led").replace("central_unit", "lead")
    await publish_pathway(tmp_path, led)
    programme = (await Programme.get(slug="led")).id
    given = {"role": f"{programme} lead", "where": "unit", "starts": TODAY.isoformat()}
    assert (await dara.post(f"/people/{known('ivan')}/programme-roles", data=given)).status_code == 303
    await waiting("amina")
    assert await Evaluation.filter(person_id=known("amina"), awaiting=True).count() == 2
    lead = await browse("ivan")
    page = (await lead.get("/certificates/decisions")).text
    assert "Issue certificates" in page and "Chosen Steps" not in page
    batch = await choose(lead, "decisions", "issue", answers=WHY)
    await work()
    assert [row.values["what"] for row in await BatchRow.filter(batch_id=batch.id)] == ["Led Steps: Leader"]
    await press(lead, batch, "begin", work)
    assert [row.decided_by_id for row in await Decision.all()] == [known("ivan")]
    await press(lead, batch, "undo", work)
    assert (await rows_of(batch))[await name_of(known("amina"))][1] == "kept"


async def test_a_batch_that_is_stopped_can_be_gone_on_with(dara, work):
    for key in ("amina", "ivan"):
        await waiting(key)
    batch = await choose(dara, "decisions", "issue", answers=WHY)
    await work()
    for what in ("begin", "stop"):
        assert (await dara.post(f"/batches/{batch.id}/do", data={"do": what})).status_code == 303
    await work()
    assert not await Decision.exists()
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "Somebody stopped it." in page and "Go on: 2 cases left" in page
    assert (await press(dara, batch, "begin", work)).state == "done"
    assert await Decision.all().count() == 2


async def test_what_is_not_as_the_pages_send_it_is_refused(dara, work):
    for form in (
        {"on": "nowhere"}, {"on": "cohort", "of": "x", "all": "yes", "do": "bulk invite"},
        {"on": "register", "asked": "as_of=%00&area=%00", "all": "yes", "do": "bulk invite"},
        {"on": "register", "all": "yes", "do": "import"}, {"on": "decisions", "one[]": "x", "do": "bulk suspend"},
    ):  # fmt: skip
        assert (await dara.post("/bulk", data=form)).status_code in (303, 403, 404, 422), form
    await work()
