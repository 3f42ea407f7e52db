"""How often one may try: counted in the database, so that it holds over all processes, by who asks and what for."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from starlette.requests import Request
from tortoise.fields import DatetimeField

from training.core.errors import Invalid, NotAllowed
from training.database.connection import connection, on_postgres
from training.web.models import TryCount

PERIODS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
CALLER_PREFIX = 64
"""Bits of an IPv6 address that stand for one caller: whoever has one such network has all its addresses."""

COUNT = """
INSERT INTO web_try_count (key, count, ends) VALUES {rows}
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN web_try_count.ends <= {now} THEN 1 ELSE web_try_count.count + 1 END,
    ends = CASE WHEN web_try_count.ends <= {now} THEN excluded.ends ELSE web_try_count.ends END
RETURNING count, ends"""
_MOMENT = DatetimeField().to_python_value


@dataclass(frozen=True)
class Allowance:
    """How many tries there are in a time, how many are left, and how long until all are there anew; in seconds."""

    most: int
    period: int
    left: int
    seconds: int


class TooMany(NotAllowed):
    """Somebody tries too often."""

    def __init__(self, message: str, remedy: str, allowance: Allowance | None = None) -> None:
        super().__init__(message, remedy)
        self.allowance = allowance
        self.retry_after = allowance.seconds if allowance else None


async def allow(what: str, *who: str, limit: str, now: datetime) -> Allowance:
    """Counts one try of each of `who`; raises TooMany past the limit, which is written like "5/minute".

    Returns what is left to whoever has tried most. Outside a transaction, which would undo the count along with what
    was tried.
    """
    most, _, period = limit.partition("/")
    keys = sorted({hashlib.sha256(f"{what}\0{one}\0{period}".encode()).hexdigest() for one in who})
    values: list[Any] = [now, now + PERIODS[period], *keys]
    mark = "$" if on_postgres() else "?"
    rows = ", ".join(f"({mark}{number}, 1, {mark}2)" for number in range(3, 3 + len(keys)))
    counted = await connection().execute_query_dict(COUNT.format(rows=rows, now=f"{mark}1"), values)
    left = int(most) - max(row["count"] for row in counted)
    ends: list[Any] = [_MOMENT(row["ends"]) for row in counted]
    seconds = (max(ends) - now).total_seconds()
    allowance = Allowance(int(most), int(PERIODS[period].total_seconds()), max(left, 0), max(int(seconds), 1))
    if left < 0:
        wait = {"minute": "a minute", "hour": "an hour", "day": "a day"}[period]
        raise TooMany("That was tried too often.", f"Wait {wait}, then try again.", allowance)
    return allowance


@contextmanager
def told_in_form(words: str) -> Iterator[None]:
    """Makes of too many tries a problem of the form, so that what was typed stays."""
    try:
        yield
    except TooMany as error:
        raise Invalid("There is a problem", problems={"form": words}) from error


def caller(request: Request) -> str:
    """Names whoever asks by their network address."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(int(address) >> (128 - CALLER_PREFIX)) if isinstance(address, IPv6Address) else host


async def forget_tries(*, now: datetime) -> int:
    """Removes the counts that count no longer, and tells how many."""
    return await TryCount.filter(ends__lt=now).delete()
