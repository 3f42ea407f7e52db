"""Keeps in mind what saves a launch questions: active registrations for seconds, and who came in lately."""

from datetime import datetime, timedelta
from uuid import UUID

from training.lti.models import Registration

SECONDS = timedelta(seconds=5)
"""How long others go on with what was changed here; a launch is checked again by the statement that writes it."""

MOST_SEEN = 20_000

_changes = 0


def forget_everywhere() -> None:
    """Makes this process read every registration anew; to be called by whoever changes or closes one."""
    global _changes
    _changes += 1


class RegistrationCache:
    """Active registrations by id, and by issuer and client id."""

    def __init__(self) -> None:
        self._kept: dict[UUID | tuple[str, str], tuple[Registration, datetime]] = {}
        self._changes = _changes

    def get(self, key: UUID | tuple[str, str], *, now: datetime) -> Registration | None:
        """Gives a registration that was read a moment ago."""
        if self._changes != _changes:
            self._kept.clear()
            self._changes = _changes
        registration, until = self._kept.get(key, (None, now))
        return registration if until > now else None

    def keep(self, registration: Registration, *, now: datetime) -> Registration:
        """Keeps a registration that was just read and is active."""
        for key in (registration.id, (registration.issuer, registration.client_id)):
            self._kept[key] = (registration, now + SECONDS)
        return registration

    def forget(self, identifier: UUID) -> None:
        """Forgets a registration that is no longer active."""
        registration, _ = self._kept.pop(identifier, (None, None))
        if registration is not None:
            self._kept.pop((registration.issuer, registration.client_id), None)


class KnownUsers:
    """People of LMSs whom this process let in, the latest of them; only a guess, the database knows."""

    def __init__(self) -> None:
        self._kept: dict[tuple[UUID, str], None] = {}

    def __contains__(self, key: tuple[UUID, str]) -> bool:
        return key in self._kept

    def add(self, registration_id: UUID, sub: str) -> None:
        """Notes somebody who came in."""
        self._kept[registration_id, sub] = None
        if len(self._kept) > MOST_SEEN:
            del self._kept[next(iter(self._kept))]
