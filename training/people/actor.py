"""Who is acting: the signed-in person with roles and reach, as of this request."""

from dataclasses import dataclass
from uuid import UUID

from training.people import roles


@dataclass(frozen=True)
class LtiContext:
    """Where in an LMS the person came from, and as what."""

    registration_id: str
    issuer: str
    deployment_id: str
    context_id: str = ""
    resource_link_id: str = ""
    roles_in_context: str = "none"
    """instructor, learner or none"""


@dataclass(frozen=True)
class Actor:
    """A signed-in person: what they may do and how far they see."""

    person_id: UUID
    name: str
    unit_id: UUID
    language: str
    roles: frozenset[str]
    site_ids: frozenset[UUID]
    unit_wide: bool
    lti: LtiContext | None = None

    def may(self, ability: str) -> bool:
        """Tells whether one of the person's roles has the ability."""
        return roles.may(self.roles, ability)
