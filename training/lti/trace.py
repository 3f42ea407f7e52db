"""The launch trace: one line for each launch, admitted or refused, without tokens and names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from training.lti.models import LaunchTrace, Registration
from training.lti.protocol.login_state import Login
from training.lti.protocol.refusals import Refused


@dataclass
class Notes:
    """What is found out on the way, for the launch trace; filled step by step, so that a refusal tells it too."""

    reference: str
    state_proof: str = ""
    browser: str = ""
    registration: Registration | None = None
    issuer: str = ""
    client_id: str = ""
    """Who claims to ask, and as which client."""
    deployment_id: str = ""
    message_type: str = ""
    target: str = ""
    clock_skew: float | None = None
    login: Login | None = None


async def note_refusal(refused: Refused, notes: Notes, *, now: datetime) -> None:
    """Writes one line in the launch trace for a refusal."""
    await _write(notes, refused.outcome, refused.detail, None, now)


async def note_admitted(notes: Notes, *, person_id: UUID | None, now: datetime) -> None:
    """Writes one line in the launch trace for a launch or a notice, in the caller's transaction if there is one."""
    await _write(notes, "accepted", "", person_id, now)


async def _write(notes: Notes, outcome: str, detail: str, person_id: UUID | None, now: datetime) -> None:
    left_out = {"login", *(("issuer", "client_id") if notes.registration else ())}
    known: dict[str, Any] = {name: value for name, value in vars(notes).items() if name not in left_out}
    await LaunchTrace.create(
        id=uuid4(), at=now, outcome=outcome[:200], detail=plain(detail)[:300], person_id=person_id, **known
    )


def plain(text: str) -> str:
    """Leaves out what no page and no database shows as a letter."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
