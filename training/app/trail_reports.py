"""What the nightly check of the trail and its rows has found: noted in the trail itself, shown, and mailed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from training.core.dates import local_day
from training.database.connection import transaction
from training.people.models import Membership
from training.people.roles import ABILITIES
from training.people.visibility import active_on
from training.sites.models import CentralUnit
from training.trail import facts
from training.trail.models import Fact, Seal
from training.trail.seals import last_seal
from training.trail.verify import Report

CHECKED = "trail.checked"
SHOWN, LONGEST = 20, 300
"""So many of the things that were found are kept word for word, and so many letters of each."""
TOLD = ABILITIES["decide"] | ABILITIES["run the service"]
"""The roles of those who are told: who answers for the record, and who can look into it."""


async def note(report: Report, *, mail: str, key: str, now: datetime) -> None:
    """Writes into the trail that it was checked, and what was found; queues the work `mail` for each who is told.

    That is whoever answers for the record or runs the service, and where a unit has the end of the trail kept.
    """
    found = [line[:LONGEST] for line in report.problems[:SHOWN]]
    detail = {
        "entries": report.entries + report.unsealed, "rows": report.rows, "problems": len(report.problems),
        "found": found,
    }  # fmt: skip
    end, whom = await last_seal() or Seal(id=0), [] if report.sound else await _whom_to_tell(now)
    async with transaction():
        noted = await facts.record(CHECKED, end, actor=None, now=now, detail=detail)
        for one in whom:
            payload = {"fact": noted.id}
            await facts.schedule(mail, f"{mail}/{one}/{key}", due=now, payload=payload, subject_id=str(one))


async def newest() -> Fact | None:
    """Finds what the last check has found; None before the first."""
    return await Fact.filter(kind=CHECKED).order_by("-recorded").first()


async def _whom_to_tell(now: datetime) -> list[UUID]:
    """Lists people and units: of all units, as the trail is one."""
    found: dict[UUID, None] = {}
    for unit in await CentralUnit.all().order_by("slug"):
        held = Membership.filter(active_on(local_day(now, unit.zone)), person__unit_id=unit.id, role__in=sorted(TOLD))
        found |= dict.fromkeys([one.person_id for one in await held.order_by("person_id")])
        found |= {unit.id: None} if unit.head_address else {}
    return list(found)


def letter(detail: Mapping[str, Any], *, home: str) -> tuple[str, str]:
    """Writes the mail that tells of it, as subject and text: what was found, and what to do."""
    count, found = detail["problems"], detail["found"]
    lines = [*found, f"… and {count - len(found)} more"] if count > len(found) else found
    named = "\n".join(lines)
    text = (
        "Hello,\n\nlast night's check of our record found something that nobody did through the service. Somebody may "
        f"have changed the database by hand, or it was damaged:\n\n{named}\n\n"
        "Until this is cleared up, do not rely on what is named here. Whoever runs the service compares it with a "
        "backup, finds out who could change it, and puts it right. `training trail verify` looks again. What is in "
        "order as it stands is taken in with:\ntraining trail accept --because WORDS\n\n"
        f"What was found is also at {home}/trail. This mail comes each night until nothing is found.\n"
    )
    return "The record was changed by other hands", text
