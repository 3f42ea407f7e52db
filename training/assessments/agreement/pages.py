"""Pages of agreement: an instrument with its assessors, its pairs of assessors, and one assessor over the quarters."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

from starlette.requests import Request
from starlette.responses import Response

from training.assessments.agreement.rated_visits import RatedBy, VisitFilter, instruments_for, raters_of, visits_of
from training.assessments.agreement.rules import (
    AgreementFigures,
    MarkComparison,
    RatedVisit,
    by_quarter,
    comparisons,
    figures,
    figures_of_all,
    first_day,
    of_each_pair,
    of_each_rater,
)
from training.assessments.agreement.words import (
    COUNTED,
    ICC_OF_ALL,
    ICC_OF_TWO,
    MEANINGS,
    METHOD,
    cells_of,
    difference_chart,
    difference_words,
    icc_words,
    kappa_chart,
    kappa_words,
    percent_words,
)
from training.core.dates import day
from training.parsing.text import folded
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.people.models import Person
from training.people.visibility import person_for
from training.sites.programmes import programme_choices
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row, view_of
from training.web.render import actor, identity

HOME = "/assessments/agreement"
PAIRS_PATH = f"{HOME}/pairs"
YEARS = 2
"""How far back is looked where no first day is asked for."""
NAME = ListFilter("query", "Name", keeps=lambda row, part: folded(part) in folded(row["name"]))
ASKED = (
    ListFilter("instrument", "Instrument", choices={}),
    ListFilter("since", "Visits from", kind="day"),
    ListFilter("until", "Visits until", kind="day"),
    ListFilter("programme", "Programme", choices={}),
)
"""What is looked at: the pages read only that, so nothing is narrowed afterwards."""
VISITS = ListColumn("visits", "Beside another", ListSort("visits", "number"), number=True)
FIGURES = (
    ListColumn("percent", "Same level", ListSort("percent", "number", nullable=True), number=True,
               text=lambda row: percent_words(row["figures"])),
    ListColumn("kappa", "Weighted kappa", ListSort("kappa", "number", nullable=True),
               text=lambda row: kappa_words(row["figures"])),
    ListColumn("icc", "ICC(A,1)", ListSort("icc", "number", nullable=True), text=lambda row: icc_words(row["figures"])),
    ListColumn("difference", "Leniency, in levels", ListSort("difference", "number", nullable=True),
               text=lambda row: difference_words(row["figures"])),
)  # fmt: skip
ASSESSORS = PagedList(
    HOME,
    "Agreement of assessors",
    ("assessor", "assessors"),
    (
        ListColumn("name", "Assessor", ListSort("name"), cell=lambda row: {"text": row["name"], "path": row["path"]}),
        ListColumn("rated", "Rated", ListSort("rated", "number"), number=True),
        VISITS,
        *FIGURES,
    ),
    (*ASKED, NAME),
    first_sort="name",
)
PAIRS = PagedList(
    PAIRS_PATH,
    "Agreement of pairs",
    ("pair", "pairs"),
    (
        ListColumn("name", "First assessor", ListSort("name")),
        ListColumn("other", "Second assessor", ListSort("other")),
        replace(VISITS, heading="Visits"),
        *FIGURES[:3],
        replace(FIGURES[3], heading="Leniency of the first, in levels"),
    ),
    (*ASKED, replace(NAME, keeps=lambda row, part: folded(part) in folded(f"{row['name']} {row['other']}"))),
    first_sort="name",
)
OF = PagedList(
    f"{HOME}/of",
    "Visits",
    ("visit", "visits"),
    (
        ListColumn("on", "Day", ListSort("on", "day"), text=lambda row: day(row["on"]),
                   cell=lambda row: {"text": day(row["on"]), "path": f"/assessments/{row['visit']}"}),
        ListColumn("person", "Who was assessed", ListSort("person")),
        ListColumn("other", "Beside", ListSort("other")),
        ListColumn("count", "Marks compared", ListSort("count", "number"), number=True),
        ListColumn("same", "Same level", ListSort("same", "number"), number=True,
                   text=lambda row: f"{row['same']:.0f} %"),
        ListColumn("higher", "Difference, in levels", ListSort("higher", "number"), text=lambda row: row["words"]),
    ),
    (*ASKED, ListFilter("quarter", "Quarter", choices={}, keeps=lambda row, one: row["quarter"] == one)),
    first_sort="-on",
)  # fmt: skip


async def agreement(request: Request) -> Response:
    """Shows how far raters agree with an instrument, and how each assessor stands beside peers."""
    me: Actor = actor(request)
    looked = await _question(request, ASSESSORS)
    raters, visits = await _read(me, looked.asked)
    of_raters, whole = await asyncio.to_thread(_figures_of_raters, visits)
    rows: list[Row] = [
        {"id": key, "name": one.name, "rated": one.count, "path": f"{HOME}/of/{key}{looked.query}"}
        | cells_of(of_raters.get(key, AgreementFigures()))
        for key, one in raters.items()
    ]
    rows.sort(key=lambda row: folded(row["name"]))
    drawn = [(str(row["name"]), row["figures"]) for row in rows]
    charts = (
        difference_chart("Leniency of each assessor, in levels", drawn),
        kappa_chart("Weighted kappa of each assessor with their peers", drawn),
    )
    return await answer_list(
        request, "agreement/agreement.html", looked.listing, rows, head=_head(looked), whole=_whole(whole),
        counts=whole, asked=looked.words, charts=charts, pairs_path=f"{PAIRS_PATH}{looked.query}", **_meanings(),
    )  # fmt: skip


async def _read(me: Actor, asked: VisitFilter | None) -> tuple[dict[UUID, RatedBy], list[RatedVisit]]:
    if asked is None:
        return {}, []
    visits = await visits_of(me, asked)  # first: whoever signs meanwhile is among the raters and in no visit
    return await raters_of(me, asked), visits


def _figures_of_raters(visits: list[RatedVisit]) -> tuple[dict[UUID, AgreementFigures], AgreementFigures]:
    found = comparisons(visits)
    return {key: figures(one) for key, one in of_each_rater(found).items()}, figures_of_all(found)


async def pairs(request: Request) -> Response:
    """Shows how far each two assessors agree who rated the same visits."""
    me: Actor = actor(request)
    looked = await _question(request, PAIRS)
    raters, visits = await _read(me, looked.asked)
    rows = await asyncio.to_thread(_rows_of_pairs, visits, raters)
    drawn = [(f"{row['name']}, {row['other']}", row["figures"]) for row in rows]
    return await answer_list(
        request, "agreement/pairs.html", looked.listing, rows, head=_head(looked), asked=looked.words,
        charts=(kappa_chart("Weighted kappa of each pair", drawn),),
        back=(ASSESSORS.title, f"{HOME}{looked.query}"), **_meanings(),
    )  # fmt: skip


def _rows_of_pairs(visits: list[RatedVisit], raters: dict[UUID, RatedBy]) -> list[Row]:
    rows: list[Row] = []
    for (one, other), compared in of_each_pair(comparisons(visits)).items():
        first, second = raters[one].name, raters[other].name
        turned = folded(second) < folded(first)
        told = figures([each.turned() for each in compared] if turned else compared)
        names = (second, first) if turned else (first, second)
        rows.append({"id": uuid5(one, str(other)), "name": names[0], "other": names[1], **cells_of(told)})
    return sorted(rows, key=lambda row: (folded(row["name"]), folded(row["other"])))


async def of(request: Request) -> Response:
    """Shows an assessor beside peers by quarter, with the visits behind it: one's own, or with the ability."""
    me: Actor = actor(request)
    key = identity(request)
    own = key == me.person_id
    found = await Person.get(id=me.person_id) if own else await person_for(me, "audit", key)
    looked = await _question(request, replace(OF, path=f"{HOME}/of/{key}", title=f"Visits of {found.name}"))
    raters, visits = await _read(me, replace(looked.asked, rater=key) if looked.asked else None)
    compared = of_each_rater(comparisons(visits)).get(key, [])
    whole = figures(compared)
    told = [(quarter_words(name), name, figures(seen)) for name, seen in by_quarter(compared).items()]
    listing = looked.listing.offering(quarter={"": "Any quarter", **{name: title for title, name, _ in reversed(told)}})
    drawn = [(title, one) for title, _, one in told]
    charts = (
        difference_chart("Leniency by quarter, in levels", drawn, most=len(drawn)),
        kappa_chart("Weighted kappa by quarter", drawn, most=len(drawn)),
    )
    rated = raters[key].count if key in raters else 0
    home = ("Assessments", "/assessments") if own else (ASSESSORS.title, f"{HOME}{looked.query}")
    rows = [_visit_row(one, raters[one.other].name) for one in compared]
    return await answer_list(
        request, "agreement/of.html", listing, rows, head=_head(looked), person=found, own=own,
        asked=looked.words, rated=rated, whole=_figure_rows(whole, ICC_OF_TWO), counts=whole,
        quarters=[_quarter_row(*one) for one in told], charts=charts, back=home, **_meanings(),
    )  # fmt: skip


