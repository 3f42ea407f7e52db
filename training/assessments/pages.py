"""Assessments: what the actor has to rate, what is done, the results of one's own, and how a new one begins."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.assessments import actions
from training.assessments.actions import MEDIA, Opening
from training.assessments.attempts.reading import numbers_of
from training.assessments.calibration.standing import lines_of
from training.assessments.eligible import others_who_rate
from training.assessments.models import (
    DECIDING,
    LEFT,
    THIRD,
    Assessment,
    Instrument,
    InstrumentVersion,
    Rater,
    Visit,
    visible_to,
)
from training.assessments.reading import instrument_of
from training.assessments.rules import programme_meant
from training.assessments.visits.forms import TOLD, VisitForm
from training.core import clock
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.people.actor import Actor
from training.people.lists.shortlists import person_shortlist
from training.people.models import Membership, Person
from training.people.visibility import active_on, may_for, people_for
from training.people.visibility import visible_to as people_visible_to
from training.programmes.places import places_of
from training.programmes.resources import ProgrammeResources
from training.sites.programmes import programme_choices
from training.web.render import actor, form_data, identity, redirect, render, validate
from training.web.shortlists import Shortlist

OUTCOMES = {"met": "Passed", "not_met": "Not yet", "cannot_tell": "Cannot tell"}
"""The one word of a result."""
STATES = {
    "open": "Open",
    "reconciling": "To agree",
    THIRD: "One more rates",
    DECIDING: "To decide",
    "submitted": "To sign",
    "countersign": "To countersign",
    "signed": "Signed",
    "returned": "Returned",
    "cancelled": "Cancelled",
}


DONE = ("signed", "returned")
"""States in which nobody who rated has anything left to do."""
OTHER = re.compile(r"other(_[2-9][0-9]*)?")
"""Fields in which those are chosen who rate, too."""
MOST_VISITS = 50
"""Visits to come of one person that are read; who has more sees the first of them."""


@dataclass(frozen=True)
class ComingVisit:
    """A visit to come as somebody sees it: `other` is whom they watch, or who watches them (`watched`)."""

    assessment_id: UUID
    starts: datetime
    ends: datetime
    day: date
    place: str
    other: str
    watched: bool

    @property
    def path(self) -> str:
        """Returns the page of the assessment."""
        return f"/assessments/{self.assessment_id}"


class OpeningForm(VisitForm):
    """What is typed to begin an assessment, and of its visit where that is still to come."""

    key: UUID
    person: UUID = Field(title="who you watched")
    version: UUID = Field(title="what you rate with")
    observed: date = Field(title="the day you watched")
    medium: str = Field(title="how you watched")
    group_name: str = Field("", max_length=120)
    other: tuple[UUID, ...] = Field((), title="who else rates")
    programme: UUID | None = None
    independent: str = ""

    def opening(self, me: Actor, now: datetime) -> Opening:
        """Gives what was typed as an opening; raises Invalid."""
        return Opening(
            person=self.person,
            version=self.version,
            observed=self.observed,
            medium=self.medium,
            group_name=self.group_name,
            independent=self.independent == "yes",
            others=self.other,
            programme=self.programme,
            visit=self.plan(me, now) if self.starts or self.ends or self.place else None,
        )


async def mine(request: Request) -> Response:
    """Lists what the actor has to rate or sign, what they have signed, and their own results."""
    me: Actor = actor(request)
    rated = await Rater.filter(person_id=me.person_id).exclude(state=LEFT).values("state", "assessment_id", "submitted")
    parts = {row["assessment_id"]: row["state"] for row in rated}
    rows = await _lines(visible_to(me).filter(id__in=list(parts)))
    own = await _lines(visible_to(me).filter(person_id=me.person_id, state="signed"))
    done = [row for row in rows if row["state"] in DONE]
    todo = [row for row in rows if row["state"] not in DONE and not _waits(row["state"], parts[row["id"]])]
    waiting = [row for row in rows if row["state"] not in DONE and _waits(row["state"], parts[row["id"]])]
    visits = await visits_to_come(me, clock.now())
    coming = {one.assessment_id for one in visits}
    todo = [row for row in todo if row["id"] not in coming]
    lists: dict[str, Any] = {"visits": visits, "todo": todo, "waiting": waiting, "done": done, "own": own}
    waits = Assessment.filter(person_id=me.person_id, state="countersign").order_by("observed")
    lists["pending"] = await waits.values_list("observed", flat=True)
    lists["calibrations"] = await _own_calibrations(me) if me.may("assess") else []
    return render(request, "assessments/mine.html", **lists, rates=me.may("assess"), learns=me.may("learn"))


async def _own_calibrations(me: Actor) -> list[dict[str, Any]]:
    """Says how the actor stands with each instrument that is asked for, or with which they were calibrated."""
    return [one for one in await lines_of([(me.person_id, "")], me) if one["asked"] or one["held"]]


async def of(request: Request) -> Response:
    """Lists the assessments of one person whom the actor may see; marks stay hidden until they are signed."""
    me: Actor = actor(request)
    found = await people_visible_to(me).get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such person.", "Look for them in the list of people.")
    rows = await _lines(visible_to(me).filter(person_id=found.id))
    rated = me.person_id != found.id and await may_for(me, "assess", found.id)
    begin_path = f"/assessments/new?person={found.id}" if rated else ""
    told: dict[str, Any] = {"name": found.name, "rows": rows, "begin_path": begin_path}
    return render(request, "assessments/of.html", **told, back=(found.name, f"/people/{found.id}"))


async def visits_to_come(me: Actor, now: datetime) -> list[ComingVisit]:
    """Lists the visits to come, and those that are going on, the first one first."""
    wanted = Q(assessment__person_id=me.person_id)
    if me.may("assess"):
        rating = Rater.filter(person_id=me.person_id, state="rating").values("assessment_id")
        wanted |= Q(assessment_id__in=Subquery(rating))
    coming = Visit.filter(wanted, assessment__unit_id=me.unit_id, assessment__state="open")
    rows = (
        await coming.filter(called_off__isnull=True, ends__gt=now)
        .order_by("starts", "id")
        .limit(MOST_VISITS)
        .values("assessment_id", "starts", "ends", "place", person="assessment__person_id",
                name="assessment__person__name")
    )  # fmt: skip
    own = [row["assessment_id"] for row in rows if row["person"] == me.person_id]
    raters: dict[UUID, list[str]] = {one: [] for one in own}
    if own:
        come = Rater.filter(assessment_id__in=own).exclude(state=LEFT).order_by("person__name")
        for row in await come.values("assessment_id", name="person__name"):
            raters[row["assessment_id"]].append(row["name"])
    return [
        ComingVisit(
            row["assessment_id"], row["starts"], row["ends"], local_day(row["starts"], me.zone), row["place"],
            ", ".join(raters[row["assessment_id"]]) if row["assessment_id"] in raters else row["name"],
            row["assessment_id"] in raters,
        )
        for row in rows
    ]  # fmt: skip


def _waits(state: str, part: str) -> bool:
    """Tells whether a rater waits for the others."""
    return (state in ("open", THIRD, DECIDING) and part != "rating") or part == "signed"


async def _lines(found: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await found.order_by("-observed", "-opened").values(
        "id", "person_id", "state", "observed", "outcome", "group_name", person="person__name", title="version__title"
    )
    numbers = await numbers_of({row["person_id"] for row in rows if row["state"] == "signed"})
    rows = [row | {"number": numbers.get(row["id"])} for row in rows]
    return [row | {"word": OUTCOMES.get(row["outcome"]) or STATES[row["state"]]} for row in rows]


async def begin(request: Request) -> Response:
    """Shows the form that begins an assessment, and begins it."""
    me: Actor = actor(request)
    person = request.query_params.get("person", "")
    values: Mapping[str, Any] = {"key": str(uuid4()), "observed": me.today.isoformat(), "person": person}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            chosen = [one for name, one in values.items() if one and OTHER.fullmatch(name)]
            given = validate(OpeningForm, {"medium": "live" if values.get("place") else "", **values, "other": chosen})
            name = await Instrument.filter(versions__id=given.version).first()
            meant = await programme_for(request, given.person, name.name if name else "", day=given.observed)
            opening = replace(given.opening(me, clock.now()), programme=given.programme or meant)
            row = await actions.open_assessment(opening, key=given.key, actor=me, now=clock.now())
            if opening.visit:
                return redirect(request, f"/assessments/{row.id}/visit", notice=f"The visit is planned. {TOLD}")
            return redirect(request, f"/assessments/{row.id}/rate")
        except Invalid as wrong:
            problems = wrong.problems
        except (NotAllowed, Conflict) as refused:
            problems = {"form": str(refused)}
    versions = await _versions(me)
    return render(
        request,
        "assessments/begin.html",
        422 if problems else 200,
        values=values,
        problems=problems,
        people=await person_shortlist(_trainees(me), values, "person", day=me.today, ask="Choose a name"),
        versions=[(key, title) for key, title, _ in versions],
        others=await _others(me, values, most=max((needed for *_, needed in versions), default=1)),
        media=list(MEDIA.items()),
        programmes=await programme_choices(me.unit_id) if {"programme"} & {*problems, *values} else [],
        back=("Assessments", "/assessments"),
    )


async def _others(me: Actor, values: Mapping[str, Any], *, most: int) -> list[tuple[str, Shortlist]]:
    """The fields in which those are chosen who rate, too: as many as the instrument with most raters asks for."""
    others, nobody = others_who_rate(me.unit_id, without=[me.person_id], day=me.today), [("", "Nobody")]
    names = ["other", *(f"other_{place}" for place in range(2, most))]
    return [
        (name, await person_shortlist(others, values, name, day=me.today, first=nobody, named=True)) for name in names
    ]


async def programme_for(request: Request, person: UUID, instrument: str, *, day: date) -> UUID | None:
    """Finds the programme by the instrument and the person’s places, so that it is asked only where several fit."""
    rated_in = await ProgrammeResources.of(request).rated_in(actor(request).unit_id)
    places = await places_of(person, on=day)
    held = frozenset(programme for programme, place in places.items() if place.holds)
    return programme_meant(held, rated_in.get(instrument, frozenset()))


async def _versions(me: Actor) -> list[tuple[str, str, int]]:
    """Lists the newest version of each instrument: id, words, and how many it asks to rate."""
    versions = InstrumentVersion.filter(instrument__unit_id=me.unit_id).order_by("published")
    latest = {row["name"]: row["id"] for row in await versions.values("id", name="instrument__name")}
    rows = {row.id: row for row in await InstrumentVersion.filter(id__in=list(latest.values()))}
    told = [(rows[key], instrument_of(rows[key]).raters) for key in latest.values()]
    return [
        (str(row.id), f"{row.title} (version {row.version}{f', {needed} people rate' if needed > 1 else ''})", needed)
        for row, needed in told
    ]


def _trainees(me: Actor) -> QuerySet[Person]:
    """Whom one can assess: people for whom one may, who are learning or leading."""
    today = active_on(me.today)
    learning = Membership.filter(today, role__in=["trainee", "facilitator"]).values("person_id")
    return people_for(me, "assess").filter(id__in=Subquery(learning)).exclude(id=me.person_id)


async def found_assessment(me: Actor, assessment_id: UUID) -> Assessment | None:
    """Finds an assessment among those that the actor may see."""
    return await visible_to(me).select_related("version", "person").get_or_none(id=assessment_id)
