"""Tokens for programs: proof of who asks (a signed assertion, once), what is given for it, and what it opens.

Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.4, https://www.rfc-editor.org/rfc/rfc7523#section-2.2,
https://www.rfc-editor.org/rfc/rfc9068
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.exceptions import PyJWTError
from tortoise.exceptions import IntegrityError

from training.clients.keys import ALGORITHMS, ClientKey, read_client_keys
from training.clients.models import ApiClient, KeyedAnswer, UsedAssertion
from training.core.errors import NotAllowed
from training.lti.platform.access_tokens import ASSERTION_TYPE
from training.lti.platform.jwks_cache import JwksCache
from training.lti.platform.tool_keys import ToolKeys
from training.lti.protocol.refusals import Refused
from training.parsing.text import uuid_of
from training.web.routing import Unauthenticated

LONGEST_LIFE = timedelta(minutes=5)
"""How long an assertion may live: it is made for one request."""
LEEWAY = timedelta(seconds=60)
"""How far the clock of a program may be from ours."""
TOKEN_LIFE = timedelta(hours=1)
LONGEST_ASSERTION = 16_384
LONGEST_JTI = 200
TYPE = "at+jwt"
KID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BY_HAND: Any = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "sub")}
"""PyJWT would read the clock; the time comes from outside."""


class TokenRefused(NotAllowed):
    """Says why there is no token, by a code of RFC 6749, section 5.2."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.code = code


