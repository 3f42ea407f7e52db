"""Loads instruments from files: a version is published once and never changes after that."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from tortoise.exceptions import IntegrityError

from training.assessments.models import Instrument, InstrumentVersion
from training.assessments.reading import instrument_of
from training.core.errors import Conflict
from training.database.connection import transaction
from training.instruments import schema
from training.instruments.read import instrument_in
from training.parsing.yaml import Table, read_table, read_text
from training.people.actor import Actor
from training.trail import facts


@dataclass(frozen=True)
class LoadedInstrument:
    """What loading a file did, or would do."""

    name: str
    version: str
    change: Literal["new", "same"]


async def load_instrument(path: Path, *, actor: Actor, now: datetime, check: bool = False) -> LoadedInstrument:
    """Publishes the version in the file; the same content again changes nothing, other content is refused.

    Raises FileError with every mistake of the file. With `check` it only says what would happen.
    """
    text = read_text(Path(path))
    table = read_table(text, str(path))
    wanted = instrument_in(table, str(path))
    if await _published(actor, wanted):
        return LoadedInstrument(wanted.name, wanted.version, "same")
    if not check:
        try:
            await _publish(table, text, wanted, actor=actor, now=now)
        except IntegrityError:  # somebody published it in the same moment: theirs stands, if it is the same
            await _published(actor, wanted)
    return LoadedInstrument(wanted.name, wanted.version, "new")


async def _published(actor: Actor, wanted: schema.InstrumentSchema) -> bool:
    found = await InstrumentVersion.get_or_none(
        instrument__unit_id=actor.unit_id, instrument__name=wanted.name, version=wanted.version
    )
    if found and instrument_of(found) != wanted:
        raise Conflict(
            f"Version {wanted.version} of the instrument {wanted.name} is published and cannot change.",
            "Give the changed file a new version and load it again.",
        )
    return found is not None


async def _publish(table: Table, text: str, wanted: schema.InstrumentSchema, *, actor: Actor, now: datetime) -> None:
    body = canonical(table)
    async with transaction():
        instrument, _ = await Instrument.get_or_create(unit_id=actor.unit_id, name=wanted.name)
        row = await InstrumentVersion.create(
            instrument=instrument,
            version=wanted.version,
            title=wanted.title,
            kind=wanted.kind,
            body=body,
            text=text,
            digest=hashlib.sha256(body.encode()).hexdigest(),
            published=now,
            published_by=actor.person_id,
        )
        await facts.record(
            "instrument.published",
            row,
            actor=actor.person_id,
            now=now,
            unit=actor.unit_id,
            version=wanted.version,
            detail={"instrument": wanted.name, "digest": row.digest},
            rows=[instrument],
        )


def canonical(value: object) -> str:
    """Writes what a file says as JSON in its own order; numbers keep the digits that were written (`1.10`)."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{canonical(str(key))}:{canonical(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(canonical(one) for one in value) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False)
