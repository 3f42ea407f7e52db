"""The service and the pretend LMS side by side: the LMS answers on a real port, browsers speak to the service."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette

from tests.conftest import ORIGIN
from training.demo.cast import known
from training.demo.lms.app import build
from training.demo.lms.joining import join
from training.demo.lms.world import World
from training.lti.platform.tool import Tool


@asynccontextmanager
async def served(app: Any, place: int | socket.socket) -> AsyncIterator[None]:
    """Serves an app on a port of this machine, or on a socket that holds one already."""
    holder = place if isinstance(place, socket.socket) else held_port(place)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", date_header=False))
    task = asyncio.create_task(server.serve([holder]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def held_port(port: int = 0) -> socket.socket:
    """Takes a port, a free one unless it is named, and keeps it: nobody else can take it before it is served."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", port))
    return held


def free_port() -> int:
    """Finds a port for a program that binds it by itself."""
    with held_port() as found:
        return int(found.getsockname()[1])


@dataclass
class Side:
    """The service, the pretend LMS beside it, and what a browser does between them."""

    service: Starlette
    world: World
    browser: httpx2.AsyncClient

    @property
    def tool(self) -> Tool:
        """Gives what the LTI room knows of the service."""
        return self.service.state.resources.tool

    def another_browser(self) -> httpx2.AsyncClient:
        """Opens a browser with an empty cookie jar."""
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.service), base_url=ORIGIN)

    async def begin(self, sub: str = "amina", activity: str = "a-course", **changed: str | None) -> dict[str, str]:
        """Begins a login as the LMS would, and gives the query that the service answers with."""
        asked = {
            "iss": self.world.base_url,
            "target_link_uri": ORIGIN + self.world.activities[activity].path,
            "login_hint": sub,
            "lti_message_hint": self.world.message_hint(activity),
            "client_id": "training",
            "lti_deployment_id": "demo-1",
            **changed,
        }
        params = {name: value for name, value in asked.items() if value is not None}
        answer = await self.browser.get("/lti/login", params=params)
        assert answer.status_code == 302, answer.headers.get("X-Refusal")
        return dict(httpx2.URL(answer.headers["location"]).params)

    async def token_for(self, query: dict[str, str]) -> str:
        """Asks the LMS to answer an authentication request, and takes the token from its auto-posted page."""
        async with httpx2.AsyncClient() as visitor:
            return field((await visitor.get(f"{self.world.base_url}/auth", params=query)).text, "id_token")

    async def post(self, token: str, state: str, browser: httpx2.AsyncClient | None = None) -> httpx2.Response:
        """Posts a token to the service as the LMS's page does."""
        return await (browser or self.browser).post(
            "/lti/launch", data={"id_token": token, "state": state}, headers={"Sec-Fetch-Site": "cross-site"}
        )

    async def launch(self, sub: str = "amina", activity: str = "a-course") -> httpx2.Response:
        """Launches an activity as one of the LMS's people, from the first click to the last redirect."""
        query = await self.begin(sub, activity)
        return await self.post(await self.token_for(query), query["state"])


def field(page: str, name: str) -> str:
    """Takes the value of a hidden field from a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


@pytest.fixture
async def side(service: Starlette) -> AsyncIterator[Side]:
    """Gives the service with the pretend LMS registered and running."""
    holder = held_port()
    base = f"http://127.0.0.1:{holder.getsockname()[1]}"
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=service), base_url=ORIGIN) as keys:
        lms = build(ORIGIN, base, tool=keys)
        await join(base, now=datetime.now(UTC), people={"amina": known("amina")})
        async with served(lms, holder):
            side = Side(service, lms.state.resources.world, httpx2.AsyncClient())
            async with side.another_browser() as browser:
                side.browser = browser
                yield side
            await side.tool.platform.outbound.close()  # its idle connections would outlive the LMS
