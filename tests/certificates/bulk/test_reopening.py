"""Re-opening certificates that rely on assessments in question: on hold, set aside, told, undone."""

import re
from html import unescape

import pytest

from certificates.evaluations.changes import standing_of
from certificates.evaluations.models import Certification, Evaluation, StateChange
from tests.certificates.bulk.choosing import choose, choose_all, name_of, press, rows_of
from tests.certificates.reliance.world import DAYS, JUDGED, assessed, tool
from tests.certificates.world import at, considered, publish_pathway
from tests.today import TODAY
from training.assessments.actions import submit_rating
from training.assessments.models import Assessment
from training.assessments.quality.corrections import open_correction
from training.assessments.signing import sign
from training.batches.models import Batch, BatchRow
from training.core.errors import Conflict
from training.database.connection import transaction
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Letter, Permission

BRUNO = f"assessor={known('bruno')}"
LIST = f"/certificates/reliance?{BRUNO}"
FALL = {"which": "fall", "counting": "no", "reason": "Our assessor was not there"}


@pytest.fixture
async def dara(database, tmp_path, browse, work):
    """Amina needs Bruno's assessment, Ivan has enough without it, Nadia never had one of his."""
    await tool()
    await publish_pathway(tmp_path, JUDGED)
    for key, by in {
        "amina": ("bruno", "gwen"),
        "ivan": ("bruno", "gwen", "hana"),
        "nadia": ("gwen", "hana"),
    }.items():
        for day, one in zip(DAYS, by, strict=False):
            await assessed(key, one, day)
        await considered(key, TODAY, 11)
    await work()
    return await browse("dara")


async def results():
    """Person → what the rules say now."""
    rows = await Evaluation.filter(slot__isnull=False, pathway__slug="judged").values_list("person_id", "result")
    return {key: [result for person, result in rows if person == known(key)] for key in ("amina", "ivan", "nadia")}


async def test_those_that_would_not_stand_are_put_on_hold_told_why_and_undone(dara, browse, work):
    batch, shown = await choose_all(dara, LIST, "reopen", answers=FALL)
    assert len(shown) == 2
    page = (await dara.get(f"/bulk/{batch.id}")).text
    assert "You have chosen 2 certificates" in page and "No, from today on they count no more" in page
    await work()
    assert not await StateChange.exists() and not await Assessment.filter(set_aside__isnull=False).exists()
    rows = await rows_of(batch)
    assert rows[await name_of(known("amina"))] == (
        "changed", "waiting", f"{FALL['reason']}. Without the assessments in question, this is missing: "
        "Two live groups assessed: 1 of 2. New evidence of it is enough.",
    )  # fmt: skip
    stays = "Stays as it is; the assessments count no more"
    assert rows[await name_of(known("ivan"))] == ("changed", "waiting", stays)
    assert stays in (await dara.get(f"/batches/{batch.id}")).text
    assert (await press(dara, batch, "begin", work)).state == "done"
    change = await StateChange.get()
    held = await Certification.get(person_id=known("amina"))
    assert (change.certification_id, change.state, change.grounds) == (held.id, "suspended", "evidence")
    assert "this is missing: Two live groups assessed: 1 of 2. New evidence" in change.reason
    assert not await Permission.filter(because=held.decision_id, ends__isnull=True).exists()
    assert change.reason in (await dara.get(f"/register/{held.id}")).text
    letter = await Letter.get(person_id=known("amina"), subject__contains="on hold")
    assert "Two live groups assessed: 1 of 2" in letter.text and "What you can do now" in letter.text
    assert not await Letter.filter(person_id=known("ivan"), subject__contains="on hold").exists()
    aside = await Assessment.filter(set_aside__isnull=False).values_list("person_id", "set_aside_because")
    assert sorted(aside, key=str) == sorted([(known(one), FALL["reason"]) for one in ("amina", "ivan")], key=str)
    assert await results() == {"amina": ["not_met"], "ivan": ["met"], "nadia": ["met"]}
    assert (
        "Would not stand" in (await dara.get(LIST)).text
        and "the day of the decision" not in (await dara.get(LIST)).text
    )
    assert (await press(dara, batch, "undo", work)).state == "undone"
    assert not await Assessment.filter(set_aside__isnull=False).exists()
    assert await StateChange.all().order_by("turn").values_list("state", flat=True) == ["suspended", "restored"]
    assert await results() == {"amina": ["met"], "ivan": ["met"], "nadia": ["met"]}


