"""The rosters of LMS courses for those who fill cohorts: which there are, who is in one, and taking it over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from courses.cohorts.rosters import Listed, Listing
from training.core.errors import Conflict, NotFound
from training.lti.identities import roster_changes
from training.lti.models import Context, ContextRole, Identity, Registration
from training.lti.platform import roster
from training.lti.platform.client import Platform
from training.lti.protocol import roles
from training.people.actor import Actor
from training.web.shortlists import Shortlist, ShortlistField, shortlist_of

HERE = "Active"


@dataclass(frozen=True)
class CourseRosters:
    """Reads and takes over the rosters of the LMSs connected for the actor's sites."""

    platform: Platform

    async def choices(self, actor: Actor, values: Mapping[str, Any]) -> Shortlist:
        """Offers the courses with a roster that the actor may read, in the field `roster`."""
        asked = ShortlistField(
            "roster",
            lambda part: Q(title__icontains=part) | Q(context_id__icontains=part),
            ask="Choose a course",
            order=("title", "context_id"),
            called=lambda row: f"{row.title or row.context_id} ({row.deployment.registration.name})",
        )
        return await shortlist_of(_visible(actor).select_related("deployment__registration"), asked, values)

    async def read(self, actor: Actor, identifier: UUID, *, now: datetime) -> Listing:
        """Reads who is in a course, and changes nothing."""
        context, registration, found = await self._read(actor, identifier, now)
        subs = [member.sub for member in found.members]
        known = dict(
            await Identity.filter(registration_id=registration.id, sub__in=subs).values_list("sub", "person_id")
        )
        held = await ContextRole.filter(context_id=context.id).select_related("identity")
        before = {row.identity.sub: row for row in held}
        return Listing(
            context.title or context.context_id,
            found.fingerprint,
            tuple(
                Listed(
                    member.sub,
                    member.name or member.sub,
                    roster_changes.role_then(member, before.get(member.sub)) == roles.LEARNER,
                    member.status == HERE and not member.test_user,
                    known.get(member.sub),
                )
                for member in found.members
            ),
        )

    async def take_over(self, actor: Actor, identifier: UUID, *, shown: str, now: datetime) -> Sequence[UUID]:
        """Applies a roster that still says what was shown; gives its active learners."""
        context, registration, found = await self._read(actor, identifier, now)
        if found.fingerprint != shown:
            raise Conflict("The roster has changed since you looked.", "Go back and look at it again.")
        people = await roster_changes.apply(registration, context, found, now=now)
        active = ContextRole.filter(context_id=context.id, role=roles.LEARNER, status=HERE, identity__test_user=False)
        learners = set(await active.values_list("identity__person_id", flat=True))
        return [person for person in people.values() if person in learners]

    async def _read(self, actor: Actor, identifier: UUID, now: datetime) -> tuple[Context, Registration, roster.Roster]:
        context = await _visible(actor).get_or_none(id=identifier).select_related("deployment__registration")
        if context is None:
            raise NotFound("There is no such course in a learning system.", "Choose one from the list.")
        registration = context.deployment.registration
        return context, registration, await roster.read(registration, context, self.platform, now=now)


def _visible(actor: Actor) -> QuerySet[Context]:
    rows = Context.filter(
        deployment__registration__unit_id=actor.unit_id, deployment__registration__state="active"
    ).exclude(roster_url="")
    if actor.everywhere("manage people"):
        return rows
    return rows.filter(deployment__registration__site_id__in=list(actor.sites("manage people")))
