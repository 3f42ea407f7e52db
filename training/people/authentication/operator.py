"""Who acts when a command is given at the machine itself: the operator, for the one central unit."""

from datetime import datetime
from uuid import UUID

from training.core.dates import local_day
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.roles import ROLES
from training.sites.models import CentralUnit

OPERATOR = UUID(int=0)
"""The trail names commands at the machine with this id, which is nobody's."""


async def operator(slug: str = "", *, now: datetime) -> Actor:
    """Gives the operator as an actor of the central unit; with several units its slug must be named."""
    units = await CentralUnit.filter(**({"slug": slug} if slug else {})).limit(2)
    if not units:
        raise Invalid("There is no central unit yet.", "Load a table with unit,name,contact: training load units.csv")
    if len(units) > 1:
        raise Invalid("There are several central units.", "Name one with --unit SLUG.")
    unit = units[0]
    held = frozenset((role, None) for role in ROLES)
    return Actor(OPERATOR, "Operator", unit.id, unit.language, unit.zone, held, local_day(now, unit.zone))
