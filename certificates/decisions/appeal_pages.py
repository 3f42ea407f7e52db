"""Pages of appeals for those who decide them: what waits and what is late, one appeal with its steps, the days set."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from certificates.decisions import appeals, outcomes
from certificates.decisions.outcome_pages import files_of
from certificates.decisions.parts_taken import who_may_decide, why_barred
from certificates.evaluations.models import Appeal, appeals_visible_to
from training.core import clock
from training.core.dates import local_day
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.contact.addresses import same_human
from training.sites.models import CentralUnit
from training.web.render import actor, form_data, identity, redirect, render, validate

FINDINGS = [("upheld", "It stands"), ("overturned", "It was wrong, and falls")]
LATEST = 20
"""Decided appeals that the list shows."""
ABOUT = ("person", "holder_site", "decision__pathway", "decision__appeal", "change__appeal", "assessment__version",
         "assessment__unit")  # fmt: skip
DAYS = ("appeal_days", "appeal_look_days", "appeal_decide_days")


class AppealAnswerForm(BaseModel):
    """The form of one step of an appeal."""

    step: str = ""
    finding: str = ""
    reasons: str = Field("", max_length=5000)


class DaysForm(BaseModel):
    """The form of the days that a unit sets for appeals."""

    appeal_days: int | None = Field(None, title="the days to appeal")
    appeal_look_days: int | None = Field(None, title="the days until somebody looks at it")
    appeal_decide_days: int | None = Field(None, title="the days until it is decided")


async def listed(request: Request) -> Response:
    """Lists the appeals that wait, which are late, and the latest that were decided; posted, sets the days."""
    me: Actor = actor(request)
    problems: dict[str, str] = {}
    unit = await CentralUnit.get(id=me.unit_id)
    values: Any = {name: str(getattr(unit, name)) for name in DAYS}
    if request.method == "POST":
        values = await form_data(request)
        try:
            given = validate(DaysForm, {name: value or None for name, value in values.items()})
            await appeals.set_days(given.model_dump(), actor=me, now=clock.now())
            return redirect(
                request, "/certificates/appeals", notice="Saved. It counts for what is decided from now on."
            )
        except Invalid as error:
            problems = error.problems
    found = appeals_visible_to(me)
    open_ones = await found.filter(finding="open").order_by("made").prefetch_related(*ABOUT)
    done = await found.exclude(finding="open").order_by("-answered").limit(LATEST).prefetch_related(*ABOUT)
    today = local_day(clock.now(), me.zone)
    return render(
        request,
        "decisions/appeals.html",
        422 if problems else 200,
        waiting=[await _row(one, today) for one in open_ones],
        decided=[await _row(one, today) for one in done],
        sets=me.everywhere("decide"),
        values=values,
        problems=problems,
        back=("Decisions", "/certificates/decisions"),
    )


async def _row(found: Appeal, today: date) -> dict[str, Any]:
    about = await _about(found)
    return {
        "path": f"/certificates/appeals/{found.id}",
        "name": _who(found),
        "about": f"{about.words.tag}, {about.level}",
        "made": found.made,
        "stage": appeals.stage_of(found),
        "late": appeals.overdue(found, today),
        "due": found.decide_by if found.looked_at else found.look_by,
    }


async def appeal(request: Request) -> Response:
    """Shows what somebody says against a decision, and how far it is; posted, goes one step on."""
    me: Actor = actor(request)
    found = await appeals_visible_to(me).get_or_none(id=identity(request)).prefetch_related(*ABOUT)
    if found is None:
        raise NotFound("There is no such appeal.", "Look at the list of appeals again.")
    if request.method == "GET":
        return render(request, "decisions/appeal.html", **await _shown(found, me))
    values = await form_data(request)
    try:
        notice = await _go_on(found, validate(AppealAnswerForm, values), me)
    except Invalid as error:
        told = await _shown(found, me)
        return render(request, "decisions/appeal.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/certificates/appeals/{found.id}", notice=notice)


async def _go_on(found: Appeal, given: AppealAnswerForm, me: Actor) -> str:
    """Takes the step of the form, and says what was done."""
    now = clock.now()
    if given.step == "look":
        await appeals.look_at(found.id, actor=me, now=now)
        return "The person is told that you look at it."
    if given.step == "accept":
        await appeals.accept(found.id, reasons=given.reasons, actor=me, now=now)
        return "Accepted. The person will be told."
    finding = appeals.REFUSED if given.step == "refuse" else given.finding
    await appeals.answer(found.id, finding=finding, reasons=given.reasons, actor=me, now=now)
    return "Decided. The person will be told."


async def _shown(found: Appeal, me: Actor) -> dict[str, Any]:
    today = local_day(clock.now(), me.zone)
    about, barred = await _about(found), await why_barred(found, me.person_id)
    if not barred and found.person_id and await same_human(found.person_id, me.person_id):
        barred = "You may not decide this: it is your own appeal."
    by = [await outcomes.decider_words(found.decision)] if found.decision else []
    return {
        "appeal": found,
        "name": _who(found),
        "outcome": about,
        "decider": by[0] if by else "",
        "files": files_of(found),
        "stage": appeals.stage_of(found),
        "late": appeals.overdue(found, today),
        "barred": barred,
        "others": [one.name for one in await who_may_decide(found, me.unit_id, today=today)],
        "findings": FINDINGS,
        "back": ("Appeals", "/certificates/appeals"),
    }


def _who(found: Appeal) -> str:
    holder = found.person or found.holder_site
    assert holder is not None
    return holder.name


async def _about(found: Appeal) -> outcomes.Outcome:
    if found.decision:
        return await outcomes.of_decision(found.decision)
    if found.assessment:
        return await outcomes.of_assessment(found.assessment)
    assert found.change is not None
    return await outcomes.of_change(found.change)
