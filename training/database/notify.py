"""Hears PostgreSQL's notices on a connection of its own; on SQLite there is nothing to hear."""

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from training.database.connection import connection
from training.database.engine_asyncpg import UNREACHABLE, SafeAsyncpgClient

log = logging.getLogger(__name__)


class Listener:
    """Calls `wake` for each notice on the channel, as long as somebody calls `keep_up` now and then."""

    def __init__(self, channel: str, wake: Callable[[], None]) -> None:
        self._channel = channel
        self._wake = wake
        self._ear: Any = None

    async def __aenter__(self) -> "Listener":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ear is not None:
            self._ear.terminate()

    async def keep_up(self) -> None:
        """Connects, at first and when the connection was lost; without it work is found by looking now and then."""
        client = connection()
        if not isinstance(client, SafeAsyncpgClient) or (self._ear is not None and not self._ear.is_closed()):
            return
        try:
            self._ear = await client.connect_alone()
            await self._ear.add_listener(self._channel, lambda *_: self._wake())
        except (*UNREACHABLE, asyncpg.PostgresError) as error:
            log.warning("cannot listen to the database: %s", error)
