"""Who is on a film and consented: kept by whoever sent it, seen by coordinators, answered by a link of the person."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.assessments.films import actions
from training.assessments.films.actions import cares_for, film_for
from training.assessments.films.models import GONE, Film, FilmConsent
from training.assessments.films.pages import HOME
from training.assessments.films.reading import consents_of, mailed_links
from training.assessments.films.rules import PARTS, PURPOSES, WAYS
from training.core import clock, qr
from training.core.errors import Invalid, NotAllowed, NotFound
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.people.models import Person
from training.web.rate_limits import allow
from training.web.render import actor, form_data, identity, redirect, render
from training.web.resources import PageResources

USUAL = timedelta(days=365)
AGAIN, MAILS = "10/hour", "60/hour"
"""How often a consent may be given anew by its link, and how often one person may have links mailed."""
LANGUAGES = (("en", "English"), ("cy", "Cymraeg"))


async def consents(request: Request) -> Response:
    """Lists who is on a film; posted, adds somebody, withdraws for them, or takes the word that these are all."""
    me: Actor = actor(request)
    found = await film_for(me, identity(request))
    if not await cares_for(found, me):
        raise NotAllowed("Whoever sent the film keeps its consents.", "Ask them, or their site coordinator.")
    values: Mapping[str, Any] = {"until": (me.today + USUAL).isoformat(), "purpose": "assessment", "way": "paper"}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            notice = await _done(found, values, me)
            return redirect(request, f"{HOME}/{found.id}/consents", notice=notice)
        except Invalid as wrong:
            problems = wrong.problems
    mailed = await mailed_links(found.id)
    by = {one.made_by_id for ones in mailed.values() for one in ones}
    names = dict(await Person.filter(id__in=by).values_list("id", "name"))
    rows = [
        {"row": row, "part": PARTS[row.part], "purpose": PURPOSES[row.purpose], "way": WAYS[row.way],
         "mailed": [(one, names.get(one.made_by_id, "")) for one in mailed.get(row.id, [])]}
        for row in await consents_of(found.id)
    ]  # fmt: skip
    return render(
        request, "films/consents.html", 422 if problems else 200, values=values, problems=problems, film=found,
        rows=rows, parts=list(PARTS.items()), purposes=list(PURPOSES.items()), how=list(WAYS.items()),
        own=found.uploaded_by_id == me.person_id, gone=found.state == GONE, path=f"{HOME}/{found.id}",
        back=("The film", f"{HOME}/{found.id}"),
    )  # fmt: skip


async def ask(request: Request) -> Response:
    """Offers to mail a link to somebody who is on a film, or to show it once as a code; posted, does so."""
    me: Actor = actor(request)
    found = await film_for(me, identity(request))
    consent_id = uuid_of(request.path_params["consent"])
    row = await FilmConsent.get_or_none(id=consent_id, film_id=found.id) if consent_id else None
    if row is None or not await cares_for(found, me):
        raise NotFound("There is no such consent for you to ask for.", "Look at the film again.")
    where, address = f"{HOME}/{found.id}/consents", ""
    values: Mapping[str, Any] = {"language": "en"}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values, now = await form_data(request), clock.now()
        try:
            if values.get("do") == "mail":
                await allow("mail film consent", str(me.person_id), limit=MAILS, now=now)
                given = {name: str(values.get(name, "")) for name in ("address", "language")}
                await actions.mail_link(found.id, row.id, **given, actor=me, now=now)
                return redirect(request, where, notice=f"The link is on its way to {row.name}")
            token = secrets.token_urlsafe(32)
            await actions.make_link(found.id, row.id, token=token, actor=me, now=now)
            address = f"{PageResources.of(request).settings.public_url}/films/consent/{token}"
        except Invalid as wrong:
            problems = wrong.problems
    return render(
        request, "films/ask.html", 422 if problems else 200, values=values, problems=problems, row=row, film=found,
        address=address, qr=qr.svg(address, title="Link to consent") if address else "", leads=found.person.name,
        purpose=PURPOSES[row.purpose], reads=LANGUAGES, path=f"{where}/{row.id}", back=("Who is on it", where),
    )  # fmt: skip


async def _done(found: Film, values: Mapping[str, Any], me: Actor) -> str:
    now, do, row = clock.now(), values.get("do"), uuid_of(values.get("consent"))
    if do == "withdraw" and row:
        await actions.withdraw(found.id, row, actor=me, now=now)
        return "Withdrawn. Nobody can watch the film any more. What was judged stays"
    if do == "give" and row:
        await actions.renew(found.id, row, actor=me, now=now)
        return "The consent is recorded"
    if do == "state":
        if values.get("stated") != "yes":
            raise Invalid("There is a problem", problems={"stated": "Tick this once everyone is in the list"})
        await actions.state_all(found.id, actor=me, now=now)
        return "Thank you. Those who assess can watch the film now"
    try:
        until = date.fromisoformat(str(values.get("until", "")))
    except ValueError:
        until = None
    await actions.add_consent(found.id, {key: str(one) for key, one in values.items()}, until, actor=me, now=now)
    return "Added"


async def consent(request: Request) -> Response:
    """Says to somebody who is on a film what it is for and until when; posted, gives their consent or withdraws it."""
    row = await actions.consent_by_link(request.path_params["token"], settings=PageResources.of(request).settings)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            answer, now = str((await form_data(request)).get("answer", "")), clock.now()
            if answer == "give":  # of each withdrawal there is a mail; to withdraw is never held back
                await allow("film consent", str(row.id), limit=AGAIN, now=now)
            await actions.answer_by_link(row, answer, now=now)
            return redirect(request, f"/films/consent/{request.path_params['token']}", notice="Your answer is kept")
        except Invalid as wrong:
            problems = wrong.problems
    film: Film = row.film
    return render(
        request, "films/consent.html", 422 if problems else 200, problems=problems, row=row, film=film,
        unit=film.unit, leads=film.person.name, purpose=PURPOSES[row.purpose], state=_state(row, film),
        path=f"/films/consent/{request.path_params['token']}",
    )  # fmt: skip


def _state(row: FilmConsent, film: Film) -> str:
    if film.state == GONE:
        return "gone"
    return "withdrawn" if row.withdrawn else "given" if row.given else "asked"
