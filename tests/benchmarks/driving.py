"""Drives a service over kept connections with requests written beforehand, so that it costs next to nothing."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvloop


@dataclass(frozen=True)
class Answer:
    """One answer: its status, head and body, and how long it took."""

    status: int
    head: str
    body: bytes
    seconds: float

    def header(self, name: str) -> str:
        """Gives a header, or an empty text."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: str) -> list[str]:
        """Gives every header of that name."""
        parts = (line.partition(":") for line in self.head.split("\r\n")[1:])
        return [value.strip() for key, _, value in parts if key.lower() == name]

    @property
    def cookies(self) -> str:
        """Writes the cookies that the answer set, as the browser brings them back."""
        return "; ".join(cookie.partition(";")[0] for cookie in self.headers("set-cookie"))


@dataclass(frozen=True)
class Drive:
    """What came of many requests: an answer for each, the whole time, and how busy the driver was (0 to 1)."""

    answers: Sequence[Answer]
    seconds: float
    busy: float


def get(origin: str, path: str, cookies: str = "") -> bytes:
    """Writes a GET."""
    return _request("GET", origin, path, {"Cookie": cookies} if cookies else {})


def post(origin: str, path: str, fields: dict[str, str], cookies: str = "", **headers: str) -> bytes:
    """Writes a form that a page of another site posts."""
    body = urlencode(fields).encode()
    told = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)), **headers}
    return _request("POST", origin, path, told | ({"Cookie": cookies} if cookies else {})) + body


def drive(origin: str, requests: Sequence[bytes], *, connections: int) -> Drive:
    """Sends all requests, each as soon as one of the connections is free."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(origin, requests, connections))


async def _drive(origin: str, requests: Sequence[bytes], connections: int) -> Drive:
    answers: list[Any] = [None] * len(requests)
    waiting = iter(enumerate(requests))
    lines = [Line(origin) for _ in range(connections)]
    for line in lines:
        await line.open()
    begun, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(_work(line, waiting, answers) for line in lines))
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    for line in lines:
        line.close()
    return Drive(answers, seconds, worked / seconds)


async def _work(line: "Line", waiting: Iterator[tuple[int, bytes]], answers: list[Any]) -> None:
    for number, request in waiting:
        answers[number] = await line.ask(request)


class Line:
    """One connection, opened again where the other side closes it after an answer."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        self._host, self._port = parts.hostname, parts.port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connects."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)

    async def ask(self, request: bytes) -> Answer:
        """Sends a request and reads the whole answer."""
        begun = time.perf_counter()
        if self._reader is None or self._writer is None:
            await self.open()
        assert self._reader is not None and self._writer is not None
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").removesuffix("\r\n\r\n")
        answer = Answer(int(head[9:12]), head, b"", 0)
        ends = answer.header("connection").lower() == "close"
        body = await self._body(answer)
        if ends:
            self.close()
        return Answer(answer.status, head, body, time.perf_counter() - begun)

    async def _body(self, answer: Answer) -> bytes:
        assert self._reader is not None
        if length := answer.header("content-length"):
            return await self._reader.readexactly(int(length))
        if answer.header("transfer-encoding") != "chunked":
            return await self._reader.read()
        body = b""
        while size := int(await self._reader.readline(), 16):
            body += await self._reader.readexactly(size)
            await self._reader.readline()
        await self._reader.readline()
        return body

    def close(self) -> None:
        """Hangs up."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def _request(method: str, origin: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(origin).netloc}"]
    return "\r\n".join(
        [*lines, *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "", ""]
    ).encode()
