"""Reads the visits that several raters saw, as far as the actor may see them, in a few statements."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tortoise.expressions import RawSQL, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from training.assessments.agreement.rules import RatedVisit, level_of
from training.assessments.models import Assessment, InstrumentVersion, Rater, Rating, visible_to
from training.assessments.reading import instrument_of
from training.database.connection import on_postgres
from training.instruments.schema import InstrumentSchema
from training.people.actor import Actor


@dataclass(frozen=True)
class VisitFilter:
    """What is looked at: an instrument, visits from a day to a day, of one programme or all, of one rater or all."""

    instrument: UUID
    since: date
    until: date
    programme: UUID | None = None
    rater: UUID | None = None


@dataclass(frozen=True)
class RatedBy:
    """Who rated, and in how many assessments that count."""

    name: str
    count: int


def counting(actor: Actor) -> QuerySet[Assessment]:
    """Lists the assessments that count, of those that the actor may see: signed, and not set aside since."""
    return visible_to(actor).filter(state="signed", set_aside__isnull=True)


def _asked_for(actor: Actor, asked: VisitFilter) -> QuerySet[Assessment]:
    found = counting(actor).filter(
        version__instrument_id=asked.instrument, observed__gte=asked.since, observed__lte=asked.until
    )
    if asked.rater:
        found = found.filter(id__in=Subquery(Rater.filter(person_id=asked.rater).values("assessment_id")))
    return found.filter(programme_id=asked.programme) if asked.programme else found


async def instruments_for(actor: Actor) -> dict[str, str]:
    """Reads the instruments of the unit, id to title; first the one with most visits that several rated."""
    twice = counting(actor).filter(raters_needed__gte=2, blind=True).group_by("version__instrument_id")
    rows = await twice.annotate(number=Count("id")).values("number", instrument="version__instrument_id")
    number = {row["instrument"]: row["number"] for row in rows}
    versions = InstrumentVersion.filter(instrument__unit_id=actor.unit_id).order_by("published", "id")
    titles = {row["instrument_id"]: row["title"] for row in await versions.values("instrument_id", "title")}
    ordered = sorted(titles, key=lambda one: (-number.get(one, 0), titles[one]))
    return {str(one): titles[one] for one in ordered}


async def raters_of(actor: Actor, asked: VisitFilter) -> dict[UUID, RatedBy]:
    """Reads who rated what is asked for, alone or beside somebody, and how often."""
    seen = Rater.filter(state="signed", assessment_id__in=Subquery(_asked_for(actor, asked).values("id")))
    rows = await seen.group_by("person_id", "person__name").annotate(number=Count("id")).values(
        "person_id", "number", name="person__name"
    )  # fmt: skip
    return {row["person_id"]: RatedBy(row["name"], row["number"]) for row in rows}


async def visits_of(actor: Actor, asked: VisitFilter) -> list[RatedVisit]:
    """Reads the visits that several rated blind, with what each rater handed in first, and nothing agreed later."""
    several = _asked_for(actor, asked).filter(raters_needed__gte=2, blind=True)
    versions = await InstrumentVersion.filter(instrument_id=asked.instrument)
    instruments = {one.id: instrument_of(one) for one in versions}
    visits = {
        row["id"]: RatedVisit(
            row["id"], row["observed"], row["name"], {}, listed=instruments[row["version_id"]].kind != "numbers"
        )
        for row in await several.values("id", "observed", "version_id", name="person__name")
    }
    raters = Rater.filter(state="signed", assessment_id__in=Subquery(several.values("id")))
    parts: dict[UUID, _Part] = {}
    known: dict[UUID, dict[tuple[str, str], float | None]] = {one: {} for one in instruments}
    for part, visit, rater, version in await raters.values_list(
        "id", "assessment_id", "person_id", "assessment__version_id"
    ):
        if visit in visits:
            levels = visits[visit].levels[rater] = {}
            parts[part] = _Part(instruments[version], known[version], levels)
    # One text for each part: to make values of a hundred thousand rows takes ten times as long as to read them.
    collected = f'{"json_object_agg" if on_postgres() else "json_group_object"}("item", CAST("mark" AS TEXT))'
    rows = Rating.filter(rater_id__in=Subquery(raters.values("id")), attempt=1).annotate(marks=RawSQL(collected))
    found = await rows.group_by("rater_id").values_list("rater_id", "marks")
    await asyncio.to_thread(_fill, parts, found)
    return list(visits.values())


@dataclass(frozen=True)
class _Part:
    """One rater at one visit: with which instrument, what its marks are worth as far as known, and the levels given."""

    instrument: InstrumentSchema
    known: dict[tuple[str, str], float | None]
    levels: dict[str, float]


def _fill(parts: Mapping[UUID, _Part], rows: Iterable[tuple[UUID, str]]) -> None:
    """Gives each part its levels; each different mark is judged once."""
    for name, marks in rows:
        if part := parts.get(name):
            for item, written in json.loads(marks).items():
                if (item, written) not in part.known:
                    part.known[item, written] = level_of(part.instrument, item, json.loads(written)["mark"])
                level = part.known[item, written]
                if level is not None:
                    part.levels[item] = level