async def test_assessments_that_still_count_leave_alone_what_would_stand(dara, work):
    batch = await choose(dara, "reliance", "reopen", asked=BRUNO, answers=FALL | {"counting": "yes"})
    await work()
    rows = await rows_of(batch)
    assert rows[await name_of(known("ivan"))] == ("same", "left", "It would stand without them")
    assert await name_of(known("nadia")) not in rows
    await press(dara, batch, "begin", work)
    assert (await StateChange.get()).grounds == "inquiry"
    assert not await Assessment.filter(set_aside__isnull=False).exists()
    assert (await results())["amina"] == ["met"]


async def test_all_that_were_ticked_are_put_on_hold_where_that_is_asked_and_new_evidence_is_seen(dara, work):
    ivan, amina = [await Certification.get(person_id=known(key)) for key in ("ivan", "amina")]
    batch = await choose(dara, "reliance", "reopen", ivan.id, asked=BRUNO, answers=FALL | {"which": "all"})
    await work()
    await press(dara, batch, "begin", work)
    change = await StateChange.get()
    assert change.certification_id == ivan.id and "Enough is left" in change.reason
    await assessed("amina", "hana", DAYS[5])
    assert "Would not stand" not in (await dara.get(LIST)).text
    batch = await choose(dara, "reliance", "reopen", amina.id, asked=BRUNO, answers=FALL | {"counting": "yes"})
    await work()
    assert (await rows_of(batch))[await name_of(known("amina"))] == ("same", "left", "It would stand without them")


async def test_nobody_re_opens_their_own_and_only_who_decides_re_opens_any(dara, browse, work):
    form = {"on": "reliance", "of": "", "asked": BRUNO, "do": "bulk reopen", "all": "yes"}
    for key in ("chloe", "bruno", "farah"):
        answer = await (await browse(key)).post("/bulk", data=form)
        assert answer.status_code in (403, 404), key
    assert (await dara.post("/bulk", data=form | {"on": "register"})).status_code == 403
    assert "Re-open certificates" not in (await dara.get("/register")).text
    for day in DAYS[:2]:
        await assessed("bruno", "gwen", day)
    await considered("bruno", TODAY, 11)
    given = {"role": "central", "starts": TODAY.isoformat()}
    await dara.post(f"/people/{known('bruno')}/memberships", data=given)
    bruno = await browse("bruno")
    asked = f"assessor={known('gwen')}"
    batch = await choose(bruno, "reliance", "reopen", asked=asked, answers=FALL)
    await work()
    rows = await rows_of(batch)
    assert rows[await name_of(known("bruno"))] == ("refused", "left", "You may not re-open this")
    assert rows[await name_of(known("amina"))][0] == "changed"


async def test_what_is_in_question_is_set_aside_of_those_in_training_as_well(dara, work):
    await assessed("jude", "bruno", DAYS[4])
    batch = await choose(dara, "reliance", "set aside", asked=BRUNO, answers={"reason": FALL["reason"]})
    await work()
    names = [await name_of(known(key)) for key in ("amina", "ivan", "jude")]
    assert sorted(await rows_of(batch)) == sorted(names)
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "Do it: 3 assessments" in page and 'href="/assessments/' in page
    await press(dara, batch, "begin", work)
    aside = Assessment.filter(set_aside__isnull=False, set_aside_because=FALL["reason"])
    assert {row.person_id for row in await aside} == {known(key) for key in ("amina", "ivan", "jude")}
    assert await results() == {"amina": ["not_met"], "ivan": ["met"], "nadia": ["met"]}
    assert not await StateChange.exists()
    again = await choose(dara, "reliance", "set aside", asked=BRUNO, answers={"reason": FALL["reason"]})
    await work()
    assert "None of the assessments that you asked about still counts." in (await dara.get(f"/batches/{again.id}")).text
    await press(dara, batch, "undo", work)
    assert not await aside.exists() and (await results())["amina"] == ["met"]
    held = await Certification.get(person_id=known("ivan"))
    ticked = await choose(dara, "reliance", "set aside", held.id, asked=BRUNO, answers={"reason": FALL["reason"]})
    await work()
    assert [*await rows_of(ticked)] == [await name_of(known("ivan"))]


async def test_what_corrects_one_in_question_waits_until_that_counts_again_and_then_counts_in_its_place(dara, work):
    first = await Assessment.get(person_id=known("amina"), observed=DAYS[0])
    bruno = await being("bruno", TODAY)
    async with transaction():
        row = await open_correction(first, because="Look again.", actor=bruno, now=at(TODAY, 9))
    batch = await choose(dara, "reliance", "set aside", asked=BRUNO, answers={"reason": FALL["reason"]})
    await work()
    await press(dara, batch, "begin", work)
    with pytest.raises(Conflict, match="was set aside and counts no more"):
        await submit_rating(row.id, actor=bruno, now=at(TODAY, 12))
    await press(dara, batch, "undo", work)
    await submit_rating(row.id, actor=bruno, now=at(TODAY, 12))
    await sign(row.id, actor=bruno, now=at(TODAY, 12))
    rows = await Assessment.filter(observed=DAYS[0], person_id=known("amina"), state="signed", set_aside__isnull=True)
    assert [one.id for one in rows] == [row.id]
    assert await Assessment.filter(set_aside__isnull=False).values_list("id", flat=True) == [first.id]


