"""Which files of the product a request or a piece of work passes through, seen while it runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("training/", "courses/", "certificates/")
_watched: ContextVar[bool] = ContextVar("watched", default=False)


@contextmanager
def passing() -> Iterator[set[str]]:
    """Collects the files of the product in which a function is called within, by it or by a task that it starts.

    What else the loop does meanwhile, such as the pretend LMS or other work, is not its own. A file counts once; one
    that is only imported, or of which only constants and classes are used, does not count.
    """
    found: set[str] = set()

    def see(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and _watched.get() and frame.f_code.co_name != "<module>":
            name = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
            if name.startswith(ROOMS):
                found.add(name)

    token, before = _watched.set(True), sys.getprofile()
    sys.setprofile(see)
    try:
        yield found
    finally:
        sys.setprofile(before)
        _watched.reset(token)
