"""A line to a service that breaks: cut for good, or just when the answer is on its way."""

import socket
import threading
from contextlib import suppress

SWALLOW, CUT, WHOLE = "swallow", "cut", "whole"


class BadLine:
    """Listens on a port of its own and passes everything on, as long as it is whole.

    Where it swallows, what is asked arrives and no answer comes back: whoever asked cannot know.
    """

    def __init__(self, port: int) -> None:
        self.state = WHOLE
        self.to = port
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])
        self.open: set[socket.socket] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def set(self, state: str) -> None:
        """Changes how the line is; what runs over it breaks."""
        self.state = state
        for one in list(self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends it."""
        self.set(CUT)
        self.door.close()

    def _listen(self) -> None:
        while True:
            try:
                here, _ = self.door.accept()
            except OSError:
                return
            if self.state == CUT:
                here.close()
                continue
            try:
                there = socket.create_connection(("127.0.0.1", self.to), timeout=5)
            except OSError:
                here.close()
                continue
            there.settimeout(None)
            self.open |= {here, there}
            threading.Thread(target=self._pass_on, args=(here, there, False), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(there, here, True), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, back: bool) -> None:
        with suppress(OSError):
            while told := one.recv(65536):
                if back and self.state == SWALLOW:
                    break
                other.sendall(told)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self.open -= {one, other}
