"""Fetches what came back to the mailbox of returned mail, by IMAP: the standard library's client, in a thread."""

import asyncio
import imaplib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from training.core.errors import Upstream

MOST = 100
"""Mails fetched in one round; the next round fetches more."""
SECONDS = 30


async def returned_mails(url: str) -> dict[str, bytes]:
    """Fetches the reports that nobody has seen, by their number in the mailbox; what people wrote stays unread."""
    found: dict[str, bytes] = await _asked(_fetch, url)
    return found


async def mark_seen(url: str, numbers: Iterable[str]) -> None:
    """Marks reports as seen, once it is noted what they say."""
    if wanted := list(numbers):
        await _asked(_mark, url, ",".join(wanted))


async def _asked(what: Callable[..., Any], *given: str) -> Any:
    try:
        return await asyncio.to_thread(what, *given)
    except (imaplib.IMAP4.error, OSError) as error:
        raise Upstream(f"The mailbox of returned mail does not answer: {error}.") from error


@contextmanager
def _opened(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    secret = parts.scheme == "imaps"
    port = parts.port or (993 if secret else 143)
    with (imaplib.IMAP4_SSL if secret else imaplib.IMAP4)(parts.hostname or "", port, timeout=SECONDS) as box:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        box.select(unquote(parts.path.strip("/")) or "INBOX")
        yield box


def _fetch(url: str) -> dict[str, bytes]:
    with _opened(url) as box:
        _, (found,) = box.uid("SEARCH", "UNSEEN", "HEADER", "Content-Type", '"multipart/report"')
        numbers = found.decode().split()[:MOST]
        fetched = {number: box.uid("FETCH", number, "(BODY.PEEK[])")[1] for number in numbers}
    return {number: rows[0][1] for number, rows in fetched.items() if rows and isinstance(rows[0], tuple)}


def _mark(url: str, numbers: str) -> None:
    with _opened(url) as box:
        box.uid("STORE", numbers, "+FLAGS", r"(\Seen)")
