"""How much of a request is read: no more than its route takes; of forms with files the words typed beside them."""

import re

from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from training.core.handed_files import MOST_BYTES, HandedFile
from training.parsing.text import counting_number

BOUNDARY = re.compile(r'boundary="?([^";,]+)"?')


class BodyLimit:
    """Takes no more of a request than so many bytes; raises HTTPException, of which the page of troubles is made.

    The framework's own limit answers people and programs alike in plain text.
    """

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and counts what is read of it."""
        said, passed = counting_number(Headers(scope=scope).get("content-length")), 0

        async def limited() -> Message:
            nonlocal passed
            message = await receive()
            passed += len(message.get("body", b""))
            if max(said, passed) > self.most:
                raise HTTPException(413)
            return message

        await self.app(scope, limited, send)


def cut(request: Request, *, most: int) -> Request:
    """Gives the request with a form that ends after so many bytes: what comes later is read and thrown away.

    The fields in front of a file arrive whole, and the file itself is longer than anybody may send. So the page can say
    so beside what was typed, where a refusal of the whole body would lose it.
    """
    found = BOUNDARY.search(request.headers.get("content-type", ""))
    ending = f"\r\n--{found[1]}--\r\n".encode() if found else b""
    passed = 0

    async def receive() -> Message:
        nonlocal passed
        message = await request.receive()
        if message["type"] != "http.request":
            return message
        body, more = message.get("body", b""), message.get("more_body", False)
        if passed + len(body) <= most:
            passed += len(body)
            return message
        while more:
            message = await request.receive()
            if message["type"] != "http.request":
                return message
            more = message.get("more_body", False)
        return {"type": "http.request", "body": body[: most - passed] + ending, "more_body": False}

    return Request(request.scope, receive, request._send)


async def handed_file(sent: object, *, most: int = MOST_BYTES) -> HandedFile | None:
    """Reads the file of a form, no more of it than shows that it is too long; None where none was chosen."""
    if isinstance(sent, UploadFile) and sent.filename:
        return HandedFile(sent.filename, await sent.read(most + 1))
    return None
