"""Counted tries: what one process counted, all others know, and what counts no longer is forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request

from training.web.models import TryCount
from training.web.rate_limits import TooMany, allow, caller, forget_tries

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


async def tried(*who, now=NOW, limit="3/minute", what="sign-in"):
    try:
        await allow(what, *who, limit=limit, now=now)
    except TooMany:
        return False
    return True


async def test_tries_are_counted_in_the_database_by_what_and_by_whom(database):
    assert [await tried("amina") for _ in range(4)] == [True, True, True, False]
    assert await tried("bruno") and await tried("amina", what="verify")
    assert await TryCount.all().count() == 3


async def test_one_of_several_who_tried_too_often_is_enough(database):
    assert [await tried("one", "two") for _ in range(3)] == [True] * 3
    assert not await tried("three", "two")
    assert await tried("same", "same", limit="1/minute")


async def test_the_count_begins_anew_when_its_time_is_over(database):
    assert [await tried("amina") for _ in range(4)][-1] is False
    assert not await tried("amina", now=NOW + timedelta(seconds=59))
    assert await tried("amina", now=NOW + timedelta(seconds=60))
    assert [await tried("amina", limit="1/day", now=NOW + timedelta(hours=h)) for h in (0, 23, 24)] == [
        True, False, True,
    ]  # fmt: skip


async def test_of_many_at_once_no_more_get_through_than_may(database):
    assert sum(await asyncio.gather(*(tried("amina", limit="5/hour") for _ in range(30)))) == 5


async def test_nothing_readable_is_kept_and_old_counts_are_forgotten(database):
    await tried("amina@together.example")
    await tried("bruno", now=NOW + timedelta(hours=1))
    assert "amina" not in str(await TryCount.all().values())
    assert await forget_tries(now=NOW + timedelta(minutes=2)) == 1
    assert await TryCount.all().count() == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "192.0.2.1", True),
    ],
)
def test_a_caller_is_an_address_or_a_whole_network_of_ipv6(one, other, same):
    first, second = (caller(Request({"type": "http", "client": (host, 1)})) for host in (one, other))
    assert (first == second) is same
