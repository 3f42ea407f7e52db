"""Lets a command be a coroutine, so that what it does is told in one function."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec

P = ParamSpec("P")


def in_event_loop(command: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Gives the same command, to be called by typer, which awaits nothing."""

    @wraps(command)
    def run(*given: P.args, **named: P.kwargs) -> None:
        asyncio.run(command(*given, **named))

    return run
