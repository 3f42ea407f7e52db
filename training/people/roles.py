"""The roles and, in one table, what each may do."""

from datetime import date
from types import MappingProxyType

ROLES = MappingProxyType(
    {
        "trainee": "Trainee",
        "facilitator": "Facilitator",
        "supervisor": "Supervisor",
        "assessor": "Assessor",
        "coordinator": "Site coordinator",
        "central": "Central unit",
        "auditor": "Auditor",
        "administrator": "Administrator",
    }
)

UNIT_WIDE = frozenset({"central", "auditor", "administrator"})
"""Roles that are only given for the whole unit."""

GIVEN_BY_COORDINATORS = frozenset({"trainee", "facilitator"})
"""Roles that a coordinator gives at own sites; the central unit gives the others."""

AT_A_SITE = frozenset({"trainee", "facilitator", "coordinator"})
"""Roles that only make sense at a site."""

_LEARNERS = {"trainee", "facilitator", "supervisor", "assessor", "coordinator"}

ABILITIES: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        "learn": frozenset(_LEARNERS),
        "log practice": frozenset(_LEARNERS),
        "confirm practice": frozenset(_LEARNERS | {"central"}),
        "assess": frozenset({"assessor"}),
        "see people": frozenset({"coordinator", "supervisor", "assessor", "central", "auditor", "administrator"}),
        # who leads a training, of those who take part in it; whom else one sees there, `see people` says
        "train": frozenset(
            {"facilitator", "coordinator", "supervisor", "assessor", "central", "auditor", "administrator"}
        ),
        "manage people": frozenset({"coordinator", "central", "administrator"}),
        "give every role": frozenset({"central", "administrator"}),
        "decide": frozenset({"central"}),
        "read register": frozenset({"coordinator", "central", "auditor"}),
        "audit": frozenset({"central", "auditor"}),
        "keep reports": frozenset({"central", "auditor"}),  # who reads the register of the whole unit
        "connect systems": frozenset({"administrator"}),
        "run the service": frozenset({"administrator"}),
        "load material": frozenset({"central", "administrator"}),
        # who trains others writes what they learn from; whoever loads material publishes it
        "write material": frozenset({"supervisor", "assessor", "central", "administrator"}),
    }
)
"""Ability → the roles that have it. A route or an action names the ability, never a role."""

OWN = frozenset({"learn", "log practice", "confirm practice"})
"""Abilities over one's own things, and over what one is asked; all others are for staff, who sign in directly."""


YEARS_BACK = 60
"""Longer ago nobody here has begun anything: such a day is a slip of the fingers."""


def fault_of_first_day(starts: date, today: date) -> str:
    """Tells what is wrong with the first day of a role, or "" where it can be so."""
    earliest = date(today.year - YEARS_BACK, 1, 1)
    return "" if starts >= earliest else f"Enter a day from 1 January {earliest.year} on. Look at the year again"


def may(role: str, ability: str) -> bool:
    """Tells whether the role has the ability; an unknown ability is a mistake in our code."""
    return role in ABILITIES[ability]
