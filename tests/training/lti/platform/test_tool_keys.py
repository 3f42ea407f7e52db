"""Our own keys towards LMSs: published before they sign, kept after, never without one that LMSs know already."""

from datetime import UTC, datetime, timedelta

import httpx2
import jwt
import pytest

from tests.training.lti.conftest import Side
from training.core.errors import NotFound, Upstream
from training.lti.models import Registration, ToolKey
from training.lti.platform.client import SCORE
from training.lti.platform.tool_keys import KEPT_AFTER, PUBLISHED_BEFORE, ToolKeys, list_keys

DAY = datetime(2031, 3, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def keyring(database: None) -> ToolKeys:
    return ToolKeys("s" * 40)


async def published(keyring: ToolKeys, now: datetime) -> set[str]:
    return {key["kid"] for key in await keyring.published(now)}


async def test_a_new_key_is_published_a_day_before_it_signs_and_the_old_one_stays_after(keyring: ToolKeys) -> None:
    old = (await keyring.signing(DAY)).kid
    fresh = await keyring.rotate(DAY)
    turn = DAY + PUBLISHED_BEFORE
    moment = timedelta(seconds=1)
    for now, signs, shown in (
        (DAY, old, {old, fresh}),
        (turn - moment, old, {old, fresh}),
        (turn, fresh, {old, fresh}),
        (turn + KEPT_AFTER - moment, fresh, {old, fresh}),
        (turn + KEPT_AFTER, fresh, {fresh}),
    ):
        assert ((await keyring.signing(now)).kid, await published(keyring, now)) == (signs, shown), now
    states = {row["kid"]: row["state"] for row in await list_keys(turn)}
    assert states == {old: "retiring", fresh: "signing"}


async def test_whatever_the_pace_of_rotation_the_key_that_signs_was_published_for_a_day(keyring: ToolKeys) -> None:
    since: dict[str, datetime] = {}
    for kid in await published(keyring, DAY):
        since[kid] = DAY - PUBLISHED_BEFORE
    for hour in range(200):
        now = DAY + timedelta(hours=hour)
        if hour in (1, 2, 20, 30, 100, 101):
            await keyring.rotate(now)
        shown = await published(keyring, now)
        since |= {kid: now for kid in shown if kid not in since}
        signs = (await keyring.signing(now)).kid
        assert signs in shown and now - since[signs] >= PUBLISHED_BEFORE, hour


async def test_a_key_that_others_may_know_is_gone_at_once(keyring: ToolKeys) -> None:
    bad = (await keyring.signing(DAY)).kid
    fresh = await keyring.give_up(bad, DAY)
    assert (await keyring.signing(DAY)).kid == fresh and await published(keyring, DAY) == {fresh}
    with pytest.raises(NotFound):
        await keyring.give_up("nobody's", DAY)


async def test_private_halves_are_kept_encrypted_and_never_published(keyring: ToolKeys) -> None:
    kid = await keyring.rotate(DAY)
    row = await ToolKey.get(kid=kid)
    assert "PRIVATE KEY" not in row.private_key
    with pytest.raises(Upstream, match="TRAINING_SECRET_KEY"):
        await ToolKeys("t" * 40).sign({}, row.signs_from)
    for key in await keyring.published(DAY):
        assert key.keys() == {"kty", "use", "alg", "kid", "n", "e"}


async def test_an_lms_takes_our_token_requests_through_a_rotation(side: Side) -> None:
    registration, platform = await Registration.get(), side.tool.platform
    began = datetime.now(UTC)
    for day in range(4):
        now = began + timedelta(days=day)
        side.world.clock = lambda now=now: now  # type: ignore[misc]
        platform.grants.forget(registration)
        assert await platform.grants.token(registration, (SCORE,), now=now)
        if day == 0:
            await platform.keyring.rotate(now)


async def test_the_key_set_is_public_and_may_be_kept(side: Side) -> None:
    answer: httpx2.Response = await side.browser.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"].startswith("public, max-age=")
    keys = answer.json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) > 0
    assert jwt.PyJWK(keys[0]).key_type == "RSA"
