"""Pages of quality assurance: sampled assessments, one of them with all that is known of it, and what was found."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from training.assessments.cards import said_by_each
from training.assessments.marks import titles_of
from training.assessments.models import LEFT, Assessment, Rater
from training.assessments.quality import actions
from training.assessments.quality.models import QualitySample, samples_visible_to
from training.assessments.quality.rules import BECAUSE, FINDINGS
from training.assessments.reading import instrument_of, notes_of, rows_of
from training.assessments.result_pages import shown_to_all
from training.core import clock
from training.core.dates import day, local_day
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.people.models import Person
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor, form_data, identity, redirect, render

HOME = "/assessments/quality"
STATES = {"open": "To look at", **FINDINGS}
SAMPLES = PagedList(
    HOME,
    "Quality of assessments",
    ("assessment", "assessments"),
    (
        ListColumn("name", "Who was assessed", ListSort("assessment__person__name", fold=True),
                   text=lambda row: str(row["assessment__person__name"]),
                   cell=lambda row: {"text": row["assessment__person__name"], "path": f"{HOME}/{row['id']}"}),
        ListColumn("observed", "Watched", ListSort("assessment__observed", "day"),
                   text=lambda row: day(row["assessment__observed"])),
        ListColumn("raters", "Rated by"),
        ListColumn("because", "Why", ListSort("because"), text=lambda row: BECAUSE[row["because"]]),
        ListColumn("on", "In the sample since", ListSort("added", "moment"), text=lambda row: day(row["on"])),
        ListColumn("finding", "Finding", ListSort("finding"), text=lambda row: STATES[row["finding"]],
                   cell=lambda row: {"tag": STATES[row["finding"]]}),
    ),
    (
        ListFilter("query", "Name", lambda _, part: Q(assessment__person__name__icontains=part)),
        ListFilter("finding", "Finding", lambda _, one: Q(finding=one), choices={"": "Any finding", **STATES}),
        ListFilter("because", "Why", lambda _, one: Q(because=one), choices={"": "Any reason", **BECAUSE}),
    ),
    fields=("assessment_id", "because", "finding", "added", "assessment__person__name", "assessment__observed"),
    first_sort="-on",
)  # fmt: skip


async def samples(request: Request) -> Response:
    """Lists the sampled assessments, the newest first."""
    return await answer_list(
        request, "quality/samples.html", SAMPLES, samples_visible_to(actor(request)), complete=_with_raters
    )


async def _with_raters(rows: list[Row], me: Actor) -> list[Row]:
    names = defaultdict(list)
    parts = Rater.filter(assessment_id__in=[row["assessment_id"] for row in rows]).exclude(state=LEFT)
    for assessment_id, name in await parts.order_by("person__name").values_list("assessment_id", "person__name"):
        names[assessment_id].append(name)
    return [
        row | {"raters": ", ".join(names[row["assessment_id"]]), "on": local_day(row["added"], me.zone)} for row in rows
    ]


async def sample(request: Request) -> Response:
    """Shows a sampled assessment with every rating, signature and finding; posted, keeps what was found."""
    me: Actor = actor(request)
    found = await samples_visible_to(me).select_related("assessment__person", "assessment__version").get_or_none(
        id=identity(request)
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such sampled assessment.", "Look at the list again.")
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        finding = str(values.get("finding", ""))
        try:
            await actions.find(
                found.id, finding=finding, reasons=str(values.get("reasons", "")), actor=me, now=clock.now()
            )
            told = {
                "accepted": "Accepted.",
                "returned": "Returned. Whoever rated is told why, and can rate again. The first counts until then.",
                "set_aside": "Set aside. It does not count any more.",
            }
            return redirect(request, HOME, notice=told[finding])
        except Invalid as wrong:
            problems = wrong.problems
    return render(
        request, "quality/sample.html", 422 if problems else 200, values=values, problems=problems,
        sample=found, because=BECAUSE[found.because], state=STATES[found.finding], by=await _name(found, me),
        rows=await _each_rating(found.assessment), **(await shown_to_all(found.assessment, me)),
        sample_path=f"{HOME}/{found.id}", back=(SAMPLES.title, HOME),
    )  # fmt: skip


async def _name(sample: QualitySample, me: Actor) -> str:
    person = await Person.get_or_none(id=sample.found_by_id, unit_id=me.unit_id) if sample.found_by_id else None
    return person.name if person else ""


async def _each_rating(row: Assessment) -> list[dict[str, Any]]:
    """Says each item with what every rater handed in, and their notes."""
    instrument = instrument_of(row.version)
    rows = await rows_of(row.id)
    parts = Rater.filter(assessment_id=row.id).values("person_id", name="person__name")
    names = {str(one["person_id"]): one["name"] for one in await parts}
    notes = await notes_of(row.id, [one.by for one in rows])
    return [
        {
            "title": title,
            "marks": said_by_each(instrument, item, rows, names),
            "notes": notes.get(item, []),
        }
        for item, title in titles_of(instrument).items()
    ]  # fmt: skip


def path_of(person: UUID) -> str:
    """Returns the page of what was found of an assessor."""
    return f"{HOME}/of/{person}"
