"""The pretend LMS signs people in: it starts logins, answers them with signed tokens, and publishes its keys."""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from training.demo.lms import wishes
from training.demo.lms.mischief import misbehave
from training.demo.lms.paper import show
from training.demo.lms.resources import LmsResources, world_of
from training.demo.lms.wishes import NOTICES, NRPS, SCOPES
from training.demo.lms.world import CLIENT_ID, DEPLOYMENT_ID, World, fresh_key


async def start(request: Request) -> Response:
    """Starts a login at the tool for one of our people, by GET or by an auto-posted form."""
    world, asked = world_of(request), request.query_params
    wanted = asked["activity"]
    activity = world.activities.get(wanted.partition("@")[0])
    path = activity.path if activity else "/"
    fields = {
        "iss": world.base_url,
        "target_link_uri": world.tool_url + path,
        "login_hint": world.hint(asked["user"]),
        "lti_message_hint": world.message_hint(wanted),
        "client_id": CLIENT_ID,
        "lti_deployment_id": DEPLOYMENT_ID,
    }
    if world.storage and request.headers.get("sec-fetch-dest") == "iframe":
        fields["lti_storage_target"] = world.storage
    if asked.get("by") == "post" or world.plays.login_by_post:
        return _auto_post(f"{world.tool_url}/lti/login", fields)
    return RedirectResponse(f"{world.tool_url}/lti/login?{urlencode(fields)}", 302)


async def authorize(request: Request) -> Response:
    """Answers the tool's authentication request with a posted token. Source: Security Framework 1.0, 5.1.1."""
    world = world_of(request)
    asked = dict(request.query_params) if request.method == "GET" else dict(await request.form())
    wanted = world.take_hint(str(asked.get("lti_message_hint", "")))
    problem = _why_not(world, asked, wanted)
    if problem:
        return HTMLResponse(f"<p>The pretend LMS cannot go on: {problem}</p>", 400)
    state = str(asked["state"])
    if world.mischief.get("login", {}).get("what") == "error":
        return _auto_post(
            f"{world.tool_url}/lti/launch",
            {"error": "login_required", "error_description": "You are not signed in here.", "state": state},
        )
    if world.plays.rotates and world.clock() - world.rotated >= timedelta(hours=1):
        world.keys, world.rotated = [fresh_key()], world.clock()
    user = world.users[str(asked["login_hint"]).partition("|")[0]]
    token = world.sign(wishes.claims_of(world, user, wanted, nonce=str(asked["nonce"])))
    return _auto_post(f"{world.tool_url}/lti/launch", {"id_token": token, "state": state})


def _why_not(world: World, asked: Mapping[str, Any], activity: str) -> str:
    wanted = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": CLIENT_ID,
        "redirect_uri": f"{world.tool_url}/lti/launch",
    }
    wrong = [name for name, value in wanted.items() if asked.get(name) != value]
    missing = [name for name in ("state", "nonce", "login_hint", "lti_message_hint") if not asked.get(name)]
    sub = str(asked.get("login_hint", "")).partition("|")[0]
    unknown = sub not in world.users or asked.get("login_hint") != world.hint(sub)
    unknown = unknown or not wishes.is_known(world, activity)
    return ", ".join(wrong + missing + (["unknown person or activity"] if unknown else []))


async def key_set(request: Request) -> Response:
    """Publishes our keys, or what mischief makes of them."""
    if spoiled := await misbehave(request, "keys"):
        return spoiled
    world = world_of(request)
    keys = world.keys
    if world.mischief.get("keys", {}).get("what") == "wrong":
        keys = [fresh_key() for _ in keys]
        for wrong, right in zip(keys, world.keys, strict=True):
            wrong.kid = right.kid
    published = [key.public() for key in keys]
    if world.plays.bare_keys:
        published = [{name: key[name] for name in ("kty", "n", "e", "kid")} for key in published]
    return JSONResponse({"keys": published}, headers=world.key_headers)


async def token(request: Request) -> Response:
    """Gives a service token for a signed assertion. Source: Security Framework 1.0, 4.1.1."""
    if spoiled := await misbehave(request, "token"):
        return spoiled
    world, form = world_of(request), await request.form()
    problem = await LmsResources.of(request).check_assertion(str(form.get("client_assertion", "")))
    if form.get("grant_type") != "client_credentials" or problem:
        return JSONResponse({"error": "invalid_client", "error_description": problem}, 400)
    known = {*SCOPES, f"{NRPS}scope/contextmembership.readonly", NOTICES}
    granted = known & frozenset(str(form.get("scope", "")).split())
    if not granted:
        return JSONResponse({"error": "invalid_scope"}, 400)
    access = secrets.token_urlsafe(24)
    world.tokens[access] = frozenset(granted)
    said = {"access_token": access, "token_type": "Bearer", "expires_in": int(timedelta(hours=1).total_seconds())}
    body = {**said, "scope": " ".join(sorted(granted))}
    return Response(json.dumps(body), headers={"Content-Type": world.plays.grant_label})


def _auto_post(url: str, fields: Mapping[str, str]) -> Response:
    return show("post.html", url=url, fields=fields)
