"""The pretend LMS places activities: a deep linking request by a teacher, and what comes back."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from training.demo.lms.paper import show
from training.demo.lms.resources import LmsResources, world_of
from training.demo.lms.world import CLIENT_ID, CONTEXT_ID, COURSE_TITLE, DEPLOYMENT_ID, PlacedLink, User, World

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
HINT = "deep-linking"
DATA = "course-1:the place where it goes"


def request_claims(world: World, user: User, *, nonce: str) -> dict[str, Any]:
    """Writes the claims of a deep linking request. Source: Deep Linking 2.0, 4.4."""
    now = int(world.clock().timestamp())
    return {
        "iss": world.base_url,
        "aud": CLIENT_ID,
        "sub": user.sub,
        "nonce": nonce,
        "iat": now,
        "exp": now + 60,
        f"{LTI}message_type": "LtiDeepLinkingRequest",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": DEPLOYMENT_ID,
        f"{LTI}roles": list(user.roles),
        f"{LTI}context": {"id": CONTEXT_ID, "title": COURSE_TITLE},
        f"{DL}deep_linking_settings": {
            "deep_link_return_url": f"{world.base_url}/placed",
            "accept_types": ["ltiResourceLink", "link"],
            "accept_presentation_document_targets": ["iframe", "window"],
            "accept_multiple": True,
            "accept_lineitem": True,
            "auto_create": False,
            "data": DATA,
        },
        **({"name": user.name} if user.name else {}),
    }


async def placed(request: Request) -> Response:
    """Takes the tool's answer, checks it as a strict platform does, and places the activities."""
    world, form = world_of(request), await request.form()
    claims = await LmsResources.of(request).check_signed(str(form.get("JWT", "")), audience=world.base_url)
    if isinstance(claims, str):
        return show("said.html", 400, title="Not placed", words=claims)
    wanted = {
        f"{LTI}message_type": "LtiDeepLinkingResponse",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": DEPLOYMENT_ID,
        f"{DL}data": DATA,
    }
    wrong = [name for name, value in wanted.items() if claims.get(name) != value]
    items = claims.get(f"{DL}content_items")
    if not isinstance(items, list) or not all(item.get("url") and item.get("title") for item in items):
        wrong.append("content_items")
    if problem := ", ".join(wrong):
        return show("said.html", 400, title="Not placed", words=problem)
    for item in claims[f"{DL}content_items"]:
        _place(world, item)
    if not claims[f"{DL}content_items"]:
        return show("said.html", title="Nothing was placed", words=str(claims.get(f"{DL}msg", "")))
    return RedirectResponse("/", 303)


def _place(world: World, item: dict[str, Any]) -> None:
    identifier = f"placed-{len(world.activities)}"
    path = item["url"].removeprefix(world.tool_url)
    activity = PlacedLink(identifier, item["title"], path, custom=item.get("custom", {}))
    wish = item.get("lineItem")
    if wish:
        activity.line_item = world.add_line_item(
            wish.get("label", item["title"]),
            wish["scoreMaximum"],
            resource_id=wish.get("resourceId", ""),
            link_id=identifier,
            tag=wish.get("tag", ""),
        ).id
    world.activities[identifier] = activity
