"""The pretend LMS takes tools by dynamic registration: its configuration, and the address that takes theirs."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from training.demo.lms.mischief import misbehave, world_of
from training.demo.lms.wishes import SCOPES
from training.demo.lms.world import DEPLOYMENT_ID

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
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


async def configuration(request: Request) -> Response:
    """Says where our endpoints are. Source: LTI Dynamic Registration 1.0, 3.4."""
    if spoiled := await misbehave(request, "configuration"):
        return spoiled
    world = world_of(request)
    base = world.base_url
    return JSONResponse(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/auth",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
            "registration_endpoint": f"{base}/tools",
            "scopes_supported": ["openid", *SCOPES, MEMBERS],
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            PLATFORM: {
                "product_family_code": "pretend-lms",
                "version": "1",
                "messages_supported": [{"type": "LtiResourceLinkRequest"}, {"type": "LtiDeepLinkingRequest"}],
            },
            **world.configured,
        }
    )


async def tools(request: Request) -> Response:
    """Takes a new tool, or a known one's new values, with a token; tells what it knows of one."""
    if spoiled := await misbehave(request, "tools"):
        return spoiled
    world = world_of(request)
    if request.headers.get("authorization") != "Bearer let-me-in":
        return JSONResponse({"error": "invalid_token"}, 401)
    if request.method == "GET":
        known = world.tools.get(request.path_params["client_id"])
        return JSONResponse(known) if known else JSONResponse({"error": "invalid_client"}, 404)
    told = await request.json()
    missing = [name for name in NEEDED if not told.get(name)]
    if missing:
        return JSONResponse({"error": "invalid_client_metadata", "error_description": ", ".join(missing)}, 400)
    client_id = told.get("client_id") or f"tool-{len(world.tools) + 1}"
    world.tools[client_id] = told
    answer: dict[str, Any] = {
        **told,
        "client_id": client_id,
        "registration_client_uri": f"{world.base_url}/tools/{client_id}",
        "registration_access_token": "let-me-in",
        TOOL: {**told[TOOL], "deployment_id": DEPLOYMENT_ID},
    }
    return JSONResponse(answer, 200 if request.method == "PUT" else 201)
