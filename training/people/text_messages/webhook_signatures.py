"""How a message to a web hook proves that it is ours: with a secret that both know. Source: Standard Webhooks 1.0.0."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

SECRET_MARK = "whsec_"  # noqa: S105  how secrets of Standard Webhooks begin


def written_secret(drawn: bytes) -> str:
    """Writes a secret as it is shown and given to receivers."""
    return SECRET_MARK + b64encode(drawn).decode()


def key_of(secret: str) -> bytes:
    """Reads a secret as it is written; empty where it is none."""
    try:
        return b64decode(secret.removeprefix(SECRET_MARK), validate=True) if secret.startswith(SECRET_MARK) else b""
    except ValueError:
        return b""


def signed(message_id: str, body: bytes, *, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """Returns the headers that prove a message, by each secret that counts."""
    stamp = str(int(now.timestamp()))
    proofs = [hmac.digest(key_of(one), f"{message_id}.{stamp}.".encode() + body, sha256) for one in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{b64encode(one).decode()}" for one in proofs),
    }
