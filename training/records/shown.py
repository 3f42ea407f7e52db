"""A record as it is shown to its holder, to the confirmer and in letters: always the same rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from training.core.dates import day
from training.parsing.labels import label_of
from training.parsing.plurals import many
from training.people.holders import holder_of
from training.records.models import Confirmation, Participant, Record, Tailoring
from training.records.rules import HOW
from training.records.words import KINDS, plain
from training.sites.models import Programme, Site

PARTS = {"lead": "Led it", "co_leader": "Led it together with somebody"}
ALONE = {"sessions": "session", "minutes": "minute", "hours": "hour", "days": "day", "credits": "credit"}
"""Amounts that are told with their unit, whatever their label."""
SIGNED = {"supervision": "With", "learning": "Taught by"}


@dataclass(frozen=True)
class RecordInWords:
    """A record in words: whose it is, what it is called, and its rows (label, words)."""

    id: UUID
    holder: str
    title: str
    rows: tuple[tuple[str, str], ...]


async def shown_of(found: Confirmation) -> RecordInWords:
    """Shows exactly what a confirmation is about."""
    return await shown_record(await Record.get(id=found.record_id))


async def shown_record(row: Record) -> RecordInWords:
    """Shows a record: who, what, when, how much, with whom, where."""
    holder = await holder_of(row)
    people = await Participant.filter(record_id=row.id).exclude(name="").order_by("id").values("part", "name")
    names = {part: ", ".join(one["name"] for one in people if one["part"] == part) for part in ("team", "by")}
    about = await Record.get_or_none(id=row.about_id)
    site = await Site.get_or_none(id=row.site_id)
    programme = await Programme.get_or_none(id=row.programme_id)
    # What was changed or left out of what makes the programme work, so that nobody says yes to it unseen.
    changes = await Tailoring.filter(record_id=row.id, kind="core").order_by("id")
    rows = [
        ("Who", holder.name),
        ("Kind", KINDS.get(row.type, plain(row.type))),
        ("What", title_of(row, "") if row.type == "waiver" else plain(row.what)),
        *([("Name", row.name)] if row.name else []),
        *([(SIGNED.get(row.type, "Signed by"), names["by"])] if names["by"] else []),
        *([("Led with", names["team"] or "Nobody")] if row.type == "delivery" else []),
        *_days(row),
        *_attributes(row.attributes),
        *[
            (f"{HOW[one.how]} in the core", f"{one.component}{f': {one.changed}' if one.changed else ''}")
            for one in changes
        ],
        *([("About", title_of(about, ""))] if about else []),
        *([("Where", site.name if site else "Not said")] if row.type == "delivery" else []),
        *([("Programme", programme.title)] if programme else []),
    ]
    title = title_of(row, names["by"])
    return RecordInWords(
        row.id, holder.name, f"{holder.name}: {title[:1].lower() + title[1:] if not row.name else title}", tuple(rows)
    )


def title_of(row: Record, by: str) -> str:
    """Names a record in a list: what people call it, else what it is, and with whom."""
    if row.name:
        return row.name
    what = plain(row.what)
    if row.type == "waiver":
        return f"Prior learning in place of: {plain(row.what.rpartition('/')[2])}"
    if row.type == "supervision":
        return f"{what} supervision with {by}" if by else f"{what} supervision"
    return what


def amount_of(attributes: dict[str, Any]) -> str:
    """Says how much a record is, by the first amount that it has: "8 sessions", "1 hour"."""
    return next(
        (many(attributes[name], word) for name, word in ALONE.items() if isinstance(attributes.get(name), int)), ""
    )


def _days(row: Record) -> Iterator[tuple[str, str]]:
    if row.began and row.on:
        yield "From and to", f"{day(row.began)} to {day(row.on)}"
    elif row.until and row.on:
        yield "Holds", f"{day(row.on)} to {day(row.until)}"
    else:
        yield "Day", day(row.on) if row.on else "Not known"


def _attributes(attributes: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in attributes.items():
        if value in ("", None):
            continue
        yield label_of(name), PARTS.get(value, value) if name == "role" and isinstance(value, str) else _words(value)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, int | float):
        return f"{value:g}"
    try:
        return day(date.fromisoformat(str(value)))
    except ValueError:
        return plain(str(value))
