"""What cohorts ask of the service around them: the rosters of LMS courses, and what training days may count as."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courses.cohorts.rosters import Rosters
from training.web.resources import PageResources


@dataclass(frozen=True, kw_only=True)
class CohortResources(PageResources):
    """The roof gives the rosters and the names of learning, because this room knows no LMS and no pathway."""

    rosters: Rosters
    learning_names: Callable[[UUID], Awaitable[Mapping[str, Sequence[str]]]]
    """Of a unit: each name of learning that rules ask for, with the topics that they know of it."""
