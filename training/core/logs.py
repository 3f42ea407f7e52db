"""How the log is written: one event a line, with the request's id, and nothing secret in it."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = frozenset({"token", "id_token", "password", "secret", "cookie", "authorization", "client_assertion"})


def set_up(log_format: str) -> None:
    """Makes structlog and the standard log write the same way, to standard error."""
    last: Any = structlog.processors.JSONRenderer() if log_format == "json" else _line
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _hide_secrets,
            structlog.processors.format_exc_info,
            last,
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def _line(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    # By hand: structlog's own renderer for people takes as long as a login.
    begun = f"{event.pop('timestamp')} [{event.pop('level'):7}] {event.pop('event')}"
    trouble = event.pop("exception", "")
    told = "".join(f" {name}={_plain(value)}" for name, value in event.items())
    return f"{begun}{told}\n{trouble}" if trouble else f"{begun}{told}"


def _plain(value: Any) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)  # a line stays one line


def _hide_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in SECRET & event.keys():
        event[name] = "hidden"
    return event
