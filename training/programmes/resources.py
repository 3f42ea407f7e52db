"""What pages ask of programmes through the roof: which of them name an instrument in their rules."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from training.web.resources import PageResources


@dataclass(frozen=True, kw_only=True)
class ProgrammeResources(PageResources):
    """The roof says where instruments count, because no room below knows a pathway."""

    rated_in: Callable[[UUID], Awaitable[Mapping[str, frozenset[UUID]]]]
    """Of a unit: each instrument that rules name, with the programmes of these rules."""