async def test_where_no_certificate_relies_on_them_they_are_set_aside_from_the_list_all_the_same(dara, work):
    await assessed("jude", "bruno", DAYS[9])
    asked = f"{BRUNO}&from={DAYS[9]}"
    page = (await dara.get(f"/certificates/reliance?{asked}")).text
    assert "No certificate relies on these." in page and "1 signed assessment is in question and still counts" in page
    form = dict(re.findall(r'name="(on|asked|all|do)" value="([^"]*)"', unescape(page)))
    answer = await dara.post("/bulk", data=form)
    batch = answer.headers["location"].rsplit("/", 1)[1]
    await dara.post(f"/bulk/{batch}", data={"reason": FALL["reason"]})
    await work()
    await press(dara, await Batch.get(id=batch), "begin", work)
    assert (await Assessment.get(set_aside__isnull=False)).person_id == known("jude")
    assert "in question and still" not in (await dara.get(f"/certificates/reliance?{asked}")).text


TWO = (
    JUDGED
    + """
  senior:
    title: Senior
    requires:
      more: {assessment: leading, at_least: 3, by: assessor, title: Three live groups assessed}
    valid: P3Y
"""
)


async def test_of_somebody_with_two_certificates_all_is_undone_whichever_comes_first(database, tmp_path, browse, work):
    await tool()
    await publish_pathway(tmp_path, TWO)
    for day, one in zip(DAYS, ("bruno", "gwen", "hana"), strict=False):
        await assessed("ivan", one, day)
    await considered("ivan", TODAY, 11)
    await work()
    dara = await browse("dara")
    stands = await Certification.get(person_id=known("ivan"), level="leader")
    falls = await Certification.get(person_id=known("ivan"), level="senior")
    batch = await choose(dara, "reliance", "reopen", asked=BRUNO, answers=FALL)
    await work()
    for row in await BatchRow.filter(batch_id=batch.id):
        await BatchRow.filter(id=row.id).update(number=7 if row.values["id"] == str(stands.id) else 8)
    await press(dara, batch, "begin", work)
    assert (await StateChange.get()).certification_id == falls.id
    await press(dara, batch, "undo", work)
    assert not await Assessment.filter(set_aside__isnull=False).exists()
    assert {row.state for row in await BatchRow.filter(batch_id=batch.id)} == {"undone"}


async def test_where_a_certificate_was_changed_since_it_stays_and_the_assessments_count_again(dara, work):
    batch = await choose(dara, "reliance", "reopen", asked=BRUNO, answers=FALL)
    await work()
    await press(dara, batch, "begin", work)
    held = await Certification.get(person_id=known("amina"))
    form = {"state": "withdrawn", "reason": "She asked for it.", "grounds": "wish", "effective": TODAY.isoformat()}
    assert (await dara.post(f"/register/{held.id}", data=form)).status_code == 303
    await press(dara, batch, "undo", work)
    assert not await Assessment.filter(set_aside__isnull=False).exists()
    row = (await rows_of(batch))[await name_of(known("amina"))]
    assert row[1:] == ("kept", "This has been changed since, so it stays as it is. The assessments count again")
    assert await standing_of(held, TODAY) == "withdrawn"


@pytest.mark.by_hand
async def test_undoing_lets_only_those_count_again_that_this_batch_set_aside(dara, work):
    first = await choose(dara, "reliance", "set aside", asked=BRUNO, answers={"reason": FALL["reason"]})
    await work()
    await press(dara, first, "begin", work)
    gwen = f"assessor={known('gwen')}"
    second = await choose(dara, "reliance", "reopen", asked=gwen, answers=FALL | {"which": "all"})
    await work()
    await press(dara, second, "begin", work)
    assert await Assessment.filter(set_aside__isnull=True, person_id=known("amina")).count() == 0
    moment = (await Assessment.filter(set_aside__isnull=False).first()).set_aside
    await Assessment.filter(set_aside__isnull=False).update(set_aside=moment)
    await press(dara, second, "undo", work)
    aside = await Assessment.filter(set_aside__isnull=False).values_list("id", flat=True)
    assert {str(one) for one in aside} == {row.values["id"] for row in await BatchRow.filter(batch_id=first.id)}
