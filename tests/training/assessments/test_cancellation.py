"""An assessment that cannot go on: a part is handed on, or all of it cancelled; with the reason, and both are told."""

import pytest

from tests.mails import sent_mails
from training.assessments.models import Assessment, Draft, Rater, Rating
from training.demo.cast import known
from training.trail.models import Fact

from .conftest import Rated, permit


def mails(settings) -> dict[str, str]:
    """Gives what each person was sent last, by the address."""
    return {one.to: one.text for one in sent_mails(settings)}


async def test_a_part_of_somebody_who_left_is_handed_on_and_both_are_told(rated: Rated, browse, work, settings, cast):
    await permit(known("hana"))
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno")
    bruno, path = await browse("bruno"), f"/assessments/{row.id}/stop"
    page = (await bruno.get(path)).text
    assert "Gwen Llŷr" in page and "Hana Nowak" in page
    given = {"step": "hand on", "leaves": str(known("gwen")), "comes": str(known("hana"))}
    assert (await bruno.post(path, data=given)).status_code == 422, "nobody says why"
    assert (await bruno.post(path, data=given | {"comes": str(known("ivan")), "reason": "Left."})).status_code == 422
    assert (await bruno.post(path, data=given | {"reason": "Gwen is away until spring."})).status_code == 303
    await work()
    sent = mails(settings)
    assert "Gwen is away until spring." in sent["gwen@together.example"]
    assert f"/assessments/{row.id}" in sent["hana@together.example"]
    assert (await (await browse("gwen")).get(f"/assessments/{row.id}/rate")).status_code == 404
    await rated.hand_in(row, "hana")
    assert (await Assessment.get(id=row.id)).state in ("submitted", "reconciling")
    assert await Rating.filter(assessment=row).count() == 6


async def test_who_may_not_assess_the_person_cannot_take_a_part(rated: Rated, browse):
    await permit(known("hana"))
    row = await rated.open("gwen", independent=True)
    given = {"step": "hand on", "leaves": str(known("gwen")), "comes": str(known("hana")), "reason": "Away."}
    answer = await (await browse("bruno")).post(f"/assessments/{row.id}/stop", data=given)
    assert (answer.status_code, "supervisor of the trainee" in answer.text) == (422, True)
    assert await Rater.filter(assessment=row, state="rating").count() == 2


async def test_an_open_assessment_is_cancelled_and_may_begin_anew(rated: Rated, browse, work, settings):
    row = await rated.open("gwen")
    bruno, path = await browse("bruno"), f"/assessments/{row.id}/stop"
    assert (await bruno.post(path, data={"step": "cancel"})).status_code == 422
    given = {"step": "cancel", "reason": "The group did not meet."}
    assert (await bruno.post(path, data=given)).status_code == 303
    assert (await bruno.post(path, data=given)).status_code == 404, "nobody rates in it any more"
    await work()
    sent = mails(settings)
    assert "The group did not meet." in sent["gwen@together.example"] and "bruno@together.example" not in sent
    assert (await Assessment.get(id=row.id)).state == "cancelled"
    assert await Fact.filter(kind="assessment.cancelled", actor_id=known("bruno")).count() == 1
    for who in ("bruno", "gwen"):
        assert str(row.id) not in (await (await browse(who)).get("/assessments")).text
    assert (await rated.open("gwen")).id != row.id


@pytest.mark.parametrize("who", ["amina", "chloe"])
async def test_only_who_rates_can_stop_it(rated: Rated, browse, who):
    row = await rated.open("gwen")
    answer = await (await browse(who)).post(f"/assessments/{row.id}/stop", data={"step": "cancel", "reason": "No."})
    assert answer.status_code in (403, 404)
    assert (await Assessment.get(id=row.id)).state == "open" and not await Draft.exists()


async def test_what_is_signed_cannot_be_cancelled(rated: Rated, browse):
    row = await rated.open()
    await rated.hand_in(row, "bruno")
    bruno = await browse("bruno")
    await bruno.post(f"/assessments/{row.id}/sign")
    await bruno.post(f"/assessments/{row.id}/stop", data={"step": "cancel", "reason": "No."})
    assert (await Assessment.get(id=row.id)).state == "signed"
