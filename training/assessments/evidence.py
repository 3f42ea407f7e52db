"""Assessments as evidence of the pathway language: what was signed about a person, and their own calibrations."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from training.assessments.marks import rating_of
from training.assessments.models import Assessment, CalibrationRun
from training.assessments.reading import instrument_of, settled_rows
from training.assessments.rules import AGREEMENT_NEEDED
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
        "id", "agreement", "held", "recorded", name="instrument__name"
    )
    told = [one for row in signed for one in _with_what_set_aside(await _assessment(row, zone), row, zone)]
    return [*told, *[_calibration(run, zone) for run in runs]]


def _with_what_set_aside(told: Record, row: Assessment, zone: str) -> list[Record]:
    """The record, and where it was set aside the one that takes it back from that day on."""
    if row.set_aside is None:
        return [told]
    back = {"id": f"{told['id']}-void", "recorded_at": local_day(row.set_aside, zone), "void": True}
    return [told, told | back | {"replaces": told["id"]}]


async def _assessment(row: Assessment, zone: str) -> Record:
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
        "by": [one.by for one in rows if not one.agreed],
        "medium": row.medium,
        "ratings": [rating_of(instrument, one) for one in rows],
        **({"site": str(row.site_id)} if row.site_id else {}),
    }


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
