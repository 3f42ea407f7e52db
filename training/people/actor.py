"""Who is acting: the signed-in person with roles and reach, as of this request."""

from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
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

    @property
    def place(self) -> str:
        """Tells this course from those of all other LMSs, in 64 letters; empty outside of a course."""
        names = f"{self.registration_id}\n{self.deployment_id}\n{self.context_id}"
        return sha256(names.encode()).hexdigest() if self.context_id else ""


@dataclass(frozen=True)
class Actor:
    """A signed-in person: what they may do and how far they see.

    `held` has the roles of today, each with its site; without one it is held for the whole unit. `zone` is the unit's.
    """

    person_id: UUID
    name: str
    unit_id: UUID
    language: str
    zone: str
    held: frozenset[tuple[str, UUID | None]]
    lti: LtiContext | None = None

    @cached_property
    def roles(self) -> frozenset[str]:
        """Names the roles, wherever they are held."""
        return frozenset(role for role, _ in self.held)

    @cached_property
    def site_ids(self) -> frozenset[UUID]:
        """Names the sites whose people the person sees."""
        return frozenset(site for role, site in self.held if site and role in roles.SITE_WIDE)

    @cached_property
    def unit_wide(self) -> bool:
        """Tells whether the person sees the whole unit: by such a role, or as an assessor or supervisor of no site."""
        everywhere = any(role in roles.SITE_WIDE and site is None for role, site in self.held)
        return everywhere or not self.roles.isdisjoint(roles.UNIT_WIDE)

    def may(self, ability: str) -> bool:
        """Tells whether one of the person's roles has the ability."""
        return roles.may(self.roles, ability)

    def only(self, ability: str) -> "Actor":
        """Gives the person with only the roles that have the ability, and so no further than those reach.

        A coordinator of one site who assesses everywhere manages the people of that one site.
        """
        return replace(self, held=frozenset(one for one in self.held if roles.may(frozenset({one[0]}), ability)))
