"""Tests a connection from our side: keys, token, columns, roster and clock, each answered in words."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from training.errors import Trouble
from training.lti.keycache import registered_ports
from training.lti.keysets import read_keys
from training.lti.models import Context, Registration, ResourceLink
from training.lti.platform import LINE_ITEM, MEMBERS, SCORE, Column, Platform
from training.lti.refusals import Refused

MOST_SKEW_SECONDS = 30


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: what, whether it works, and what that means."""

    what: str
    ok: bool
    words: str


async def test(registration: Registration, platform: Platform, *, now: datetime) -> list[Finding]:
    """Tries everything that can be tried without a launch."""
    found = [
        await _tried("Keys", _keys(registration, platform)),
        await _tried("Token for scores", _token(registration, platform, SCORE, now)),
        await _tried("Columns of the gradebook", _columns(registration, platform, now)),
        await _tried("Roster", _roster(registration, platform, now)),
    ]
    return [*found, await _clock(registration, platform, now)]


async def _tried(what: str, attempt: Awaitable[str]) -> Finding:
    try:
        return Finding(what, True, await attempt)
    except Refused as refused:
        return Finding(what, False, f"{refused.admin} ({refused.code}) {refused.detail}".strip())
    except Trouble as trouble:
        return Finding(what, False, f"{trouble.message} {trouble.remedy}".strip())


async def _keys(registration: Registration, platform: Platform) -> str:
    url = registration.jwks_url
    reply = await platform.outbound.fetch("GET", url, ports=registered_ports(url))
    if not reply.ok:
        raise Refused("jwks_unreachable", f"The address answers {reply.status}.")
    keys = read_keys(reply.json())
    unfit = "".join(f" Not usable: {kid}, {reason}." for kid, reason in keys.unfit.items())
    if not keys.usable:
        raise Refused("key_unusable", unfit)
    return f"{len(keys.usable)} usable.{unfit}"


async def _token(registration: Registration, platform: Platform, scope: str, now: datetime) -> str:
    platform.grants.forget(registration)
    await platform.grants.token(registration, (scope,), now=now)
    return "The LMS knows us and gives a token."


async def _columns(registration: Registration, platform: Platform, now: datetime) -> str:
    link = (
        await ResourceLink.filter(context__deployment__registration_id=registration.id)
        .exclude(line_items_url="")
        .first()
    )
    if link is None:
        return "Nothing to try yet: no activity with a gradebook was opened."
    if link.scopes and LINE_ITEM not in link.scopes:
        return "The LMS lets us send scores, and not look at columns. That is enough."
    await platform.find_column(registration, link.line_items_url, Column("", 1, tag="none"), now=now)
    return "We can read the columns of the gradebook."


async def _roster(registration: Registration, platform: Platform, now: datetime) -> str:
    context = await Context.filter(deployment__registration_id=registration.id).exclude(roster_url="").first()
    if context is None:
        return "Nothing to try yet: no course with a roster was opened."
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


async def _clock(registration: Registration, platform: Platform, now: datetime) -> Finding:
    """Compares clocks by the last launches; before the first one, by the date that the LMS's web server tells."""
    skew, by = registration.clock_skew, "At the last launches it was"
    if skew is None:
        skew, by = await _skew_of_server(registration, platform, now), "By the date that its web server tells, it is"
    if skew is None:
        return Finding("Clock", True, "Nothing to compare yet: nobody has launched, and its web server tells no date.")
    words = f"{by} {abs(skew):.0f} seconds {'ahead of' if skew > 0 else 'behind'} ours."
    return Finding("Clock", abs(skew) <= MOST_SKEW_SECONDS, words)


async def _skew_of_server(registration: Registration, platform: Platform, now: datetime) -> float | None:
    url = registration.jwks_url
    try:
        reply = await platform.outbound.fetch("GET", url, ports=registered_ports(url))
        return (parsedate_to_datetime(reply.headers.get("date", "")) - now).total_seconds()
    except (Trouble, ValueError, TypeError):
        return None
