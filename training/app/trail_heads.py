"""The end of the trail, shown and mailed: whoever keeps it elsewhere can tell later whether all of it was made anew."""

import json
import re
from datetime import datetime
from typing import Any

from training.core.dates import moment
from training.core.errors import Invalid, NotAllowed
from training.database.connection import transaction
from training.people.actor import Actor
from training.sites.models import CentralUnit
from training.trail import facts
from training.trail.plain_rows import moment_text
from training.trail.seals import last_seal

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
LONGEST = 254


async def end() -> dict[str, Any] | None:
    """Gives the newest seal as plain values, with its signatures by key; None before the first."""
    seal = await last_seal()
    if seal is None:
        return None
    made = moment_text(seal.made)
    return {"number": seal.id, "chain": seal.chain, "made": made, "signatures": seal.signatures or {}}


async def choose_address(address: str, *, actor: Actor, now: datetime) -> None:
    """Keeps where the central unit wants the end of the trail mailed each day; an empty address stops it."""
    address = address.strip()
    if not actor.may("audit"):
        raise NotAllowed("You may not choose this address.", "Ask the central unit.")
    if address and (len(address) > LONGEST or not ADDRESS.fullmatch(address)):
        raise Invalid("There is a problem", problems={"address": "Write one e-mail address, like name@example.org"})
    async with transaction():
        unit = await CentralUnit.get(id=actor.unit_id)
        if unit.head_address != address:
            await CentralUnit.filter(id=unit.id).update(head_address=address)
            detail = {"columns": ["head_address"]}
            await facts.record("unit.changed", unit, actor=actor.person_id, unit=unit.id, now=now, detail=detail)


def letter(seal: dict[str, Any], *, zone: str, home: str) -> tuple[str, str]:
    """Writes the mail as subject and text: what it is for, and what to do with it."""
    made = moment(datetime.fromisoformat(seal["made"]), zone)
    kept = json.dumps({"number": seal["number"], "chain": seal["chain"]})
    text = (
        "Hello,\n\nplease keep this mail, and do not change it. It holds a fingerprint of our whole record of who was "
        "trained, assessed and certified. If somebody changes the record later, even all of it, the record no longer "
        f"fits this mail.\n\nSeal {seal['number']}, made on {made}:\n{kept}\n\n"
        "There is nothing to do today. If anybody ever doubts the record, save the line in curly brackets as a file, "
        "and let whoever runs the service check it with:\ntraining trail verify --head FILE\n\n"
        f"Today's fingerprint is also shown at {home}/trail/head\n"
    )
    return f"Please keep: fingerprint of the record, seal {seal['number']}", text
