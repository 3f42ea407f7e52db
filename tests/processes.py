"""The processes of this machine, as Linux tells of them: who came from whom, and who is still there."""

import time
from collections.abc import Iterable
from pathlib import Path


def children(pid: int) -> list[int]:
    """Lists those that a process has started, and those that they have started."""
    own = [int(word) for each in Path(f"/proc/{pid}/task").glob("*/children") for word in each.read_text().split()]
    return [other for child in own for other in (child, *children(child))]


def alive(pids: Iterable[int], *, within_seconds: float = 0) -> list[int]:
    """Lists those that have not ended; waits so long for them to end."""
    until = time.monotonic() + within_seconds
    while (left := [pid for pid in pids if _runs(pid)]) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # ended, and not yet looked at by whoever started it
