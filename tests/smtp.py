"""A mail server that answers as it is told, for tests of what becomes of letters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """Takes every message, but answers some addresses, senders or messages as `says` tells."""

    port: int = 0
    says: dict[str, str] = field(default_factory=dict)
    """Address, "MAIL" or "DATA" → the reply."""
    taken: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speaks SMTP with one client."""

        def reply(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        reply("220 mail.example")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                reply(self.says.get(address, "250 fine"))
            elif verb == "DATA":
                reply("354 go on")
                text = await reader.readuntil(b"\r\n.\r\n")
                answer = self.says.get("DATA", "250 fine")
                if answer.startswith("250"):
                    self.taken.append(text.decode())
                reply(answer)
            else:
                reply({"MAIL": self.says.get("MAIL", "250 fine"), "QUIT": "221 bye"}.get(verb, "250 fine"))
        writer.close()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """Runs a mail server on a free port."""
    made = MailServer()
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
