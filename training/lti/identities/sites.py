"""The site of people who come from an LMS: those who came before it had one are moved there when somebody says so."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from training.core.dates import local_day
from training.database.connection import transaction
from training.lti.models import Identity, Registration
from training.people.models import Membership
from training.sites.models import zone_of
from training.trail import facts

AT_ONCE = 500
"""How many people are moved in one transaction; the page offers the rest again."""
ROLE = "trainee"


def without_site(registration: Registration) -> QuerySet[Membership]:
    """Lists as what people from an LMS came here when it served no site."""
    people = Identity.filter(registration_id=registration.id, test_user=False).values("person_id")
    return Membership.filter(person_id__in=Subquery(people), role=ROLE, site_id__isnull=True, ends__isnull=True)


async def move(registration: Registration, *, actor: UUID, now: datetime) -> int:
    """Moves those who came before to the site that the LMS serves from today on, and tells how many there were."""
    today = local_day(now, await zone_of(registration.unit_id))
    detail = {"because": "lti"}
    async with transaction():
        held = await without_site(registration).order_by("id").limit(AT_ONCE)
        for one in held:
            one.ends = max(one.starts, today - timedelta(days=1))
            await one.save(update_fields=["ends"])
            await facts.record(
                "membership.ended", one, actor=actor, person=one.person_id, unit=registration.unit_id, now=now,
                detail=detail,
            )  # fmt: skip
            given = await Membership.create(
                id=uuid4(), person_id=one.person_id, role=ROLE, site_id=registration.site_id, starts=today, recorded=now
            )
            await facts.record(
                "membership.given", given, actor=actor, person=one.person_id, unit=registration.unit_id, now=now,
                detail=detail,
            )  # fmt: skip
    return len(held)
