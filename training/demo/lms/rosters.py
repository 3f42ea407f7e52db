"""The pretend LMS's roster service (NRPS 2.0): whole in pages, or only what changed since it was read."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from training.demo.lms.guarding import guarded
from training.demo.lms.resources import world_of
from training.demo.lms.world import CONTEXT_ID, COURSE_TITLE, MEMBERSHIP, User, World

MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ACCEPTED = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
Member = dict[str, Any]


async def roster(request: Request) -> Response:
    """Lists the people of the course, in pages if asked to."""
    if spoiled := await guarded(request, "roster", MEMBERS):
        return spoiled
    world, asked = world_of(request), request.query_params
    if request.headers.get("accept") != ACCEPTED:
        return PlainTextResponse("wrong media type", 406)
    if "rlid" in asked and asked["rlid"] not in world.activities:
        return PlainTextResponse("no such activity", 404)
    suspended = ("Inactive",) if world.plays.leaves_out_suspended else ()
    everybody = {user.sub: _member(user, world) for user in world.users.values() if user.status not in suspended}
    members = _changed(everybody, world.told[int(asked["since"])]) if "since" in asked else list(everybody.values())
    start, size = int(asked.get("start", 0)), int(asked.get("limit") or len(members) or 1)
    body = {
        "id": world.roster_url,
        "context": {"id": CONTEXT_ID, "title": COURSE_TITLE},
        "members": members[start : start + size],
    }
    link = _link(world, everybody, onward=start + size if start + size < len(members) else 0, size=size)
    return JSONResponse(body, headers={"Link": link}, media_type=world.plays.roster_label)


def _link(world: World, everybody: dict[str, Member], *, onward: int, size: int) -> str:
    if world.roster_goes_on_at:
        return f'<{world.roster_goes_on_at}>; rel="next"'
    if not onward:
        world.told.append(everybody)
        return f'<{world.roster_url}?since={len(world.told) - 1}>; rel="differences"'
    following = f"{world.roster_url}?start={onward}&limit={size}"
    return f"{following}; rel=next" if world.plays.broken_links else f'<{following}>; rel="next"'


def _member(user: User, world: World) -> Member:
    told = {"name": user.name, "email": user.email}
    assists = any(role.endswith("#TeachingAssistant") for role in user.roles)
    lowered = assists and world.plays.roster_shows_assistants_as_learners
    return {
        "user_id": user.sub,
        "roles": [f"{MEMBERSHIP}Learner"] if lowered else list(user.roles),
        "status": user.status,
        **{name: value for name, value in told.items() if value},
    }


def _changed(everybody: dict[str, Member], before: dict[str, Member]) -> list[Member]:
    gone = [one | {"status": "Deleted"} for sub, one in before.items() if sub not in everybody]
    return [one for sub, one in everybody.items() if before.get(sub) != one] + gone
