"""What the room asks of the service around it: who gives tokens to programs."""

from dataclasses import dataclass
from functools import cached_property

from training.clients.keys import ClientKey
from training.clients.tokens import Issuer
from training.lti.platform.jwks_cache import JwksCache
from training.lti.resources import LtiResources


@dataclass(frozen=True, kw_only=True)
class ClientResources(LtiResources):
    """The LTI room has the keys that we sign with; the key sets of programs are known here."""

    client_keys: JwksCache[ClientKey]

    @cached_property
    def issuer(self) -> Issuer:
        """Gives who issues tokens."""
        return Issuer(self.settings.public_url, self.tool.platform.keyring, self.client_keys)
