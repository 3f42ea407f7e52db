"""The door's pages: login, launch, our key set, and the page that says why somebody could not come in."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from training.core import clock
from training.core.origins import origin_of
from training.lti.launch import actions, windows
from training.lti.launch import login as launch_login
from training.lti.launch.actions import Posted
from training.lti.launch.notices import AT_ONCE, take
from training.lti.models import Registration
from training.lti.platform.tool import Tool
from training.lti.protocol.login_state import LOGIN_SECONDS, Login
from training.lti.protocol.refusals import Refused
from training.lti.resources import LtiResources
from training.lti.trace import Notes, note_refusal
from training.people.authentication.middleware import cookie_token, set_session_cookie
from training.sites.models import CentralUnit
from training.web.browsers import browser_of
from training.web.cookies import set_cookie
from training.web.frames import MARK, agent_hash, is_framed, let_frame
from training.web.rate_limits import TooMany, allow
from training.web.render import render

MAX_FORM_BYTES = 64 * 1024
MAX_FIELDS = 100
DRAWN_BYTES = 24
"""Of a login's nonce, and of its browser's secret."""
KEY_SET_SECONDS = 3600
AGAIN = ("state_missing", "storage_timeout", "storage_mismatch")
"""Refusals that mostly come of a frame without cookies: a window of its own helps."""
TRIED = {
    "none": "We gave it a cookie, and it did not bring it back.",
    "storage": "We tried a cookie, then the storage of your learning system.",
}
"""Rung of the ladder → what was tried, for the one who could not come in."""
FAILED = {"cookie": "none", "storage": "storage"}
"""What a frame was tried with before the LMS is asked → the rung of the ladder that did not hold."""
TOLD = (
    "registration_rejected",
    "deployment_pending",
    "platform_error",
    "claim_missing",
    "claim_type",
    "service_host_forbidden",
    "message_type_unsupported",
    "version_unsupported",
    "dl_type_not_accepted",
)
"""Refusals whose detail helps the reader; the others keep it for the trace."""


async def login(request: Request) -> Response:
    """Begins a login: sends the browser to its LMS, with a state that only this browser can bring back."""
    tool, now = _tool(request), clock.now()
    drawn = secrets.token_urlsafe(2 * DRAWN_BYTES)
    nonce, secret = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    notes = _notes(request)
    try:
        asked = await _asked(request)
        begun = await launch_login.begin(tool, asked, notes, nonce=nonce, secret=secret, now=now)
        if is_framed(request) and not begun.login.storage and not request.cookies:
            return _try_cookie(request, asked, notes)
    except Refused as refused:
        return await refuse(
            request, refused, notes, now, again=launch_login.address_of(asked) if notes.state_proof else ""
        )
    response: Response = RedirectResponse(begun.location, 302)
    if begun.login.storage:  # the LMS offers to keep the proof for browsers that keep no cookie in a frame
        let_frame(request, actions.frame_origins_of(begun.registration))
        told = {**_stored(begun.login, begun.registration), "secret": secret, "onward": begun.location}
        response = render(request, "lti/login.html", **told, without=launch_login.address_of(asked, tried="storage"))
    _set_cookie(request, response, begun.login.cookie, secret, LOGIN_SECONDS)
    return response


def _try_cookie(request: Request, asked: Mapping[str, str], notes: Notes) -> Response:
    """Finds out whether a frame keeps cookies before the LMS is asked, as Moodle takes its login hint once.

    A frame that does not bring back what it was given offers a window of its own, with the hint unused.
    """
    if state_proof := FAILED.get(asked.get(launch_login.TRIED, "")):
        notes.state_proof = state_proof
        raise Refused(
            "storage_timeout" if state_proof == "storage" else "state_missing", "Found out before the LMS was asked."
        )
    response = RedirectResponse(launch_login.address_of(asked, tried="cookie"), 303)
    _set_cookie(request, response, "lti-cookies", "kept", LOGIN_SECONDS)
    return response


async def launch(request: Request) -> Response:
    """Admits a launch and leads to its target in a session of its own; or says why not."""
    tool, notes, now = _tool(request), _notes(request), clock.now()
    entry = actions.SessionEntry(secrets.token_urlsafe(32), request.scope.get("session_token"))
    notes.issuer = origin_of(request.headers.get("origin", ""))  # until the state tells who it is
    try:
        asked = await _asked(request)
        alone = request.headers.get("sec-fetch-dest") == "document"
        posted = Posted(asked.get("id_token", ""), asked.get("state", ""), request.cookies, top_level=alone)
        if "error" in asked:
            said = ": ".join(filter(None, (asked["error"], asked.get("error_description", ""))))
            await actions.end_with_error(tool, posted, said, notes, now=now)
        admitted = await actions.admit(tool, posted, notes, entry, now=now)
    except Refused as refused:
        return await refuse(request, refused, notes, now)
    if isinstance(admitted, actions.ProofWanted):
        let_frame(request, actions.frame_origins_of(admitted.registration))
        asks = _stored(admitted.login, admitted.registration)
        return render(request, "lti/launch.html", **asks, code=entry.session_token, at_once=alone)
    return _let_in(request, admitted, entry, notes, now)


async def stored(request: Request) -> Response:
    """Admits a parked launch, by its cookie or by what the LMS's storage gave back."""
    tool, notes, now = _tool(request), _notes(request), clock.now()
    entry = actions.SessionEntry(secrets.token_urlsafe(32), agent=agent_hash(request.scope))
    try:
        asked = await _asked(request)
        admitted = await actions.admit_stored(
            tool, asked.get("code", ""), asked.get("value", ""), request.cookies, notes, entry, now=now
        )
    except Refused as refused:
        return await refuse(request, refused, notes, now)
    if admitted.by_cookie:
        return _let_in(request, admitted, entry, notes, now)
    return RedirectResponse(f"{MARK}{entry.session_token}{admitted.target}", 303)


