"""Pages of letters: what was sent, bounced and waits, one person's, one letter; and where bounces are told."""

import hmac
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tortoise.expressions import Q

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.database.name_search import has_in_name
from training.parsing.bounces import read_json, read_notification
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.people.contact import actions, emails
from training.people.contact.bounces import note_bounces
from training.people.contact.emails import FAILED, letters_visible_to, open_
from training.people.models import Letter
from training.people.visibility import person_for
from training.web.render import actor, form_data, identity, redirect, render, validate
from training.web.resources import PageResources

PAGE_SIZE = 50
STATES = {
    "queued": "Not sent yet",
    "sent": "Sent",
    "no_address": "No address",
    "refused": "Refused",
    "returned": "Came back",
}
SHOWN = {
    "": "Those to look after",
    "failed": "Did not arrive",
    "waits": "Not sent yet",
    "sent": "Sent",
    "all": "All of the last 90 days",
}
"""Which letters the list shows → its words."""
COLUMNS = ("id", "subject", "addressee", "state", "made", "person_id")


class LetterForm(BaseModel):
    """The forms on the page of a letter: what to do, with an address or a note."""

    do: str = ""
    address: str = ""
    note: str = ""


async def letters(request: Request) -> Response:
    """Lists the letters to the people one manages, newest first, found by what became of them and by name."""
    me: Actor = actor(request)
    asked = request.query_params
    show, query, after = asked.get("show", ""), asked.get("query", ""), asked.get("after", "")
    found = letters_visible_to(me)
    kinds = {"": open_(clock.now()), "failed": Q(state__in=FAILED), "waits": Q(state="queued"), "sent": Q(state="sent")}
    found = found.filter(kinds[show]) if show in kinds else found
    if query:
        found = found.filter(has_in_name(query, "person__"))
    total = await found.count()
    if after:
        if (last_shown := uuid_of(after)) is None:
            raise NotFound("There is no such page.", "Go back to the first page of the list.")
        last = await letters_visible_to(me).get_or_none(id=last_shown)
        found = found.filter(Q(made__lt=last.made) | Q(made=last.made, id__lt=last.id)) if last else found
    rows = await found.order_by("-made", "-id").limit(PAGE_SIZE + 1).values(*COLUMNS, name="person__name")
    filters = urlencode({"show": show, "query": query})
    onward = f"/letters?{filters}&{urlencode({'after': rows[PAGE_SIZE - 1]['id']})}" if len(rows) > PAGE_SIZE else ""
    return render(
        request, "people/letters.html", letters=[_line(row) for row in rows[:PAGE_SIZE]], total=total, show=show,
        query=query, choices=list(SHOWN.items()), next_path=onward,
        previous_path=f"/letters?{filters}" if after else "",
    )  # fmt: skip


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
        "back": ("Letters", "/letters"),
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


async def bounced(request: Request) -> Response:
    """Notes what a mail server tells of mail that came back; whoever knows the secret address is believed."""
    settings = PageResources.of(request).settings
    secret = str(request.path_params["secret"])
    if not settings.bounce_secret or not hmac.compare_digest(secret.encode(), settings.bounce_secret.encode()):
        raise NotFound("There is no such page.", "Check the address.", title="Page not found")
    raw = await request.body()
    found = read_json(raw) or read_notification(raw)
    return JSONResponse({"letters": await note_bounces(found, settings=settings, now=clock.now())})
