"""How one signs in: the list of one's passkeys and authenticators, each of which can be added, named and removed."""

import secrets
from typing import Any
from urllib.parse import quote

import pyotp
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock, qr
from training.core.encryption import Encryptor
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.authentication.models import RecoveryCode
from training.people.authentication.sign_in_pages import let_in, own_path
from training.people.second_step import actions, passkeys
from training.web.rate_limits import allow
from training.web.render import actor, form_data, identity, redirect, render, validate
from training.web.resources import PageResources
from training.web.routing import DirectOnly

HERE = "/how-you-sign-in"
NAMES = {actions.PASSKEY: "Passkey", actions.AUTHENTICATOR: "Authenticator app"}


class MethodNameForm(BaseModel):
    """The form that names a passkey or an authenticator."""

    name: str = Field("", title="a name", max_length=60)


class AuthenticatorForm(MethodNameForm):
    """The form that adds an authenticator."""

    code: str = Field(title="the code that the app shows", max_length=20)
    kept: str = Field(title="the code of the page", max_length=300)


async def methods(request: Request) -> Response:
    """Lists how the actor signs in."""
    me, to = await _owner(request), own_path(request.query_params.get("to", ""))
    if isinstance(me, Response):
        return me
    return await _listed(request, me, to=to)


async def _owner(request: Request) -> Actor | Response:
    """Returns who may change how they sign in: nobody through an LMS, nor by a link alone who has more than that."""
    me: Actor = actor(request)
    if me.lti:
        raise DirectOnly(f"/sign-in?to={HERE}")
    if me.weak and await actions.factors_of(me.person_id).exists():
        return redirect(request, f"/sign-in/second?to={HERE}")
    return me


async def _listed(request: Request, me: Actor, status: int = 200, **told: Any) -> Response:
    found = await actions.factors_of(me.person_id)
    known = [one.credential_id for one in found if one.credential_id]
    settings = PageResources.of(request).settings
    shown: dict[str, Any] = {
        "factors": [{"kind": NAMES[one.kind], "row": one, "path": f"{HERE}/{one.id}"} for one in found],
        "passkey": passkeys.ask_for_new(me.person_id, name=me.name, unit=me.unit_name, known=known, settings=settings),
        "codes_left": await RecoveryCode.filter(person_id=me.person_id, used__isnull=True).count(),
        "to": "/",
    }
    return render(request, "people/how_you_sign_in.html", status, **shown | told)


async def add_passkey(request: Request) -> Response:
    """Adds the passkey that the browser has just made."""
    me, values, now = await _owner(request), await form_data(request), clock.now()
    if isinstance(me, Response):
        return me
    settings, to = PageResources.of(request).settings, own_path(str(values.get("to", "")))
    try:
        named = validate(MethodNameForm, values)
        challenge = passkeys.read_challenge(str(values.get("challenge", "")), me.person_id, settings=settings)
        await allow("passkey challenge", challenge.hex(), limit="1/hour", now=now)
        made = passkeys.check_new(str(values.get("answer", "")), challenge, settings=settings)
        await actions.add_passkey(made, name=named.name, actor=me, now=now)
    except Invalid as error:
        return await _listed(request, me, 422, problems=error.problems, values=values, to=to)
    return await _added(request, me, way="link and passkey", to=to)


async def authenticator(request: Request) -> Response:
    """Shows the code that an authenticator app reads; posted with what the app then shows, adds it."""
    me, now = await _owner(request), clock.now()
    if isinstance(me, Response):
        return me
    settings = PageResources.of(request).settings
    encryptor, purpose = Encryptor(settings.secret_key), f"new authenticator {me.person_id}"
    values = await form_data(request) if request.method == "POST" else {}
    to, kept = own_path(str(values.get("to", request.query_params.get("to", "")))), str(values.get("kept", ""))
    problems: dict[str, str] = {}
    if values:
        await allow("second step", str(me.person_id), limit="5/minute", now=now)
        try:
            given = validate(AuthenticatorForm, values)
            secret = encryptor.decrypt_text(given.kept, purpose=purpose)
            await actions.add_authenticator(
                secret, code=given.code.replace(" ", ""), name=given.name, encryptor=encryptor, actor=me, now=now
            )
        except Invalid as error:
            problems = error.problems
        else:
            return await _added(request, me, way="link and code", to=to)
    kept = kept or encryptor.encrypt_text(pyotp.random_base32(), purpose=purpose)
    secret = encryptor.decrypt_text(kept, purpose=purpose)
    address = pyotp.TOTP(secret).provisioning_uri(name=me.name, issuer_name=me.unit_name or settings.service_name)
    return render(
        request, "people/authenticator.html", 422 if problems else 200, kept=kept, secret=secret, address=address,
        qr=qr.svg(address, title="Code for the app"), problems=problems, values=values, to=to,
        back=("How you sign in", HERE),
    )  # fmt: skip


async def _added(request: Request, me: Actor, *, way: str, to: str) -> Response:
    """Leads on after something was added: signed in strongly with the first, and with recovery codes to write down."""
    first = await actions.factors_of(me.person_id).count() == 1
    has_codes = await RecoveryCode.filter(person_id=me.person_id, used__isnull=True).exists()
    onward = to if to != "/" or me.weak else HERE
    if not has_codes:
        onward = f"{HERE}/codes?to={quote(onward, safe='/')}"
    if first:
        return await let_in(request, me.person_id, way=way, strong=True, to=onward)
    return redirect(request, onward, notice="Added.")


async def recovery_codes(request: Request) -> Response:
    """Says what recovery codes are for; posted, makes new ones and shows them, once."""
    me = await _owner(request)
    if isinstance(me, Response):
        return me
    values = await form_data(request) if request.method == "POST" else {}
    to = own_path(str(values.get("to", request.query_params.get("to", HERE))))
    codes: list[str] = []
    if request.method == "POST":
        settings = PageResources.of(request).settings
        codes = await actions.make_recovery_codes(
            choose=secrets.choice, secret_key=settings.secret_key, actor=me, now=clock.now()
        )
    left = await RecoveryCode.filter(person_id=me.person_id, used__isnull=True).count()
    return render(request, "people/recovery_codes.html", codes=codes, left=left, to=to, back=("How you sign in", HERE))


async def method(request: Request) -> Response:
    """Shows one passkey or authenticator; posted, names it anew or removes it."""
    me = await _owner(request)
    if isinstance(me, Response):
        return me
    found = await actions.own_factor(identity(request), actor=me)
    values = await form_data(request) if request.method == "POST" else {"name": found.name}
    problems: dict[str, str] = {}
    if request.method == "POST":
        if values.get("do") == "remove":
            await actions.remove_factor(found.id, actor=me, now=clock.now())
            return redirect(request, HERE, notice=f"{found.name} is removed.")
        try:
            name = validate(MethodNameForm, values).name
            await actions.rename_factor(found.id, name=name or found.name, actor=me, now=clock.now())
        except Invalid as error:
            problems = error.problems
        else:
            return redirect(request, HERE, notice="Saved.")
    last = await actions.factors_of(me.person_id).count() == 1
    return render(
        request, "people/factor.html", 422 if problems else 200, factor=found, kind=NAMES[found.kind], last=last,
        problems=problems, values=values, back=("How you sign in", HERE),
    )  # fmt: skip
