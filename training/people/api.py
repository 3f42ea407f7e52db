"""Tells a program who is signed in, and from where in which LMS."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from training.people.actor import Actor, LtiContext


async def me(request: Request) -> Response:
    """Answers who the session belongs to; 401 without one."""
    found: Actor | None = request.scope["actor"]
    if found is None:
        problem = {"type": "about:blank", "title": "Nobody is signed in", "status": 401}
        return JSONResponse(problem, 401, media_type="application/problem+json")
    told = {"person": str(found.person_id), "name": found.name, "roles": sorted(found.roles), "lti": _lti(found.lti)}
    return JSONResponse(told)


def _lti(context: LtiContext | None) -> dict[str, str] | None:
    if context is None:
        return None
    return {
        "issuer": context.issuer,
        "deployment_id": context.deployment_id,
        "context_id": context.context_id,
        "resource_link_id": context.resource_link_id,
        "roles_in_context": context.roles_in_context,
    }
