"""Pages of appeals for those who decide them: what waits and what is late, one appeal with its steps, the days set."""

from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from certificates.decisions import appeals, outcomes
from certificates.decisions.outcome_pages import files_of
from certificates.decisions.parts_taken import who_may_decide, why_barred
from certificates.evaluations.models import Appeal, appeals_visible_to
from training.core import clock
from training.core.dates import day, local_day
from training.core.errors import Invalid, NotFound
from training.database.name_search import has_in_name
from training.people.actor import Actor
from training.people.contact.addresses import same_human
from training.people.lists.pages import answer_list
from training.sites.models import CentralUnit
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row, view_of
from training.web.render import actor, form_data, identity, redirect, render, validate

FINDINGS = [("upheld", "It stands"), ("overturned", "It was wrong, and falls")]
ABOUT = ("person", "holder_site", "decision__pathway", "decision__appeal", "change__appeal", "assessment__version",
         "assessment__unit")  # fmt: skip
DAYS = ("appeal_days", "appeal_look_days", "appeal_decide_days")
WHO = """COALESCE((SELECT LOWER(one.name) FROM people_person one WHERE one.id = certificates_appeal.person_id),
    (SELECT LOWER(one.name) FROM sites_site one WHERE one.id = certificates_appeal.holder_site_id))"""
STAGE = """(CASE finding WHEN 'open' THEN CASE WHEN late <> '' AND accepted IS NULL THEN '1' WHEN looked_at IS NULL
    THEN '2' ELSE '3' END ELSE finding END)"""
AGAINST = """COALESCE((SELECT it.outcome FROM certificates_decision it WHERE it.id = certificates_appeal.decision_id),
    (SELECT it.state FROM certificates_state_change it WHERE it.id = certificates_appeal.change_id), 'failed')"""
# As text: SQLite gives no day of what is worked out.
DUE = """CASE WHEN finding = 'open' THEN
    CAST(CASE WHEN looked_at IS NULL THEN look_by ELSE decide_by END AS TEXT) END"""


def _by_name(_: Actor, part: str) -> Q:
    return has_in_name(part, "person__") | has_in_name(part, "holder_site__")


def _in_state(me: Actor, state: str) -> Q:
    if state == "late":
        unseen = Q(looked_at__isnull=True, look_by__lt=me.today)
        return Q(finding="open") & (unseen | Q(decide_by__lt=me.today))
    return Q() if state == "all" else ~Q(finding="open")


APPEALS = PagedList(
    "/certificates/appeals",
    "Appeals",
    ("appeal", "appeals"),
    (
        ListColumn("name", "Name", ListSort(sql=WHO),
                   cell=lambda row: {"text": row["name"], "path": f"/certificates/appeals/{row['id']}"}),
        ListColumn("about", "Against", ListSort(sql=AGAINST)),
        ListColumn("on", "Sent on", ListSort("made", "moment"), text=lambda row: day(row["on"])),
        ListColumn("stage", "How far", ListSort(sql=STAGE),
                   cell=lambda row: {"text": row["stage"], "more": row["late"]}),
        ListColumn("due", "Next step by", ListSort(sql=DUE, nullable=True)),
    ),
    (
        ListFilter("query", "Name", _by_name),
        ListFilter("state", "Which", _in_state,
                   choices={"": "Those that wait", "late": "Those that are late", "decided": "Those that were decided",
                            "all": "All"}),
    ),
    fields=("made",),
    first_sort="on",
)  # fmt: skip
"""Without another wish only what waits is shown, what came first on top."""


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
    """Lists the appeals that wait, or those that are asked for; posted, sets the days."""
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
    found, asked = appeals_visible_to(me), view_of(APPEALS, request.query_params).filters
    return await answer_list(
        request,
        "decisions/appeals.html",
        APPEALS,
        found if "state" in asked else found.filter(finding="open"),
        complete=_rows,
        status=422 if problems else 200,
        sets=me.everywhere("decide"),
        values=values,
        problems=problems,
        back=("Decisions", "/certificates/decisions"),
    )


async def _rows(rows: list[Row], me: Actor) -> list[Row]:
    found = await appeals_visible_to(me).filter(id__in=[row["id"] for row in rows]).prefetch_related(*ABOUT)
    told = {one.id: await _row(one, me) for one in found}
    return [row | told[row["id"]] for row in rows]


async def _row(found: Appeal, me: Actor) -> Row:
    about = await _about(found)
    due = found.decide_by if found.looked_at else found.look_by
    return {
        "name": _who(found),
        "about": f"{about.words.tag}, {about.level}",
        "on": local_day(found.made, me.zone),
        "stage": appeals.stage_of(found),
        "late": appeals.overdue(found, me.today),
        "due": day(due) if due and found.finding == "open" else "",
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
