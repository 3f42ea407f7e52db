"""Who of a course's people is certified, as the roof reads it: no room down here knows a certificate."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class HeldCertificate:
    """A certificate that somebody holds: until when, and whether it can be renewed already."""

    until: date | None
    renews: bool


ReadHoldings = Callable[[Collection[UUID], UUID | None], Awaitable[Mapping[UUID, HeldCertificate]]]

_read: ReadHoldings | None = None


def read_holdings_by(reader: ReadHoldings) -> None:
    """Declares, once at the start, how it is read who is certified."""
    global _read
    _read = reader


async def holdings_of(people: Collection[UUID], programme_id: UUID | None) -> Mapping[UUID, HeldCertificate]:
    """Reads who of some people is certified, in a programme where one is named: of each what ends first."""
    if _read is None:  # without it nobody would ever be asked when they renew
        raise RuntimeError("Nobody has said how it is read who is certified; call declare() at the start.")
    return await _read(people, programme_id)
