"""Makes tokens that a launch must refuse: one honest token, changed in one way."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from training.demo.lms.wishes import claims_for
from training.demo.lms.world import World

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
GONE = object()
STRANGER = generate_private_key(65537, 2048)
Change = Callable[["Forged"], None]


@dataclass
class Forged:
    """A token in the making: its header, claims, key, and what happens to it after signing."""

    world: World
    claims: dict[str, Any]
    headers: dict[str, Any] = field(default_factory=dict)
    key: Any = None
    algorithm: str = "RS256"
    after: Callable[[str], str] = str

    def write(self) -> str:
        """Signs and then spoils it."""
        key = self.world.keys[-1]
        headers = {"kid": key.kid, **self.headers}
        kept = {name: value for name, value in headers.items() if value is not GONE}
        claims = {name: value for name, value in self.claims.items() if value is not GONE}
        header, body = _part(kept | {"typ": "JWT", "alg": kept.get("alg", self.algorithm)}), _part(claims)
        return self.after(f"{header}.{body}.{self._signature(f'{header}.{body}', self.key or key.private)}")

    def _signature(self, signed: str, key: Any) -> str:
        if self.algorithm == "none":
            return ""
        return encode(jwt.get_algorithm_by_name(self.algorithm).sign(signed.encode(), key))


def honest(world: World, nonce: str, sub: str = "amina") -> Forged:
    """Gives a token that would be admitted."""
    return Forged(world, claims_for(world, world.users[sub], world.activities["a-course"], nonce=nonce))


def claim(name: str, value: Any) -> Change:
    """Changes one claim; LTI's own may be named in short."""
    full = f"{LTI}{name}" if name in LTI_CLAIMS else name

    def change(forged: Forged) -> None:
        forged.claims[full] = value

    return change


LTI_CLAIMS = frozenset(
    {
        "message_type",
        "version",
        "deployment_id",
        "target_link_uri",
        "resource_link",
        "roles",
        "context",
        "custom",
        "tool_platform",
        "launch_presentation",
    }
)


def shifted(**seconds: int) -> Change:
    """Sets times relative to now."""

    def change(forged: Forged) -> None:
        now = int(forged.world.clock().timestamp())
        forged.claims |= {name: now + by for name, by in seconds.items()}

    return change


def header(**members: Any) -> Change:
    """Changes members of the header."""

    def change(forged: Forged) -> None:
        forged.headers |= members

    return change


def signed_by_stranger(**members: Any) -> Change:
    """Signs with a key that is not the platform's, and may name it or bring it along."""

    def change(forged: Forged) -> None:
        forged.key = STRANGER
        forged.headers |= members

    return change


def hmac_with_public_key(forged: Forged) -> None:
    """Signs with HS256 and the platform's public key as the secret: the classic confusion of algorithms."""
    pem = (
        forged.world.keys[-1]
        .private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )

    def resign(token: str) -> str:
        kept = {**forged.headers, "alg": "HS256", "typ": "JWT", "kid": forged.world.keys[-1].kid}
        signed = f"{_part(kept)}.{token.split('.')[1]}"
        return f"{signed}.{encode(hmac.digest(pem, signed.encode(), hashlib.sha256))}"

    forged.after = resign


def unsigned(forged: Forged) -> None:
    """Leaves out the signature and says so."""
    forged.algorithm = "none"
    forged.after = lambda token: token + "AA"


def after(change: Callable[[str], str]) -> Change:
    """Spoils the finished token."""

    def spoil(forged: Forged) -> None:
        forged.after = change

    return spoil


def raw_claims(text: str) -> Change:
    """Signs a body that is written by hand; %s stands for the honest claims without their braces."""

    def change(forged: Forged) -> None:
        def rewrite(token: str) -> str:
            inside = json.dumps(forged.claims)[1:-1]
            signed = f"{token.split('.')[0]}.{encode(text.replace('%s', inside).encode())}"
            key = forged.world.keys[-1].private
            return f"{signed}.{encode(jwt.get_algorithm_by_name('RS256').sign(signed.encode(), key))}"

        forged.after = rewrite

    return change


def encode(raw: bytes) -> str:
    """Writes base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _part(content: Mapping[str, Any]) -> str:
    return encode(json.dumps(content).encode())
