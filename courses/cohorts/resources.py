"""What cohorts ask of the service around them: the rosters of LMS courses, and what training days may count as."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from courses.cohorts.rosters import Rosters
from courses.cohorts.rules import LearningName
from training.web.resources import PageResources


@dataclass(frozen=True, kw_only=True)
class CohortResources(PageResources):
    """The roof gives the rosters and the names of learning, because this room knows no LMS and no pathway."""

    rosters: Rosters
    learning_names: Callable[[UUID, str], Awaitable[Mapping[str, LearningName]]]
    """Of a unit, in a language: each name of learning that rules ask for, with what they know and read of it."""
