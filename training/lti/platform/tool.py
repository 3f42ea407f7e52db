"""What the room knows of the service around it: our own origin, the key of states, and the caller of LMSs."""

from training.core.encryption import Encryptor, derive_key
from training.lti.platform.client import Platform
from training.lti.platform.registration_cache import KnownUsers, RegistrationCache

GIVEN = "lti client tokens"
"""What the secrets that LMSs gave us are encrypted for."""


class Tool:
    """What the room knows of the service: our own origin, the key of states, and the caller of LMSs."""

    def __init__(self, platform: Platform, *, origin: str, secret_key: str) -> None:
        self.platform = platform
        self.remembered = RegistrationCache()
        self.seen = KnownUsers()
        self.asked_for_notices: set[tuple[str, str]] = set()
        self.origin = origin
        self.state_key = derive_key(secret_key, "lti state")
        self.encryptor = Encryptor(secret_key)

    @property
    def redirect_uri(self) -> str:
        """Gives the one address that tokens are posted to."""
        return f"{self.origin}/lti/launch"

    def encrypt(self, text: str) -> str:
        """Encrypts a token that an LMS gave us to keep."""
        return self.encryptor.encrypt_text(text, purpose=GIVEN)

    def decrypt(self, text: str) -> str:
        """Decrypts a token that an LMS gave us to keep."""
        return self.encryptor.decrypt_text(text, purpose=GIVEN)