def _visit_row(one: MarkComparison, other: str) -> Row:
    higher = one.mean - one.other_mean
    same = sum(count for (ours, theirs), count in one.pairs.items() if ours == theirs)
    side = "higher" if higher > 0 else "lower"
    return {
        "id": uuid5(one.visit.id, str(one.other)), "visit": one.visit.id, "on": one.visit.on,
        "person": one.visit.person, "other": other, "count": one.count, "same": 100 * same / one.count,
        "higher": higher, "words": f"{abs(higher):.2f} {side}" if abs(higher) >= 0.005 else "None",
        "quarter": one.visit.quarter,
    }  # fmt: skip


def _quarter_row(title: str, name: str, found: AgreementFigures) -> list[Any]:
    words = (percent_words(found), kappa_words(found), difference_words(found))
    return [title, str(found.visits), str(found.marks), *words]


def quarter_words(name: str) -> str:
    """Says a quarter: "October to December 2026"."""
    year, number = name.split("-")
    months = ("January to March", "April to June", "July to September", "October to December")
    return f"{months[int(number) - 1]} {year}"


@dataclass(frozen=True)
class AgreementQuestion:
    """What a page looks at: the list with its choices, the same in words, and as the end of an address.

    Without an instrument there is nothing to look at.
    """

    listing: PagedList
    asked: VisitFilter | None = None
    words: str = ""
    query: str = ""


