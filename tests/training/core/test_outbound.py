"""The guard of outgoing calls: no private address in any form, no other host, no endless answer."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from training.core.errors import Upstream
from training.core.outbound import AddressForbidden, Outbound

FORMS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0.0.0.0",
    "0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fec0::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "\u2460\u2461\u2466.0.0.1",
    "127\u30020\u30020\u30021",
)


class Counting:
    """A bare server that counts connections and answers each as it is told."""

    def __init__(self) -> None:
        self.connections = 0
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        self.seconds = 0.0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(self.seconds)
            writer.write(self.answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def counting() -> AsyncIterator[tuple[Counting, int]]:
    handler = Counting()
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        yield handler, server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("host", FORMS)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_private_address_is_refused_in_every_form_and_gets_no_packet(host: str, scheme: str) -> None:
    async with counting() as (server, port), Outbound() as outbound:
        with pytest.raises((AddressForbidden, Upstream)) as refused:
            await outbound.fetch("GET", f"{scheme}://{host}:{port}/", ports=(443, port))
        assert server.connections == 0
        if isinstance(refused.value, AddressForbidden):
            assert refused.value.message == AddressForbidden().message


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/",
        "example.org",
        "",
        "https://user@example.org/",
        "https://user:password@example.org/",
        "https://@example.org/",
        "https://",
        "https://example.org:22/",
        "https://example.org:8443/",
        "http://example.org/",
        "https://example.org:x/",
        "https://example.org/\r\nX: y",
        "javascript:alert(1)",
        "https://[::1/",
        "unix:///run/docker.sock",
    ],
)
async def test_an_odd_address_is_refused(url: str) -> None:
    async with Outbound() as outbound:
        with pytest.raises(AddressForbidden):
            await outbound.fetch("GET", url)


async def test_a_name_that_changes_after_the_check_is_checked_again_at_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with counting() as (server, port), Outbound(["8.8.8.8"]) as outbound:
        told = iter(["8.8.8.8", "127.0.0.1", "127.0.0.1"])

        async def rebinding(host: str, port: int, **_: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(told), port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding)
        with pytest.raises(AddressForbidden):
            await outbound.fetch("GET", f"http://rebinding.example:{port}/")
        assert server.connections == 0


async def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    async def both(host: str, port: int, **_: Any) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("8.8.8.8", port)), (*kind, ("10.0.0.1", port))]

    async with Outbound() as outbound:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
        with pytest.raises(AddressForbidden):
            await outbound.fetch("GET", "https://both.example/")


async def test_an_exempt_host_may_be_called_over_http_on_any_port() -> None:
    for allow in (["127.0.0.1"], ["localhost"], ["127.0.0.1", "localhost"]):
        async with counting() as (server, port), Outbound(allow) as outbound:
            name = "localhost" if "localhost" in allow else "127.0.0.1"
            assert (await outbound.fetch("GET", f"http://{name}:{port}/")).json() == {}
            assert server.connections == 1


async def test_an_exempt_host_is_exempt_from_nothing_else() -> None:
    async with counting() as (server, port), Outbound(["127.0.0.1"]) as outbound:
        for url in (f"http://user@127.0.0.1:{port}/", f"ftp://127.0.0.1:{port}/", f"http://127.0.0.2:{port}/"):
            with pytest.raises(AddressForbidden):
                await outbound.fetch("GET", url)
            with pytest.raises(AddressForbidden):
                await outbound.check(url)
        await outbound.check(f"http://127.0.0.1:{port}/")
        assert server.connections == 0


@pytest.mark.parametrize(
    "place",
    [
        "http://localhost:{port}/",
        "http://127.0.0.1:1/",
        "https://127.0.0.1:{port}/",
        "http://169.254.169.254/",
        "//other.example/",
    ],
)
async def test_a_redirect_to_another_host_port_or_scheme_is_not_followed(place: str) -> None:
    async with counting() as (server, port), Outbound(["127.0.0.1"]) as outbound:
        server.answer = (
            f"HTTP/1.1 302 Found\r\nLocation: {place.format(port=port)}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        with pytest.raises(AddressForbidden):
            await outbound.fetch("GET", f"http://127.0.0.1:{port}/")
        assert server.connections == 1


async def test_a_redirect_in_circles_ends() -> None:
    async with counting() as (server, port), Outbound(["127.0.0.1"]) as outbound:
        server.answer = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
        with pytest.raises(Upstream):
            await outbound.fetch("GET", f"http://127.0.0.1:{port}/")
        assert server.connections <= 4


async def test_a_redirect_of_a_post_is_never_followed() -> None:
    async with counting() as (server, port), Outbound(["127.0.0.1"]) as outbound:
        server.answer = b"HTTP/1.1 307 Again\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
        assert (await outbound.fetch("POST", f"http://127.0.0.1:{port}/", body=b"x")).status == 307
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n" + b"x" * 600_000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"x" * 50_000_000),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"not http at all\r\n\r\n",
        b"",
    ],
)
async def test_an_answer_too_large_or_broken_is_an_upstream_trouble(answer: bytes) -> None:
    async with counting() as (server, port), Outbound(["127.0.0.1"]) as outbound:
        server.answer = answer
        with pytest.raises(Upstream):
            await outbound.fetch("GET", f"http://127.0.0.1:{port}/")


async def test_a_packed_answer_of_honest_size_is_unpacked() -> None:
    async with counting() as (server, port), Outbound(["127.0.0.1"]) as outbound:
        packed = gzip.compress(b'{"a": 1}')
        server.answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + packed
        assert (await outbound.fetch("GET", f"http://127.0.0.1:{port}/")).json() == {"a": 1}


async def test_a_slow_answer_ends_in_time() -> None:
    async with counting() as (server, port), Outbound(["127.0.0.1"], total_seconds=0.2) as outbound:
        server.seconds = 5
        with pytest.raises(Upstream):
            await asyncio.wait_for(outbound.fetch("GET", f"http://127.0.0.1:{port}/"), 2)


async def test_a_system_that_says_nothing_holds_a_page_ten_seconds_at_most() -> None:
    async with counting() as (server, port), Outbound(["127.0.0.1"]) as outbound:
        server.seconds = 60
        with pytest.raises(Upstream):
            await asyncio.wait_for(outbound.fetch("GET", f"http://127.0.0.1:{port}/"), 10.5)
