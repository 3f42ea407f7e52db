"""A record as it is shown to its holder, to the confirmer and in letters: always the same rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from training.core.dates import day
from training.core.languages import translations, with_unit
from training.parsing.labels import label_of
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


async def shown_of(found: Confirmation, language: str = "en") -> RecordInWords:
    """Shows exactly what a confirmation is about."""
    return await shown_record(await Record.get(id=found.record_id), language)


async def shown_record(row: Record, language: str = "en") -> RecordInWords:
    """Shows a record in a language: who, what, when, how much, with whom, where."""
    say = translations(language).gettext
    holder = await holder_of(row)
    people = await Participant.filter(record_id=row.id).exclude(name="").order_by("id").values("part", "name")
    names = {part: ", ".join(one["name"] for one in people if one["part"] == part) for part in ("team", "by")}
    about = await Record.get_or_none(id=row.about_id)
    site = await Site.get_or_none(id=row.site_id)
    programme = await Programme.get_or_none(id=row.programme_id)
    # What was changed or left out of what makes the programme work, so that nobody says yes to it unseen.
    changes = await Tailoring.filter(record_id=row.id, kind="core").order_by("id")
    rows = [
        (say("Who"), holder.name),
        (say("Kind"), say(KINDS.get(row.type, plain(row.type)))),
        (say("What"), title_of(row, "", language) if row.type == "waiver" else plain(row.what)),
        *([(say("Name"), row.name)] if row.name else []),
        *([(say(SIGNED.get(row.type, "Signed by")), names["by"])] if names["by"] else []),
        *([(say("Led with"), names["team"] or say("Nobody"))] if row.type == "delivery" else []),
        *_days(row, language),
        *_attributes(row.attributes, language),
        *[
            (say(f"{HOW[one.how]} in the core"), f"{one.component}{f': {one.changed}' if one.changed else ''}")
            for one in changes
        ],
        *([(say("About"), title_of(about, "", language))] if about else []),
        *([(say("Where"), site.name if site else say("Not said"))] if row.type == "delivery" else []),
        *([(say("Programme"), programme.title)] if programme else []),
    ]
    title = title_of(row, names["by"], language)
    return RecordInWords(
        row.id, holder.name, f"{holder.name}: {title[:1].lower() + title[1:] if not row.name else title}", tuple(rows)
    )


def title_of(row: Record, by: str, language: str = "en") -> str:
    """Names a record in a list: what people call it, else what it is, and with whom."""
    say = translations(language).gettext
    if row.name:
        return row.name
    what = plain(row.what)
    if row.type == "waiver":
        return say("Prior learning in place of: %(what)s") % {"what": plain(row.what.rpartition("/")[2])}
    if row.type == "supervision":
        words = say("%(what)s supervision with %(who)s") if by else say("%(what)s supervision")
        return words % {"what": what.removesuffix(" supervision"), "who": by}
    return what


def amount_of(attributes: dict[str, Any], language: str = "en") -> str:
    """Says how much a record is, by the first amount that it has: "8 sessions", "1 hour"."""
    found = ((attributes[name], word) for name, word in ALONE.items() if isinstance(attributes.get(name), int))
    return next((with_unit(number, word, language) for number, word in found), "")


def _days(row: Record, language: str) -> Iterator[tuple[str, str]]:
    say = translations(language).gettext
    first, last = (row.began, row.on) if row.began else (row.on, row.until)
    if first and last:
        days = {"begins": day(first, language), "ends": day(last, language)}
        yield say("From and to") if row.began else say("Holds"), say("%(begins)s to %(ends)s") % days
    else:
        yield say("Day"), day(row.on, language) if row.on else say("Not known")


def _attributes(attributes: dict[str, Any], language: str) -> Iterator[tuple[str, str]]:
    say = translations(language).gettext
    for name, value in attributes.items():
        if value in ("", None):
            continue
        words = say(PARTS.get(value, value)) if name == "role" and isinstance(value, str) else _words(value, language)
        yield label_of(name, language), words


def _words(value: Any, language: str) -> str:
    if isinstance(value, bool):
        return translations(language).gettext("Yes" if value else "No")
    if isinstance(value, list):
        return ", ".join(_words(one, language) for one in value)
    if isinstance(value, int | float):
        return f"{value:g}"
    try:
        return day(date.fromisoformat(str(value)), language)
    except ValueError:
        return plain(str(value))
