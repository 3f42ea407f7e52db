"""What the room knows of the service around it: our own origin, the key of states, and the caller of LMSs."""

from training.lti.keyring import derive
from training.lti.platform import Platform


class Tool:
    """What the room knows of the service: our own origin, the key of states, and the caller of LMSs."""

    def __init__(self, platform: Platform, *, origin: str, secret_key: str) -> None:
        self.platform = platform
        self.origin = origin
        self.state_key = derive(secret_key, "lti state")

    @property
    def redirect_uri(self) -> str:
        """Gives the one address that tokens are posted to."""
        return f"{self.origin}/lti/launch"
