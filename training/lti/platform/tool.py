"""What the room knows of the service around it: our own origin, the key of states, and the caller of LMSs."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet

from training.lti.platform.client import Platform
from training.lti.platform.registration_cache import KnownUsers, RegistrationCache
from training.lti.platform.tool_keys import derive


class Tool:
    """What the room knows of the service: our own origin, the key of states, and the caller of LMSs."""

    def __init__(self, platform: Platform, *, origin: str, secret_key: str) -> None:
        self.platform = platform
        self.remembered = RegistrationCache()
        self.seen = KnownUsers()
        self.asked_for_notices: set[tuple[str, str]] = set()
        self.origin = origin
        self.state_key = derive(secret_key, "lti state")
        self.window_codes = Fernet(urlsafe_b64encode(derive(secret_key, "lti windows")))
        self._hidden = hidden_with(secret_key)

    @property
    def redirect_uri(self) -> str:
        """Gives the one address that tokens are posted to."""
        return f"{self.origin}/lti/launch"

    def encrypt(self, text: str) -> str:
        """Encrypts a token that an LMS gave us to keep."""
        return self._hidden.encrypt(text.encode()).decode() if text else ""

    def decrypt(self, text: str) -> str:
        """Decrypts a token that an LMS gave us to keep."""
        return self._hidden.decrypt(text.encode()).decode() if text else ""


def hidden_with(secret_key: str) -> Fernet:
    """Gives what encrypts the secrets that LMSs gave us to keep."""
    return Fernet(urlsafe_b64encode(derive(secret_key, "lti client tokens")))
