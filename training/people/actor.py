"""Who is acting: the signed-in person with roles and reach, as of this request."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from training.people import roles
from training.people.names import has_name


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
    lms: str = ""
    """What the LMS is called here."""
    language: str = ""
    """Of ours, if the LMS showed itself in one of them."""
    frame_ancestors: str = ""
    """The origins, with spaces, from which the LMS shows us in a frame."""
    return_url: str = ""
    """The page of the LMS to go back to."""
    agent: str = ""
    """Hash of the one browser whose frame has the session in its addresses; empty where a cookie keeps it."""

    @property
    def place(self) -> str:
        """Tells this course from those of all other LMSs, in 64 letters; empty outside of a course."""
        names = f"{self.registration_id}\n{self.deployment_id}\n{self.context_id}"
        return sha256(names.encode()).hexdigest() if self.context_id else ""


@dataclass(frozen=True)
class Actor:
    """A signed-in person: which roles they hold today, and where.

    `held` has the roles of `today`, which is the day in the `zone` of the unit, each with its site; without one it is
    held for the whole unit. `unit_name` and `contact` stand on each page. `staff` says whether the session may be used
    for more than one's own things: one from an LMS mostly may not, and one that is `weak`, as a second step of signing
    in is still missing, never. `tasks` is how many waited when they were
    counted last. A program may act `within` an area, which is its path.
    """

    person_id: UUID
    name: str
    unit_id: UUID
    language: str
    zone: str
    held: frozenset[tuple[str, UUID | None]]
    today: date
    unit_name: str = ""
    contact: str = ""
    lti: LtiContext | None = None
    staff: bool = True
    tasks: int = 0
    weak: bool = False
    within: str = ""

    @property
    def way_back(self) -> dict[str, str] | None:
        """Gives the page of the LMS to go back to, and what the LMS is called."""
        here = self.lti
        return {"path": here.return_url, "name": here.lms or "your course"} if here and here.return_url else None

    @property
    def named(self) -> bool:
        """Tells whether we know what the person is called."""
        return has_name(self.person_id, self.name)

    @cached_property
    def roles(self) -> frozenset[str]:
        """Names the roles, wherever they are held."""
        return frozenset(role for role, _ in self.held)

    def may(self, ability: str) -> bool:
        """Tells whether the ability holds anywhere; whom it holds for is told by `reach`."""
        return bool(self._places(ability))

    def who_helps(self, ability: str) -> str:
        """Says who can help somebody without an ability to what asks for it: who gives roles, or who holds one."""
        if self.may("give every role"):
            holders = [title.lower() for role, title in roles.ROLES.items() if roles.may(role, ability)]
            return f"It asks for the role of {' or '.join(holders)}. Ask somebody who holds it."
        sites = {site for role, site in self.held if site and role != "coordinator"}
        asked = "your site coordinator" if sites and "coordinator" not in self.roles else "the central unit"
        return f"If you need it for your work, ask {asked}."

    def held_back(self, ability: str) -> bool:
        """Tells whether the ability would hold if the person had signed in directly, and in both steps."""
        return not self.may(ability) and any(roles.may(role, ability) for role in self.roles)

    @cached_property
    def works_elsewhere(self) -> bool:
        """Tells whether the person has abilities of staff that this session does not open."""
        return any(self.held_back(ability) for ability in roles.ABILITIES)

    def everywhere(self, ability: str) -> bool:
        """Tells whether a role that has the ability is held for the whole unit."""
        return None in self._places(ability)

    def sites(self, ability: str) -> frozenset[UUID]:
        """Names the sites at which a role that has the ability is held."""
        return frozenset(site for site in self._places(ability) if site)

    def _places(self, ability: str) -> frozenset[UUID | None]:
        if not self.staff and ability not in roles.OWN:
            return frozenset()
        return frozenset(site for role, site in self.held if roles.may(role, ability))
