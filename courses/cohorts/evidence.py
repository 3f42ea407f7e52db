"""What coming to sessions shows of a person, as evidence records of the pathway language."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from courses.cohorts.models import Attendance
from training.core.dates import local_day

Record = dict[str, Any]


async def attendance_evidence(person_id: UUID, zone: str) -> list[Record]:
    """Returns the person's `learning` records: one for each session attended or made up, by the name it counts as.

    Absence is no evidence. A later note replaces all that was told of the session before, or only takes it back.
    """
    noted: dict[UUID, list[Attendance]] = {}
    for row in await Attendance.filter(person_id=person_id).order_by("number"):
        noted.setdefault(row.session_id, []).append(row)
    return [record for rows in noted.values() for record in _records(rows, zone)]


def _records(rows: Sequence[Attendance], zone: str) -> list[Record]:
    """Tells the notes of one session, the first one first."""
    told: list[Record] = []
    for row in rows:
        counts = bool(row.minutes and row.learning and row.last_day)
        before = {"replaces": [record["id"] for record in told]} if told else {}
        if counts:
            told.append(_record(row, zone) | before)
        elif told and not told[-1].get("void"):
            told.append(told[-1] | _recorded(row, zone) | before | {"void": True})
    return told


def _record(row: Attendance, zone: str) -> Record:
    topics = row.topics.splitlines()
    return {
        **(row.attributes or {}),
        **_recorded(row, zone),
        "type": "learning",
        "what": row.learning,
        "on": row.last_day,
        **({"from": row.first_day} if row.first_day else {}),
        "hours": round(row.minutes / 60, 2),
        **({"days": row.days} if row.days is not None else {}),
        **({"mode": row.mode} if row.mode else {}),
        **({"topic": topics} if topics else {}),
        **({"by": str(row.trainer_id)} if row.trainer_id else {}),
    }


def _recorded(row: Attendance, zone: str) -> Record:
    return {"id": f"attendance-{row.id}", "recorded_at": local_day(row.recorded, zone)}
