"""How long a platform's keys are kept: as HTTP says between five minutes and a day, and a day more when it is down."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.training.lti.conftest import Side
from training.demo.lms.mischief import set_mischief
from training.demo.lms.world import fresh_key
from training.lti.protocol.refusals import Refused

START = datetime(2027, 3, 3, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def fetches(side: Side) -> int:
    return len([where for where, _ in side.world.calls if where == "keys"])


async def met(side: Side, after: timedelta, kid: str = "") -> str:
    """Looks for a key some time after the start: "found", or the code of the refusal."""
    url = f"{side.world.base_url}/keys"
    try:
        await side.tool.platform.keys.find(url, kid or side.world.keys[-1].kid, now=START + after)
    except Refused as refused:
        return refused.code
    return "found"


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({}, 5 * MINUTE),
        ({"Cache-Control": "no-store"}, 5 * MINUTE),
        ({"Cache-Control": "max-age=1"}, 5 * MINUTE),
        ({"Cache-Control": "public, max-age=3600"}, HOUR),
        ({"Cache-Control": "max-age=3600", "Age": "600"}, 50 * MINUTE),
        ({"Cache-Control": "max-age=3600", "Age": "\u00b2"}, HOUR),
        ({"Cache-Control": "max-age=9999999"}, 24 * HOUR),
        ({"Cache-Control": "nonsense"}, 5 * MINUTE),
        ({"Expires": format_datetime(START + 2 * HOUR, usegmt=True)}, 2 * HOUR),
        ({"Expires": "0"}, 5 * MINUTE),
    ],
)
async def test_a_key_set_is_kept_as_long_as_http_says_within_bounds(
    side: Side, headers: dict[str, str], kept: timedelta
) -> None:
    side.world.key_headers = headers
    assert await met(side, timedelta()) == "found"
    assert await met(side, kept - timedelta(seconds=1)) == "found" and fetches(side) == 1
    assert await met(side, kept + timedelta(seconds=1)) == "found" and fetches(side) == 2


async def test_a_key_that_was_removed_stops_working_at_the_end_of_the_cache(side: Side) -> None:
    old = side.world.keys[0].kid
    assert await met(side, timedelta(), old) == "found"
    side.world.keys = [fresh_key()]
    assert await met(side, 9 * MINUTE, old) == "found"
    assert await met(side, 11 * MINUTE, old) == "kid_unknown"


async def test_while_the_platform_is_down_the_old_set_serves_for_a_day_and_no_longer(side: Side) -> None:
    assert await met(side, timedelta()) == "found"
    set_mischief(side.world, {"where": "keys", "what": "503"})
    assert await met(side, 11 * MINUTE) == "found"
    assert await met(side, 24 * HOUR + 9 * MINUTE) == "found"
    assert await met(side, 24 * HOUR + 11 * MINUTE) == "jwks_unreachable"
    set_mischief(side.world, {"where": "keys", "what": ""})
    assert await met(side, 24 * HOUR + 12 * MINUTE) == "found"


async def test_an_unknown_key_is_looked_for_again_at_most_every_thirty_seconds(side: Side) -> None:
    assert await met(side, timedelta()) == "found"
    for seconds in (1, 2, 29, 30):
        assert await met(side, timedelta(seconds=seconds), "nobody") == "kid_unknown"
    assert fetches(side) == 2
    assert await met(side, timedelta(seconds=32), "nobody") == "kid_unknown"
    assert fetches(side) == 3


async def test_many_who_need_the_set_at_once_fetch_it_once(side: Side) -> None:
    assert await asyncio.gather(*(met(side, timedelta()) for _ in range(50))) == ["found"] * 50
    assert fetches(side) == 1
    unknown = await asyncio.gather(*(met(side, MINUTE, f"random-{number}") for number in range(50)))
    assert unknown == ["kid_unknown"] * 50 and fetches(side) == 2


async def test_a_platform_that_fails_is_asked_again_after_seconds_and_not_by_everybody(side: Side) -> None:
    set_mischief(side.world, {"where": "keys", "what": "html"})
    for _ in range(5):
        assert await met(side, timedelta()) == "jwks_invalid"
    assert fetches(side) == 1
    assert await met(side, timedelta(seconds=6)) == "jwks_invalid" and fetches(side) == 2


async def test_a_key_set_that_is_slower_than_five_seconds_cannot_be_had(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.lti.platform.jwks_cache.KEY_SET_SECONDS", 0.2)
    set_mischief(side.world, {"where": "keys", "what": "slow", "seconds": 1})
    assert await met(side, timedelta()) == "jwks_unreachable"
