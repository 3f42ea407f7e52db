"""Reads forms with files that may be far too large without losing the words that were typed beside them."""

import re

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from training.core.handed_files import MOST_BYTES, HandedFile

BOUNDARY = re.compile(r'boundary="?([^";,]+)"?')


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
