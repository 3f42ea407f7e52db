"""The pretend LMS's pages: choose who to be and what to open, the gradebook, and the mischief."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from training.demo.lms.mischief import KINDS, PLACES, STORAGE
from training.demo.lms.paper import show
from training.demo.lms.personalities import PERSONALITIES
from training.demo.lms.resources import world_of
from training.demo.lms.wishes import OTHER, PRIVACY
from training.demo.lms.world import COURSE_TITLE, DemoLineItem, World

TITLES = {PRIVACY: "What the tool keeps", OTHER: "Start proctoring"}


async def home(request: Request) -> Response:
    """Shows the course: who to be, and what to open in a frame or in a window."""
    world = world_of(request)
    return show(
        "home.html",
        course=COURSE_TITLE,
        users=[(user.sub, user.name or f"{user.sub} (no name)") for user in world.users.values()],
        copies=world.copies,
        told=bool(world.handlers),
        activities=list(world.activities.values()),
        user=request.query_params.get("user", "amina"),
    )


async def frame(request: Request) -> Response:
    """Shows an activity in a frame, as most LMSs do."""
    world, asked = world_of(request), request.query_params
    wanted = asked["activity"]
    known = world.activities.get(wanted.partition("@")[0].rpartition(":")[2])
    start = f"/start?{urlencode({'user': asked['user'], 'activity': asked['activity']})}"
    return show(
        "frame.html",
        title=known.title if known else TITLES.get(wanted, "Choose activities"),
        start=start,
        keeper=world.storage,
        keeps=world.keeps,
        tool_origin=world.tool_url,
    )


async def keeper(request: Request) -> Response:
    """Keeps tools' data in a frame of its own, as some LMSs do."""
    world = world_of(request)
    return show("keeper.html", keeps=world.keeps, tool_origin=world.tool_url)


async def gradebook(request: Request) -> Response:
    """Shows every person's score in every column."""
    world = world_of(request)
    columns = list(world.line_items.values())
    rows = [
        (user.name or user.sub, [_cell(world, column, user.sub) for column in columns]) for user in world.users.values()
    ]
    return show("gradebook.html", columns=[column.label for column in columns], rows=rows)


async def mischief(request: Request) -> Response:
    """Shows how each place behaves, and lets one change it."""
    world = world_of(request)
    now = {where: KINDS.get(world.mischief.get(where, {}).get("what", ""), "Behaves") for where in PLACES}
    return show(
        "mischief.html",
        now=now,
        kinds=KINDS,
        places=PLACES,
        personalities=list(PERSONALITIES),
        plays=world.plays.name,
        storage=STORAGE,
        keeps=world.keeps,
        hints_once=world.hints_once,
    )


def _cell(world: World, column: DemoLineItem, sub: str) -> tuple[str, str]:
    """Says what stands in a cell, and where a teacher looks at the work behind it."""
    score = world.scores.get((column.id, sub))
    here = score is not None and column.link_id in world.activities
    query = urlencode({"user": "tutor", "activity": f"review:{sub}:{column.link_id}"})
    return _shown(score), f"/frame?{query}" if here else ""


def _shown(score: dict[str, Any] | None) -> str:
    if score is None:
        return "-"
    if "scoreGiven" not in score:
        return str(score["activityProgress"])
    return f"{score['scoreGiven']:g} of {score['scoreMaximum']:g}"
