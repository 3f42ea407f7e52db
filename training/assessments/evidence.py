"""Assessments as evidence of the pathway language: what was signed about a person, and their own calibrations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from training.assessments.attempts.reading import numbers_of
from training.assessments.calibration.rules import AGREEMENT_NEEDED
from training.assessments.cancellation import set_aside_before
from training.assessments.countersignatures.models import Countersignature
from training.assessments.countersignatures.rules import who_answers
from training.assessments.marks import rating_of
from training.assessments.models import Assessment, CalibrationRun, Signature
from training.assessments.reading import instrument_of, settled_rows
from training.core.dates import local_day

Record = dict[str, Any]


async def assessment_evidence(person_id: UUID, zone: str) -> list[Record]:
    """Lists the signed assessments of a person and the calibrations they took, with days of `zone` as dates.

    An assessment that is not signed by everybody who rates says nothing yet and is left out. No result is given for
    one that has marks: the pathway's rules read the marks themselves, with the version they were made with.
    """
    signed = (
        await Assessment.filter(person_id=person_id, state="signed")
        .order_by("observed", "id")
        .select_related("version__instrument")
    )
    runs = await CalibrationRun.filter(person_id=person_id).values(
        "id", "agreement", "held", "recorded", "taken_back", name="instrument__name"
    )
    numbers = await numbers_of([person_id]) if signed else {}
    given = Countersignature.filter(assessment__person_id=person_id, finding="countersigned")
    beside = dict(await given.values_list("assessment_id", "person_id")) if signed else {}
    earlier = await set_aside_before([row.id for row in signed]) if signed else {}
    told = [
        one
        for row in signed
        for one in _with_its_ends(
            await _assessment(row, zone, numbers.get(row.id), beside.get(row.id)), row.set_aside, zone,
            earlier=earlier.get(row.id, ()),
        )
    ]  # fmt: skip
    return [*told, *[one for run in runs for one in _with_its_ends(_calibration(run, zone), run["taken_back"], zone)]]


def _with_its_ends(
    told: Record, ended: datetime | None, zone: str, *, earlier: Sequence[tuple[datetime, datetime]] = ()
) -> list[Record]:
    """The record, and where it was set aside or taken back the one that says so from that day on.

    `earlier` is from when till when it did not count before. What takes a void record back lets the first count again.
    """
    found = [told]
    for number, (since, till) in enumerate(earlier, 1):
        aside = f"{told['id']}-aside-{number}"
        for name, moment, replaced in ((aside, since, told["id"]), (f"{aside}-over", till, aside)):
            back = {"id": name, "recorded_at": local_day(moment, zone), "void": True, "replaces": replaced}
            found.append(told | back)
    if ended:
        back = {"id": f"{told['id']}-void", "recorded_at": local_day(ended, zone), "void": True}
        found.append(told | back | {"replaces": told["id"]})
    return found


async def _assessment(row: Assessment, zone: str, attempt: int | None, beside: UUID | None) -> Record:
    instrument = instrument_of(row.version)
    rows = await settled_rows(instrument, row.id)
    assert row.signed is not None
    return {
        "id": f"assessment-{row.id}",
        "type": "assessment",
        "what": instrument.name,
        "programme": row.programme_id,
        "version": instrument.version,
        "on": row.observed,
        "recorded_at": local_day(row.signed, zone),
        "by": await _who_answers(row.id, [one.by for one in rows if not one.agreed], beside),
        "medium": row.medium,
        **({"attempt": attempt} if attempt else {}),
        "ratings": [rating_of(instrument, one) for one in rows],
        **({"site": str(row.site_id)} if row.site_id else {}),
    }


async def _who_answers(assessment_id: UUID, raters: list[str], beside: UUID | None) -> list[str]:
    """Those who signed, and whoever countersigned in place of one whose signature does not count alone."""
    if beside is None:
        return raters
    signed = {str(one.person_id): one.eligibility for one in await Signature.filter(assessment_id=assessment_id)}
    return who_answers(raters, signed, str(beside))


def _calibration(run: Mapping[str, Any], zone: str) -> Record:
    return {
        "id": f"calibration-{run['id']}",
        "type": "calibration",
        "what": run["name"],
        "on": run["held"],
        "recorded_at": local_day(run["recorded"], zone),
        "agreement": run["agreement"],
        "result": "passed" if run["agreement"] >= AGREEMENT_NEEDED else "failed",
    }
