"""Pages of applications: somebody asks to join a programme, with what it asks of them shown, and the site answers."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from tortoise.queryset import QuerySet

from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.pathway_versions import newest_version, read, versions_of
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.parsing.values import Result
from training.people.actor import Actor
from training.people.lists.shortlists import site_shortlist
from training.people.models import Person
from training.people.visibility import may_for
from training.programmes import applications
from training.programmes.models import Application, applications_for
from training.records.words import plain
from training.sites.models import Programme, Site
from training.web.render import actor, form_data, identity, redirect, render, validate

STATES = {"waiting": "Waits", "accepted": "Yes", "refused": "No", "withdrawn": "Taken back"}
MOST_ANSWERED, MOST_NAMED = 20, 5


class JoinForm(BaseModel):
    """The form by which somebody asks to join; or takes that back."""

    site_id: UUID | None = None
    words: str = ""
    withdraw: UUID | None = None


class SiteAnswerForm(BaseModel):
    """The form of the site's answer."""

    answer: str = ""
    words: str = ""


async def choose(request: Request) -> Response:
    """Lists the programmes that I can ask to join, and what I asked before; posted, takes a request back."""
    me: Actor = actor(request)
    if request.method == "POST":
        asked = validate(JoinForm, await form_data(request))
        if asked.withdraw:
            await applications.withdraw_application(asked.withdraw, actor=me, now=clock.now())
        return redirect(request, "/pathways/join", notice="Your request is taken back.")
    rows = await Application.filter(person_id=me.person_id).order_by("-made").prefetch_related("programme", "site")
    return render(
        request,
        "participation/choose.html",
        programmes=[
            {"title": one.title, "path": f"/pathways/join/{one.id}", "sites": await _some_of(sites)}
            for one, sites in await applications.offered(me)
        ],
        asked=[_shown(row) for row in rows],
        back=("My pathway", "/pathways"),
    )


async def join(request: Request) -> Response:
    """Shows what a programme asks of whoever joins, and the form; posted, asks the site."""
    me: Actor = actor(request)
    wanted = identity(request)
    found = next(((one, sites) for one, sites in await applications.offered(me) if one.id == wanted), None)
    if found is None:
        raise NotFound("You cannot ask to join this programme.", "Choose one from the list.")
    programme, sites = found
    told: dict[str, Any] = {
        "programme": programme,
        "levels": await _entry(programme, await Person.get(id=me.person_id), today=me.today),
        "back": ("Programmes", "/pathways/join"),
    }
    if request.method == "GET":
        own = await sites.filter(id__in=[site for _, site in me.held if site]).order_by("name").first()
        values: dict[str, Any] = {"site_id": str(own.id)} if own else {}
        told["sites"] = await site_shortlist(sites, values, "site_id", ask="Choose a site")
        return render(request, "participation/join.html", values=values, **told)
    values = await form_data(request)
    told["sites"] = await site_shortlist(sites, values, "site_id", ask="Choose a site")
    try:
        asked = validate(JoinForm, values)
        await applications.apply(programme.id, site_id=asked.site_id, words=asked.words, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "participation/join.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, "/pathways/join", notice="The site is asked. You get a mail as soon as it answers.")


async def _some_of(sites: QuerySet[Site]) -> str:
    """Names the first few sites, and says where there are more."""
    names = [one.name for one in await sites.order_by("name").limit(MOST_NAMED + 1)]
    return ", ".join(names if len(names) <= MOST_NAMED else [*names[:MOST_NAMED], "and others"])


async def _entry(programme: Programme, person: Person, *, today: date) -> list[dict[str, Any]]:
    """Lists what must be there to start on each level that asks for something, and whether it is."""
    versions = await versions_of(programme.id, programme.unit_id, today=today)
    if not versions:
        return []
    levels, considered = read(versions[0]).levels, await judge(person, versions[0], as_of=today)
    return [
        {
            "title": level.title or plain(level.level),
            "asked": [
                (node.title, "Done" if node.result is Result.MET else "Not shown yet")
                for node in level.entry
                if not node.advisory
            ],
        }
        for level in considered.verdict.levels
        if level.entry and levels[level.level].holder == "person"
    ]


async def asked(request: Request) -> Response:
    """Lists the applications that wait for the actor's answer, and the latest that were answered."""
    found = applications_for(actor(request)).prefetch_related("person", "programme", "site")
    waiting = await found.filter(state="waiting").order_by("made")
    answered = await found.exclude(state="waiting").order_by("-answered").limit(MOST_ANSWERED)
    shown = [[_shown(row) for row in rows] for rows in (waiting, answered)]
    return render(request, "participation/applications.html", waiting=shown[0], answered=shown[1])


async def application(request: Request) -> Response:
    """Shows one application; posted, answers it."""
    me: Actor = actor(request)
    row = await applications_for(me).prefetch_related("person", "programme", "site").get_or_none(id=identity(request))
    if row is None:
        raise NotFound("There is no such application.", "Look at the list again.")
    sees = await may_for(me, "see people", row.person_id)  # the record of another site's person is not ours yet
    told: dict[str, Any] = {
        "application": _shown(row),
        "levels": await _entry(row.programme, row.person, today=me.today) if sees else [],
        "back": ("People who ask to join", "/applications"),
    }
    if request.method == "GET":
        return render(request, "participation/application.html", **told)
    values = await form_data(request)
    try:
        given = validate(SiteAnswerForm, values)
        if given.answer not in ("yes", "no"):
            raise Invalid("There is a problem", problems={"answer": "Choose yes or no"})
        version = await newest_version(row.programme_id, me.unit_id, today=me.today)
        await applications.answer_application(
            row.id, accepts=given.answer == "yes", words=given.words, version=version, actor=me, now=clock.now()
        )
    except Invalid as error:
        return render(request, "participation/application.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, "/applications", notice="Answered. The person is told by mail.")


def _shown(row: Application) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "programme": row.programme.title,
        "site": row.site.name,
        "telephone": row.site.telephone,
        "words": row.words,
        "made": row.made,
        "state": row.state,
        "word": STATES[row.state],
        "answer": row.answer,
        "answered": row.answered,
        "path": f"/applications/{row.id}",
        "name": row.person.name if isinstance(row.person, Person) else "",
        "person": f"/people/{row.person_id}",
    }
