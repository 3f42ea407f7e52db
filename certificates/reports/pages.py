"""Pages of reports: all of them, one saved, changed, asked, put away, and who gets its link."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from certificates.reports import actions, answers
from certificates.reports.actions import ReportWords, report_of, who_may_read
from certificates.reports.asking import SUBJECTS
from certificates.reports.models import ReportReader, SavedReport, answers_for, reports_for
from certificates.reports.rules import EARLIER, EVERY, RELATIVE, SAME, Days
from training.core import clock
from training.core.dates import day, local_day, moment
from training.core.errors import Invalid, NotFound
from training.parsing.csv import day as read_day
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.people.lists.shortlists import person_shortlist
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row, view_of
from training.web.render import actor, form_data, identity, redirect, render, validate

LATER = "The answer has many rows. It comes within minutes: look at this page again."
DAYS = ("as_of", "known_at", "against")
NAMES_SOMEBODY = "name"
"""The filter that holds a part of a name: a report keeps none, as what it keeps stays when a person is erased."""
IN_USE, PUT_AWAY = "used", "away"
SHARED = {"all": "Everybody who may read the register of the whole unit", "few": "Only you, and who gets the link"}
REPORTS = PagedList(
    "/reports",
    "Reports",
    ("report", "reports"),
    (
        ListColumn("name", "Report", ListSort("name", fold=True),
                   cell=lambda row: {"text": row["name"], "path": f"/reports/{row['id']}"}),
        ListColumn("listing", "Asks", ListSort("listing"), text=lambda row: SUBJECTS[row["listing"]].title),
        ListColumn("every", "Comes", ListSort("every"), text=lambda row: EVERY[row["every"]]),
        ListColumn("owner", "Saved by", ListSort("owner__name", fold=True), text=lambda row: row["owner__name"]),
        ListColumn("answered", "Last answer", ListSort("answered", "moment", nullable=True),
                   text=lambda row: row["last"]),
    ),
    (
        ListFilter("query", "Name of the report", lambda _, part: Q(name__icontains=part)),
        ListFilter("asks", "Asks", lambda _, path: Q(listing=path),
                   choices={"": "All", **{path: one.title for path, one in SUBJECTS.items()}}),
        ListFilter("comes", "Comes", lambda _, every: Q(every="" if every == "never" else every),
                   choices={"": "All", **{key or "never": words for key, words in EVERY.items()}}),
        ListFilter("state", "In use or put away", lambda _, state: Q(put_away__isnull=state == IN_USE),
                   choices={"": "All", IN_USE: "In use", PUT_AWAY: "Put away"}),
    ),
    fields=("name", "listing", "every", "answered", "put_away", "owner__name"),
    first_sort="name",
)  # fmt: skip
ANSWERS = PagedList(
    "/reports/answers",
    "Answers",
    ("answer", "answers"),
    (
        ListColumn("extracted", "Asked", ListSort("extracted", "moment"),
                   cell=lambda row: {"text": row["asked"], "path": f"/reports/answers/{row['id']}"},
                   text=lambda row: row["asked"]),
        ListColumn("as_of", "About", text=lambda row: day(row["question"]["as_of"])),
        ListColumn("why", "Why", text=lambda row: row["why"]),
        ListColumn("count", "Rows", ListSort("count", "number"), number=True),
        ListColumn("digest", "SHA-256", ListSort("digest"), cell=lambda row: row["digest"][:12]),
    ),
    fields=("extracted", "question", "due", "repeats_id", "count", "digest"),
    first_sort="-extracted",
    page_size=20,
)  # fmt: skip


class ReportForm(BaseModel):
    """The form of a report."""

    name: str = Field("", title="a name for the report")
    as_of: str = Field("today", title="the day it is about")
    known_at: str = ""
    against: str = ""
    every: str = ""
    shared: str = "all"


async def reports(request: Request) -> Response:
    """Lists the reports that the reader may see."""
    found = reports_for(actor(request))
    return await answer_list(request, "reports/reports.html", REPORTS, found, complete=_with_days)


async def _with_days(rows: list[Row], me: Actor) -> list[Row]:
    return [
        row | {"last": day(local_day(row["answered"], me.zone)) if row["answered"] else "not asked yet"} for row in rows
    ]


async def new(request: Request) -> Response:
    """Shows what is about to be saved as a report; posted, saves it."""
    me: Actor = actor(request)
    listing = request.query_params.get("listing", "")
    if listing not in SUBJECTS:
        raise NotFound("This list cannot be saved as a report.", "Go to the figures or to the register.")
    asked = view_of(await SUBJECTS[listing].offered(me), request.query_params).filters
    filters = {name: value for name, value in asked.items() if name not in (*DAYS, NAMES_SOMEBODY)}
    fixed = {name: asked[name] for name in DAYS if name in asked}
    start = {"as_of": fixed.get("as_of", "today"), "known_at": fixed.get("known_at", ""),
             "against": fixed.get("against", ""), "shared": "all", "every": ""}  # fmt: skip
    told = await _form(listing, filters, fixed, me) | {"back": (SUBJECTS[listing].title, listing)}
    told |= {"title": "Save this question", "path": f"/reports/new?{request.url.query}"}
    told |= {"left_out": NAMES_SOMEBODY in asked}
    if request.method == "GET":
        return render(request, "reports/form.html", **told, values=start)
    values = await form_data(request)
    try:
        words = _words(values, fixed)
        report = await actions.save(listing, filters, words, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "reports/form.html", 422, **told, problems=error.problems, values=start | values)
    return redirect(request, f"/reports/{report.id}", notice="The question is saved.")


async def change(request: Request) -> Response:
    """Changes the name of a report, its days, when it comes and who may see it."""
    me: Actor = actor(request)
    report = await report_of(identity(request), me)
    fixed = {name: value for name, value in report.days.items() if read_day(value)}
    told = await _form(report.listing, report.filters, fixed, me) | {"back": (report.name, f"/reports/{report.id}")}
    told |= {"title": f"Change {report.name}", "path": f"/reports/{report.id}/change", "left_out": False}
    now = {**report.days, "name": report.name, "every": report.every, "shared": "all" if report.shared else "few"}
    if request.method == "GET":
        return render(request, "reports/form.html", **told, values=now)
    values = await form_data(request)
    try:
        await actions.change(report.id, _words(values, fixed), actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "reports/form.html", 422, **told, problems=error.problems, values=now | values)
    return redirect(request, f"/reports/{report.id}", notice="The report is changed.")


def _words(values: Mapping[str, Any], fixed: Mapping[str, str]) -> ReportWords:
    asked = validate(ReportForm, dict(values))
    known = {
        "as_of": {*RELATIVE, fixed.get("as_of", "")}, "known_at": {"", SAME, fixed.get("known_at", "")},
        "against": {"", *EARLIER, fixed.get("against", "")},
    }  # fmt: skip
    wrong = {name: "Choose a day from the list" for name, words in known.items() if getattr(asked, name) not in words}
    if wrong or not asked.as_of:
        raise Invalid("There is a problem", problems=wrong or {"as_of": "Choose a day from the list"})
    days = Days(asked.as_of, asked.known_at, asked.against)
    return ReportWords(asked.name, days, asked.every, asked.shared == "all")


async def _form(listing: str, filters: Mapping[str, str], fixed: Mapping[str, str], me: Actor) -> dict[str, Any]:
    def always(name: str) -> list[tuple[str, str]]:
        return [(fixed[name], f"Always {day(fixed[name])}")] if name in fixed else []

    compares = any(one.key == "against" for one in (await SUBJECTS[listing].offered(me)).filters)
    return {
        "asked": await question_in_words(listing, filters, me),
        "days": [*((key, words) for key, (words, _) in RELATIVE.items()), *always("as_of")],
        "known": [("", "When it is asked"), (SAME, "At the end of the same day"), *always("known_at")],
        "earlier": [("", "Nothing"), *((key, words) for key, (words, _) in EARLIER.items()), *always("against")]
        if compares
        else [],
        "every": list(EVERY.items()),
        "shared": list(SHARED.items()),
    }


async def question_in_words(listing: str, filters: Mapping[str, str], me: Actor) -> list[tuple[str, str]]:
    """Says of which list a question is, and how that is narrowed."""
    offered = await SUBJECTS[listing].offered(me)
    told = [one.words(filters[one.key]).partition(": ") for one in offered.filters if filters.get(one.key)]
    return [("Asks", SUBJECTS[listing].title), *((label, said) for label, _, said in told)]


async def report(request: Request) -> Response:
    """Shows a report: what it asks, when it comes and to whom, and its answers."""
    me: Actor = actor(request)
    return await _shown(request, await report_of(identity(request), me), {})


async def _shown(request: Request, found: SavedReport, values: Mapping[str, Any], **more: Any) -> Response:
    me: Actor = actor(request)
    reading = ReportReader.filter(report_id=found.id, stopped__isnull=True).order_by("person__name")
    readers = [{"id": one, "name": name} for one, name in await reading.values_list("person_id", "person__name")]
    others = who_may_read(me).exclude(id__in=[one["id"] for one in readers])
    listing = PagedList(
        f"/reports/{found.id}", f"Answers to {found.name}", ANSWERS.nouns, ANSWERS.columns, (), ANSWERS.fields,
        ANSWERS.first_sort, ANSWERS.page_size,
    )  # fmt: skip
    return await answer_list(
        request, "reports/report.html", listing, answers_for(me).filter(report_id=found.id), complete=_told,
        report=found, asked=[*await question_in_words(found.listing, found.filters, me), *Days(**found.days).words()],
        every=EVERY[found.every], next_due=found.next_due, readers=readers, gets=me.person_id in {
            one["id"] for one in readers}, shared=SHARED["all" if found.shared else "few"],
        people=await person_shortlist(others, values, "person", day=me.today, ask="Choose a name", sites=False),
        values=values, back=("Reports", "/reports"), own=me.person_id, **more,
    )  # fmt: skip


async def _told(rows: list[Row], me: Actor) -> list[Row]:
    def why(row: Row) -> str:
        if row["repeats_id"]:
            return "Asked again"
        return f"Came on {day(row['due'])}" if isinstance(row["due"], date) else "Somebody asked"

    return [row | {"asked": moment(row["extracted"], me.zone), "why": why(row)} for row in rows]


async def ask(request: Request) -> Response:
    """Asks a report now."""
    me: Actor = actor(request)
    found = await report_of(identity(request), me)
    kept = await answers.ask(found, actor=me, now=clock.now())
    if kept is None:
        return redirect(request, f"/reports/{found.id}", notice=LATER)
    return redirect(request, f"/reports/answers/{kept.id}", notice="The answer is kept.")


async def readers(request: Request) -> Response:
    """Sends the link to somebody, or to somebody no more."""
    me: Actor = actor(request)
    found, values = await report_of(identity(request), me), await form_data(request)
    if values.get("do") == "stop":
        person_id = _person(values)
        await actions.remove_reader(found.id, person_id, actor=me, now=clock.now())
        words = "You do not get it any more." if person_id == me.person_id else "They do not get it any more."
        still = await reports_for(me).filter(id=found.id).exists()
        return redirect(request, f"/reports/{found.id}" if still else "/reports", notice=words)
    try:
        person_id = me.person_id if values.get("do") == "start" else _person(values)
        person = await actions.add_reader(found.id, person_id, actor=me, now=clock.now())
    except Invalid as error:
        return await _shown(request, found, values, problems=error.problems, status=422)
    return redirect(request, f"/reports/{found.id}", notice=f"{person.name} gets it from now on.")


def _person(values: Mapping[str, Any]) -> UUID:
    class Chosen(BaseModel):
        person: UUID = Field(title="who gets it")

    return validate(Chosen, dict(values)).person


async def put_away(request: Request) -> Response:
    """Puts a report away, or takes it up again."""
    me: Actor = actor(request)
    values = await form_data(request)
    if values.get("do") == "use":
        found = await actions.use_again(identity(request), actor=me, now=clock.now())
        return redirect(request, f"/reports/{found.id}", notice="The report is in use again.")
    found = await actions.put_away(identity(request), actor=me, now=clock.now())
    return redirect(request, f"/reports/{found.id}", notice="The report is put away. Its answers stay.")
