"""What the public check asks of the service around it: also how many files it may look into at once."""

from asyncio import Semaphore
from dataclasses import dataclass, field

from certificates.credentials.resources import CredentialResources

FILES_AT_ONCE = 2
"""How many files of strangers are in memory, and how many programs look into them, at the same time."""


@dataclass(frozen=True, kw_only=True)
class CheckResources(CredentialResources):
    """Credentials, and seats for the files that strangers send."""

    file_seats: Semaphore = field(default_factory=lambda: Semaphore(FILES_AT_ONCE))
