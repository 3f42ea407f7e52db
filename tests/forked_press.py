"""Forks the processes that print from one that has read WeasyPrint and the typefaces: that takes most of a short test.

That process is given a socket for each, and forks a process that takes its orders there and answers there.
"""

import asyncio
import gc
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, Popen

from certificates.credentials.pdf import pool

ROOT = Path(__file__).parents[1]
_start = pool.start
_others: list[tuple[Popen[bytes], socket.socket]] = []


class ForkedPrinter:
    """What the pool asks of a process; it ends by itself when nobody listens any more."""

    def __init__(self, stdout: asyncio.StreamReader, stdin: asyncio.StreamWriter) -> None:
        self.stdout, self.stdin = stdout, stdin

    def kill(self) -> None:
        self.stdin.transport.abort()

    async def wait(self) -> None:
        with suppress(OSError):
            await self.stdin.wait_closed()


async def start() -> ForkedPrinter:
    """Stands in for `pool.start`."""
    if not _others:
        _others.append(_beginning())
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(_others[0][1], [b"."], [theirs.fileno()])
    return ForkedPrinter(*await asyncio.open_unix_connection(sock=ours, limit=pool.LONGEST_LINE))


def take() -> None:
    """Lets every pool of this process print so from here on."""
    pool.start = start  # type: ignore[assignment]


def leave() -> None:
    """Lets pools start a program again, as the service does."""
    pool.start = _start


def end() -> None:
    """Ends the other process."""
    for process, control in _others:
        control.close()
        process.wait()
    _others.clear()


def _beginning() -> tuple["Popen[bytes]", socket.socket]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")}
    ours, theirs = socket.socketpair()
    with theirs:
        words = [sys.executable, "-W", "ignore", "-m", "tests.forked_press"]
        return Popen(words, cwd=ROOT, env=bare, stdin=theirs, stdout=DEVNULL), ours


def _serve() -> None:
    # Only this process reads them: whoever runs tests never imports the press.
    from certificates.credentials.pdf import template, worker
    from tests.certificates.examples import FACTS, NOW

    if not worker.WHY_NOT:
        worker.print_pdf(
            worker.Order(markup=template.markup(FACTS), attachment=b"{}", moment=NOW, identifier=b"0123456789abcdef")
        )
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    with socket.socket(fileno=0) as control:
        while given := socket.recv_fds(control, 1, 1)[1]:
            with socket.socket(fileno=given[0]) as orders:
                if not os.fork():
                    control.close()
                    try:
                        worker.serve(orders.makefile("rb"), orders.makefile("wb"))
                    finally:
                        os._exit(1)


if __name__ == "__main__":
    _serve()
