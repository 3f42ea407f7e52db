"""A program of somebody else: it has a key of its own, signs assertions, and asks with tokens."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.conftest import ORIGIN
from training.clients import actions
from training.clients.actions import ClientEntry
from training.clients.scopes import SCOPES
from training.core import clock
from training.lti.platform.access_tokens import ASSERTION_TYPE
from training.people.actor import Actor

TOKEN_URL = f"{ORIGIN}/api/token"
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
PUBLIC_EC = ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True) | {"kid": "ec"}
PUBLIC_RSA = RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True) | {"kid": "rsa"}


@dataclass
class Program:
    """One registered program and its way to us."""

    client_id: str
    http: httpx2.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)

    def claims(self, **other: Any) -> dict[str, Any]:
        """The claims of a sound assertion, but for what is said otherwise."""
        now = int(clock.now().timestamp())
        sound = {"iss": self.client_id, "sub": self.client_id, "aud": TOKEN_URL, "iat": now, "exp": now + 120}
        return {
            name: value for name, value in (sound | {"jti": str(uuid.uuid4())} | other).items() if value is not None
        }

    def signed(self, claims: dict[str, Any], key: Any = EC_KEY, algorithm: str = "ES256", **header: Any) -> str:
        """An assertion of these claims."""
        return jwt.encode(claims, key, algorithm, headers={"kid": "ec"} | header)

    async def ask(self, assertion: str | None = None, **form: str) -> httpx2.Response:
        """Asks for a token."""
        sent = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.signed(self.claims()),
        }
        return await self.http.post("/api/token", data=sent | form)

    async def headers(self, scope: str) -> dict[str, str]:
        """What a request with this scope brings."""
        if scope not in self.tokens:
            answer = await self.ask(scope=scope)
            assert answer.status_code == 200, answer.text
            self.tokens[scope] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self.tokens[scope]}"}

    async def get(self, path: str, scope: str, **headers: str) -> httpx2.Response:
        """Reads with a token of this scope."""
        return await self.http.get(path, headers=await self.headers(scope) | headers)

    async def post(self, path: str, scope: str, body: Any, **headers: str) -> httpx2.Response:
        """Sends with a token of this scope."""
        return await self.http.post(path, json=body, headers=await self.headers(scope) | headers)


async def registered(http: httpx2.AsyncClient, actor: Actor, **entry: Any) -> Program:
    """Registers a program that may do everything, but for what is said otherwise."""
    given = {"name": "HR", "contact": "hr@example.org", "scopes": list(SCOPES), "keys": [PUBLIC_EC, PUBLIC_RSA]}
    made = await actions.add(ClientEntry(**given | entry), actor=actor, now=clock.now())
    return Program(str(made.id), http)


def later(minutes: float) -> int:
    """A moment as tokens say it."""
    return int((clock.now() + timedelta(minutes=minutes)).timestamp())
