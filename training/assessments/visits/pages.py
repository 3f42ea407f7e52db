"""The page of a visit, its file for calendars, and the form that plans or changes it."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.assessments.actions import own_rating
from training.assessments.models import Assessment, Visit, visits_visible_to
from training.assessments.visits.actions import change_visit
from training.assessments.visits.emails import event_of, raters_of
from training.assessments.visits.forms import TOLD, VisitForm
from training.core import clock
from training.core.calendars import calendar_file
from training.core.dates import local_day, moment_in
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.people.actor import Actor
from training.people.models import Person
from training.web.render import actor, as_file, form_data, identity, redirect, render, validate
from training.web.resources import PageResources


async def visit(request: Request) -> Response:
    """Shows when and where a visit is, who comes and how to find it."""
    me: Actor = actor(request)
    found = await _found(request)
    row: Assessment = found.assessment
    raters = await raters_of(row.id)
    rates = me.may("assess") and me.person_id in {one.id for one in raters}
    over = found.ends <= clock.now()
    return render(
        request, "visits/visit.html", visit=found, assessment=row, person=row.person.name, title=row.version.title,
        raters=[one.name for one in raters], rates=rates, watched=me.person_id == row.person_id, over=over,
        path=f"/assessments/{row.id}", back=("Assessments", "/assessments") if rates else ("Home", "/"),
    )  # fmt: skip


async def calendar(request: Request) -> Response:
    """Gives the file with which a calendar takes the visit in, changes it or strikes it out."""
    me: Actor = actor(request)
    found = await _found(request)
    row: Assessment = found.assessment
    settings = PageResources.of(request).settings
    watched = me.person_id == row.person_id
    other = ", ".join(one.name for one in await raters_of(row.id)) if watched else row.person.name
    event = event_of(found, await Person.get(id=me.person_id), other)
    file = calendar_file(event, home=settings.public_url, sender=(me.unit_name, settings.mail_from))
    kind = f"text/calendar; charset=utf-8; method={file.method}"
    return Response(file.content, headers={**as_file("visit.ics"), "Content-Type": kind})


async def change(request: Request) -> Response:
    """Shows the form that plans or changes a visit; posted, does so."""
    me: Actor = actor(request)
    rater, _ = await own_rating(identity(request), me)
    row: Assessment = rater.assessment
    where = f"/assessments/{row.id}"
    there = await Visit.get_or_none(assessment_id=row.id)
    values: Mapping[str, Any] = _typed(there, me) if there else {"observed": row.observed.isoformat()}
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        values, status = await form_data(request), 422
        try:
            plan = validate(VisitForm, dict(values)).plan(me, clock.now(), planned=there.starts if there else None)
            await change_visit(row.id, plan, actor=me, now=clock.now())
            done = "changed" if there else "planned"
            return redirect(request, f"{where}/visit", notice=f"The visit is {done}. {TOLD}")
        except Invalid as wrong:
            problems = wrong.problems
        except (NotAllowed, Conflict) as refused:
            problems = {"form": str(refused)}
            status = 409 if isinstance(refused, Conflict) else 422
    person = await Person.get(id=row.person_id)
    back = ("The visit", f"{where}/visit") if there else ("Assessments", "/assessments")
    return render(
        request, "visits/change.html", status, values=values, problems=problems, person=person.name,
        planned=there is not None, path=where, back=back,
    )  # fmt: skip


def _typed(visit: Visit, me: Actor) -> dict[str, str]:
    """Returns a visit as it would be typed."""
    starts, ends = (moment_in(one, me.zone).strftime("%H:%M") for one in (visit.starts, visit.ends))
    day = local_day(visit.starts, me.zone).isoformat()
    return {
        "observed": day, "starts": starts, "ends": ends, "place": visit.place, "directions": visit.directions
    }  # fmt: skip


async def _found(request: Request) -> Visit:
    ours = visits_visible_to(actor(request)).filter(assessment_id=identity(request))
    found = await ours.select_related("assessment__person", "assessment__version").first()
    if found is None:
        raise NotFound("There is no such visit.", "Look at your list of assessments.")
    return found
