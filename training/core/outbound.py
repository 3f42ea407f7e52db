"""The one guarded HTTP client, for every address that somebody else told us."""

import asyncio
import ipaddress
import json
import socket
import ssl
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2

from training.core.errors import NotAllowed, Upstream

CONNECT_SECONDS = 5
TOTAL_SECONDS = 10
REFUSED_AFTER_SECONDS = 0.3
"""When a name is refused: most resolvers say by then that they do not know one."""
MAX_BYTES = 512 * 1024
MAX_REDIRECTS = 3
USER_AGENT = "facilitator-training/0.1"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressForbidden(NotAllowed):
    """An address that we do not call; the words are the same for every reason, so that they tell no secrets."""

    def __init__(self) -> None:
        super().__init__("We cannot call this address.", "Check its name, and that it is a public https address.")


@dataclass(frozen=True)
class Reply:
    """The answer of another system, read to its end."""

    status: int
    headers: httpx2.Headers
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        """Tells whether the answer is any 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Reads the body as JSON whatever its label says; raises Upstream when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Upstream("The answer was not JSON.", "Check the address.") from None


class Outbound:
    """Calls other systems: https, public addresses and known ports only, with caps on size, time and redirects.

    `allow` exempts hosts or addresses from the https, port and public-address rules, and from nothing else.
    """

    def __init__(self, allow: Iterable[str] = (), *, total_seconds: float = TOTAL_SECONDS) -> None:
        self.allow = frozenset(one.strip().strip("[]").lower() for one in allow)
        self.total_seconds = total_seconds
        transport = httpx2.AsyncHTTPTransport(_authorities(), trust_env=False)
        # The transport has no public way to choose how a connection is opened, and that is where the guard must stand.
        transport._pool._network_backend = _Guard(self.allow)  # type: ignore[attr-defined, unused-ignore]
        self.client = httpx2.AsyncClient(
            transport=transport,
            trust_env=False,
            timeout=httpx2.Timeout(total_seconds, connect=min(CONNECT_SECONDS, total_seconds)),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
        )

    async def __aenter__(self) -> "Outbound":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes all connections."""
        await self.client.aclose()

    async def check(self, url: str, *, ports: Iterable[int] = (443,)) -> None:
        """Raises AddressForbidden for an address that could not be called; nothing is sent.

        Names that nobody knows and names of our own network are answered alike, and after about the same time: whoever
        may make us look up names must not learn which of them there are here.
        """
        await self._check(url, frozenset(ports))
        parts, loop = urlsplit(url), asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                found = await _addresses(parts.hostname or "", parts.port or 443, self.allow)
        except (TimeoutError, AddressForbidden):
            found = []
        if not found:
            await asyncio.sleep(max(0, began + REFUSED_AFTER_SECONDS - loop.time()))
            raise AddressForbidden

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        ports: Iterable[int] = (443,),
        seconds: float = TOTAL_SECONDS,
    ) -> Reply:
        """Makes one call; raises AddressForbidden for the guard, Upstream when there is no whole answer in time."""
        try:
            async with asyncio.timeout(min(seconds, self.total_seconds)):
                return await self._follow(method, url, dict(headers or {}), body, frozenset(ports))
        except (TimeoutError, httpx2.TimeoutException):
            raise Upstream("The other system did not answer in time.", "We will try again.") from None
        except httpx2.InvalidURL:
            raise AddressForbidden from None
        except (httpx2.HTTPError, httpx2.StreamError):
            raise Upstream("The other system could not be reached.", "We will try again.") from None

    async def _follow(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, ports: frozenset[int]
    ) -> Reply:
        for _ in range(MAX_REDIRECTS + 1):
            await self._check(url, ports)
            async with self.client.stream(method, url, headers=headers, content=body, follow_redirects=False) as answer:
                raw = bytearray()
                async for chunk in answer.aiter_raw():
                    raw += chunk
                    if len(raw) > MAX_BYTES:
                        raise Upstream("The other system's answer is too large.", "Check the address.")
            reply = Reply(answer.status_code, answer.headers, _inflate(bytes(raw), answer.headers), url)
            place = reply.headers.get("location")
            if method != "GET" or place is None or reply.status not in (301, 302, 303, 307, 308):
                return reply
            onward = urljoin(url, place)
            if urlsplit(onward)[:2] != urlsplit(url)[:2]:
                raise AddressForbidden
            url = onward
        raise Upstream("The other system sends us round in circles.", "Check the address.")

    async def _check(self, url: str, ports: frozenset[int]) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise AddressForbidden from None
        if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or not url.isprintable():
            raise AddressForbidden
        usual = parts.scheme == "https" and (port or 443) in ports
        if not usual and host.lower() not in self.allow:
            found = await _resolve(host, port or 443) if self.allow else []
            if not found or not all(str(one) in self.allow for one in found):
                raise AddressForbidden


def is_web_address(url: str) -> bool:
    """Tells whether a text is written as an address of the web; whether it may be called is for `Outbound` to say."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.isprintable()
    except ValueError:  # brackets without an end, a port that there cannot be
        return False


def registered_ports(*urls: str) -> frozenset[int]:
    """Lists the ports that somebody entered with addresses, beside the usual one."""
    try:
        return frozenset({443, *(urlsplit(url).port or 443 for url in urls)})
    except ValueError:  # brackets without an end, a port that there cannot be
        raise AddressForbidden from None


class _Guard(httpcore2.AsyncNetworkBackend):
    """Opens connections to checked addresses only, after resolving, so that a name cannot change in between."""

    def __init__(self, allow: frozenset[str]) -> None:
        self.allow = allow
        self.inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolves, checks every address found, and connects to the first that answers."""
        addresses = await _addresses(host, port, self.allow)
        failure: Exception = httpcore2.ConnectError("the name has no address")
        for address in addresses[:4]:
            try:
                return await self.inner.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Waits between two tries."""
        await self.inner.sleep(seconds)


@cache
def _authorities() -> ssl.SSLContext:
    # Reading them all takes longer than many a call.
    return httpx2.create_ssl_context(trust_env=False)


async def _addresses(host: str, port: int, allow: frozenset[str]) -> list[Address]:
    found = await _resolve(host, port)
    if host.lower() not in allow and not all(str(one) in allow or is_public(one) for one in found):
        raise AddressForbidden
    return found


async def _resolve(host: str, port: int) -> list[Address]:
    # The resolver also reads 0x7f.1, 2130706433 and 0177.0.0.1: what is checked is what it makes of them.
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def is_public(address: Address) -> bool:
    """Tells whether an address is one of the open internet, looking also at the address carried inside of it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not any(address in network for network in _SPECIAL)


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Assigned for special use since the standard library's list was made.
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "64:ff9b:1::/48")))


def _inflate(raw: bytes, headers: httpx2.Headers) -> bytes:
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding in ("", "identity"):
        return raw
    if coding not in ("gzip", "x-gzip"):
        raise Upstream("The other system's answer is packed in a way we do not read.", "Check the address.")
    try:
        unpacked = zlib.decompressobj(wbits=31).decompress(raw, MAX_BYTES + 1)
    except zlib.error:
        raise Upstream("The other system's answer is broken.", "We will try again.") from None
    if len(unpacked) > MAX_BYTES:
        raise Upstream("The other system's answer is too large.", "Check the address.")
    return unpacked
