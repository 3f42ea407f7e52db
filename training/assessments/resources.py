"""What assessments ask of the service around them: in which programmes an instrument is named."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from training.web.resources import PageResources


@dataclass(frozen=True, kw_only=True)
class AssessmentResources(PageResources):
    """The roof says where instruments count, because this room knows no pathway."""

    rated_in: Callable[[UUID], Awaitable[Mapping[str, frozenset[UUID]]]]
    """Of a unit: each instrument that rules name, with the programmes of these rules."""
