"""Makes the PDF of a certificate in processes of its own, so that the service never waits for the press."""

import asyncio
import base64
import hashlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from certificates.credentials.facts import CertificateFacts, canonical
from certificates.credentials.pdf import template
from training.core.errors import Conflict, Upstream

HOME = Path(__file__).resolve().parents[3]
# A program of its own, so that it is the same however the service was started: what `multiprocessing` starts
# runs the service's own script once more, which a console script does not expect.
PROGRAM = (sys.executable, "-P", "-m", "certificates.credentials.pdf.worker")
SHEETS_PER_PROCESS = 250  # a process is replaced before its memory can grow
TIMEOUT_SECONDS = 30.0
LONGEST_LINE = 64_000_000  # bytes
NO_PICTURES: Mapping[str, bytes] = {}


class SwitchedOff(Conflict):
    """PDFs cannot be made on this machine; the HTML certificate stands in for them."""


class Unprintable(Conflict):
    """The certificate has letters that the shipped typefaces do not have, or too many; its page shows them."""


class Unavailable(Upstream):
    """The press could not print just now; trying again is worth it."""


class PdfPool:
    """Some render processes; close it with the service, or use it as `async with`."""

    def __init__(self, workers: int, *, enabled: bool = True, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._enabled = enabled
        self._timeout_seconds = timeout_seconds
        self._seats = asyncio.Semaphore(workers)  # the timeout is for the work, not for the queue before it
        self._idle: list[_PdfWorker] = []
        self._running: set[_PdfWorker] = set()
        self._available: tuple[bool, str] | None = None

    async def __aenter__(self) -> "PdfPool":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def off(self) -> str:
        """Why PDFs cannot be made here; "" when they can be, or when nobody has asked a render process yet."""
        if not self._enabled:
            return "it is switched off (TRAINING_PDF)."
        return self._available[1] if self._available else ""

    async def available(self) -> tuple[bool, str]:
        """Tells whether PDFs can be made here and, if not, why; asks a render process once."""
        if self.off:
            return False, self.off
        if self._available is None:
            async with self._printer() as printer:
                self._available = (not printer.why_not, printer.why_not)
        return self._available

    async def print(
        self, facts: CertificateFacts, *, badge: bytes, code: str = "", pictures: Mapping[str, bytes] = NO_PICTURES
    ) -> bytes:
        """Prints the certificate, its badge attached, its signed code in the square; raises AppError when it cannot.

        `pictures` has those that the facts name.
        """
        able, why_not = await self.available()
        if not able:
            raise SwitchedOff(f"PDF is off here: {why_not}", "The certificate on its page counts as much; print that.")
        if why := template.unfit(facts):
            raise Unprintable(f"{why}.", "Print the page of the certificate.")
        order = {
            "markup": template.markup(facts, code=code, pictures=pictures),
            "attachment": base64.b64encode(badge).decode(),
            "moment": facts.issued.isoformat(),
            "identifier": hashlib.sha256(canonical(facts).encode() + code.encode() + badge).hexdigest()[:32],
        }
        async with self._printer() as printer:
            said = await printer.ask(order)
        if "trouble" in said:
            raise Conflict(f"This certificate cannot be printed: {said['trouble']}", "Print the page of it.")
        return base64.b64decode(said["pdf"])

    async def close(self) -> None:
        """Ends the render processes and waits until they are gone."""
        self._idle.clear()
        await asyncio.gather(*map(self._discard, list(self._running)))

    @asynccontextmanager
    async def _printer(self) -> AsyncIterator["_PdfWorker"]:
        """Lends a render process that idles, or a new one; one on which something went wrong is ended."""
        async with self._seats:
            printer: _PdfWorker | None = None
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    printer = self._idle.pop() if self._idle else await self._started()
                    yield printer
            except BaseException as error:
                if printer:
                    await self._discard(printer)
                if not isinstance(error, OSError | EOFError):
                    raise
                reason = "took too long" if isinstance(error, TimeoutError) else "ended before it was done"
                raise Unavailable(f"The process that makes PDFs {reason}.", "It is tried again by itself.") from error
            if printer.sheets < SHEETS_PER_PROCESS:
                self._idle.append(printer)
            else:
                await self._discard(printer)

    async def _started(self) -> "_PdfWorker":
        bare = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")}
        path = os.pathsep.join([str(HOME), *filter(None, [bare.get("PYTHONPATH")])])
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, stdin=PIPE, stdout=PIPE, limit=LONGEST_LINE, env=bare | {"PYTHONPATH": path}
        )
        printer = _PdfWorker(process)
        self._running.add(printer)
        try:
            printer.why_not = (await printer.answer())["why_not"]
        except BaseException:
            await self._discard(printer)
            raise
        return printer

    async def _discard(self, printer: "_PdfWorker") -> None:
        self._running.discard(printer)
        await printer.end()


class _PdfWorker:
    """One render process; it ends by itself when its standard input does, so that it never outlives the service."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.why_not = ""
        self.sheets = 0

    async def ask(self, order: dict[str, str]) -> dict[str, str]:
        """Sends an order and waits for the answer; raises OSError or EOFError when the process is gone."""
        assert self._process.stdin is not None
        self.sheets += 1
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        await self._process.stdin.drain()
        return await self.answer()

    async def answer(self) -> dict[str, str]:
        """Waits for a line of JSON; raises EOFError when none comes any more."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        said: dict[str, str] = json.loads(line)
        return said

    async def end(self) -> None:
        """Ends the process at once, and waits until it is gone."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
