"""Programs that ask: `await program()` is one of the demo's unit that may do everything."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from tests.conftest import ORIGIN
from tests.training.clients.programs import Program, registered
from training.people.actor import Actor


@pytest.fixture
async def outside(service: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A connection without cookies, that no browser made."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=service), base_url=ORIGIN) as http:
        yield http


@pytest.fixture
def program(outside: httpx2.AsyncClient, cast: Callable[[str], Awaitable[Actor]]) -> Callable[..., Awaitable[Program]]:
    """Registers a program, as an administrator does."""

    async def made(**entry: Any) -> Program:
        return await registered(outside, await cast("farah"), **entry)

    return made