async def window(request: Request) -> Response:
    """Opens the page that an LMS shows in a frame in a window of its own, by the code that stands in it."""
    tool, notes, now, fresh = _tool(request), _notes(request), clock.now(), secrets.token_urlsafe(32)
    replaces = cookie_token(request.scope)  # whoever was signed in in windows is so no longer; the frame's own stays
    try:
        asked = await _asked(request)
        path = await windows.open_window(tool, asked.get("code", ""), token=fresh, replaces=replaces, now=now)
    except Refused as refused:
        return await refuse(request, refused, notes, now)
    secure = LtiResources.of(request).settings.secure
    return set_session_cookie(RedirectResponse(path, 303), fresh, secure=secure, now=now)


def _let_in(
    request: Request, admitted: actions.Admitted, entry: actions.SessionEntry, notes: Notes, now: datetime
) -> Response:
    let_frame(request, actions.frame_origins_of(notes.registration) if notes.registration else [])
    response = RedirectResponse(admitted.target, 303)
    _set_cookie(request, response, admitted.login_cookie, "", 0)
    return set_session_cookie(response, entry.session_token, secure=LtiResources.of(request).settings.secure, now=now)


async def notices(request: Request) -> Response:
    """Takes notices that an LMS sends by itself. Source: Platform Notification Service 1.0."""
    tool, now = _tool(request), clock.now()
    notes = _notes(request)
    try:
        for token in _tokens(await _body(request)):
            notes = _notes(request)
            await take(tool, token, notes, now=now)
    except Refused as refused:
        return await refuse(request, refused, notes, now)
    return Response(status_code=204)


def _tokens(body: bytes) -> list[str]:
    try:
        listed = json.loads(body)["notices"]
        return [str(one["jwt"]) for one in listed[:AT_ONCE]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused("token_malformed", "not a list of notices") from None


async def key_set(request: Request) -> Response:
    """Publishes our public keys. Source: 1EdTech Security Framework 1.1, 6.3."""
    keys = await _tool(request).platform.keyring.published(clock.now())
    return JSONResponse({"keys": keys}, headers={"Cache-Control": f"public, max-age={KEY_SET_SECONDS}"})


def _stored(login: Login, registration: Registration) -> dict[str, Any]:
    """Says where the LMS keeps the proof: in which frame, under which name, and of which origin."""
    parts = urlsplit(registration.auth_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return {"frame": login.storage, "key": login.cookie, "platform_origin": origin}


def _tool(request: Request) -> Tool:
    return LtiResources.of(request).tool


def _notes(request: Request) -> Notes:
    reference = str(request.scope.get("request_id") or secrets.token_hex(6))
    return Notes(reference, browser=browser_of(request))


async def _asked(request: Request) -> Mapping[str, str]:
    # Read by hand: hints must go back byte for byte, and a large body must cost next to nothing.
    raw = request.scope["query_string"] if request.method == "GET" else await _body(request)
    try:
        pairs = parse_qsl(
            raw.decode("latin-1"), keep_blank_values=True, errors="surrogateescape", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        raise Refused("token_malformed", "too many fields") from None
    return dict(pairs)


async def _body(request: Request) -> bytes:
    if int(request.headers.get("content-length", "0")) > MAX_FORM_BYTES:
        raise Refused("token_too_large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise Refused("token_too_large")
    return bytes(body)


def _set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    # By the configured address, not by the request: behind a proxy every request looks like plain http.
    secure = LtiResources.of(request).settings.secure
    set_cookie(response, name, value, max_age=seconds, secure=secure, path="/lti/")


async def refuse(request: Request, refused: Refused, notes: Notes, now: datetime, *, again: str = "") -> Response:
    """Shows why somebody could not come in, also in the frame of an LMS that we do not know; `again` begins anew.

    Any page may call itself an LMS and show this one, so it is the page of a stranger: it names nobody, and holds no
    button and no address by which one click would change anything.
    """
    request.scope["actor"] = None
    let_frame(
        request, actions.frame_origins_of(notes.registration) if notes.registration else [origin_of(notes.issuer)]
    )
    try:
        if notes.registration is None:  # anybody can cause these, so they may not fill the table
            await allow("lti refusals", "all", limit="300/minute", now=now)
        await note_refusal(refused, notes, now=now)
    except TooMany:
        pass
    unit = await CentralUnit.get_or_none(id=notes.registration.unit_id) if notes.registration else None
    tried = TRIED.get(notes.state_proof, "") if refused.name in AGAIN else ""
    if tried and notes.login and notes.registration:
        again = launch_login.begin_again(notes.login, notes.registration, _tool(request))
    response = render(
        request, "lti/refused.html", refused.status, unit=unit, refused=refused, tried=tried, again=again,
        detail=refused.detail if refused.name in TOLD else "", reference=notes.reference,
        browser=notes.browser or "Your browser",
    )  # fmt: skip
    response.headers["X-Refusal"] = refused.code if refused.code.isascii() else refused.name
    return response
