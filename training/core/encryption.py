"""Keeps private keys and secrets encrypted at rest, with a master key that is not in the database."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from training.core.errors import Upstream

NONCE_BYTES = 12


class Encryptor:
    """Seals with AES-256-GCM; what was sealed for one purpose does not open for another."""

    def __init__(self, master: bytes) -> None:
        self._lock = AESGCM(master)

    @classmethod
    def of(cls, secret_key: str) -> "Encryptor":
        """Derives the master key from the service's secret key."""
        return cls(HKDF(SHA256(), length=32, salt=None, info=b"training issuer keys 1").derive(secret_key.encode()))

    def seal(self, secret: bytes, *, purpose: str) -> bytes:
        """Encrypts a secret, bound to its purpose."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._lock.encrypt(nonce, secret, purpose.encode())

    def reseal(self, sealed: bytes, *, purpose: str, before: "Encryptor") -> bytes:
        """Encrypts a secret anew that another safe opens; raises Upstream when neither of the two does."""
        try:
            self.open(sealed, purpose=purpose)
        except Upstream:
            return self.seal(before.open(sealed, purpose=purpose), purpose=purpose)
        return sealed  # done before

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Decrypts a secret; raises Upstream when it was sealed with another master key or for another purpose."""
        try:
            return self._lock.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
        except InvalidTag as error:
            raise Upstream(
                "A key in the database was sealed with another TRAINING_SECRET_KEY.",
                "Start the service with the secret key it had when the key was made, or run: training keys reseal",
            ) from error