async def _question(request: Request, listing: PagedList) -> AgreementQuestion:
    me: Actor = actor(request)
    known = await instruments_for(me)
    programmes = {"": "Any programme", **dict((await programme_choices(me.unit_id))[1:])}
    offered = listing.offering(instrument=known, programme=programmes)
    if not known:
        return AgreementQuestion(offered)
    told = view_of(offered, request.query_params).filters
    until = date.fromisoformat(told["until"]) if "until" in told else me.today
    since = date.fromisoformat(told["since"]) if "since" in told else first_day(until, YEARS)
    instrument = told.get("instrument") or next(iter(known))
    programme = UUID(told["programme"]) if "programme" in told else None
    words = f"{known[instrument]}, visits from {day(since)} to {day(until)}"
    words += f", {programmes[str(programme)]}" if programme else ""
    kept = urlencode({one.key: told[one.key] for one in ASKED if one.key in told})
    return AgreementQuestion(
        offered, VisitFilter(UUID(instrument), since, until, programme), words, f"?{kept}" if kept else ""
    )


def _whole(found: AgreementFigures) -> list[tuple[str, str, str]]:
    return [row for row in _figure_rows(found, ICC_OF_ALL) if row[0] != MEANINGS["difference"][0]]


def _figure_rows(found: AgreementFigures, form: str) -> list[tuple[str, str, str]]:
    """Lists figures, each with its name and what it means."""
    said = {"percent": percent_words(found), "kappa": kappa_words(found), "icc": icc_words(found),
            "difference": difference_words(found)}  # fmt: skip
    return [
        (name, said[key], f"{meaning} {form}" if key == "icc" else meaning) for key, (name, meaning) in MEANINGS.items()
    ]


def _meanings() -> dict[str, Any]:
    meanings = [(name, f"{text} {ICC_OF_TWO}" if key == "icc" else text) for key, (name, text) in MEANINGS.items()]
    return {"meanings": meanings, "method": METHOD, "counted": COUNTED}


def _head(looked: AgreementQuestion) -> list[str]:
    """Says above a file what stands in it."""
    return [looked.words, *(f"{name}: {meaning}" for name, meaning in MEANINGS.values()), ICC_OF_TWO, METHOD, COUNTED]
