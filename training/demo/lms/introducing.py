"""The pretend LMS takes tools by dynamic registration: its configuration, and the address that takes theirs."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from training.demo.lms.mischief import misbehave
from training.demo.lms.paper import show
from training.demo.lms.resources import world_of
from training.demo.lms.wishes import NOTICES, SCOPES
from training.demo.lms.world import CLIENT_ID, DEPLOYMENT_ID

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
KNOCK = "let-me-in"
MESSAGES = (
    "LtiResourceLinkRequest",
    "LtiDeepLinkingRequest",
    "LtiSubmissionReviewRequest",
    "LtiDataPrivacyLaunchRequest",
)
NEEDED = (
    "application_type",
    "response_types",
    "grant_types",
    "initiate_login_uri",
    "redirect_uris",
    "client_name",
    "jwks_uri",
    "token_endpoint_auth_method",
    "scope",
    TOOL,
)


async def connect(request: Request) -> Response:
    """Shows how a tool is connected: by its registration link, or by hand."""
    world = world_of(request)
    base = world.base_url
    asked = {"openid_configuration": f"{base}/.well-known/openid-configuration", "registration_token": KNOCK}
    values = {
        "Issuer": base,
        "Client id": CLIENT_ID,
        "Authentication request address": f"{base}/auth",
        "Access token address": f"{base}/token",
        "Token audience": f"{base}{world.plays.assertion_audience}",
        "Public key set address": f"{base}/keys",
        "Deployment id": DEPLOYMENT_ID,
    }
    return show(
        "connect.html",
        tool=world.tool_url,
        link=f"{world.tool_url}/lti/register?{urlencode(asked)}",
        values=list(values.items()),
        tools=[(client_id, str(told["client_name"])) for client_id, told in world.tools.items()],
    )


async def configuration(request: Request) -> Response:
    """Says where our endpoints are. Source: LTI Dynamic Registration 1.0, 3.4."""
    if spoiled := await misbehave(request, "configuration"):
        return spoiled
    world = world_of(request)
    base, audience = world.base_url, world.plays.assertion_audience
    return JSONResponse(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/auth",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
            "registration_endpoint": f"{base}/tools",
            "scopes_supported": ["openid", *SCOPES, MEMBERS, NOTICES],
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            PLATFORM: {
                "product_family_code": world.plays.product,
                "version": "1",
                "messages_supported": [{"type": one} for one in MESSAGES],
            },
            **({"authorization_server": f"{base}{audience}"} if audience != "/token" else {}),
            **world.configured,
        }
    )


async def tools(request: Request) -> Response:
    """Takes a new tool, or a known one's new values, with a token; tells what it knows of one."""
    if spoiled := await misbehave(request, "tools"):
        return spoiled
    world = world_of(request)
    if request.headers.get("authorization") != f"Bearer {KNOCK}":
        return JSONResponse({"error": "invalid_token"}, 401)
    if request.method == "GET":
        known = world.tools.get(request.path_params["client_id"])
        return JSONResponse(known) if known else JSONResponse({"error": "invalid_client"}, 404)
    told = await request.json()
    missing = [name for name in NEEDED if not told.get(name)]
    if missing:
        return JSONResponse({"error": "invalid_client_metadata", "error_description": ", ".join(missing)}, 400)
    client_id = told.get("client_id") or (CLIENT_ID if world.alone else f"tool-{len(world.tools) + 1}")
    world.tools[client_id] = told
    answer: dict[str, Any] = {
        **told,
        "client_id": client_id,
        "registration_client_uri": f"{world.base_url}/tools/{client_id}",
        "registration_access_token": KNOCK,
        TOOL: {**told[TOOL], **({"deployment_id": DEPLOYMENT_ID} if world.tells_deployment else {})},
    }
    return JSONResponse(answer, 200 if request.method == "PUT" else 201)
