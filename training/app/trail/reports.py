"""What the nightly check of the trail and its rows has found: noted in the trail itself, shown, and mailed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from training.core.dates import local_day
from training.core.mail_templates import Mail
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
BROKEN = "mail broken trail"
SHOWN, LONGEST = 20, 300
"""So many of the things that were found are kept word for word, and so many letters of each."""
TOLD = ABILITIES["decide"] | ABILITIES["run the service"]
"""The roles of those who are told: who answers for the record, and who can look into it."""


async def note(report: Report, *, key: str, now: datetime) -> None:
    """Writes into the trail that it was checked, and what was found; queues a mail for each who is told.

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
            await facts.schedule(BROKEN, f"{BROKEN}/{one}/{key}", due=now, payload=payload, subject_id=str(one))


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


def letter(detail: Mapping[str, Any]) -> Mail:
    """Writes the mail that tells of it: what was found, and what to do."""
    return Mail("trail/broken", {"found": detail["found"], "more": detail["problems"] - len(detail["found"])}, "/trail")
