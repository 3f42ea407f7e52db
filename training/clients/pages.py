"""Pages of programs for administrators: which there are, what each may, its keys; suspended, ended, taken up again."""

import json
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.clients import actions
from training.clients.actions import ClientEntry
from training.clients.keys import pasted_keys
from training.clients.models import ApiClient, visible_to
from training.clients.resources import ClientResources
from training.clients.scopes import SCOPES
from training.core import clock
from training.core.errors import Conflict, Invalid, NotFound
from training.people.actor import Actor
from training.people.lists.shortlists import areas_in_order, site_shortlist
from training.sites.models import Site
from training.trail.models import Fact
from training.web.render import actor, form_data, identity, redirect, render, validate

SAID = {
    "suspend": "It is suspended: it gets no more tokens, and those it has open nothing.",
    "end": "It is ended. You can take it up again at any time.",
    "resume": "It may ask again.",
}
"""What a button does → what is said then."""
HAPPENED = {
    "client.added": "Added",
    "client.changed": "Changed",
    "client.suspended": "Suspended",
    "client.ended": "Ended",
    "client.resumed": "Taken up again",
}
LIST = ("Programs", "/clients")


class ClientForm(BaseModel):
    """The form of a program."""

    name: str = Field(title="what to call it", max_length=200)
    contact: str = Field(title="who looks after it", max_length=200)
    scopes: list[str] | str = Field([], title="what it may do")
    key_set_url: str = Field("", max_length=1000)
    keys: str = Field("", max_length=20_000)
    area: str = ""
    site: str = ""


async def clients(request: Request) -> Response:
    """Lists the programs of the unit."""
    rows = await visible_to(actor(request)).order_by("name", "id").prefetch_related("area", "site")
    return render(request, "clients/clients.html", clients=[_shown(row) for row in rows])


async def new(request: Request) -> Response:
    """Shows the form of a new program; posted, adds it."""
    me: Actor = actor(request)
    if request.method == "GET":
        return await _form(request, {})
    values = await form_data(request)
    try:
        made = await actions.add(_entry(values), actor=me, now=clock.now())
    except Invalid as error:
        return await _form(request, values, error)
    return redirect(request, f"/clients/{made.id}", notice="It is added. Give its client id to whoever looks after it.")


async def client(request: Request) -> Response:
    """Shows one program: what it may, its keys, what happened; posted, suspends it, ends it or goes back."""
    me, found = actor(request), await registered(request)
    if request.method == "POST":
        do = (await form_data(request)).get("do", "")
        if do == "restore keys":
            await actions.restore_keys(found.id, actor=me, now=clock.now())
            return redirect(request, f"/clients/{found.id}", notice="It has its earlier keys again.")
        if do not in SAID:
            raise Conflict("There is nothing to do.", "Look at the page again.")
        await actions.take_step(found.id, do, actor=me, now=clock.now())
        return redirect(request, f"/clients/{found.id}", notice=SAID[do])
    issuer = ClientResources.of(request).issuer
    history = await Fact.filter(subject_id=str(found.id), kind__in=list(HAPPENED)).order_by("-id").limit(20)
    return render(
        request, "clients/client.html", client=_shown(found),
        scopes=found.scopes, entered=_entered(found), token_url=issuer.token_url, back=LIST,
        former=_former(found), history=[(HAPPENED[one.kind], one.recorded) for one in history],
    )  # fmt: skip


async def change(request: Request) -> Response:
    """Shows what was entered of a program; posted, changes it."""
    me, found = actor(request), await registered(request)
    if request.method == "GET":
        entered = {name: getattr(found, name) for name in ("name", "contact", "scopes", "key_set_url")}
        entered |= {"keys": json.dumps({"keys": found.keys}, indent=1) if found.keys else ""}
        entered |= {"area": found.area.code if found.area else "", "site": found.site.code if found.site else ""}
        return await _form(request, entered, found=found)
    values = await form_data(request)
    try:
        await actions.change(found.id, _entry(values), actor=me, now=clock.now())
    except Invalid as error:
        return await _form(request, values, error, found=found)
    return redirect(request, f"/clients/{found.id}", notice="It is changed.")


def _entry(values: dict[str, Any]) -> ClientEntry:
    asked = validate(ClientForm, {name: it.strip() if isinstance(it, str) else it for name, it in values.items()})
    scopes = [asked.scopes] if isinstance(asked.scopes, str) else asked.scopes
    pasted = pasted_keys(asked.keys) if asked.keys else []
    return ClientEntry(asked.name, asked.contact, scopes, asked.key_set_url, pasted, asked.area, asked.site)


async def _form(
    request: Request, values: dict[str, Any], error: Invalid | None = None, *, found: ApiClient | None = None
) -> Response:
    me: Actor = actor(request)
    problems = error.problems if error else {}  # none where only a site was looked for
    return render(
        request, "clients/form.html", 422 if problems else 200, values=values, problems=problems,
        client=_shown(found) if found else None, back=(found.name, f"/clients/{found.id}") if found else LIST,
        scopes=[(name, f"{one.words} ({name})") for name, one in SCOPES.items()],
        areas=[("", "The whole unit"), *await areas_in_order(me.unit_id)],
        sites=await site_shortlist(
            Site.filter(unit_id=me.unit_id), values, "site", key="code", first=[("", "Not only one site")]
        ),
    )  # fmt: skip


async def registered(request: Request) -> ApiClient:
    """Gives the program that the address names, if it belongs to the actor's unit."""
    found = await visible_to(actor(request)).get_or_none(id=identity(request)).prefetch_related("area", "site")
    if found is None:
        raise NotFound("There is no such program.", "Go back to the list.")
    return found


def _shown(row: ApiClient) -> dict[str, Any]:
    return {
        "id": str(row.id), "path": f"/clients/{row.id}", "name": row.name, "state": row.state,
        "reach": row.site.name if row.site else row.area.name if row.area else "The whole unit",
        "may": [SCOPES[one].words for one in row.scopes if one in SCOPES],
    }  # fmt: skip


def _entered(row: ApiClient) -> list[tuple[str, str]]:
    return [
        ("Who looks after it", row.contact),
        ("May do", "; ".join(f"{SCOPES[one].words} ({one})" for one in row.scopes if one in SCOPES)),
        ("Where", str(_shown(row)["reach"])),
        ("Keys", row.key_set_url or ", ".join(str(one["kid"]) for one in row.keys)),
    ]


def _former(row: ApiClient) -> str:
    """Names the keys that a program had before, "" where it has none to go back to."""
    if not row.former_keys or row.state == "ended":
        return ""
    return str(row.former_keys["key_set_url"] or ", ".join(str(one["kid"]) for one in row.former_keys["keys"]))
