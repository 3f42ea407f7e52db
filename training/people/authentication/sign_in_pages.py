"""Pages of signing in and out: by a one-time link or a passkey, and in the demo with one click."""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel, Field, field_validator
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.people import actions
from training.people.authentication.demo_cast import SEES, known
from training.people.authentication.middleware import clear_session_cookie, set_session_cookie
from training.people.authentication.models import OpenIdProvider, TextGateway
from training.people.models import Person
from training.people.second_step import passkeys
from training.people.second_step.actions import use_passkey
from training.people.sessions import actor_of, end_session
from training.sites.models import CentralUnit
from training.web.browsers import browser_of
from training.web.frames import is_framed
from training.web.rate_limits import allow, caller
from training.web.render import form_data, redirect, render, validate
from training.web.resources import PageResources

LONGEST_TARGET = 500
MAILS_A_DAY = "30/day"
"""How many links one address may be sent: whoever asks for a stranger's cannot fill their letter box."""


class SignInForm(BaseModel):
    """The sign-in form."""

    email: str = Field(title="your e-mail address", max_length=254)
    to: str = "/"

    @field_validator("email")
    @classmethod
    def _looks_like_one(cls, value: str) -> str:
        if "@" not in value.strip("@"):
            raise ValueError("Enter an e-mail address, like name@example.org")
        return value.strip()


async def sign_in(request: Request) -> Response:
    """Shows the sign-in form; posted, sends a link if the address is known, and says the same if it is not."""
    if request.method == "GET":
        return await _ask(request, to=own_path(request.query_params.get("to", "")))
    values = await form_data(request)
    try:
        asked = validate(SignInForm, values)
    except Invalid as error:
        return await _ask(request, 422, problems=error.problems, values=values, to=own_path(str(values.get("to", ""))))
    now = clock.now()
    await allow("sign-in", caller(request), asked.email.lower(), limit="5/minute", now=now)
    await allow("sign-in", asked.email.lower(), limit=MAILS_A_DAY, now=now)
    await actions.ask_for_link(asked.email, target=own_path(asked.to), now=now)
    minutes = int(actions.LINK_LIVES.total_seconds() // 60)
    return render(request, "people/sign_in_sent.html", email=asked.email, minutes=minutes, demo_path="")


async def _ask(request: Request, status: int = 200, **told: Any) -> Response:
    passkey = passkeys.ask_for_known(None, known=(), settings=PageResources.of(request).settings)
    providers = await OpenIdProvider.all().order_by("name").values("name", slug="unit__slug")
    told |= {"passkey": passkey, "providers": providers, "texts": await TextGateway.exists()}
    return render(request, "people/sign_in.html", status, **told)


async def by_passkey(request: Request) -> Response:
    """Signs in by a passkey, which is two steps in one: the device, and its owner's finger or number."""
    settings, values, now = PageResources.of(request).settings, await form_data(request), clock.now()
    await allow("passkey", caller(request), limit="20/minute", now=now)
    try:
        challenge = passkeys.read_challenge(str(values.get("challenge", "")), None, settings=settings)
        await allow("passkey challenge", challenge.hex(), limit="1/hour", now=now)
        who = await use_passkey(str(values.get("answer", "")), challenge, person_id=None, settings=settings, now=now)
    except Invalid as error:
        return await _ask(request, 422, problems=error.problems, to=own_path(str(values.get("to", ""))))
    return await let_in(request, who, way="passkey", strong=True, to=str(values.get("to", "")))


async def let_in(request: Request, person_id: UUID, *, way: str, strong: bool, to: str) -> Response:
    """Signs in somebody who has proved who they are, and leads them on: to the second step, where one is missing."""
    fresh, now = secrets.token_urlsafe(32), clock.now()
    await actions.sign_in(
        person_id,
        way=way,
        strong=strong,
        session_token=fresh,
        replaces=request.scope.get("session_token"),
        browser=browser_of(request),
        now=now,
    )
    return await _welcome(request, fresh, own_path(to), now)


async def _welcome(request: Request, fresh: str, target: str, now: datetime) -> Response:
    settings = PageResources.of(request).settings
    me = await actor_of(fresh, now=now, second_step=not settings.demo)
    if me and me.weak:
        target = f"/sign-in/second?to={quote(target, safe='/')}"
    return set_session_cookie(redirect(request, target), fresh, secure=settings.secure, now=now)


async def follow_link(request: Request) -> Response:
    """Shows a button, so that programs that read mail do not use the link up; posted, signs in."""
    settings, token, now = PageResources.of(request).settings, request.path_params["token"], clock.now()
    if request.method == "GET":
        return await _confirm(request)
    fresh, chosen = secrets.token_urlsafe(32), str((await form_data(request)).get("person", ""))
    try:
        target = await actions.sign_in_by_link(
            token,
            chosen=chosen,
            session_token=fresh,
            replaces=request.scope.get("session_token"),
            browser=browser_of(request),
            secret_key=settings.secret_key,
            now=now,
        )
    except Invalid as error:
        return await _confirm(request, error)
    return await _welcome(request, fresh, target, now)


async def _confirm(request: Request, error: Invalid | None = None) -> Response:
    secret, token = PageResources.of(request).settings.secret_key, request.path_params["token"]
    link = await actions.look_at_link(token, secret_key=secret, now=clock.now())
    people = [(str(person), unit) for person, unit in await actions.signs_in_to(link)]
    unit = await CentralUnit.get(people__id=link.person_id) if len(people) == 1 else None
    name = link.address or (await Person.get(id=link.person_id)).name
    return render(
        request, "people/sign_in_confirm.html", 422 if error else 200, unit=unit, token=token, name=name,
        people=people, problems=error.problems if error else {},
    )  # fmt: skip


async def sign_out(request: Request) -> Response:
    """Ends the session; a frame without cookies has lost it with its address."""
    token = request.scope.get("session_token")
    if token:
        await end_session(token, now=clock.now())
    secure, in_lms = PageResources.of(request).settings.secure, is_framed(request) and request.scope["frame_ancestors"]
    request.scope["root_path"], request.scope["actor"] = "", None
    if in_lms:  # nobody can sign in inside of an LMS's frame
        return clear_session_cookie(render(request, "people/signed_out.html"), token, secure=secure)
    return clear_session_cookie(redirect(request, "/sign-in"), token, secure=secure)


async def choose(request: Request) -> Response:
    """Shows the people of the demo; posted, becomes one of them. There is no such page outside the demo."""
    settings = PageResources.of(request).settings
    if not settings.demo:
        raise NotFound("There is no such page.", "Sign in with your e-mail address.")
    if request.method == "GET":
        cast = [{"key": name.lower(), "name": name, "role": role, "sees": sees} for name, (role, sees) in SEES.items()]
        return render(request, "people/choose.html", cast=cast, lms_path=settings.demo_lms_url)
    wanted = str((await form_data(request)).get("person", "")).lower()
    # By id: a real person may have the same first name.
    person = await Person.get_or_none(id=known(wanted)) if wanted.capitalize() in SEES else None
    if person is None:
        raise NotFound("Nobody in the demo has this name.", "Choose one of the six people.")
    return await let_in(request, person.id, way="demo", strong=False, to="/")


def own_path(wanted: str) -> str:
    """Lets through a path of our own, of a length that can be kept; anything else leads home."""
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if ours and len(wanted) <= LONGEST_TARGET else "/"
