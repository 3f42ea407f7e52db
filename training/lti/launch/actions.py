"""What happens at the door: a launch is admitted or refused, and an LMS's own error ends a login."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from training.core.errors import Conflict
from training.core.origins import origin_of
from training.database.connection import transaction
from training.lti.identities.actions import Arrival, record_arrival, spoken_of_ours
from training.lti.launch import deep_linking, fast_path, lti11_users, notices
from training.lti.launch.fast_path import NewSession, UsedNonce
from training.lti.launch.models import DeepLinkingSession, PendingLaunch
from training.lti.models import Deployment, LaunchTrace, Nonce, Registration
from training.lti.platform.tool import Tool
from training.lti.protocol import id_tokens, messages
from training.lti.protocol.claims import LTI
from training.lti.protocol.id_tokens import Expected, VerifiedClaims
from training.lti.protocol.login_state import Login, check_browser, hash_browser_secret, verify_state
from training.lti.protocol.profiles import recognise
from training.lti.protocol.refusals import Refused
from training.lti.protocol.types import DeepLinkingRequest, Launch, LtiMessage, Review
from training.lti.trace import Notes, note_admitted
from training.people.actor import LtiContext
from training.people.sessions import open_session, token_hash
from training.trail import facts

KEPT_NONCE = timedelta(hours=1)
KEPT_TRACE = timedelta(days=90)
MOST_STRANGERS = 5000
"""Refusals that are kept of whom we do not know: anybody can cause them."""
PARKED_FOR = timedelta(minutes=2)


@dataclass(frozen=True)
class Posted:
    """What a launch brings: the form's token and state, and the browser's cookies."""

    id_token: str
    state: str
    cookies: Mapping[str, str] = field(repr=False)
    top_level: bool = False


@dataclass(frozen=True)
class Admitted:
    """Where an admitted person goes, and the cookie of the login that is over."""

    target: str
    login_cookie: str
    by_cookie: bool
    """Whether the browser keeps cookies here; where it does not, the session lives in the frame's addresses."""


@dataclass(frozen=True)
class ProofWanted:
    """A good launch whose browser sent no cookie: its LMS may still hold what the browser was given."""

    login: Login
    registration: Registration


@dataclass(frozen=True)
class SessionEntry:
    """How somebody comes in: the token of the new session, and the session that it takes the place of.

    A launch that has to wait for a proof opens no session: it is parked under this token, and comes in with another.
    """

    session_token: str = field(repr=False)
    replaces: str | None = field(default=None, repr=False)
    agent: str = ""
    """Hash of the browser in whose frame the session will live in the addresses."""


async def admit(
    tool: Tool, posted: Posted, notes: Notes, entry: SessionEntry, *, now: datetime
) -> Admitted | ProofWanted:
    """Admits a launch, or raises Refused with nothing written. The only network step comes before the transaction."""
    login, registration = await _login_of(tool, posted.state, notes, now)
    secret = posted.cookies.get(login.cookie)
    notes.state_proof = "cookie" if secret else "none"
    if not secret and await Nonce.filter(nonce=login.nonce).exists():
        raise Refused("nonce_used", "and the cookie is gone")  # a reload of a finished launch
    # Posted once more from our own page, a window of its own sends even the cookies that a cross-site post leaves out.
    if not secret and (login.storage or posted.top_level):
        await _claims(tool, posted.id_token, login, registration, now)  # only a signed token is worth a row
        code_hash = token_hash(entry.session_token)
        await PendingLaunch.create(
            code_hash=code_hash, state=posted.state, id_token=posted.id_token, expires=now + PARKED_FOR
        )
        return ProofWanted(login, registration)
    check_browser(login, secret)
    return await _enter(tool, login, registration, posted.id_token, notes, entry, now)


