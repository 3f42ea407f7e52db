"""What other visits from an LMS show: one learner's work to a teacher, and what we keep of a person."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.core.errors import NotAllowed, NotFound
from training.lti.models import ContextRole, Identity
from training.lti.platform.scores import was_reported
from training.lti.protocol import roles
from training.lti.resources import LtiResources
from training.people.actor import Actor, LtiContext
from training.web.render import actor, render


async def review(request: Request) -> Response:
    """Shows a learner's tries at one activity to a teacher of the course in which the learner is."""
    me: Actor = actor(request)
    asked = request.query_params
    sub = asked.get("of", "")
    here = me.lti
    if here is None:
        raise NotAllowed("Open this from your course.", "Go back to your course and open the submission there.")
    own = await Identity.filter(registration_id=here.registration_id, sub=sub, person_id=me.person_id).exists()
    # Outside of any course nobody is its teacher, whatever role the LMS names.
    if not own and (here.roles_in_context != roles.INSTRUCTOR or not here.context_id):
        raise NotAllowed("Only teachers of the course see this.", "Ask the teacher of the course.")
    found = await ContextRole.filter(**_place(here), identity__sub=sub).select_related("identity").first()
    if found is None:
        raise NotFound("This learner has not opened anything in this course yet.", "Look again later.")
    learner, path = found.identity, asked.get("path", "")
    attempts = await LtiResources.of(request).attempts(learner.person_id, path, await _place_of_work(me, learner, path))
    return render(request, "lti/review.html", learner=learner.name or "This learner", attempts=attempts)


async def _place_of_work(me: Actor, learner: Identity, path: str) -> str:
    """Names the course in which the work must have begun; none where its result was reported to this course anyway."""
    here = me.lti
    if here is None or await was_reported(learner.sub, path, _place(here)):
        return ""
    return here.place


def _place(here: LtiContext) -> Mapping[str, Any]:
    return {
        "context__deployment__registration_id": here.registration_id,
        "context__deployment__deployment_id": here.deployment_id,
        "context__context_id": here.context_id,
    }


async def privacy(request: Request) -> Response:
    """Says what we keep of people who come from an LMS, why, and for how long."""
    me: Actor = actor(request)
    identities = await Identity.filter(person_id=me.person_id).values("sub", "name", "email", lms="registration__name")
    return render(request, "lti/privacy.html", identities=identities)
