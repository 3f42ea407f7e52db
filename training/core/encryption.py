"""Keeps private keys and secrets encrypted at rest, under a key that is not in the database."""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from training.core.errors import Upstream

NONCE_BYTES = 12


class Encryptor:
    """Encrypts with AES-256-GCM; what was encrypted for one purpose is decrypted for no other."""

    def __init__(self, secret_key: str) -> None:
        key = HKDF(SHA256(), length=32, salt=None, info=b"training encryption 1").derive(secret_key.encode())
        self._cipher = AESGCM(key)

    def encrypt(self, secret: bytes, *, purpose: str) -> bytes:
        """Encrypts a secret, bound to its purpose."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def decrypt(self, encrypted: bytes, *, purpose: str) -> bytes:
        """Decrypts a secret; raises Upstream when it was encrypted with another secret key or for another purpose."""
        try:
            return self._cipher.decrypt(encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise Upstream(
                "A key in the database was sealed with another TRAINING_SECRET_KEY.",
                "Start the service with the secret key it had when the key was made, or run: training keys reseal",
            ) from error

    def encrypt_text(self, text: str, *, purpose: str) -> str:
        """Encrypts a text as letters that may stand in an address; an empty one stays empty."""
        return urlsafe_b64encode(self.encrypt(text.encode(), purpose=purpose)).decode() if text else ""

    def decrypt_text(self, encrypted: str, *, purpose: str) -> str:
        """Decrypts a text; raises Upstream as `decrypt` does."""
        try:
            raw = urlsafe_b64decode(encrypted.encode())
        except ValueError:
            raw = b""
        return self.decrypt(raw, purpose=purpose).decode() if encrypted else ""


def derive_key(secret_key: str, purpose: str) -> bytes:
    """Derives a key that signs for one purpose from the service's secret, so that no two purposes share one."""
    return hmac.digest(secret_key.encode(), purpose.encode(), hashlib.sha256)
