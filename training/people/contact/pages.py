"""Pages of names and addresses: one's own, and a person's."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.contact import actions, name_requests
from training.people.contact.addresses import refuse_own
from training.people.contact.emails import known_addresses
from training.people.models import NameRequest
from training.people.names import has_name
from training.people.visibility import person_for
from training.web.render import actor, form_data, identity, redirect, render, validate


class AddressForm(BaseModel):
    """The form with an address."""

    address: str = Field("", title="an e-mail address")


class PersonNameForm(BaseModel):
    """The form with a name."""

    name: str = Field("", title="a name")
    why: str = ""


class NameAnswerForm(BaseModel):
    """The form that answers somebody who asks for another name."""

    answer: Literal["yes", "no"] = Field(title="what you answer")
    words: str = ""


async def own_name(request: Request) -> Response:
    """Shows one's name; posted, keeps it where nobody has named one, else asks for another one."""
    me: Actor = actor(request)
    asked = await NameRequest.filter(person_id=me.person_id).order_by("-made").first()
    if request.method == "GET":
        return render(request, "people/own_name.html", asked=asked)
    values = await form_data(request)
    try:
        wish = validate(PersonNameForm, values)
        if me.named:
            await name_requests.ask(wish.name, why=wish.why, actor=me, now=clock.now())
            return redirect(request, "/name", notice="You have asked. You get a mail when it is answered.")
        await actions.tell_own_name(wish.name, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "people/own_name.html", 422, problems=error.problems, values=values, asked=asked)
    return redirect(request, "/pathways" if me.may("learn") else "/")


async def own_addresses(request: Request) -> Response:
    """Shows where our mail goes, and which address does not work; posted, keeps another one."""
    me: Actor = actor(request)
    told: dict[str, Any] = {"addresses": await known_addresses(me.person_id)}
    if request.method == "GET":
        return render(request, "people/own_addresses.html", **told)
    values = await form_data(request)
    try:
        await actions.give_own_address(validate(AddressForm, values).address, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "people/own_addresses.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, "/address", notice="Thank you. Our mail goes there from now on.")


async def name_request(request: Request) -> Response:
    """Shows that somebody asks for another name, and why; posted, approves or refuses it."""
    me: Actor = actor(request)
    found = await name_requests.name_request_for(me, identity(request))
    told: dict[str, Any] = {"asked": found, "back": (found.person.name, f"/people/{found.person_id}")}
    if request.method == "GET":
        return render(request, "people/name_request.html", **told)
    values = await form_data(request)
    try:
        given = validate(NameAnswerForm, values)
        await name_requests.answer(found.id, given.answer == "yes", given.words, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "people/name_request.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/people/{found.person_id}", notice="They are told your answer by mail.")


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
        await actions.change_name(found.id, validate(PersonNameForm, values).name, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "people/name.html", 422, problems=error.problems, values=values, **told)
    kept = "Certificates keep the name before. To issue them again, open Pathway and certificates."
    notice = f"The name is changed. {kept}" if told["named"] else "The name is saved."
    return redirect(request, f"/people/{found.id}", notice=notice)
