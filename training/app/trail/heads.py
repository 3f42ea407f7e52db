"""The end of the trail, shown and mailed: whoever keeps it elsewhere can tell later whether all of it was made anew."""

import json
import re
from datetime import datetime
from typing import Any

from training.core import mail
from training.core.errors import Invalid, NotAllowed
from training.core.mail_templates import Mail, Reader, write
from training.core.settings import Settings
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


async def plan_mails(work: str, key: str, *, now: datetime) -> None:
    """Queues a mail with the end of the trail for each central unit that wants it."""
    for unit in await CentralUnit.exclude(head_address=""):
        await facts.schedule(work, f"{work}/{unit.id}/{key}", due=now, subject_id=str(unit.id))


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


def letter(seal: dict[str, Any]) -> Mail:
    """Writes the mail: what it is for, and what to do with it."""
    kept = json.dumps({"number": seal["number"], "chain": seal["chain"]})
    values = {"number": seal["number"], "made": datetime.fromisoformat(seal["made"]), "kept": kept}
    return Mail("trail/head", values, "/trail/head")


async def send(settings: Settings, unit: CentralUnit, *, key: str, letter: Mail) -> None:
    """Mails what a unit wants kept outside of the service."""
    reader = Reader("", unit.language, unit.name, unit.contact, unit.zone)
    written = write(letter, reader, home=settings.public_url)
    await mail.send(settings, to=unit.head_address, mail=written, key=key, sender=unit.name)
