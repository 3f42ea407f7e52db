"""Assessments as evidence of the pathway language: what was signed about a person, and their own calibrations."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from training.assessments.marks import rating_of
from training.assessments.models import Assessment
from training.assessments.reading import instrument_of, settled_rows
from training.assessments.rules import AGREEMENT_NEEDED
from training.assessments.versions import CalibrationRun

Record = dict[str, Any]


async def assessment_evidence(person_id: UUID) -> list[Record]:
    """Lists the signed assessments of a person and the calibrations they took, with days as dates.

    An assessment that is not signed by everybody who rates says nothing yet and is left out. No result is given for
    one that has marks: the pathway's rules read the marks themselves, with the version they were made with.
    """
    signed = (
        await Assessment.filter(person_id=person_id, state="signed")
        .order_by("observed", "id")
        .select_related("version__instrument")
    )
    return [*[await _assessment(row) for row in signed], *await _calibrations(person_id)]


async def _assessment(row: Assessment) -> Record:
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
        "recorded_at": row.signed.date(),
        "by": [one.by for one in rows if not one.agreed],
        "medium": row.medium,
        "ratings": [rating_of(instrument, one) for one in rows],
        **({"site": str(row.site_id)} if row.site_id else {}),
    }


async def _calibrations(person_id: UUID) -> Sequence[Record]:
    runs = await CalibrationRun.filter(person_id=person_id).values(
        "id", "agreement", "held", "recorded", name="instrument__name"
    )
    return [_calibration(run) for run in runs]


def _calibration(run: Mapping[str, Any]) -> Record:
    return {
        "id": f"calibration-{run['id']}",
        "type": "calibration",
        "what": run["name"],
        "on": run["held"],
        "recorded_at": run["recorded"].date(),
        "agreement": run["agreement"],
        "result": "passed" if run["agreement"] >= AGREEMENT_NEEDED else "failed",
    }
