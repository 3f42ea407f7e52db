"""What happens at the door: a launch is admitted or refused, and an LMS's own error ends a login."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from tortoise.exceptions import IntegrityError

from training.database.opening import transaction
from training.errors import Conflict
from training.lti import messages, tokens
from training.lti.arrivals import arrive
from training.lti.claims import LTI
from training.lti.messages import Launch
from training.lti.models import Deployment, LaunchTrace, Nonce, Registration
from training.lti.profiles import recognise
from training.lti.refusals import Refused
from training.lti.state import Login, check_browser, unseal
from training.lti.tokens import Expected, VerifiedClaims
from training.lti.tool import Tool
from training.lti.traces import Notes, note_admitted
from training.people.actor import LtiContext
from training.people.sessions import open_session

KEPT_NONCE = timedelta(hours=1)
KEPT_TRACE = timedelta(days=90)


@dataclass(frozen=True)
class Posted:
    """What a launch brings: the form's token and state, and the browser's cookies."""

    id_token: str
    state: str
    cookies: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Admitted:
    """Where an admitted person goes, and the cookie of the login that is over."""

    target: str
    login_cookie: str


async def admit(
    tool: Tool, posted: Posted, notes: Notes, *, session_token: str, replaces: str | None, now: datetime
) -> Admitted:
    """Admits a launch, or raises Refused with nothing written. The only network step comes before the transaction."""
    login, registration = await _login_of(tool, posted.state, notes, now)
    await _check_browser(login, posted.cookies.get(login.cookie))
    notes.rung = "cookie"
    claims = await _claims(tool, posted.id_token, login, registration, now)
    notes.clock_skew = tokens.measured_skew(claims, now)
    notes.deployment_id = messages.read_deployment(claims)
    notes.message_type = str(claims.values.get(f"{LTI}message_type", ""))[:60]
    launch = messages.read_launch(claims, origin=tool.origin)
    notes.target = launch.target
    deployment = await _deployment(registration, launch.deployment_id, now)
    digest = hashlib.sha256(posted.id_token.encode()).hexdigest()
    try:
        async with transaction():
            # First of all, so that of two posts of one token one ends here, whatever else they would write.
            await Nonce.create(nonce=login.nonce, digest=digest, expires=now + KEPT_NONCE)
            arrival = await arrive(launch, registration, deployment, now=now)
            came_from = _came_from(launch, registration)
            await open_session(arrival.person_id, token=session_token, now=now, lti=came_from, replaces=replaces)
            await note_admitted(notes, person_id=arrival.person_id, now=now)
    except IntegrityError:
        await _refuse_used(login.nonce, digest)
    await _learn_platform(registration, launch, notes)
    return Admitted(launch.target, login.cookie)


async def _login_of(tool: Tool, state: str, notes: Notes, now: datetime) -> tuple[Login, Registration]:
    login = unseal(state, key=tool.state_key, now=now)
    registration = await Registration.get_or_none(id=login.registration_id, state="active")
    if registration is None:
        raise Refused("issuer_unknown", "the registration was closed")
    notes.registration = registration
    return login, registration


async def _check_browser(login: Login, secret: str | None) -> None:
    if not secret and await Nonce.filter(nonce=login.nonce).exists():
        raise Refused("nonce_used", "and the cookie is gone")  # a reload of a finished launch
    check_browser(login, secret)


async def _claims(tool: Tool, token: str, login: Login, registration: Registration, now: datetime) -> VerifiedClaims:
    kid = tokens.read_kid(token)
    key = await tool.platform.key(registration, kid, now=now)
    expected = Expected(registration.issuer, registration.client_id, login.nonce)
    return tokens.verify(token, key, expected=expected, now=now)


async def _deployment(registration: Registration, deployment_id: str, now: datetime) -> Deployment:
    found = await Deployment.get_or_none(registration_id=registration.id, deployment_id=deployment_id)
    if found is None and registration.deployment_policy != "refuse":
        state = "approved" if registration.deployment_policy == "auto" else "pending"
        row = Deployment(
            id=uuid4(), registration=registration, deployment_id=deployment_id, state=state, seen=now)
        await Deployment.bulk_create([row], ignore_conflicts=True)
        found = await Deployment.get(registration_id=registration.id, deployment_id=deployment_id)
    if found is None or found.state == "refused":
        raise Refused("deployment_unknown", deployment_id)
    if found.state != "approved":
        raise Refused("deployment_pending", deployment_id)
    return found


async def _refuse_used(nonce: str, digest: str) -> None:
    used = await Nonce.get_or_none(nonce=nonce)
    if used is None:
        raise Conflict("This was changed at the same time by somebody else.", "Open the activity again.")
    raise Refused("nonce_used" if used.digest == digest else "state_used")


def _came_from(launch: Launch, registration: Registration) -> LtiContext:
    return LtiContext(
        registration_id=str(registration.id),
        issuer=launch.issuer,
        deployment_id=launch.deployment_id,
        context_id=launch.context_id,
        resource_link_id=launch.resource_link_id,
        roles_in_context=launch.role,
    )


async def _learn_platform(registration: Registration, launch: Launch, notes: Notes) -> None:
    changed: dict[str, object] = {}
    if registration.profile == "other" and (profile := recognise(launch.product, registration.issuer)).name != "other":
        changed["profile"] = profile.name
    skew = notes.clock_skew
    if skew is not None and (registration.clock_skew is None or abs(registration.clock_skew - skew) > 5):
        changed["clock_skew"] = skew
    if changed:
        await Registration.filter(id=registration.id).update(**changed)


async def end_with_error(tool: Tool, posted: Posted, said: str, notes: Notes, *, now: datetime) -> None:
    """Ends a login with the LMS's own error; raises Refused always, with its words only if the login was ours."""
    login, _ = await _login_of(tool, posted.state, notes, now)
    check_browser(login, posted.cookies.get(login.cookie))
    await Nonce.bulk_create([Nonce(nonce=login.nonce, digest="error", expires=now + KEPT_NONCE)], ignore_conflicts=True)
    raise Refused("platform_error", said[:200])


async def forget(*, now: datetime) -> int:
    """Removes what is no longer needed: ended logins and old traces."""
    gone = await Nonce.filter(expires__lt=now).delete()
    return gone + await LaunchTrace.filter(at__lt=now - KEPT_TRACE).delete()
