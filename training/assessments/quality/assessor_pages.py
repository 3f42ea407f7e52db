"""The page of one assessor: what was found of sampled assessments, and the visits on which somebody went along."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Subquery
from tortoise.functions import Count

from training.assessments.models import LEFT, Rater
from training.assessments.quality import actions
from training.assessments.quality.models import AccompaniedVisit, QualitySample
from training.assessments.quality.pages import HOME, STATES, path_of
from training.assessments.quality.rules import BECAUSE
from training.core import clock
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import person_for
from training.web.render import actor, form_data, identity, redirect, render, validate

MOST_SHOWN = 50


class AccompaniedForm(BaseModel):
    """What is noted of a visit on which somebody went along."""

    held: date = Field(title="the day")
    note: str = Field("", title="what you saw")


async def of(request: Request) -> Response:
    """Shows what was found of somebody's assessments: one's own, or with the ability; posted, notes a visit."""
    me: Actor = actor(request)
    key = identity(request)
    own = key == me.person_id
    found = await Person.get(id=me.person_id) if own else await person_for(me, "audit", key)
    values: Mapping[str, Any] = {"held": me.today.isoformat()}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            given = validate(AccompaniedForm, values)
            await actions.note_accompanied(key, held=given.held, note=given.note, actor=me, now=clock.now())
            return redirect(request, path_of(key), notice="Noted. The assessor can read it.")
        except Invalid as wrong:
            problems = wrong.problems
    rated = Rater.filter(person_id=key).exclude(state=LEFT).values("assessment_id")
    about = QualitySample.filter(assessment_id__in=Subquery(rated))
    counts = {
        row["finding"]: row["number"]
        for row in await about.annotate(number=Count("id")).group_by("finding").values("finding", "number")
    }
    rows = await about.exclude(finding="open").order_by("-found").limit(MOST_SHOWN).values(
        "id", "assessment_id", "finding", "reasons", "found", "because", observed="assessment__observed",
        name="assessment__person__name",
    )  # fmt: skip
    visits = AccompaniedVisit.filter(person_id=key, taken_back__isnull=True).order_by("-held", "-recorded")
    names = dict(await Person.filter(id__in=Subquery(visits.values("recorded_by_id"))).values_list("id", "name"))
    return render(
        request, "quality/of.html", 422 if problems else 200, person=found, own=own, values=values, problems=problems,
        counts=[(word, counts.get(one, 0)) for one, word in STATES.items()],
        rows=[row | {"word": STATES[row["finding"]], "why": BECAUSE[row["because"]]} for row in rows],
        visits=[
            {"id": one.id, "held": one.held, "note": one.note, "by": names.get(one.recorded_by_id, ""),
             "mine": one.recorded_by_id == me.person_id}
            for one in await visits
        ],
        most=MOST_SHOWN, path=path_of(key), audits=me.may("audit"),
        back=("Assessments", "/assessments") if own else ("Quality of assessments", HOME),
    )  # fmt: skip


async def take_back(request: Request) -> Response:
    """Takes back one's own note of a visit."""
    found = await actions.take_back_accompanied(identity(request), actor=actor(request), now=clock.now())
    return redirect(request, path_of(found.person_id), notice="Taken back. Nobody sees it here any more.")
