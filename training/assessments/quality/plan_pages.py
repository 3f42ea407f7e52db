"""Pages of the plan of quality assurance, of each draw by it, and the button that draws."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.assessments.quality import plans
from training.assessments.quality.models import QualitySample, draws_visible_to
from training.assessments.quality.pages import HOME, SAMPLES
from training.assessments.quality.rules import drawn
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.sites.programmes import programme_choices
from training.web.render import actor, form_data, identity, redirect, render, validate

MOST_DRAWS = 30
NEW, SHARE, NEW_SHARE = 10, 10, 50


class PlanForm(BaseModel):
    """What is sampled of the assessments of a programme."""

    programme: UUID | None = None
    share: int = Field(SHARE, title="percent of the assessments", ge=0, le=100)
    share_new: int = Field(NEW_SHARE, title="percent of those by new assessors", ge=0, le=100)
    new_until: int = Field(NEW, title="a number of assessments", ge=0, le=plans.MOST_NEW)
    complaints: str = ""


async def plan(request: Request) -> Response:
    """Shows the plans that hold and the last draws; posted, makes a plan that holds from now on."""
    me: Actor = actor(request)
    values: Mapping[str, Any] = {"share": SHARE, "share_new": NEW_SHARE, "new_until": NEW, "complaints": "yes"}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            given = validate(PlanForm, values)
            await plans.make_plan(
                given.programme, share=given.share, share_new=given.share_new, new_until=given.new_until,
                complaints=given.complaints == "yes", actor=me, now=clock.now(),
            )  # fmt: skip
            return redirect(request, f"{HOME}/plan", notice="The plan holds from now on. It is drawn each night.")
        except Invalid as wrong:
            problems = wrong.problems
    held = (await plans.plans_of(me.unit_id)).values()
    draws = await draws_visible_to(me).order_by("-until").limit(MOST_DRAWS).select_related("plan__programme")
    titles = [("", "All that have no plan of their own"), *(await programme_choices(me.unit_id))[1:]]
    return render(
        request, "quality/plan.html", 422 if problems else 200, values=values, problems=problems, plans=list(held),
        titles=dict(titles), programmes=titles,
        draws=[
            {"id": one.id, "until": one.until, "programme": one.plan.programme_id,
             "found": sum(map(len, one.found.values())), "drawn": sum(one.sizes.values())}
            for one in draws
        ],
        path=f"{HOME}/plan", back=(SAMPLES.title, HOME),
    )  # fmt: skip


async def draw(request: Request) -> Response:
    """Draws now by every plan of the unit, as the night does."""
    me: Actor = actor(request)
    number = await plans.draw_all(me.unit_id, seeds=lambda: secrets.token_hex(16), actor=me.person_id, now=clock.now())
    told = f"{number} drawn. They stand in the list." if number else "Nothing was drawn: nothing new was signed."
    if not await plans.plans_of(me.unit_id):
        return redirect(request, f"{HOME}/plan", notice="There is no plan yet. Make one first.")
    return redirect(request, HOME, notice=told)


async def one_draw(request: Request) -> Response:
    """Shows a draw: the seed, what was there, and that the same is drawn again from it."""
    me: Actor = actor(request)
    found = await draws_visible_to(me).select_related("plan__programme").get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such draw.", "Look at the list of draws.")
    kept = await QualitySample.filter(draw_id=found.id).values_list("assessment_id", "because")
    again = drawn(found.found, found.sizes, found.seed)
    return render(
        request, "quality/draw.html", draw=found, same=set(kept) == set(again),
        again={f"{one} {because}" for one, because in again},
        back=("The plan", f"{HOME}/plan"),
    )  # fmt: skip
