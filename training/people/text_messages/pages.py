"""Pages of signing in by a code in a text message, and of where a unit's texts are handed over."""

import re
from typing import Any

from pydantic import BaseModel, Field, field_validator
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.encryption import Encryptor
from training.core.errors import AppError, Invalid
from training.people.actor import Actor
from training.people.authentication.models import TextGateway
from training.people.authentication.rules import numbers_meant
from training.people.authentication.sign_in_pages import let_in, own_path
from training.people.text_messages import codes as text_codes
from training.people.text_messages.resources import TextResources
from training.web.rate_limits import allow, caller
from training.web.render import actor, form_data, redirect, render, validate
from training.web.resources import PageResources

HERE = "/people/sign-in/texts"


class GatewayForm(BaseModel):
    """The form of a text gateway."""

    url: str = Field(title="the address of the web hook", max_length=500)
    secret: str = Field("", title="the secret", max_length=200)
    country_code: str = Field("+44", title="the country code", max_length=5)

    @field_validator("country_code")
    @classmethod
    def _is_one(cls, value: str) -> str:
        if not re.fullmatch(r"\+\d{1,3}", value.strip()):
            raise ValueError("Write it as +44")
        return value.strip()


async def ask(request: Request) -> Response:
    """Asks for a number; posted, sends a code if the number is known, and says the same if it is not."""
    to = own_path(request.query_params.get("to", ""))
    if request.method == "GET":
        return render(request, "people/sign_in_text.html", to=to)
    values, now = await form_data(request), clock.now()
    number, to = str(values.get("number", ""))[:40], own_path(str(values.get("to", "")))
    if not numbers_meant(number, ["+0"]):
        told = {"problems": {"number": "Enter your mobile number"}, "values": values, "to": to}
        return render(request, "people/sign_in_text.html", 422, **told)
    digits = "".join(filter(str.isdigit, number))[-9:]
    await allow("text", caller(request), digits, limit="5/hour", now=now)
    await allow("text", digits, limit="10/day", now=now)
    await text_codes.ask_for_code(number, now=now)
    return render(request, "people/sign_in_text_code.html", number=number, to=to, people=[])


async def answer(request: Request) -> Response:
    """Takes the code that was texted, and signs in."""
    values, now = await form_data(request), clock.now()
    number, to = str(values.get("number", ""))[:40], own_path(str(values.get("to", "")))
    await allow("text code", caller(request), limit="20/hour", now=now)
    try:
        who = await text_codes.use_text_code(
            number, str(values.get("code", "")), chosen=str(values.get("person", "")),
            secret_key=PageResources.of(request).settings.secret_key, now=now,
        )  # fmt: skip
    except Invalid as error:
        people: list[Any] = []
        if "person" in error.problems:
            people = [(str(one.id), f"{one.name}, {one.unit.name}") for one, _ in await text_codes.people_at(number)]
        told = {"problems": error.problems, "values": values, "number": number, "to": to, "people": people}
        return render(request, "people/sign_in_text_code.html", 422, **told)
    return await let_in(request, who, way="text message", strong=False, to=to)


async def gateway(request: Request) -> Response:
    """Shows where the unit's text messages are handed over; posted, sets it or takes it away."""
    me: Actor = actor(request)
    given, there = TextResources.of(request), await TextGateway.get_or_none(unit_id=me.unit_id)
    problems: dict[str, str] = {}
    values = {"url": there.url if there else "", "country_code": there.country_code if there else "+44"}
    if request.method == "POST":
        values = await form_data(request)
        if values.get("do") == "remove":
            await text_codes.remove_gateway(actor=me, now=clock.now())
            return redirect(request, HERE, notice="Removed. Nobody signs in by text any more.")
        try:
            typed = validate(GatewayForm, values)
            await text_codes.set_gateway(
                url=typed.url, secret=typed.secret, country_code=typed.country_code,
                encryptor=Encryptor(given.settings.secret_key), outbound=given.outbound, actor=me, now=clock.now(),
            )  # fmt: skip
        except Invalid as error:
            problems = error.problems
        except AppError as error:
            problems = {"url": str(error)}
        else:
            return redirect(request, HERE, notice="Saved.")
    return render(
        request, "people/text_gateway.html", 422 if problems else 200, problems=problems, values=values,
        there=there is not None, back=("How people sign in", "/people/sign-in"),
    )  # fmt: skip
