"""What comes of a merge elsewhere: who launches, who rated, who voted; and what may not become of one person."""

from uuid import uuid4

import pytest

from certificates.decisions.parts_taken import parts_in
from certificates.evaluations.models import Appeal, Decision, Evaluation
from tests.certificates.decisions.test_panels import case, mails, votes
from tests.certificates.world import TODAY, considered
from tests.training.assessments.conftest import NOW, Rated, permitted, rated, version
from tests.training.lti.conftest import Side, side
from training.assessments.calibration.sets.models import CalibrationAttempt, CalibrationSet
from training.assessments.countersignatures.models import Countersignature
from training.assessments.models import Assessment, CalibrationRun, Disagreement, Rater
from training.assessments.quality.models import QualitySample
from training.demo.cast import known
from training.lti.models import Identity
from training.people.merging.models import Merge
from training.people.models import Person, Session

__all__ = ["case", "mails", "permitted", "rated", "side", "version"]
WHY = {"reason": "I have asked."}


async def merging(browse, stays, shut):
    dara = await browse("dara")
    return await dara.post(f"/people/{stays}/merge/{shut}", data=WHY)


async def test_who_comes_from_the_lms_again_signs_in_as_the_one_who_stays(side: Side, browse):
    await side.launch("grace")
    came = (await Identity.get(sub="grace")).person_id
    jude = known("jude")
    assert (await merging(browse, jude, came)).status_code == 303
    assert not await Session.filter(person_id=came, ended__isnull=True).exists()
    people = await Person.all().count()
    answer = await side.launch("grace")
    assert answer.status_code == 303
    assert await Session.filter(person_id=jude, ended__isnull=True, registration_id__isnull=False).count() == 1
    assert await Person.all().count() == people
    row = await Merge.get()
    undone = await (await browse("dara")).post(f"/people/merges/{row.id}", data={"because": "They are two."})
    assert undone.status_code == 303
    await side.launch("grace")
    assert await Session.filter(person_id=came, ended__isnull=True).count() == 1


async def test_nobody_becomes_their_own_assessor_or_rates_twice(rated: Rated, browse):
    row = await rated.open("gwen")
    dara = await browse("dara")
    amina, bruno, gwen = known("amina"), known("bruno"), known("gwen")
    page = (await dara.get(f"/people/{amina}/merge/{bruno}?chosen=")).text
    assert "Bruno Costa rated Amina Yusuf in an assessment." in page and "Merge the two records" not in page
    assert (await merging(browse, amina, bruno)).status_code == 409
    page = (await dara.get(f"/people/{gwen}/merge/{bruno}?chosen=")).text
    assert "Both rate in one assessment." in page
    assert (await merging(browse, gwen, bruno)).status_code == 409
    assert (await Assessment.get(id=row.id)).opened_by_id == bruno


@pytest.mark.by_hand
async def test_nobody_becomes_who_countersigned_looked_again_or_made_what_they_rated(rated: Rated, browse):
    row = await rated.open()
    bruno, gwen, hana, osian = known("bruno"), known("gwen"), known("hana"), known("osian")
    made = {"id": uuid4(), "made": NOW, "digest": "", "eligibility": {}, "reasons": "So.", "finding": "countersigned"}
    await Countersignature.create(assessment_id=row.id, person_id=gwen, **made)
    await QualitySample.create(
        id=uuid4(), assessment_id=row.id, because="share", added=NOW, finding="accepted", found=NOW, found_by_id=hana
    )
    of = {"unit_id": row.unit_id, "version_id": row.version_id, "title": "A", "tolerance": 0, "tries": 1}
    kept = await CalibrationSet.create(id=uuid4(), **of, wait_days=1, made=NOW, made_by_id=osian)
    run = await CalibrationRun.create(
        id=uuid4(), person_id=bruno, instrument_id=rated.version.instrument_id, agreement=90, held=TODAY, recorded=NOW
    )
    await CalibrationAttempt.create(
        id=uuid4(), set_id=kept.id, person_id=bruno, number=1, begun=NOW, handed_in=NOW, run_id=run.id
    )
    dara = await browse("dara")
    for who, other, words in (
        (gwen, bruno, "countersigned or returned what Bruno Costa rated"),
        (gwen, known("amina"), "countersigned or returned an assessment of Amina Yusuf"),
        (hana, bruno, "looked again at what Bruno Costa rated"),
        (osian, bruno, "made the calibration set that Bruno Costa rated"),
    ):
        assert words in (await dara.get(f"/people/{who}/merge/{other}?chosen=")).text
        assert (await merging(browse, who, other)).status_code == 409


async def test_an_assessor_who_is_merged_goes_on_rating_under_the_one_record(rated: Rated, browse):
    row = await rated.open()
    osian = known("osian")
    page = (await (await browse("dara")).get(f"/people/{osian}/merge/{known('bruno')}?chosen=")).text
    assert "1 assessment that they rate" in page and "1 permission" in page
    assert (await merging(browse, osian, known("bruno"))).status_code == 303
    assert (await Rater.get(assessment_id=row.id)).person_id == osian
    signed = await rated.hand_in(row, "osian")
    assert signed.state == "submitted"


async def test_a_panel_decision_names_the_one_who_stays_and_stands(case, browse, work):
    for key in ("bruno", "kiran", "ivan"):
        assert await votes(browse, case, key, "certified") == 303
    await work()
    said = await Evaluation.get(person_id=known("amina"), slot__isnull=False, level="leader", pathway__slug="chosen")
    jude, ivan = known("jude"), known("ivan")
    assert (await merging(browse, known("kiran"), known("bruno"))).status_code == 409  # both voted
    assert (await merging(browse, known("amina"), ivan)).status_code == 409  # would have decided about herself
    assert (await merging(browse, jude, ivan)).status_code == 303
    made = await Decision.get(person_id=known("amina"))
    assert str(jude) in {one["member"] for one in made.panel} and str(ivan) not in made.deciders
    await work()
    await considered("amina", TODAY, 11)
    after = await Evaluation.get(person_id=known("amina"), slot__isnull=False, level="leader", pathway__slug="chosen")
    assert (after.result, after.standing) == (said.result, said.standing) == ("met", "certified")
    assert jude in await parts_in(Appeal(decision_id=made.id, person_id=known("amina")))
    row = await Merge.get()
    undone = await (await browse("dara")).post(f"/people/merges/{row.id}", data={"because": "They are two."})
    assert undone.status_code == 303
    assert str(ivan) in (await Decision.get(id=made.id)).deciders


@pytest.mark.by_hand
async def test_who_is_to_decide_between_raters_does_not_become_one_of_them_or_whoever_was_watched(rated: Rated, browse):
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno", listening=4)
    await rated.hand_in(row, "gwen", listening=1)
    nadia = known("nadia")
    asked = await Disagreement.create(
        id=uuid4(), assessment_id=row.id, raised_by_id=known("bruno"), person_id=nadia, way="decision", reason="No.",
        raised=row.opened,
    )  # fmt: skip
    for who, words in (("gwen", "decide between marks of Gwen"), ("amina", "settle what raters said of Amina")):
        refused = await merging(browse, known(who), nadia)
        assert (refused.status_code, f"was asked to {words}" in refused.text) == (409, True)
    await Disagreement.filter(id=asked.id).update(called_off=row.opened)
    assert (await merging(browse, known("gwen"), nadia)).status_code == 303
