"""The pretend LMS copies its course, and tells the tool that asked to be told (Platform Notification Service)."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from training.demo.lms.guarding import guarded
from training.demo.lms.resources import LmsResources, world_of
from training.demo.lms.wishes import COPIED, LTI, NOTICES
from training.demo.lms.world import CLIENT_ID, CONTEXT_ID, COURSE_TITLE, DEPLOYMENT_ID, World


async def handlers(request: Request) -> Response:
    """Takes the address that a tool wants one kind of notice sent to."""
    if spoiled := await guarded(request, "notices", NOTICES):
        return spoiled
    asked = await request.json()
    world_of(request).handlers[asked["notice_type"]] = asked["handler"]
    return JSONResponse(asked)


async def copy(request: Request) -> Response:
    """Copies the course, and sends the notice to whoever wants it."""
    world = world_of(request)
    world.copies.append(f"{CONTEXT_ID}-copy-{len(world.copies) + 1}")
    if address := world.handlers.get(COPIED):
        told = {"notices": [{"jwt": world.sign(notice_claims(world, world.copies[-1]))}]}
        await LmsResources.of(request).tool.post(address, json=told)
    return RedirectResponse("/", 303)


def notice_claims(world: World, course: str, *, kind: str = COPIED) -> dict[str, Any]:
    """Writes the claims of a notice about a copied course."""
    now = int(world.clock().timestamp())
    return {
        "iss": world.base_url,
        "aud": CLIENT_ID,
        "azp": CLIENT_ID,
        "nonce": secrets.token_urlsafe(16),
        "iat": now,
        "exp": now + 3600,
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": DEPLOYMENT_ID,
        f"{LTI}notice": {"id": f"copy-of-{course}", "timestamp": world.clock().isoformat(), "type": kind},
        f"{LTI}context": {"id": course, "title": f"{COURSE_TITLE} (copy)"},
        f"{LTI}origin_contexts": [CONTEXT_ID],
    }
