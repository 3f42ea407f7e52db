"""Pages of signing in by an organisation's own OpenID provider, in the code flow. Source: OpenID Connect Core 1.0."""

import secrets
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from training.core import clock
from training.core.encryption import Encryptor
from training.core.errors import NotAllowed, NotFound
from training.core.settings import Settings
from training.lti.protocol.id_tokens import Expected, read_kid, verify
from training.lti.protocol.refusals import Refused
from training.lti.resources import LtiResources
from training.openid.actions import PURPOSE, person_at
from training.openid.client import authorization_url, discover, exchange
from training.openid.rules import address_of, is_second_step
from training.people.authentication.models import OpenIdProvider
from training.people.authentication.sign_in_pages import let_in, own_path
from training.web.cookies import set_cookie
from training.web.rate_limits import allow, caller
from training.web.resources import PageResources

LOGIN_SECONDS = 600
AGAIN = "Go back to the sign-in page and try again."


async def begin(request: Request) -> Response:
    """Sends the browser to the provider of a unit, and keeps in it what has to come back."""
    given = LtiResources.of(request)
    await allow("openid", caller(request), limit="30/minute", now=clock.now())
    provider, to = await _provider(request), own_path(request.query_params.get("to", ""))
    endpoints = await discover(provider.issuer, outbound=given.platform.outbound)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    address = authorization_url(
        endpoints, client_id=provider.client_id, back=_back(request), state=state, nonce=nonce, verifier=verifier
    )
    response = RedirectResponse(address, 303)
    kept = _logins(given.settings).dumps([str(provider.id), state, nonce, verifier, to])
    set_cookie(response, _cookie(given.settings), str(kept), max_age=LOGIN_SECONDS, secure=given.settings.secure)
    return response


async def end(request: Request) -> Response:
    """Takes the code that the provider sent back with the browser, and signs in whom it stands for."""
    given, asked, now = LtiResources.of(request), request.query_params, clock.now()
    await allow("openid", caller(request), limit="30/minute", now=now)
    provider = await _provider(request)
    try:
        kept = _logins(given.settings).loads(request.cookies.get(_cookie(given.settings), ""), max_age=LOGIN_SECONDS)
    except BadSignature as error:
        raise NotAllowed("This sign-in was not begun in this browser, or took too long.", AGAIN) from error
    provider_id, state, nonce, verifier, to = kept
    ours = compare_digest(asked.get("state", "").encode(), state.encode()) and provider_id == str(provider.id)
    if not ours or asked.get("iss", provider.issuer) != provider.issuer:
        raise NotAllowed("This sign-in was begun in another window.", AGAIN)
    if "code" not in asked:
        raise NotAllowed(f"{provider.name} did not sign you in.", AGAIN)
    claims = await _claims(request, provider, nonce=nonce, verifier=verifier)
    address = address_of(claims, domains=provider.domains)
    who = await person_at(address, provider.unit_id) if address else None
    if who is None:
        raise NotAllowed(
            f"{provider.name} signed you in, but we know nobody here by the address it told us.",
            "Ask your site which address they have for you, or sign in by a link.",
        )
    strong = is_second_step(claims, strong_values=provider.strong_values)
    way = f"{provider.name}{', two steps' if strong else ''}"[:60]
    response = await let_in(request, who, way=way, strong=strong, to=to)
    set_cookie(response, _cookie(given.settings), "", max_age=0, secure=given.settings.secure)
    return response


async def _claims(request: Request, provider: OpenIdProvider, *, nonce: str, verifier: str) -> Mapping[str, Any]:
    """Gets the ID token for the code that came back, and returns what it says once all of it is checked."""
    given, now = LtiResources.of(request), clock.now()
    secret = Encryptor(given.settings.secret_key).decrypt_text(provider.client_secret, purpose=PURPOSE)
    endpoints = await discover(provider.issuer, outbound=given.platform.outbound)
    token = await exchange(
        request.query_params["code"], endpoints=endpoints, client_id=provider.client_id, secret=secret,
        back=_back(request), verifier=verifier, outbound=given.platform.outbound,
    )  # fmt: skip
    expected = Expected(provider.issuer, provider.client_id, nonce)
    try:
        key = await given.platform.keys.find(endpoints.keys, read_kid(token), now=now)
        return verify(token, key, expected=expected, now=now).values
    except Refused as refused:
        words = f"We could not make sure that this came from {provider.name}."
        raise NotAllowed(words, f"{AGAIN} ({refused.code})") from refused


async def _provider(request: Request) -> OpenIdProvider:
    found = await OpenIdProvider.get_or_none(unit__slug=request.path_params["slug"])
    if found is None:
        raise NotFound("There is no such way to sign in.", "Go to the sign-in page.")
    return found


def _back(request: Request) -> str:
    return f"{PageResources.of(request).settings.public_url}/sign-in/with/{request.path_params['slug']}/back"


def _logins(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt="openid login")


def _cookie(settings: Settings) -> str:
    return "__Host-openid" if settings.secure else "openid"
