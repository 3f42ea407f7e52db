"""Pages of names and letters: one's own name, a person's name, and the letters that did not arrive."""

from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.people.contact import actions, emails
from training.people.contact.addresses import refuse_own
from training.people.contact.emails import letters_visible_to, open_
from training.people.models import Letter
from training.people.names import has_name
from training.people.visibility import person_for
from training.web.render import actor, form_data, identity, redirect, render, validate

PAGE_SIZE = 50
STATES = {
    "queued": "Not sent yet",
    "sent": "Sent",
    "no_address": "No address",
    "refused": "Refused",
    "returned": "Came back",
}


class NameForm(BaseModel):
    """The form with a name."""

    name: str = Field("", title="a name")


class LetterForm(BaseModel):
    """The forms on the page of a letter: what to do, with an address or a note."""

    do: str = ""
    address: str = ""
    note: str = ""


async def own_name(request: Request) -> Response:
    """Asks somebody whom nobody has named for their name; posted, keeps it."""
    me: Actor = actor(request)
    if request.method == "GET":
        return render(request, "people/own_name.html")
    values = await form_data(request)
    try:
        await actions.tell_own_name(validate(NameForm, values).name, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "people/own_name.html", 422, problems=error.problems, values=values)
    return redirect(request, "/pathways" if me.may("learn") else "/")


async def name(request: Request) -> Response:
    """Shows the form that changes a person's name; posted, changes it."""
    me: Actor = actor(request)
    found = await person_for(me, "manage people", identity(request))
    await refuse_own(found.id, me.person_id, actions.NOT_ONES_OWN, actions.OTHERS_NAME)
    told: dict[str, Any] = {"person": found, "named": has_name(found.id, found.name)}
    told |= {"back": (found.name, f"/people/{found.id}")}
    if request.method == "GET":
        return render(request, "people/name.html", **told)
    values = await form_data(request)
    try:
        await actions.change_name(found.id, validate(NameForm, values).name, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "people/name.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/people/{found.id}")


async def undelivered(request: Request) -> Response:
    """Lists the letters that did not arrive and that nobody has settled, oldest first."""
    me: Actor = actor(request)
    now, after = clock.now(), request.query_params.get("after", "")
    found = letters_visible_to(me).filter(open_(now))
    if after:
        if (last_shown := uuid_of(after)) is None:
            raise NotFound("There is no such page.", "Go back to the first page of the list.")
        last = await letters_visible_to(me).get_or_none(id=last_shown)
        found = found.filter(made__gte=last.made).exclude(id=last.id) if last else found
    rows = await found.order_by("made", "id").limit(PAGE_SIZE + 1).values(*COLUMNS, name="person__name")
    onward = f"/letters?{urlencode({'after': rows[PAGE_SIZE - 1]['id']})}" if len(rows) > PAGE_SIZE else ""
    shown = [_line(row) for row in rows[:PAGE_SIZE]]
    return render(request, "people/undelivered.html", letters=shown, next_path=onward)


COLUMNS = ("id", "subject", "addressee", "state", "made")


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"path": f"/letters/{row['id']}", "word": STATES[row["state"]]}


async def letters_of(request: Request) -> Response:
    """Lists the letters of the last 90 days to one person, so that one that came back can be noted."""
    me: Actor = actor(request)
    found = await person_for(me, "manage people", identity(request))
    rows = await Letter.filter(person=found).order_by("-made").limit(PAGE_SIZE).values(*COLUMNS)
    back = (found.name, f"/people/{found.id}")
    return render(request, "people/letters_of.html", person=found, letters=[_line(row) for row in rows], back=back)


async def letter(request: Request) -> Response:
    """Shows one letter, why it did not arrive and what to do; posted, does that."""
    me: Actor = actor(request)
    now = clock.now()
    found = await letters_visible_to(me).get_or_none(id=identity(request)).prefetch_related("person")
    if found is None:
        raise NotFound("There is no such letter.", "Look at the list of letters again.")
    told: dict[str, Any] = {
        "letter": found,
        "word": STATES[found.state],
        "open": await letters_visible_to(me).filter(open_(now), id=found.id).exists(),
        "back": ("Letters that could not be delivered", "/letters"),
    }
    if request.method == "GET":
        return render(request, "people/letter.html", **told)
    values = await form_data(request)
    try:
        return redirect(request, await _do(validate(LetterForm, values), found, me))
    except Invalid as error:
        return render(request, "people/letter.html", 422, problems=error.problems, values=values, **told)


async def _do(asked: LetterForm, found: Letter, me: Actor) -> str:
    now = clock.now()
    if asked.do == "settle":
        await emails.settle(found.id, note=asked.note, actor=me, now=now)
        return "/letters"
    if asked.do == "returned":
        await emails.note_return(found.id, actor=me, now=now)
    elif asked.do == "address":
        await actions.add_address(found.person_id, asked.address, actor=me, now=now)
        await emails.send_again(found.id, actor=me, now=now)
    elif asked.do == "again":
        await emails.send_again(found.id, actor=me, now=now)
    return f"/letters/{found.id}"