async def admit_stored(
    tool: Tool,
    parking_code: str,
    value: str,
    cookies: Mapping[str, str],
    notes: Notes,
    entry: SessionEntry,
    *,
    now: datetime,
) -> Admitted:
    """Admits a parked launch whose browser now brings its cookie, or has got back from its LMS what it was given."""
    parked = await PendingLaunch.get_or_none(code_hash=token_hash(parking_code), expires__gt=now)
    if parked is None or not await PendingLaunch.filter(code_hash=parked.code_hash).delete():
        raise Refused("state_used", "the parked launch is gone")
    login, registration = await _login_of(tool, parked.state, notes, now)
    secret = cookies.get(login.cookie)
    notes.state_proof = "cookie" if secret else "storage"
    if secret or not login.storage:
        check_browser(login, secret)
    elif not value:
        raise Refused("storage_timeout")
    elif not hmac.compare_digest(hash_browser_secret(value), login.binding):
        raise Refused("storage_mismatch")
    return await _enter(tool, login, registration, parked.id_token, notes, entry, now)


async def _enter(
    tool: Tool, login: Login, registration: Registration, token: str, notes: Notes, entry: SessionEntry, now: datetime
) -> Admitted:
    claims = await _claims(tool, token, login, registration, now)
    notes.clock_skew = id_tokens.measured_skew(claims, now)
    notes.deployment_id = messages.read_deployment(claims)
    notes.message_type = str(claims.values.get(f"{LTI}message_type", ""))[:60]
    visit = await notices.remember(messages.read_message(claims, origin=tool.origin), registration)
    spent = UsedNonce(login.nonce, hashlib.sha256(token.encode()).hexdigest(), KEPT_NONCE)
    agent = "" if notes.state_proof == "cookie" else entry.agent
    opened = NewSession(entry.session_token, _came_from(visit, registration, agent), entry.replaces)
    if not await fast_path.write(visit, registration, notes, tool.seen, spent=spent, opened=opened, now=now):
        await _write(tool, visit, notes, spent, opened, now)
    await notices.ask_for(tool, visit, registration, now=now)
    changed: dict[str, object] = {}
    if registration.profile == "other" and (profile := recognise(visit.product, registration.issuer)).name != "other":
        changed["profile"] = profile.name
    skew = notes.clock_skew
    if skew is not None and (registration.clock_skew is None or abs(registration.clock_skew - skew) > 5):
        changed["clock_skew"] = skew
    if changed:
        await Registration.filter(id=registration.id).update(**changed)
        registration.update_from_dict(changed)  # it may be remembered
    return Admitted(notes.target, login.cookie, by_cookie=notes.state_proof == "cookie")


async def _write(
    tool: Tool, visit: LtiMessage, notes: Notes, spent: UsedNonce, opened: NewSession, now: datetime
) -> None:
    assert notes.registration is not None
    registration = notes.registration = await _active(tool, notes.registration.id, now, afresh=True)
    deployment = await _deployment(registration, visit.deployment_id, now)
    formerly = await lti11_users.recognise(tool, visit, registration)
    try:
        async with transaction():
            # First of all, so that of two posts of one token one ends here, whatever else they would write.
            await Nonce.create(nonce=spent.nonce, digest=spent.digest, expires=now + spent.kept)
            arrival = await record_arrival(visit, registration, deployment, now=now, formerly=formerly)
            notes.target = await _target(visit, registration, arrival, now)
            await open_session(
                arrival.person_id, token=opened.token, now=now, browser=notes.browser, lti=opened.came_from,
                lms_staff=registration.staff_sessions, replaces=opened.replaces,
            )  # fmt: skip
            await note_admitted(notes, person_id=arrival.person_id, now=now)
    except IntegrityError:
        used = await Nonce.get_or_none(nonce=spent.nonce)
        if used is None:
            raise Conflict("This was changed at the same time by somebody else.", "Open the activity again.") from None
        raise Refused("nonce_used" if used.digest == spent.digest else "state_used") from None


async def _target(visit: LtiMessage, registration: Registration, arrival: Arrival, now: datetime) -> str:
    if isinstance(visit, DeepLinkingRequest):
        return f"/lti/choose/{await deep_linking.begin(visit, registration, arrival.person_id, now=now)}"
    if isinstance(visit, Review):
        query = {"of": visit.learner_sub, "path": visit.target}
        return f"/lti/review?{urlencode(query)}"
    return visit.landing if isinstance(visit, Launch) else "/lti/privacy"


async def _login_of(tool: Tool, state: str, notes: Notes, now: datetime) -> tuple[Login, Registration]:
    login = verify_state(state, key=tool.state_key, now=now)
    registration = await _active(tool, login.registration_id, now)
    notes.registration, notes.login = registration, login
    return login, registration


