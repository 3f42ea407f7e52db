"""What can be asked as a report: figures, the register, people on their way; each answered in rows without names.

A day that a question leaves open is asked as it was known at the moment of asking, so that it can be asked again.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certification, certifications_visible_to
from certificates.evaluations.standing import WORDS
from certificates.figures import pages as figures
from certificates.figures import people_pages
from certificates.figures.people import WORDS as STEPS
from certificates.figures.people import narrowed_places
from certificates.figures.people_sql import steps_sql
from certificates.figures.tables import FigureTable
from certificates.register.history import places_then
from certificates.register.pages import filtered
from certificates.register.pages import offered_to as register_for
from certificates.register.register import PIECE, READ, certifications_on, told
from certificates.reports.rules import Row, RunningDigest
from training.core.dates import day, end_of
from training.parsing.csv import day as read_day
from training.people.actor import Actor
from training.people.visibility import reach
from training.programmes.models import Place
from training.web.lists import PagedList, view_of

MOST_KEPT = 2_000
"""Rows that an answer keeps; of more it keeps how many they are, and their digest."""
Question = Mapping[str, str]
"""Filters and days, by their names in an address."""
Column = dict[str, Any]
Pieces = AsyncIterator[list[Row]]

REGISTER_COLUMNS: Sequence[Column] = [
    {"key": key, "heading": heading, "definition": words}
    for key, heading, words in (
        ("level", "Certified as", "The level of the certificate, by its title."),
        ("programme", "Programme", "The programme whose rules were met."),
        ("site", "Site", "The site where the person belonged on the day."),
        ("area", "Area", "The area where that site lay on the day."),
        ("standing", "Standing", "How the certificate stood at the end of the day."),
        ("starts", "From", "The first day of the certificate."),
        ("ends", "Until", "Its last day, without the time that the rules give; empty where it has none."),
        ("serial", "Serial", "The serial number of the last certificate that was issued."),
    )
]
PEOPLE_COLUMNS: Sequence[Column] = [
    {"key": key, "heading": heading, "definition": words}
    for key, heading, words in (
        ("programme", "Programme", "The programme in which the place is."),
        ("site", "Site", "The site of the place; empty where it is for the whole unit."),
        ("starts", "Place from", "The first day of the place."),
        ("funding", "Paid by", "Who pays for the place, as it was recorded."),
        ("come", "Came to", "The steps that were reached by the day."),
    )
]


@dataclass(frozen=True)
class ReportResult:
    """What a question is answered with; `pieces` are rows in the order of their keys."""

    columns: Sequence[Column]
    pieces: Pieces
    notes: Sequence[str] = ()


@dataclass
class GatheredResult:
    """A whole answer: rows, none where they are too many to keep, how many they are, and their digest."""

    digest: str
    count: int
    rows: list[Row] | None = field(default_factory=list)


Ask = Callable[[Actor, Question, datetime], Awaitable[ReportResult]]


def moment_of(question: Question, me: Actor, now: datetime) -> datetime:
    """Gives the moment as known at which a question is asked: the end of its day, but never later than now."""
    known = question.get("known_at", "")
    at = read_day(known) if known else None
    return min(end_of(min(at, me.today), me.zone), now) if at else now  # the calendar has a last day


async def _ask_figures(me: Actor, question: Question, known: datetime) -> ReportResult:
    asked = replace(figures.asked_of(await figures.offered_to(me), question, me), moment_known=known)
    table = await figures.SHOWN[asked.show][1](me, asked)
    compared = asked.against is not None
    columns = [{"key": one.key, "heading": one.heading, "definition": one.definition, "number": True}
               for one in table.columns]  # fmt: skip
    before = [{"key": f"{one['key']}_before", "heading": f"{one['heading']}, before", "number": True,
               "definition": f"The same on {day(asked.against)}."}
              for one in columns if asked.against]  # fmt: skip
    return ReportResult([*columns, *before], _figure_rows(table, compared), table.notes)


async def _figure_rows(table: FigureTable, compared: bool) -> Pieces:
    def cells(row: Any) -> dict[str, int | None]:
        now = {key: one.number for key, one in row.figures.items()}
        return now | ({f"{key}_before": one.before for key, one in row.figures.items()} if compared else {})

    told: list[Row] = [
        {"key": row.key, "label": row.name, "place": at, "cells": cells(row)} for at, row in enumerate(table.rows)
    ]
    yield sorted(told, key=lambda row: row["key"])


async def _ask_register(me: Actor, question: Question, known: datetime) -> ReportResult:
    asked = replace(await filtered(question, me), moment_known=known)
    found, places = await certifications_on(me, asked), await places_then(me.unit_id, asked.moment(me.zone))

    async def rows() -> Pieces:
        async for piece in _by_id(found, READ):
            yield [
                {"key": str(one.id), "cells": {
                    "level": one.level, "programme": one.programme, "site": one.site, "area": one.area,
                    "standing": WORDS[one.standing], "starts": str(one.starts), "ends": str(one.ends or ""),
                    "serial": one.serial}}
                for one in await told(piece, places)
            ]  # fmt: skip

    return ReportResult(REGISTER_COLUMNS, rows())


async def _ask_people(me: Actor, question: Question, known: datetime) -> ReportResult:
    filters = view_of(await people_pages.offered_to(me), question).filters
    asked = replace(figures.question_from(filters, me), moment_known=known)
    steps = steps_sql(asked.moment(me.zone), me.zone)
    found = await narrowed_places(me, asked, filters)
    found = found.annotate(**{f"is_{one}": RawSQL(steps[one]) for one in people_pages.COME})
    places = await places_then(me.unit_id, asked.moment(me.zone))

    async def rows() -> Pieces:
        async for piece in _by_id(found, (*people_pages.PEOPLE.fields, "site_id")):
            yield [
                {"key": str(one["id"]), "cells": {
                    "programme": one["programme__title"], "site": places.place(one["site_id"]).site,
                    "starts": str(one["starts"]), "funding": one["funding"],
                    "come": ", ".join(STEPS[it] for it in people_pages.COME if one[f"is_{it}"])}}
                for one in piece
            ]  # fmt: skip

    return ReportResult(PEOPLE_COLUMNS, rows())


async def _by_id(found: QuerySet[Any], fields: Iterable[str]) -> AsyncIterator[list[dict[str, Any]]]:
    names, at = dict.fromkeys(("id", *fields)), found
    while piece := await at.order_by("id").limit(PIECE).values(*names):
        yield piece
        at = found.filter(id__gt=piece[-1]["id"])


async def certified_names(me: Actor, ids: Sequence[UUID]) -> Mapping[str, str]:
    """Gives the holders of some certificates, as they are called now, to whoever may see them."""
    found = certifications_visible_to(me).filter(id__in=ids)
    return {str(one): name or "" for one, name in await found.values_list("id", "person__name")}


async def place_names(me: Actor, ids: Sequence[UUID]) -> Mapping[str, str]:
    """Gives who holds some places in programmes, as they are called now, to whoever may see them."""
    found = Place.filter(reach(me, "read register"), id__in=ids)
    return {str(one): name or "" for one, name in await found.values_list("id", "person__name")}


async def certified_people(ids: Sequence[UUID]) -> dict[str, UUID]:
    """Tells whose some certificates are."""
    found = Certification.filter(id__in=ids, person_id__isnull=False)
    return {str(one): person for one, person in await found.values_list("id", "person_id")}


async def placed_people(ids: Sequence[UUID]) -> dict[str, UUID]:
    """Tells whose some places in programmes are."""
    return {str(one): person for one, person in await Place.filter(id__in=ids).values_list("id", "person_id")}


@dataclass(frozen=True)
class ReportSubject:
    """A list that can be asked about: its title, its filters, what answers; who its rows are, where they are people."""

    title: str
    offered: Callable[[Actor], Awaitable[PagedList]]
    ask: Ask
    row: str
    names: Callable[[Actor, Sequence[UUID]], Awaitable[Mapping[str, str]]] | None = None
    people: Callable[[Sequence[UUID]], Awaitable[dict[str, UUID]]] | None = None
    path: str = ""


SUBJECTS: Mapping[str, ReportSubject] = {
    "/figures": ReportSubject("Figures", figures.offered_to, _ask_figures, "Counted"),
    "/register": ReportSubject(
        "Register", register_for, _ask_register, "Name", certified_names, certified_people, "/register"
    ),
    "/figures/people": ReportSubject(
        "People on their way", people_pages.offered_to, _ask_people, "Name", place_names, placed_people
    ),
}
"""Path of a list → what can be asked of it."""


class ManyRows(Exception):
    """An answer has more rows than somebody waits for."""


async def answer(
    listing: str, question: Question, me: Actor, *, known: datetime, waits: bool
) -> tuple[ReportResult, GatheredResult]:
    """Asks a question as known at a moment, and gathers its rows; where somebody `waits`, raises ManyRows of many."""
    result = await SUBJECTS[listing].ask(me, question, known)
    days = {name: value for name, value in question.items() if name != "known_at"}
    digest = RunningDigest({"list": listing, **days}, [one["key"] for one in result.columns])
    whole = GatheredResult("", 0)
    async for piece in result.pieces:
        digest.add(piece)
        whole.count += len(piece)
        if waits and whole.count > MOST_KEPT:
            raise ManyRows
        if whole.rows is not None:
            whole.rows = whole.rows + piece if whole.count <= MOST_KEPT else None
    whole.digest = digest.hex()
    return result, whole
