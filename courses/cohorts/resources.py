"""What cohorts ask of the service around them: the rosters of LMS courses."""

from dataclasses import dataclass

from courses.cohorts.rosters import Rosters
from training.web.resources import PageResources


@dataclass(frozen=True, kw_only=True)
class CohortResources(PageResources):
    """The roof gives the rosters, because this room knows no LMS."""

    rosters: Rosters
