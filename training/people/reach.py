"""How far an actor sees: the filter that every room's `visible_to` starts from."""

from datetime import date
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Membership, Person


def reach(actor: Actor, prefix: str = "person") -> Q:
    """Filters rows to the people the actor may see: of the unit, and then all of it, own sites, or oneself.

    `prefix` names the foreign key to Person on the table being filtered; "" filters Person itself.
    """
    unit = _is(f"{prefix}__unit_id" if prefix else "unit_id", actor.unit_id)
    if actor.unit_wide:
        return unit
    key = f"{prefix}_id" if prefix else "id"
    own = _is(key, actor.person_id)
    if not actor.site_ids:
        return unit & own
    there = Membership.filter(site_id__in=list(actor.site_ids)).values("person_id")
    return unit & (own | _is(f"{key}__in", Subquery(there)))


def _is(name: str, value: Any) -> Q:
    given: dict[str, Any] = {name: value}
    return Q(**given)


def visible_to(actor: Actor) -> QuerySet[Person]:
    """Lists the people the actor may see."""
    return Person.filter(reach(actor, ""))


def live_on(day: date) -> Q:
    """Filters memberships, relations and permissions to those that hold on the day."""
    return Q(starts__lte=day) & (Q(ends__isnull=True) | Q(ends__gte=day))
