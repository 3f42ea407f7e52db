"""Pages on which calibration sets are made: the list, one set with its vignettes, and one vignette with its marks."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.assessments.calibration.sets import actions
from training.assessments.calibration.sets.models import CalibrationAttempt, CalibrationSet, Vignette, sets_for
from training.assessments.cards import cards_of, typed_marks
from training.assessments.marks import Mark, unpacked
from training.assessments.models import InstrumentVersion
from training.assessments.reading import instrument_of
from training.core import clock
from training.core.errors import Conflict, Invalid, NotFound
from training.parsing.text import counting_number
from training.people.actor import Actor
from training.people.visibility import reach
from training.web.render import actor, form_data, identity, redirect, render, validate

HOME = "/assessments/calibration/sets"
STATES = {"draft": "Draft", "published": "Published", "closed": "Closed"}
Given = Mapping[str, tuple[Mark | None, str]]


class SetForm(BaseModel):
    """What is said of a set before its vignettes are written."""

    version: UUID = Field(title="an instrument")
    title: str = Field("", title="a name")
    tolerance: float = Field(0, title="how many levels apart still agree")
    tries: int = Field(3, title="how many tries")
    wait_days: int = Field(14, title="days between tries")


async def sets(request: Request) -> Response:
    """Lists the calibration sets; posted, begins one."""
    me: Actor = actor(request)
    values: Mapping[str, Any] = {"tolerance": "0", "tries": "3", "wait_days": "14"}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            given = validate(SetForm, values)
            made = await actions.make_set(
                given.version, title=given.title, tolerance=given.tolerance, tries=given.tries,
                wait_days=given.wait_days, actor=me, now=clock.now(),
            )  # fmt: skip
            return redirect(request, f"{HOME}/{made.id}", notice="The set is begun. Now write its vignettes.")
        except Invalid as wrong:
            problems = wrong.problems
    versions = InstrumentVersion.filter(instrument__unit_id=me.unit_id).order_by("published", "id")
    newest = {one.instrument_id: (str(one.id), f"{one.title} (version {one.version})") for one in await versions}
    rows = await sets_for(me).order_by("-made").select_related("version")
    return render(
        request, "sets/sets.html", 422 if problems else 200, values=values, problems=problems,
        rows=[
            {"id": one.id, "title": one.title, "with": f"{one.version.title}, version {one.version.version}",
             "state": STATES[one.state], "made": one.made}
            for one in rows
        ],
        versions=list(newest.values()), path=HOME, back=("Calibration", "/assessments/calibration"),
    )  # fmt: skip


async def one(request: Request) -> Response:
    """Shows a set with its vignettes and how it was rated; posted, publishes or closes it, or makes another from it."""
    me: Actor = actor(request)
    found = await actions.found_set(identity(request), me)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        step = str((await form_data(request)).get("step", ""))
        try:
            return await _done(request, found, step)
        except Conflict as refused:
            problems = {"form": str(refused)}
    rated = CalibrationAttempt.filter(reach(me, "decide"), set_id=found.id, handed_in__isnull=False)
    return render(
        request, "sets/set.html", 422 if problems else 200, problems=problems, set=found,
        state=STATES[found.state], instrument=instrument_of(found.version),
        vignettes=await Vignette.filter(set_id=found.id).order_by("position"),
        rated=await rated.order_by("-handed_in").limit(50).values(
            "id", "number", "handed_in", "agreement", name="person__name"
        ),
        halfway=await CalibrationAttempt.filter(set_id=found.id, handed_in__isnull=True).count(),
        path=f"{HOME}/{found.id}", back=("Calibration sets", HOME),
    )  # fmt: skip


async def _done(request: Request, found: CalibrationSet, step: str) -> Response:
    me: Actor = actor(request)
    where = f"{HOME}/{found.id}"
    if step == "publish":
        await actions.publish(found.id, actor=me, now=clock.now())
        return redirect(request, where, notice="Published. Assessors can rate it now, and it never changes.")
    if step == "another":
        made = await actions.another(found.id, actor=me, now=clock.now())
        return redirect(request, f"{HOME}/{made.id}", notice="This is a draft with the same vignettes. Change it.")
    if step == "close":
        await actions.close(found.id, actor=me, now=clock.now())
        return redirect(request, where, notice="Closed. Nobody begins it any more; who has begun can finish.")
    return redirect(request, where)


async def vignette(request: Request) -> Response:
    """Shows the form of a vignette; posted, saves it in the draft, or removes it."""
    me: Actor = actor(request)
    found, instrument = await actions.draft_of(identity(request), me)
    where, number = f"{HOME}/{found.id}", request.path_params["number"]
    position = None if number == "new" else counting_number(number)
    row = await Vignette.get_or_none(set_id=found.id, position=position) if position else None
    if number != "new" and row is None:
        raise NotFound("There is no such vignette.", "Look at the set again.")
    values: Mapping[str, Any] = {"title": row.title, "text": row.text} if row else {}
    given: Given = {item: (unpacked(mark), row.notes.get(item, "")) for item, mark in row.marks.items()} if row else {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        if values.get("step") == "remove" and position:
            await actions.remove_vignette(found.id, position, actor=me, now=clock.now())
            return redirect(request, where, notice="Removed.")
        given = typed_marks(instrument, values)
        try:
            await actions.save_vignette(
                found.id, position, title=str(values.get("title", "")), text=str(values.get("text", "")), given=given,
                actor=me, now=clock.now(),
            )  # fmt: skip
            return redirect(request, where, notice="Saved.")
        except Invalid as wrong:
            problems = wrong.problems
    return render(
        request, "sets/vignette.html", 422 if problems else 200, values=values, problems=problems,
        set=found, cards=cards_of(instrument, given), there=row is not None, path=f"{where}/vignettes/{number}",
        back=(found.title, where),
    )  # fmt: skip
