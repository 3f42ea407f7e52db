"""Makes the PDF of a certificate in processes of its own, so that the service never waits for the press."""

import asyncio
import hashlib
import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from types import ModuleType
from typing import TypeVar

from certificates import sheet
from certificates.frozen import CertificateFacts, canonical
from certificates.letters import unprintable
from training.errors import Conflict, Upstream

PRESS = "certificates.press"
SHEETS_PER_PROCESS = 250  # a process is replaced before its memory can grow
TIMEOUT_SECONDS = 30.0

Answer = TypeVar("Answer")


class SwitchedOff(Conflict):
    """PDFs cannot be made on this machine; the HTML certificate stands in for them."""


class Unprintable(Conflict):
    """The certificate has letters that the shipped typefaces do not have; its page shows them."""


class Unavailable(Upstream):
    """The press could not print just now; trying again is worth it."""


class Press:
    """A pool of render processes; close it with the service, or use it as `async with`."""

    def __init__(self, workers: int, *, enabled: bool = True, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._workers = workers
        self._enabled = enabled
        self._timeout_seconds = timeout_seconds
        self._pool: ProcessPoolExecutor | None = None
        self._seats = asyncio.Semaphore(workers + 1)  # the timeout is for the work, not for the queue before it
        self._available: tuple[bool, str] | None = None

    async def __aenter__(self) -> "Press":
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
            why_not = await self._run(_why_not)
            self._available = (not why_not, why_not)
        return self._available

    async def print(self, facts: CertificateFacts, *, badge: bytes, code: str = "") -> bytes:
        """Prints the certificate, its badge attached, its signed code in the square; raises Trouble when it cannot."""
        able, why_not = await self.available()
        if not able:
            raise SwitchedOff(f"PDF is off here: {why_not}", "The certificate on its page counts as much; print that.")
        if missing := unprintable(" ".join((facts.name, facts.title, facts.issuer_name))):
            raise Unprintable(f"The PDF cannot show these letters: {missing}", "Print the page of the certificate.")
        identifier = hashlib.sha256(canonical(facts).encode() + code.encode() + badge).digest()[:16]
        return await self._run(_print, sheet.markup(facts, code=code), badge, facts.issued, identifier)

    async def close(self) -> None:
        """Ends the render processes and waits until they are gone."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    async def _run(self, work: Callable[..., Answer], *given: object) -> Answer:
        async with self._seats:
            pool = self._pool = self._pool or self._opened()
            try:
                waiting = asyncio.get_running_loop().run_in_executor(pool, work, *given)
                return await asyncio.wait_for(waiting, self._timeout_seconds)
            except (BrokenProcessPool, TimeoutError) as error:
                self._discard(pool)
                reason = "took too long" if isinstance(error, TimeoutError) else "ended before it was done"
                raise Unavailable(f"The process that makes PDFs {reason}.", "It is tried again by itself.") from error

    def _opened(self) -> ProcessPoolExecutor:
        # forkserver: it imports the press once and the others are forked from it; a fork of the service would
        # carry its threads and connections along.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([PRESS])
        return ProcessPoolExecutor(
            self._workers, mp_context=context, initializer=_follow_parent, max_tasks_per_child=SHEETS_PER_PROCESS
        )

    def _discard(self, pool: ProcessPoolExecutor) -> None:
        """Lets go of a pool that hangs or broke; its processes are ended, the next order opens a new one."""
        if self._pool is pool:
            self._pool = None
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)


def _follow_parent() -> None:
    """Ends this process when the service does, however that happens: a pool left open would become orphans."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
        os._exit(0)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then ends this process
    threading.Thread(target=wait, daemon=True).start()


def _why_not() -> str:
    return str(_press().WHY_NOT)


def _print(markup: str, attachment: bytes, moment: datetime, identifier: bytes) -> bytes:
    press = _press()
    order = press.Order(markup=markup, attachment=attachment, moment=moment, identifier=identifier)
    printed: bytes = press.print_pdf(order)
    return printed


def _press() -> ModuleType:
    """Imports the press, in a render process only: it is heavy, and fails without Pango."""
    return importlib.import_module(PRESS)
