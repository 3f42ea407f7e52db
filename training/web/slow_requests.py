"""Closes connections whose request does not come: a few hundred half-sent ones would keep their sockets for ever."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class ImpatientProtocol(HttpToolsProtocol):
    """Reads requests as uvicorn does, and looks every few seconds whether one still comes.

    One timer a connection and not one a request: an ordinary request costs nothing more.
    """

    patience_seconds = 15.0
    """How long a request may take to come; browsers send its head in one go."""
    look_seconds = 5.0
    slowest_bytes = 5_000
    """Bytes of a long upload that must come between two looks: a phone with a bad signal sends ten times as much."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to look."""
        super().connection_made(transport)
        self.begun: float | None = self.loop.time()
        self.came = 0
        self.timer = self.loop.call_later(self.look_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Looks no longer."""
        self.timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts what comes."""
        self.came += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Notes that a request begins."""
        self.begun = self.loop.time()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Notes that a request has come whole."""
        self.begun = None
        super().on_message_complete()

    def _look(self) -> None:
        awaited = self.begun is not None and not self.flow.read_paused  # paused: it is we who are slow
        late = self.begun is not None and self.loop.time() - self.begun > self.patience_seconds
        if awaited and late and self.came < self.slowest_bytes:
            self.transport.close()
        else:
            self.came, self.timer = 0, self.loop.call_later(self.look_seconds, self._look)
