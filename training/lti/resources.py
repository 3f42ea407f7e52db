"""What the LTI room asks of the service around it: itself as a tool, and what the roof tells it of other rooms."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Subquery

from training.lti.launch.deep_linking import Offer
from training.lti.platform.client import Platform
from training.lti.platform.tool import Tool
from training.people.actor import Actor
from training.web.resources import PageResources


@dataclass(frozen=True)
class Attempt:
    """One try of a learner at an activity: when, how it went, and the words they wrote or chose."""

    title: str
    when: datetime
    outcome: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LtiResources(PageResources):
    """The roof gives what is listed here of courses and certificates, because this room knows neither."""

    tool: Tool
    offers: Callable[[Actor], Awaitable[list[Offer]]]
    """Lists what may be placed into courses of an LMS."""
    attempts: Callable[[UUID, str, str], Awaitable[list[Attempt]]]
    """Lists a person's tries at what a path opens, begun in one course of an LMS or, without its name, anywhere."""
    progress: Callable[[Subquery, str, UUID], Awaitable[tuple[str, Mapping[UUID, str]]]]
    """Gives the title of what a path opens, and how far each person is with it, in words."""

    @property
    def platform(self) -> Platform:
        """Gives the caller of LMSs."""
        return self.tool.platform