@dataclass(frozen=True)
class Issuer:
    """Who gives tokens: the address of the service, its signing keys, and the key sets of programs."""

    origin: str
    keyring: ToolKeys
    key_sets: JwksCache[ClientKey]

    @property
    def token_url(self) -> str:
        """Gives the address that assertions are made for."""
        return f"{self.origin}/api/token"

    @property
    def audience(self) -> str:
        """Gives what tokens are good for."""
        return f"{self.origin}/api/v1"

    async def grant(self, asked: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """Answers a form that asks for a token; raises TokenRefused."""
        if not asked.get("grant_type"):
            raise TokenRefused("invalid_request", "Say grant_type=client_credentials.")
        if asked["grant_type"] != "client_credentials":
            raise TokenRefused("unsupported_grant_type", "Only client_credentials is taken.")
        client = await self._proven(asked, now)
        scopes = _granted(client, asked.get("scope", ""))
        claims = {
            "iss": self.origin, "sub": str(client.id), "client_id": str(client.id), "aud": self.audience,
            "iat": int(now.timestamp()), "exp": int((now + TOKEN_LIFE).timestamp()), "jti": str(uuid4()),
            "scope": " ".join(scopes),
        }  # fmt: skip
        token = await self.keyring.sign(claims, now, kind=TYPE)
        lives = int(TOKEN_LIFE.total_seconds())
        return {"access_token": token, "token_type": "Bearer", "expires_in": lives, "scope": claims["scope"]}

    async def _proven(self, asked: Mapping[str, Any], now: datetime) -> ApiClient:
        assertion = asked.get("client_assertion", "")
        if asked.get("client_assertion_type") != ASSERTION_TYPE or not isinstance(assertion, str) or not assertion:
            raise TokenRefused("invalid_client", f"Send a client_assertion of the type {ASSERTION_TYPE}.")
        if len(assertion) > LONGEST_ASSERTION:
            raise TokenRefused("invalid_client", "The assertion is too long.")
        try:
            header = jwt.get_unverified_header(assertion)
            said = jwt.decode(assertion, options={"verify_signature": False} | _BY_HAND)  # only to find whose it may be
        except PyJWTError:
            raise TokenRefused("invalid_client", "The assertion is no JSON Web Token.") from None
        client = await _named(said.get("sub"))
        if asked.get("client_id", str(client.id)) != str(client.id):
            raise TokenRefused("invalid_client", "The assertion is of another client than client_id says.")
        key = await self._key(client, header, now)
        algorithm = ALGORITHMS["RSA" if isinstance(key, RSAPublicKey) else "EC"]
        try:
            claims = jwt.decode(assertion, key, algorithms=[algorithm], options=_BY_HAND)
        except PyJWTError:
            raise TokenRefused("invalid_client", "The signature of the assertion does not fit the key.") from None
        _check(claims, client, self.token_url, now)
        if client.state != "active":
            raise TokenRefused("invalid_client", f"This program is {client.state}.", "Ask who registered it.")
        await _spend(client, claims, now)
        return client

    async def _key(self, client: ApiClient, header: Mapping[str, Any], now: datetime) -> ClientKey:
        if header.get("alg") not in ALGORITHMS.values():
            raise TokenRefused("invalid_client", "Sign the assertion with RS256 or ES256.")
        kid = header.get("kid")
        try:
            if client.key_set_url:
                return await self.key_sets.find(client.key_set_url, str(kid or ""), now=now)
            known = read_client_keys({"keys": client.keys})
            if kid is None and len(known.usable) == 1:
                return next(iter(known.usable.values()))
            return known.find(str(kid or ""))
        except Refused as refused:
            words = f"The key of the assertion is not known: {refused.name}."
            raise TokenRefused("invalid_client", words, "Name it by kid, as in your key set.") from None

    async def client_of(self, token: str, *, now: datetime) -> tuple[ApiClient, frozenset[str]]:
        """Gives the program that a token was given to, as it is registered now, and what the token may still do."""
        try:
            kid = str(jwt.get_unverified_header(token)["kid"])
            key = await self.keyring.public(kid, now) if KID.fullmatch(kid) else None
            if key is None:
                raise Unauthenticated("The token was not signed by us.", "Ask for a new one.")
            options = _BY_HAND | {"verify_aud": True, "require": ["exp", "sub", "aud", "iss", "scope"]}
            read = jwt.decode_complete(
                token, key, algorithms=["RS256"], audience=self.audience, issuer=self.origin, options=options
            )
        except (PyJWTError, KeyError):
            raise Unauthenticated("The token is not good here.", "Ask for a new one.") from None
        claims = read["payload"]
        if read["header"].get("typ") != TYPE or not _seconds(claims["exp"]) > now.timestamp():
            raise Unauthenticated("The token has run out.", "Ask for a new one.")
        found = await ApiClient.get_or_none(id=uuid_of(claims["sub"]), state="active").select_related("unit", "area")
        if found is None:
            raise Unauthenticated("This program may not ask just now.", "Ask who registered it.")
        return found, frozenset(str(claims["scope"]).split()) & frozenset(found.scopes)


async def _named(said: object) -> ApiClient:
    found = await ApiClient.get_or_none(id=uuid_of(said)) if isinstance(said, str) else None
    if found is None:
        raise TokenRefused("invalid_client", "No program is registered under this client id.")
    return found


def _check(claims: Mapping[str, Any], client: ApiClient, token_url: str, now: datetime) -> None:
    """Checks what a proven assertion says: parties, times, a name of its own."""
    if claims.get("iss") != str(client.id) or claims.get("sub") != str(client.id):
        raise TokenRefused("invalid_client", "iss and sub must both be the client id.")
    audience = claims.get("aud")
    if audience not in (token_url, [token_url]):
        raise TokenRefused("invalid_client", f"aud must be {token_url}.")
    expires, issued, begins = (_seconds(claims.get(name)) for name in ("exp", "iat", "nbf"))
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    if not expires or expires + leeway <= at:
        raise TokenRefused("invalid_client", "The assertion has run out.", "Make a new one for each request.")
    if expires - (issued or at) > LONGEST_LIFE.total_seconds() or expires - at > LONGEST_LIFE.total_seconds() + leeway:
        raise TokenRefused("invalid_client", "The assertion lives too long.", "Let it end within five minutes.")
    if max(issued, begins) - leeway > at:
        raise TokenRefused("invalid_client", "The assertion is not good yet.", "Set your clock.")
    name = claims.get("jti")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_JTI or not name.isprintable():
        raise TokenRefused("invalid_client", "The assertion needs a jti, new for each request.")


def _seconds(value: object) -> float:
    """Reads a moment of a token as seconds since 1970; 0 for what is none."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e11
    return float(value) if good else 0.0  # type: ignore[arg-type]


async def _spend(client: ApiClient, claims: Mapping[str, Any], now: datetime) -> None:
    """Notes that an assertion was used; raises TokenRefused where it was before, in whichever process."""
    ends = datetime.fromtimestamp(_seconds(claims["exp"]), UTC) + LEEWAY
    try:
        await UsedAssertion.create(
            id=hashlib.sha256(f"{client.id}\0{claims['jti']}".encode()).hexdigest(), expires=ends
        )
    except IntegrityError:
        raise TokenRefused("invalid_client", "This assertion was used before.", "Make a new one.") from None


def _granted(client: ApiClient, wanted: object) -> list[str]:
    """Lists the scopes of a token: those asked for, or all that the program has where it asks for none."""
    asked = str(wanted).split()
    if foreign := [one for one in asked if one not in client.scopes]:
        raise TokenRefused("invalid_scope", f"This program may not do this: {', '.join(foreign)[:200]}.")
    if not client.scopes:
        raise TokenRefused("invalid_scope", "This program may do nothing yet.")
    return sorted(set(asked or client.scopes))


async def forget_used(*, now: datetime) -> int:
    """Removes assertions that have run out and answers that are a day old, and tells how many."""
    return await UsedAssertion.filter(expires__lt=now).delete() + await KeyedAnswer.filter(expires__lt=now).delete()
