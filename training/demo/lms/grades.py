"""The pretend LMS's gradebook service (AGS 2.0), as strict as the strictest real ones."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from training.demo.lms.guarding import guarded
from training.demo.lms.resources import world_of
from training.demo.lms.world import DemoLineItem, User, World

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
VENDOR = "application/vnd.ims."
GRADING = ("NotReady", "Failed", "Pending", "PendingManual", "FullyGraded")
PROGRESS = ("Initialized", "Started", "InProgress", "Submitted", "Completed")


async def line_items(request: Request) -> Response:
    """Lists the columns that match, or adds one."""
    if spoiled := await guarded(request, "lineitems", f"{SCOPE}lineitem"):
        return spoiled
    world = world_of(request)
    if request.method == "POST":
        if request.headers.get("content-type") != f"{VENDOR}lis.v2.lineitem+json":
            return PlainTextResponse("wrong media type", 415)
        wish = await request.json()
        added = world.add_line_item(
            wish["label"],
            wish["scoreMaximum"],
            resource_id=wish.get("resourceId", ""),
            link_id=wish.get("resourceLinkId", ""),
            tag=wish.get("tag", ""),
        )
        return JSONResponse(_written(world, added), 201, media_type=f"{VENDOR}lis.v2.lineitem+json")
    asked = request.query_params
    names = {"resource_link_id": "link_id", "resource_id": "resource_id", "tag": "tag"}
    wanted = {inner: asked[outer] for outer, inner in names.items() if asked.get(outer)}
    matching = [item for item in world.line_items.values() if wanted.items() <= vars(item).items()]
    found = [_written(world, item) for item in matching]
    return JSONResponse(found, media_type=f"{VENDOR}lis.v2.lineitemcontainer+json")


async def line_item(request: Request) -> Response:
    """Shows one column."""
    if spoiled := await guarded(request, "lineitems", f"{SCOPE}lineitem"):
        return spoiled
    item = world_of(request).line_items.get(request.path_params["item"])
    return JSONResponse(_written(world_of(request), item)) if item else PlainTextResponse("no such column", 404)


async def scores(request: Request) -> Response:
    """Takes a score, if its media type, values and time stamp are right."""
    if spoiled := await guarded(request, "scores", f"{SCOPE}score"):
        return spoiled
    world, identifier = world_of(request), request.path_params["item"]
    if identifier not in world.line_items:
        return PlainTextResponse("no such column", 404)
    if request.headers.get("content-type") != f"{VENDOR}lis.v1.score+json":
        return PlainTextResponse("wrong media type", 415)
    score = await request.json()
    if problem := _why_not(world, score):
        return PlainTextResponse(problem, 422)
    place = identifier, score["userId"]
    if _is_stale(world, place, score):
        return PlainTextResponse("timestamp must be later than the last one", world.plays.stale_status)
    world.scores[place], world.arrived[place] = score, world.clock()
    world.received.append({**score, "line_item": identifier})
    return Response(status_code=world.plays.score_status)


def _is_stale(world: World, place: tuple[str, str], score: dict[str, Any]) -> bool:
    last = world.scores.get(place)
    if last is None:
        return False
    # One real LMS keeps the second in which the score arrived, and compares with that.
    since = world.arrived[place].replace(microsecond=0) if world.plays.own_delivery_clock else _moment(last)
    return _moment(score) < since if world.plays.equal_stamps else _moment(score) <= since


def _why_not(world: World, score: dict[str, Any]) -> str:
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("unknown user", lambda: score["userId"] in world.users),
        ("not a student", lambda: not world.plays.students_only or _is_student(world.users[score["userId"]])),
        ("gradingProgress", lambda: score["gradingProgress"] in GRADING),
        ("activityProgress", lambda: score["activityProgress"] in PROGRESS),
        ("timestamp without zone", lambda: _moment(score).tzinfo is not None),
        ("scoreGiven", lambda: "scoreGiven" not in score or score["scoreGiven"] >= 0),
        ("scoreMaximum", lambda: "scoreGiven" not in score or score["scoreMaximum"] > 0),
    )
    for words, holds in checks:
        try:
            if not holds():
                return words
        except (KeyError, TypeError, ValueError):
            return f"{words} is missing or wrong"
    return ""


def _is_student(user: User) -> bool:
    return any(role.endswith("#Learner") for role in user.roles)


def _moment(score: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(score["timestamp"])


async def results(request: Request) -> Response:
    """Lists what the gradebook shows in one column."""
    if spoiled := await guarded(request, "scores", f"{SCOPE}result.readonly"):
        return spoiled
    world, identifier = world_of(request), request.path_params["item"]
    url = world.line_item_url(identifier)
    found = [
        {
            "id": f"{url}/results/{sub}",
            "scoreOf": url,
            "userId": sub,
            "resultScore": score.get("scoreGiven"),
            "resultMaximum": score.get("scoreMaximum"),
            "comment": score.get("comment", ""),
        }
        for (item, sub), score in world.scores.items()
        if item == identifier
    ]
    return JSONResponse(found, media_type=f"{VENDOR}lis.v2.resultcontainer+json")


def _written(world: World, item: DemoLineItem) -> dict[str, Any]:
    optional = {"resourceId": item.resource_id, "resourceLinkId": item.link_id, "tag": item.tag}
    return {
        "id": world.line_item_url(item.id),
        "label": item.label,
        "scoreMaximum": item.maximum,
        **{name: value for name, value in optional.items() if value},
    }
