"""Tests a connection from our side: keys, token, columns, roster, issuer and clock, each answered in words."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from training.core.errors import AppError
from training.core.outbound import AddressForbidden, Reply, registered_ports
from training.lti.models import Context, LaunchTrace, Registration, ResourceLink
from training.lti.platform.access_tokens import NoToken
from training.lti.platform.client import LINE_ITEM, MEMBERS, SCORE, GradebookColumn, Platform
from training.lti.platform.jwks_cache import read_keys
from training.lti.protocol.profiles import PROFILES
from training.lti.protocol.refusals import Refused
from training.parsing.plurals import many

MOST_SKEW_SECONDS = 30
SECONDS_EACH = 8
"""All is tried at once, so that the page comes within ten seconds."""
LOOKED_AT = 50
"""Refused logins that are looked through for an issuer that is nearly the one that was entered."""
UNREACHABLE = "Check that the address is right, and that its server is up and lets us in."
OUR_KEYS = "our key set (/.well-known/jwks.json of this service)"
NO_TOKEN = {
    404: "Nothing is at the token address, or the LMS cannot read {keys}: Moodle answers in this way, too. Check the "
    "token address, and that the LMS's server can open our key set (a firewall, or blocked hosts in its settings).",
    401: "The LMS does not know this client id, or cannot prove our signature. Check the client id, that its server "
    "can open {keys}, and its clock.",
    400: "The LMS does not accept our signed request. Check the client id, the token audience, that its server can "
    "open {keys}, and its clock.",
}
"""Status of an answer without a token → what to do."""


@dataclass(frozen=True)
class TestResult:
    """One thing: what, whether it works (None where it could not be tried), and what that means."""

    what: str
    ok: bool | None
    words: str


class _NotTried(Exception):
    """Says why something could not be tried."""


class _Wrong(Exception):
    """Says what is wrong, and what to do."""


async def test(registration: Registration, platform: Platform, *, now: datetime) -> list[TestResult]:
    """Tries everything that can be tried without a launch."""
    platform.grants.forget(registration)
    found = await asyncio.gather(
        _tried("Keys", _keys(registration, platform)),
        _tried("Token for scores", _token(registration, platform, now)),
        _tried("Columns of the gradebook", _columns(registration, platform, now)),
        _tried("Roster", _roster(registration, platform, now)),
        _tried("Issuer", _issuer(registration, platform)),
        _tried("Clock", _clock(registration, platform, now)),
    )
    return list(found)


async def _tried(what: str, attempt: Awaitable[str]) -> TestResult:
    try:
        async with asyncio.timeout(SECONDS_EACH):
            return TestResult(what, True, await attempt)
    except _NotTried as reason:
        return TestResult(what, None, str(reason))
    except _Wrong as wrong:
        return TestResult(what, False, str(wrong))
    except TimeoutError:
        return TestResult(what, False, f"It did not answer within {SECONDS_EACH} seconds. {UNREACHABLE}")
    except Refused as refused:
        return TestResult(what, False, f"{refused.admin} ({refused.code}) {refused.detail}".strip())
    except NoToken as refusal:
        hint = NO_TOKEN.get(refusal.status, UNREACHABLE).format(keys=OUR_KEYS)
        return TestResult(what, False, f"{refusal.message} {hint}")
    except AddressForbidden as forbidden:
        return TestResult(what, False, str(forbidden))
    except AppError as trouble:
        return TestResult(what, False, f"{trouble.message} {UNREACHABLE}")


async def _fetch(platform: Platform, url: str) -> Reply:
    ports = registered_ports(url)
    await platform.outbound.check(url, ports=ports)  # names of our own network and unknown ones are answered alike
    return await platform.outbound.fetch("GET", url, ports=ports)


async def _keys(registration: Registration, platform: Platform) -> str:
    reply = await _fetch(platform, registration.jwks_url)
    if not reply.ok:
        raise Refused("jwks_unreachable", f"The address answers {reply.status}.")
    keys = read_keys(reply.json())
    unfit = "".join(f" Not usable: {kid}, {reason}." for kid, reason in keys.unfit.items())
    if not keys.usable:
        raise Refused("key_unusable", unfit)
    return f"{len(keys.usable)} usable.{unfit}"


async def _token(registration: Registration, platform: Platform, now: datetime) -> str:
    url = registration.token_url
    await platform.outbound.check(url, ports=registered_ports(url))
    await platform.grants.token(registration, (SCORE,), now=now)
    return "The LMS knows us and gives a token."


async def _columns(registration: Registration, platform: Platform, now: datetime) -> str:
    link = (
        await ResourceLink.filter(context__deployment__registration_id=registration.id)
        .exclude(line_items_url="")
        .first()
    )
    if link is None:
        raise _NotTried("No activity with a gradebook was opened yet.")
    if link.scopes and LINE_ITEM not in link.scopes:
        raise _NotTried("The LMS lets us send scores, and not look at columns. That is enough.")
    await platform.find_column(registration, link.line_items_url, GradebookColumn("", 1, tag="none"), now=now)
    return "We can read the columns of the gradebook."


async def _roster(registration: Registration, platform: Platform, now: datetime) -> str:
    context = await Context.filter(deployment__registration_id=registration.id).exclude(roster_url="").first()
    if context is None:
        raise _NotTried("No course with a roster was opened yet.")
    reply = await platform.call(
        "GET",
        registration,
        context.roster_url,
        scopes=(MEMBERS,),
        now=now,
        headers={"Accept": "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"},
    )
    if not reply.ok:
        raise Refused("service_scope_missing", f"The roster answers {reply.status}.")
    return "We can read who is in a course."


async def _issuer(registration: Registration, platform: Platform) -> str:
    """Compares the issuer with that of launches; before the first one, with what the LMS says of itself."""
    came = await LaunchTrace.filter(registration_id=registration.id, outcome="accepted").order_by("-at").first()
    near = await _near_issuer(registration, since=came.at if came else None)
    if near:
        raise _Wrong(difference(registration.issuer, near))
    if came:
        return "Launches come with exactly this issuer."
    said = await _own_issuer(registration, platform)
    if said != registration.issuer:
        raise _Wrong(difference(registration.issuer, said))
    return "The LMS calls itself by exactly this issuer."


async def _near_issuer(registration: Registration, *, since: datetime | None) -> str:
    """Finds another issuer by which this LMS was refused since it last came in.

    Anybody can come with any issuer. Only what a signed token said, or one on the very same host, is believed.
    """
    host = urlsplit(registration.issuer).hostname or ""
    later = {"at__gt": since} if since else {}
    signed = LaunchTrace.filter(registration_id=registration.id, outcome="issuer_mismatch", **later)
    if found := await signed.order_by("-at").first():
        return found.detail
    unknown = LaunchTrace.filter(registration_id__isnull=True, issuer__icontains=host, **later).order_by("-at")
    issuers = [row.issuer for row in await unknown.limit(LOOKED_AT)]
    return next((one for one in issuers if one != registration.issuer and urlsplit(one).hostname == host), "")


async def _own_issuer(registration: Registration, platform: Platform) -> str:
    path = PROFILES.get(registration.profile, PROFILES["other"]).configuration
    try:
        reply = await _fetch(platform, f"{registration.issuer.rstrip('/')}{path}")
        said = reply.json() if reply.ok else None
    except AppError:
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("issuer"), str):
        raise _NotTried("Nobody has launched yet, and the LMS does not publish what it calls itself.")
    return str(said["issuer"])[:500]


def difference(ours: str, theirs: str) -> str:
    """Says how the issuer that was entered differs from that of the LMS, and what to do."""
    how = "They differ."
    if ours.rstrip("/") == theirs.rstrip("/"):
        how = f"They differ by the slash at the end, which {'is' if theirs.endswith('/') else 'is not'} in theirs."
    elif ours.lower() == theirs.lower():
        how = "They differ in capital letters."
    elif ours.partition("://")[2] == theirs.partition("://")[2]:
        how = "They differ in http and https."
    return f'Entered here is "{ours}", the LMS says "{theirs}". {how} Enter exactly what the LMS says.'


async def _clock(registration: Registration, platform: Platform, now: datetime) -> str:
    """Compares clocks now, by the date that the LMS's web server tells, and by the last launches."""
    server, launches = await _skew_of_server(registration, platform, now), registration.clock_skew
    measured = (("By the date that its web server tells, it is", server), ("At the last launches it was", launches))
    said = [
        f"{by} {many(abs(round(skew)), 'second')} {'ahead of' if skew > 0 else 'behind'} ours."
        for by, skew in measured
        if skew is not None
    ]
    if not said:
        raise _NotTried("Nobody has launched yet, and its web server tells no date.")
    if max(abs(skew) for skew in (server, launches) if skew is not None) > MOST_SKEW_SECONDS:
        remedy = "Let both servers set their clocks by a time service (NTP): else launches and tokens are refused."
        raise _Wrong(f"{' '.join(said)} {remedy}")
    return " ".join(said)


async def _skew_of_server(registration: Registration, platform: Platform, now: datetime) -> float | None:
    """Measures by how many seconds the web server's clock is ahead, at the middle of one request."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        reply = await _fetch(platform, registration.jwks_url)
        told = parsedate_to_datetime(reply.headers.get("date", ""))
        # What stood in a cache was dated when it came in there. Source: https://www.rfc-editor.org/rfc/rfc9111#section-5.1
        told += timedelta(seconds=int(reply.headers.get("age", "0")))
    except (AppError, ValueError, TypeError):
        return None
    middle = now + timedelta(seconds=(loop.time() - began) / 2)
    return (told - middle).total_seconds() + 0.5  # a date has whole seconds
