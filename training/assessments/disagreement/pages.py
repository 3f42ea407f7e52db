"""The page on which raters say that they do not agree, and the one on which somebody decides for them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.assessments.actions import Noted, own_rating
from training.assessments.cards import typed_marks
from training.assessments.disagreement import actions
from training.assessments.disagreement.settling import how_settled
from training.assessments.eligible import others_who_rate
from training.assessments.models import Assessment
from training.assessments.rating_pages import Given, items_apart
from training.assessments.reading import instrument_of, who_rates
from training.core import clock
from training.core.errors import Conflict, Invalid, NotAllowed
from training.people.actor import Actor
from training.people.lists.shortlists import person_shortlist
from training.people.models import Person
from training.web.render import actor, form_data, identity, redirect, render, validate

NOBODY = [("", "Choose a name")]


class AskThird(BaseModel):
    """Who is asked to rate, too."""

    third: UUID = Field(title="who rates, too")


class AskDecider(BaseModel):
    """Who is asked to decide."""

    decision: UUID = Field(title="who decides")


ASKED: Mapping[str, type[BaseModel]] = {"third": AskThird, "decision": AskDecider}
"""Way in which it is settled, and the field in which somebody is chosen for it → what is typed."""


async def disagree(request: Request) -> Response:
    """Asks who settles what the raters do not agree on; posted, asks them, or calls that off."""
    me: Actor = actor(request)
    rater, instrument = await own_rating(identity(request), me)
    row: Assessment = rater.assessment
    where = f"/assessments/{row.id}"
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        way = "decision" if values.get("step") == "decision" else "third"
        try:
            if values.get("step") == "call off":
                await actions.call_off(row.id, actor=me, now=clock.now())
                return redirect(request, where, notice="It is called off. All are told. Try again to agree.")
            asked = validate(ASKED[way], dict(values))
            await actions.disagree(
                row.id, way=way, person=getattr(asked, way), reason=str(values.get("reason", "")), actor=me,
                now=clock.now(),
            )  # fmt: skip
            return redirect(request, where, notice="They are asked. All are told by mail.")
        except Invalid as wrong:
            problems = wrong.problems
        except (NotAllowed, Conflict) as refused:
            problems = {"form": str(refused)}
    elif row.state != "reconciling":
        return redirect(request, where)
    there = await who_rates(row.id)
    others = others_who_rate(me.unit_id, without=[*there, row.person_id], day=me.today)
    deciders = await actions.who_may_decide(row, me)
    return render(
        request, "disagreement/disagree.html", 422 if problems else 200, values=values, problems=problems,
        third=await person_shortlist(others, values, "third", day=me.today, first=NOBODY, named=True),
        decision=await person_shortlist(deciders, values, "decision", day=me.today, first=NOBODY, named=True),
        live=row.medium == "live", how=how_settled(instrument, len(there) + 1), path=f"{where}/disagree",
        person=(await Person.get(id=row.person_id)).name, back=("Agree", f"{where}/agree"),
    )  # fmt: skip


async def decide(request: Request) -> Response:
    """Shows the items on which raters are apart, with all marks, to whoever was asked; posted, takes what counts."""
    me: Actor = actor(request)
    asked = await actions.asked_to_decide(identity(request), me)
    row: Assessment = asked.assessment
    instrument = instrument_of(row.version)
    given: Given = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        given = typed_marks(instrument, await form_data(request))
        try:
            noted = {item: Noted(mark, text) for item, (mark, text) in given.items()}
            await actions.decide(row.id, noted, actor=me, now=clock.now())
            notice = "You have decided. The raters are told, and sign."
            return redirect(request, f"/assessments/{row.id}", notice=notice)
        except Invalid as wrong:
            problems = wrong.problems
        except NotAllowed as refused:
            problems = {"form": str(refused)}
    return render(
        request, "disagreement/decide.html", 422 if problems else 200, problems=problems, why=asked.reason,
        items=await items_apart(row, instrument, given), path=f"/assessments/{row.id}/decide", assessment=row,
        person=(await Person.get(id=row.person_id)).name, title=instrument.title, back=("Home", "/"),
    )  # fmt: skip
