"""The page for developers: how a program is registered, gets a token and asks, with examples that work."""

from starlette.requests import Request
from starlette.responses import Response

from training.clients.examples import SECTIONS
from training.clients.operations import PER_MINUTE, ApiRoute
from training.clients.resources import ClientResources
from training.clients.scopes import SCOPES
from training.web.render import render


async def developers(request: Request) -> Response:
    """Shows how programs ask, and what there is to ask."""
    issuer = ClientResources.of(request).issuer
    doors = [one for one in request.app.routes if isinstance(one, ApiRoute)]
    return render(
        request, "clients/developers.html",
        token_url=issuer.token_url, per_minute=PER_MINUTE,
        scopes=[[name, one.words] for name, one in SCOPES.items()],
        operations=[[f"{it.operation.method} {it.path}", it.operation.summary, it.operation.scope] for it in doors],
        sections=[[text.replace("HOME", issuer.origin) for text in one] for one in SECTIONS],
    )  # fmt: skip
