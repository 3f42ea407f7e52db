"""The second step of signing in: a passkey, a code of an authenticator, or a recovery code."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.authentication.sign_in_pages import let_in, own_path
from training.people.second_step import passkeys
from training.people.second_step.actions import AUTHENTICATOR, PASSKEY, factors_of, use_code, use_passkey
from training.web.rate_limits import allow
from training.web.render import actor, form_data, redirect, render
from training.web.resources import PageResources

TRIES_A_MINUTE, TRIES_A_DAY = "5/minute", "30/day"
"""How often one person may try: of a million codes three are right at a time, so nobody guesses one in a lifetime."""


async def second_step(request: Request) -> Response:
    """Asks for the second step; posted, signs in anew and strongly. Who has none yet is led to set one up."""
    me: Actor = actor(request)
    values = await form_data(request) if request.method == "POST" else {}
    to = own_path(str(values.get("to", request.query_params.get("to", ""))))
    if not me.weak:
        return redirect(request, to)
    if not await factors_of(me.person_id).exists():
        return redirect(request, f"/how-you-sign-in?to={quote(to, safe='/')}")
    if request.method == "GET":
        return await _ask(request, me, to=to)
    now = clock.now()
    for limit in (TRIES_A_MINUTE, TRIES_A_DAY):
        await allow("second step", str(me.person_id), limit=limit, now=now)
    settings = PageResources.of(request).settings
    try:
        if values.get("answer"):
            challenge = passkeys.read_challenge(str(values.get("challenge", "")), me.person_id, settings=settings)
            await allow("passkey challenge", challenge.hex(), limit="1/hour", now=now)
            await use_passkey(str(values["answer"]), challenge, person_id=me.person_id, settings=settings, now=now)
            way = "passkey"
        else:
            way = await use_code(me.person_id, str(values.get("code", "")), settings=settings, now=now)
    except Invalid as error:
        return await _ask(request, me, 422, problems=error.problems, to=to)
    return await let_in(request, me.person_id, way=f"link and {way}", strong=True, to=to)


async def _ask(request: Request, me: Actor, status: int = 200, **told: Any) -> Response:
    found = await factors_of(me.person_id)
    known = [one.credential_id for one in found if one.kind == PASSKEY and one.credential_id]
    settings = PageResources.of(request).settings
    passkey = passkeys.ask_for_known(me.person_id, known=known, settings=settings) if known else None
    has_app = any(one.kind == AUTHENTICATOR for one in found)
    return render(request, "people/second_step.html", status, passkey=passkey, has_app=has_app, **told)
