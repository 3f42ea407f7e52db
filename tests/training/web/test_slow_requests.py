"""Requests that do not come are closed, and hold up nobody; slow ones that do come are let through."""

import asyncio

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.browsing import free_port
from tests.holding import nobody_waits
from training.commands.serving import _server
from training.core.settings import load
from training.web.slow_requests import ImpatientProtocol

HALF = [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nhalf"]
WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Hasty(ImpatientProtocol):
    """The same with less patience."""

    patience_seconds, look_seconds, slowest_bytes = 0.6, 0.2, 50


async def length(request: Request) -> PlainTextResponse:
    """Answers how much came."""
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
async def port():
    app = Starlette(routes=[Route("/", length, methods=["GET", "POST"])])
    number = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=number, http=Hasty, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield number
    server.should_exit = True
    await running


async def test_half_sent_requests_are_closed_and_hold_up_nobody(port):
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
    for number, (_, writer) in enumerate(slow):
        writer.write(HALF[number % len(HALF)])
    closed = asyncio.gather(*(reader.read() for reader, _ in slow))
    while not closed.done():
        async with nobody_waits():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(WHOLE)
            assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        writer.close()
        await asyncio.sleep(0.05)
    assert not any(b"HTTP/1.1 2" in answer for answer in await closed)
    for _, writer in slow:
        writer.close()


async def test_an_upload_that_comes_slowly_comes_through(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000\r\n\r\n")
    for _ in range(30):
        writer.write(b"x" * 100)
        await asyncio.sleep(0.05)
    answer = await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(4)
    assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"3000")
    writer.close()


def test_the_service_speaks_this_protocol():
    server = _server(Starlette(), "127.0.0.1", 0, load(_env_file=None, secret_key="s" * 40).trusted_proxies)
    assert server.config.http is ImpatientProtocol
