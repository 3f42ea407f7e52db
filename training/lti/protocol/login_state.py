"""The signed state of a login: what we knew when it began, bound to one browser; nothing is stored for it."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from uuid import UUID

from training.lti.protocol.refusals import Refused

LOGIN_SECONDS = 600
MAX_STATE_BYTES = 4096


@dataclass(frozen=True)
class Login:
    """A login under way. `binding` is the hash of a secret that only this browser holds."""

    registration_id: UUID
    nonce: str
    binding: str
    expires: int
    target: str = ""
    storage: str = ""
    login_hint: str = ""
    message_hint: str = ""

    @cached_property
    def cookie(self) -> str:
        """Names the cookie of this login, so that many logins in one browser stand side by side."""
        return cookie_name(self.nonce)


def cookie_name(nonce: str) -> str:
    """Names the cookie of the login with this nonce."""
    return f"lti-login-{hashlib.sha256(nonce.encode()).hexdigest()[:16]}"


def hash_browser_secret(secret: str) -> str:
    """Hashes the browser's secret for the state, which travels through the platform."""
    return hashlib.sha256(b"lti browser:" + secret.encode()).hexdigest()


def sign_state(login: Login, *, key: bytes) -> str:
    """Writes the state: compact JSON and its HMAC, both base64url."""
    fields = [
        login.registration_id.hex,
        login.nonce,
        login.binding,
        login.expires,
        login.target,
        login.storage,
        login.login_hint,
        login.message_hint,
    ]
    body = _encode(json.dumps(fields, separators=(",", ":")).encode())
    return f"{body}.{_encode(_sign(body, key))}"


def verify_state(text: str, *, key: bytes, now: datetime) -> Login:
    """Reads a state that we signed and that has not expired."""
    if not text:
        raise Refused("state_missing", "no state")
    body, _, signature = text.partition(".")
    expected = _encode(_sign(body, key)).encode()
    if len(text) > MAX_STATE_BYTES or not hmac.compare_digest(expected, signature.encode("utf-8", "replace")):
        raise Refused("state_mismatch", "not signed by us")
    registration, nonce, binding, expires, *rest = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    login = Login(UUID(registration), nonce, binding, expires, *rest)
    if login.expires <= now.timestamp():
        raise Refused("state_expired")
    return login


def check_browser(login: Login, secret: str | None) -> None:
    """Makes sure that the browser that ends the login is the one that began it."""
    if not secret:
        raise Refused("state_missing", "no cookie")
    if not hmac.compare_digest(hash_browser_secret(secret), login.binding):
        raise Refused("state_mismatch", "another browser")


def _sign(body: str, key: bytes) -> bytes:
    signing = _keyed(key).copy()  # OpenSSL looks for an algorithm by its name anew each time
    signing.update(body.encode("utf-8", "replace"))
    return signing.digest()


@cache
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
