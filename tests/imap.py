"""A mailbox that speaks as much IMAP as we ask, for tests of what came back."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """Holds mails by number, of which those in `seen` were read."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    port: int = 0
    closed: bool = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speaks IMAP with one client."""
        writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode().strip():
            tag, _, asked = line.partition(" ")
            for answer in self._answers(asked):
                writer.write(answer + b"\r\n")
            writer.write(f"{tag} {'NO away' if self.closed and asked.startswith('LOGIN') else 'OK done'}\r\n".encode())
        writer.close()

    def _answers(self, asked: str) -> list[bytes]:
        if asked.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1"]
        if asked.startswith("SELECT"):
            return [f"* {len(self.mails)} EXISTS".encode()]
        if asked.startswith("UID SEARCH"):
            found = [n for n, raw in self.mails.items() if n not in self.seen and b"multipart/report" in raw]
            return [b"* SEARCH " + " ".join(map(str, found)).encode()]
        if fetched := re.match(r"UID FETCH (\d+)", asked):
            raw = self.mails[int(fetched[1])]
            return [f"* 1 FETCH (UID {fetched[1]} BODY[] {{{len(raw)}}}".encode() + b"\r\n" + raw + b")"]
        if stored := re.match(r"UID STORE ([\d,]+)", asked):
            self.seen |= {int(one) for one in stored[1].split(",")}
        return []


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """Runs a mailbox on a free port."""
    made = Mailbox()
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
