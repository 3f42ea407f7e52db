"""Assessments: what the actor has to rate, what is done, the results of one's own, and how a new one begins."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Subquery

from training.assessments import actions
from training.assessments.actions import MEDIA, Opening
from training.assessments.eligible import others_who_rate
from training.assessments.models import LEFT, Assessment, Instrument, InstrumentVersion, Rater, visible_to
from training.assessments.rules import programme_meant
from training.core import clock
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.people.actor import Actor
from training.people.models import Membership
from training.people.visibility import active_on, may_for, people_for
from training.people.visibility import visible_to as people_visible_to
from training.programmes.places import places_of
from training.programmes.resources import ProgrammeResources
from training.sites.programmes import programme_choices
from training.web.render import actor, form_data, identity, redirect, render, validate

OUTCOMES = {"met": "Passed", "not_met": "Not yet", "cannot_tell": "Cannot tell"}
"""The one word of a result."""
STATES = {
    "open": "Open",
    "reconciling": "To agree",
    "submitted": "To sign",
    "signed": "Signed",
    "cancelled": "Cancelled",
}


class OpeningForm(BaseModel):
    """What is typed to begin an assessment."""

    key: UUID
    person: UUID = Field(title="who you watched")
    version: UUID = Field(title="what you rate with")
    observed: date = Field(title="the day you watched")
    medium: str = Field(title="how you watched")
    group_name: str = Field("", max_length=120)
    other: UUID | None = None
    programme: UUID | None = None
    independent: str = ""

    def opening(self) -> Opening:
        """Gives what was typed as an opening."""
        return Opening(
            person=self.person,
            version=self.version,
            observed=self.observed,
            medium=self.medium,
            group_name=self.group_name,
            independent=self.independent == "yes",
            others=(self.other,) if self.other else (),
            programme=self.programme,
        )


async def mine(request: Request) -> Response:
    """Lists what the actor has to rate or sign, what they have signed, and their own results."""
    me: Actor = actor(request)
    rated = await Rater.filter(person_id=me.person_id).exclude(state=LEFT).values("state", "assessment_id", "submitted")
    parts = {row["assessment_id"]: row["state"] for row in rated}
    rows = await _lines(visible_to(me).filter(id__in=list(parts)))
    own = await _lines(visible_to(me).filter(person_id=me.person_id, state="signed"))
    todo = [row for row in rows if row["state"] != "signed" and not _waits(row["state"], parts[row["id"]])]
    waiting = [row for row in rows if row["state"] != "signed" and _waits(row["state"], parts[row["id"]])]
    done = [row for row in rows if row["state"] == "signed"]
    lists: dict[str, Any] = {"todo": todo, "waiting": waiting, "done": done, "own": own}
    return render(request, "assessments/mine.html", **lists, rates=me.may("assess"), learns=me.may("learn"))


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


def _waits(state: str, part: str) -> bool:
    """Tells whether a rater waits for the others."""
    return (state == "open" and part != "rating") or part == "signed"


async def _lines(found: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await found.order_by("-observed", "-opened").values(
        "id", "state", "observed", "outcome", "group_name", person="person__name", title="version__title"
    )
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
            given = validate(OpeningForm, dict(values))
            opening = replace(given.opening(), programme=given.programme or await _programme_meant(request, given))
            row = await actions.open_assessment(opening, key=given.key, actor=me, now=clock.now())
            return redirect(request, f"/assessments/{row.id}/rate")
        except Invalid as wrong:
            problems = wrong.problems
        except (NotAllowed, Conflict) as refused:
            problems = {"form": f"{refused.message} {refused.remedy}".strip()}
    rows = (
        await InstrumentVersion.filter(instrument__unit_id=me.unit_id)
        .order_by("published")
        .values("id", "title", "version", name="instrument__name")
    )
    latest = {row["name"]: (str(row["id"]), f"{row['title']} (version {row['version']})") for row in rows}
    return render(
        request,
        "assessments/begin.html",
        422 if problems else 200,
        values=values,
        problems=problems,
        people=await _trainees(me),
        versions=list(latest.values()),
        others=await _others(me),
        media=list(MEDIA.items()),
        programmes=await programme_choices(me.unit_id) if {"programme"} & {*problems, *values} else [],
        back=("Assessments", "/assessments"),
    )


async def _programme_meant(request: Request, given: OpeningForm) -> UUID | None:
    """Finds the programme by the instrument and the person’s places, so that it is asked only where several fit."""
    rated_in = await ProgrammeResources.of(request).rated_in(actor(request).unit_id)
    name = await Instrument.filter(versions__id=given.version).values_list("name", flat=True)
    places = await places_of(given.person, on=given.observed)
    held = frozenset(programme for programme, place in places.items() if place.holds)
    return programme_meant(held, rated_in.get(str(name[0]), frozenset()) if name else frozenset())


async def _trainees(me: Actor) -> list[tuple[str, str]]:
    """Whom one can assess: people for whom one may, who are learning or leading."""
    today = active_on(me.today)
    learning = Membership.filter(today, role__in=["trainee", "facilitator"]).values("person_id")
    rows = (
        await people_for(me, "assess")
        .filter(id__in=Subquery(learning))
        .exclude(id=me.person_id)
        .order_by("name")
        .values("id", "name")
    )
    return [("", "Choose a name"), *((str(row["id"]), row["name"]) for row in rows)]


async def _others(me: Actor) -> list[tuple[str, str]]:
    rows = await others_who_rate(me.unit_id, without=[me.person_id], day=me.today)
    return [("", "Nobody"), *((str(row["id"]), row["name"]) for row in rows)]


async def found_assessment(me: Actor, assessment_id: UUID) -> Assessment | None:
    """Finds an assessment among those that the actor may see."""
    return await visible_to(me).select_related("version", "person").get_or_none(id=assessment_id)