async def _active(tool: Tool, identifier: UUID, now: datetime, *, afresh: bool = False) -> Registration:
    known = None if afresh else tool.remembered.get(identifier, now=now)
    registration = known or await Registration.get_or_none(id=identifier, state="active").select_related("unit")
    if registration is None:
        tool.remembered.forget(identifier)
        raise Refused("issuer_unknown", "the registration was closed")
    return registration if known else tool.remembered.keep(registration, now=now)


async def _claims(tool: Tool, token: str, login: Login, registration: Registration, now: datetime) -> VerifiedClaims:
    kid = id_tokens.read_kid(token)
    key = await tool.platform.key(registration, kid, now=now)
    expected = Expected(registration.issuer, registration.client_id, login.nonce)
    return id_tokens.verify(token, key, expected=expected, now=now)


async def _deployment(registration: Registration, deployment_id: str, now: datetime) -> Deployment:
    found = await Deployment.get_or_none(registration_id=registration.id, deployment_id=deployment_id)
    if found is None and registration.deployment_policy != "refuse":
        state = "approved" if registration.deployment_policy == "auto" else "pending"
        row = Deployment(id=uuid4(), registration=registration, deployment_id=deployment_id, state=state, seen=now)
        async with transaction():
            await Deployment.bulk_create([row], ignore_conflicts=True)
            found = await Deployment.get(registration_id=registration.id, deployment_id=deployment_id)
            if found.id == row.id:
                detail = {"registration": str(registration.id), "state": state}
                unit = registration.unit_id
                await facts.record("deployment.added", found, actor=None, unit=unit, now=now, detail=detail)
    if found is None or found.state == "refused":
        raise Refused("deployment_unknown", deployment_id)
    if found.state != "approved":
        raise Refused("deployment_pending", deployment_id)
    return found


def _came_from(visit: LtiMessage, registration: Registration, agent: str) -> LtiContext:
    origins, back = frame_origins_of(registration), urlsplit(visit.way_back)
    return LtiContext(
        registration_id=str(registration.id),
        issuer=visit.issuer,
        deployment_id=visit.deployment_id,
        context_id=visit.context_id,
        resource_link_id=visit.resource_link_id if isinstance(visit, Launch | Review) else "",
        roles_in_context=visit.role,
        lms=registration.name,
        language=spoken_of_ours(visit.person),
        frame_ancestors=" ".join(sorted(origins)),
        # Only an address of the LMS itself: a link of ours leads nowhere else.
        return_url=visit.way_back if f"{back.scheme}://{back.netloc}" in origins else "",
        agent=agent,
    )


async def end_with_error(tool: Tool, posted: Posted, said: str, notes: Notes, *, now: datetime) -> None:
    """Ends a login with the LMS's own error; raises Refused always, with its words only if the login was ours."""
    login, _ = await _login_of(tool, posted.state, notes, now)
    check_browser(login, posted.cookies.get(login.cookie))
    await Nonce.bulk_create([Nonce(nonce=login.nonce, digest="error", expires=now + KEPT_NONCE)], ignore_conflicts=True)
    raise Refused("platform_error", said[:200])


async def forget(*, now: datetime) -> int:
    """Removes what is no longer needed: ended logins and old traces, and traces of strangers beyond a number."""
    gone = await Nonce.filter(expires__lt=now).delete() + await PendingLaunch.filter(expires__lt=now).delete()
    gone += await DeepLinkingSession.filter(expires__lt=now).delete()
    strangers = LaunchTrace.filter(registration_id__isnull=True)
    if too_old := await strangers.order_by("-at").offset(MOST_STRANGERS).first():
        gone += await strangers.filter(at__lte=too_old.at).delete()
    return gone + await LaunchTrace.filter(at__lt=now - KEPT_TRACE).delete()


def frame_origins_of(registration: Registration) -> frozenset[str]:
    """Lists the origins from which one LMS may show us in a frame."""
    hosts = (f"https://{host}" for host in registration.service_hosts)
    return frozenset(filter(None, map(origin_of, (registration.issuer, registration.auth_url, *hosts))))
