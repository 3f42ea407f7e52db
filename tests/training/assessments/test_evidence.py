"""Assessments as evidence: only what is signed, with version and every mark."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from certificates.pathways.language.evidence import Evidence
from training.assessments import actions, signing
from training.assessments.actions import Noted
from training.assessments.calibration.actions import record_calibration
from training.assessments.evidence import assessment_evidence
from training.assessments.models import CalibrationRun
from training.core.dates import DEFAULT_ZONE
from training.core.errors import NotAllowed
from training.demo.cast import known
from training.people.actor import Actor
from training.trail.models import Fact

from .conftest import NOW, OBSERVED, Rated

Cast = Callable[[str], Awaitable[Actor]]


async def test_an_assessment_says_nothing_before_everybody_signed(rated: Rated, cast: Cast) -> None:
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno")
    await rated.hand_in(row, "gwen")
    await signing.sign(row.id, actor=await cast("bruno"), now=NOW)
    assert await assessment_evidence(known("amina"), DEFAULT_ZONE) == []
    await signing.sign(row.id, actor=await cast("gwen"), now=NOW)
    (record,) = Evidence.of(
        {"holder": "amina", "records": await assessment_evidence(known("amina"), DEFAULT_ZONE)}
    ).records
    assert (record.type, record.what, record.on, record.recorded_at) == ("assessment", "leading", OBSERVED, NOW.date())
    assert set(record.by) == {str(known("bruno")), str(known("gwen"))}
    assert record.attributes["version"] == ("1",) and record.attributes["medium"] == ("live",)
    assert [rating["items"]["listening"] for rating in record.ratings] == [3, 3]
    assert record.result is None


async def test_what_raters_agreed_on_is_the_row_that_speaks_for_all(rated: Rated, cast: Cast) -> None:
    row = await rated.open("gwen")
    await rated.hand_in(row, "bruno", listening=4)
    await rated.hand_in(row, "gwen", listening=1, closing=2)
    await actions.reconcile(row.id, {"listening": Noted(2, "We agreed")}, actor=await cast("gwen"), now=NOW)
    for who in ("bruno", "gwen"):
        await signing.sign(row.id, actor=await cast(who), now=NOW)
    (record,) = await assessment_evidence(known("amina"), DEFAULT_ZONE)
    assert record["ratings"][-1] == {
        "by": str(known("gwen")), "agreed": True, "items": {"listening": 2, "welcome": 3, "closing": 2},
    }  # fmt: skip
    assert len(record["ratings"]) == 3


async def test_a_calibration_is_recorded_by_the_central_unit_and_is_evidence_of_the_rater(
    rated: Rated, cast: Cast
) -> None:
    given = {"instrument_id": rated.version.instrument_id, "agreement": 79.0, "held": date(2026, 11, 1), "now": NOW}
    await record_calibration(known("bruno"), actor=await cast("dara"), **given)
    (record,) = await assessment_evidence(known("bruno"), DEFAULT_ZONE)
    assert (record["type"], record["agreement"], record["result"]) == ("calibration", 79.0, "failed")
    assert await Fact.filter(kind="calibration.recorded").count() == 1
    for who in ("bruno", "chloe", "farah"):
        with pytest.raises(NotAllowed):
            await record_calibration(known("bruno"), actor=await cast(who), **given)
    assert await CalibrationRun.all().count() == 1
