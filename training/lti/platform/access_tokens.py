"""Gets the tokens with which we call an LMS's services, one for each registration and set of scopes."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from secrets import token_urlsafe
from urllib.parse import urlencode
from uuid import UUID

from training.core.errors import Upstream
from training.core.outbound import Outbound, Reply, registered_ports
from training.lti.models import Registration
from training.lti.platform.jwks_cache import LONG_AGO
from training.lti.platform.tool_keys import ToolKeys
from training.lti.protocol.refusals import Refused

BACK_DATED = timedelta(seconds=5)
"""How far the assertion is back-dated: one platform allows its clock to be behind ours by nothing."""
ASSERTION_LIFE = timedelta(minutes=4)
MOST_WORDS = 200
"""Letters of an LMS's own words that are kept."""
EARLY = timedelta(seconds=60)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class NoToken(Upstream):
    """The LMS gave no token: with which status, and in its own words."""

    def __init__(self, reply: Reply, now: datetime) -> None:
        said = f": {words}" if (words := _said(reply)) else ""
        super().__init__(
            f"The LMS gave no token ({reply.status}){said}.", "We will try again.", retry_after=wait(reply, now)
        )
        self.status = reply.status


@dataclass
class _AccessToken:
    token: str = ""
    until: datetime = LONG_AGO
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class AccessTokens:
    """Keeps service tokens until shortly before they end, and fetches each only once at a time."""

    def __init__(self, outbound: Outbound, keyring: ToolKeys) -> None:
        self._outbound = outbound
        self._keyring = keyring
        self._held: dict[tuple[UUID, frozenset[str]], _AccessToken] = {}

    async def token(self, registration: Registration, scopes: Iterable[str], *, now: datetime) -> str:
        """Gives a token for the scopes; raises Upstream, or Refused when the platform says no for good."""
        grant = self._held.setdefault((registration.id, frozenset(scopes)), _AccessToken())
        if grant.until <= now:
            async with grant.lock:
                if grant.until <= now:
                    await self._fetch(grant, registration, sorted(scopes), now)
        return grant.token

    def drop(self, registration: Registration, scopes: Iterable[str], token: str) -> None:
        """Forgets a token that the platform no longer takes, unless it was replaced already."""
        grant = self._held.get((registration.id, frozenset(scopes)))
        if grant and grant.token == token:
            grant.until = LONG_AGO

    def forget(self, registration: Registration) -> None:
        """Forgets all tokens of a registration, so that the next call proves that we still get one."""
        for key in [key for key in self._held if key[0] == registration.id]:
            del self._held[key]

    async def _fetch(self, grant: _AccessToken, registration: Registration, scopes: list[str], now: datetime) -> None:
        issued = now - BACK_DATED
        assertion = {
            "iss": registration.client_id,
            "sub": registration.client_id,
            "aud": registration.token_audience or registration.token_url,
            "iat": int(issued.timestamp()),
            "exp": int((issued + ASSERTION_LIFE).timestamp()),
            "jti": token_urlsafe(24),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": await self._keyring.sign(assertion, now),
            "scope": " ".join(scopes),
        }
        reply = await self._outbound.fetch(
            "POST",
            registration.token_url,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
            ports=registered_ports(registration.token_url),
        )
        grant.token, lasts = _read(reply, scopes, now)
        grant.until = now + max(timedelta(seconds=lasts) - EARLY, timedelta())


def _read(reply: Reply, scopes: list[str], now: datetime) -> tuple[str, float]:
    """Reads a token and its seconds of life; the label of the reply is not looked at, as some say text/html."""
    if not reply.ok:
        # Only a missing scope is for good: a client or key that is unknown now is often a set-up half done.
        if reply.status == 403 or b"invalid_scope" in reply.body:
            raise Refused("service_scope_missing", f"the token was refused with {reply.status}")
        raise NoToken(reply, now)
    said = reply.json()
    if not isinstance(said, dict) or not isinstance(said.get("access_token"), str):
        raise Upstream("The LMS gave an answer without a token.", "Check the token address.")
    granted = said.get("scope")
    if isinstance(granted, str) and granted and not set(scopes) & set(granted.split()):
        raise Refused("service_scope_missing", "the token has none of the scopes")
    lasts = said.get("expires_in")
    return said["access_token"], float(lasts) if isinstance(lasts, int | float) else 300.0


def _said(reply: Reply) -> str:
    """Reads an LMS's own words for an error. Source: https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""
    try:
        told = reply.json()
    except Upstream:
        return ""
    words = [told.get(name) for name in ("error", "error_description")] if isinstance(told, dict) else []
    text = ", ".join(" ".join(one.split()) for one in words if isinstance(one, str) and one)
    return "".join(letter for letter in text if letter.isprintable())[:MOST_WORDS].rstrip(". ")


def wait(reply: Reply, now: datetime) -> float | None:
    """Reads how many seconds the other side wants us to wait, told as a number or as a date."""
    said = reply.headers.get("retry-after", "").strip()
    try:
        seconds = float(said) if said.isdigit() else (parsedate_to_datetime(said) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), 86400.0)
