"""How a login begins: the registration is found, and the browser is sent to its LMS with a signed state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

from training.lti.models import Registration
from training.lti.platform.tool import Tool
from training.lti.protocol import messages
from training.lti.protocol.login_state import LOGIN_SECONDS, Login, hash_browser_secret, sign_state
from training.lti.protocol.profiles import PROFILES
from training.lti.protocol.refusals import Refused
from training.lti.trace import Notes, plain

MAX_FRAME_NAME = 100
MAX_HINTS = 800
TRIED = "training_tried"
"""Our own parameter beside those of an LMS."""


@dataclass(frozen=True)
class Begun:
    """A login that was begun: where the browser goes, and what it must bring back."""

    login: Login
    state: str
    location: str
    registration: Registration


async def begin(tool: Tool, asked: Mapping[str, str], notes: Notes, *, nonce: str, secret: str, now: datetime) -> Begun:
    """Begins a login and writes nothing: the state carries all that must be known at its end."""
    issuer, client_id = asked.get("iss", ""), asked.get("client_id", "")
    notes.issuer, notes.client_id = plain(issuer)[:500], plain(client_id)[:255]
    for name in ("iss", "login_hint", "target_link_uri"):
        if not asked.get(name):
            raise Refused("login_param_missing", name)
    registration = tool.remembered.get((issuer, client_id), now=now)
    if registration is None:
        registration = await find_registration(issuer, client_id, asked.get("lti_deployment_id", ""), notes)
        tool.remembered.keep(registration, now=now)
    notes.registration = registration
    # Short hints are kept in the state, so that the login can begin anew in a window of its own.
    hints = {name: asked[name] for name in ("login_hint", "lti_message_hint") if name in asked}
    fit = sum(map(len, hints.values())) <= MAX_HINTS and "".join(hints.values()).isprintable()
    login = Login(
        registration_id=registration.id,
        nonce=nonce,
        binding=hash_browser_secret(secret),
        expires=int(now.timestamp()) + LOGIN_SECONDS,
        target=messages.own_path(asked["target_link_uri"], origin=tool.origin),
        storage=asked.get("lti_storage_target", "")[:MAX_FRAME_NAME],
        login_hint=hints["login_hint"] if fit else "",
        message_hint=hints.get("lti_message_hint", "") if fit else "",
    )
    state = sign_state(login, key=tool.state_key)
    always = _always(registration.auth_url, registration.client_id, tool.redirect_uri)
    # State and nonce are base64url, which an address takes as it is.
    location = f"{always}&state={state}&nonce={nonce}&{urlencode(hints, errors='surrogateescape')}"
    return Begun(login, state, location, registration)


async def find_registration(issuer: str, client_id: str, deployment_id: str, notes: Notes) -> Registration:
    """Finds the registration of a login; without a client id only when there is no doubt.

    Whoever connected an issuer first is asked for when no client is named: what another unit registers under the same
    issuer later makes nothing ambiguous.
    """
    if not f"{issuer}{client_id}{deployment_id}".isprintable():
        raise Refused("issuer_unknown", "unprintable")
    named = {"client_id": client_id} if client_id else {}
    known = Registration.filter(issuer=issuer, **named).order_by("created").select_related("unit")
    active = known.filter(state="active")
    found = await active.limit(2)
    if len(found) > 1:
        active = active.filter(unit_id=found[0].unit_id)
        found = await active.limit(2)
    if len(found) > 1 and deployment_id:
        found = await active.filter(deployments__deployment_id=deployment_id).limit(2)
    if not found:
        notes.registration = waiting = await known.first()
        because = f"registration_{waiting.state}" if waiting and waiting.state != "active" else ""
        raise Refused("issuer_unknown", f"{issuer} {client_id}".strip()[:250], because=because)
    if len(found) > 1:
        raise Refused("client_ambiguous", issuer[:250])
    return found[0]


def address_of(asked: Mapping[str, str], *, tried: str = "") -> str:
    """Gives the path that begins the same login, without storage; `tried` says what a frame was already tried with."""
    kept = {name: value for name, value in asked.items() if name not in (TRIED, "lti_storage_target")}
    return f"/lti/login?{urlencode(kept | ({TRIED: tried} if tried else {}), errors='surrogateescape')}"


def begin_again(login: Login, registration: Registration, tool: Tool) -> str:
    """Gives the path that begins a login anew, or nothing where that cannot be."""
    if not login.login_hint or PROFILES.get(registration.profile, PROFILES["other"]).hint_once:
        return ""
    query = {
        "iss": registration.issuer,
        "client_id": registration.client_id,
        "login_hint": login.login_hint,
        "target_link_uri": f"{tool.origin}{login.target}",
    }
    return f"/lti/login?{urlencode(query | ({'lti_message_hint': login.message_hint} if login.message_hint else {}))}"


@lru_cache(maxsize=1000)
def _always(auth_url: str, client_id: str, redirect_uri: str) -> str:
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
    }
    return f"{auth_url}{'&' if '?' in auth_url else '?'}{urlencode(query)}"
