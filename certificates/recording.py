"""Records evidence that no other room keeps: what was shown on paper, and prior learning that is recognised."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from certificates.grounds import RecordedEvidence
from certificates.pathways.evidence import Record
from training import facts
from training.database.opening import transaction
from training.errors import Invalid, NotAllowed
from training.parsing.messages import Faulty
from training.people.actor import Actor
from training.people.reach import person_for


@dataclass(frozen=True)
class Shown:
    """What was shown: type and name of the pathway language, its day, and attributes such as hours or by."""

    type: str
    what: str
    on: date | None
    until: date | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


async def record_evidence(
    person_id: UUID, shown: Shown, *, actor: Actor, now: datetime, replaces: UUID | None = None
) -> RecordedEvidence:
    """Records a piece of evidence for somebody else; a correction names the record it replaces."""
    if person_id == actor.person_id:
        raise NotAllowed("You may not record this.", "Your site coordinator or the central unit can.")
    await person_for(actor, "manage people", person_id)
    _readable(shown)
    async with transaction():
        made = await RecordedEvidence.create(
            id=uuid4(),
            person_id=person_id,
            type=shown.type,
            what=shown.what,
            on=shown.on,
            until=shown.until,
            attributes=shown.attributes,
            replaces_id=replaces,
            recorded=now,
            recorded_by_id=actor.person_id,
        )
        await facts.record(
            "evidence.recorded", made, actor=actor.person_id, person=person_id, unit=actor.unit_id, now=now,
            detail={"type": shown.type, "what": shown.what},
        )  # fmt: skip
    return made


def _readable(shown: Shown) -> None:
    """Lets in only what the rules can read, so that no evaluation fails on it later."""
    row = {"id": "new", "type": shown.type, "what": shown.what, "on": shown.on or "unknown", **shown.attributes}
    if shown.until:
        row["until"] = shown.until
    try:
        Record.of(row)
    except Faulty as error:
        raise Invalid("There is a problem", problems={"form": str(error)}) from error
