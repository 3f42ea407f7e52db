"""The page on which a teacher of an LMS course lands: what was placed there, and how far its learners are."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.core.errors import NotAllowed, NotFound
from training.lti.models import ContextRole
from training.lti.protocol import roles
from training.lti.protocol.types import plain_target
from training.lti.resources import LtiResources
from training.people.actor import Actor, LtiContext
from training.web.render import actor, render

PAGE_SIZE = 50
HERE = "Active"


async def teach(request: Request) -> Response:
    """Shows a teacher the learners of the course that was come from, and how far each is with the activity."""
    me: Actor = actor(request)
    here = me.lti
    if here is None or here.roles_in_context != roles.INSTRUCTOR or not here.context_id:
        raise NotAllowed("Only teachers of a course see this.", "Open the activity from your course.")
    path, after = plain_target(request.query_params.get("path", "")), request.query_params.get("after", "")
    found = learners_of(here)
    total = await found.count()
    rows = await _beyond(found, after).order_by("identity__name", "id").limit(PAGE_SIZE + 1).select_related("identity")
    shown = rows[:PAGE_SIZE]
    people = Subquery(ContextRole.filter(id__in=[row.id for row in shown]).values("identity__person_id"))
    title, words = await LtiResources.of(request).progress(people, path, me.unit_id)
    return render(
        request, "lti/teach.html", title=title, path=path, total=total,
        learners=[_row(row, words, path) for row in shown],
        next_path=f"/lti/teach?path={path}&after={shown[-1].id}" if len(rows) > PAGE_SIZE else "",
        learn_path=path if me.may("learn") else "",
    )  # fmt: skip


def learners_of(here: LtiContext) -> QuerySet[ContextRole]:
    """Lists the learners of an LMS course; its own stand-ins for them are none."""
    return ContextRole.filter(
        context__deployment__registration_id=here.registration_id,
        context__deployment__deployment_id=here.deployment_id,
        context__context_id=here.context_id,
        role=roles.LEARNER,
        status=HERE,
        identity__test_user=False,
    )


def _beyond(found: QuerySet[ContextRole], after: str) -> QuerySet[ContextRole]:
    if not after:
        return found
    try:
        last = ContextRole.filter(id=UUID(after))
    except ValueError as error:
        raise NotFound("There is no such page.", "Go back to the first page of the list.") from error
    name = Subquery(last.values("identity__name"))
    return found.filter(Q(identity__name__gt=name) | Q(identity__name=name, id__gt=UUID(after)))


def _row(row: ContextRole, words: Mapping[UUID, str], path: str) -> dict[str, Any]:
    identity = row.identity
    return {
        "name": identity.name or "A learner without a name",
        "far": words.get(identity.person_id, "Not begun"),
        "path": f"/lti/review?of={identity.sub}&path={path}",
    }
