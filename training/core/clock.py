"""The only place that reads the clock; called by pages, the worker and the commands."""

from datetime import UTC, datetime


def now() -> datetime:
    """Tells the present moment, in UTC."""
    return datetime.now(UTC)
