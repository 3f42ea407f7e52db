"""What the pages of the pretend LMS share: its world, its way to the tool, and what it checks of the tool's tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx2
import jwt

from training.demo.lms.world import CLIENT_ID, World


@dataclass(frozen=True)
class LmsResources:
    """Made once for an app; `tool` is how it reads the tool's keys, and sends it notices."""

    world: World
    tool: httpx2.AsyncClient

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Self:
        """Gives those of the app that got the request."""
        found = request["app"].state.resources
        assert isinstance(found, cls)
        return found

    async def check_signed(self, token: str, *, audience: str) -> dict[str, Any] | str:
        """Checks what the tool signed: gives the claims, or says what is wrong."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            published = (await self.tool.get(f"{self.world.tool_url}/.well-known/jwks.json")).json()["keys"]
            key = next(jwt.PyJWK(one) for one in published if one["kid"] == kid)
            options: Any = {"require": ["iss", "aud", "iat", "exp"], "verify_exp": False, "verify_iat": False}
            claims = jwt.decode(token, key, ["RS256"], audience=audience, issuer=CLIENT_ID, options=options)
        except (jwt.PyJWTError, httpx2.HTTPError, StopIteration, RuntimeError) as error:
            return f"the signature: {error!r}"
        if not claims["iat"] <= self.world.clock().timestamp() < claims["exp"]:
            return "it is not of this moment"  # without any leeway, as one platform is
        return claims

    async def check_assertion(self, assertion: str) -> str:
        """Says what is wrong with a client assertion, or nothing."""
        audience = f"{self.world.base_url}{self.world.plays.assertion_audience}"
        claims = await self.check_signed(assertion, audience=audience)
        if isinstance(claims, str):
            return claims
        if claims.get("sub") != CLIENT_ID or claims["exp"] - claims["iat"] > 300 or not isinstance(claims["aud"], str):
            return "sub, aud or life"
        if not claims.get("jti") or claims["jti"] in self.world.assertions:
            return "jti"
        self.world.assertions.add(claims["jti"])
        return ""


def world_of(request: Mapping[str, Any]) -> World:
    """Gives the world of the app that got the request."""
    return LmsResources.of(request).world
