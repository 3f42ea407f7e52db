"""Sessions that came through an LMS: what they open, what asks for a direct sign-in, and when they end."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import pytest

from tests.training.lti.conftest import Side
from training.demo.cast import known
from training.lti.models import Registration
from training.people.models import Membership, Session
from training.trail.models import Fact

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
STAFF = ("/people", "/sites", "/practice/records", "/register", "/certificates/decisions", "/audits", "/lti/console")


@pytest.fixture
async def staff(side: Side) -> Side:
    """Amina works for the central unit and as an administrator too, and her LMS knows her."""
    for role in ("central", "administrator"):
        await Membership.create(id=uuid4(), person_id=known("amina"), role=role, starts="2026-01-01")
    return side


async def allow_staff(side: Side, farah: httpx2.AsyncClient, *, ticked: bool) -> None:
    """Fills the form of the LMS as it stands, with the tick or without."""
    row = await Registration.get()
    kept = ("issuer", "client_id", "auth_url", "token_url", "jwks_url", "token_audience", "profile", "name")
    form = {name: getattr(row, name) for name in kept} | {"deployment_policy": row.deployment_policy, "site": "RIV"}
    form |= {"service_hosts": " ".join(row.service_hosts)} | ({"staff_sessions": "yes"} if ticked else {})
    assert (await farah.post(f"/lti/console/{row.id}/change", data=form)).status_code == 303


@pytest.mark.by_hand
async def test_whoever_comes_through_an_lms_is_no_staff_there_and_is_told_how_to_be(
    staff: Side, browse: Browse
) -> None:
    await staff.launch()
    for path in STAFF:
        answer = await staff.browser.get(path)
        assert answer.status_code == 403, path
        assert f'href="http://testserver/sign-in?to={path}" target="_blank"' in answer.text, path
    home = (await staff.browser.get("/")).text
    assert "Sign in directly to see your people" in home and 'href="/people"' not in home
    assert (await staff.browser.get("/courses")).status_code == 200
    direct = await browse("amina")
    assert [(await direct.get(path)).status_code for path in STAFF] == [200] * len(STAFF)


async def test_whoever_is_a_learner_alone_is_not_sent_to_sign_in_again(side: Side) -> None:
    await side.launch()
    assert "Sign in directly" not in (await side.browser.get("/")).text
    assert "This page is not for you." in (await side.browser.get("/people")).text


@pytest.mark.by_hand
async def test_a_unit_may_let_staff_work_through_one_lms_and_take_that_back_at_once(
    staff: Side, browse: Browse
) -> None:
    farah = await browse("farah")
    assert 'name="staff_sessions"' in (await farah.get(f"/lti/console/{(await Registration.get()).id}/change")).text
    await staff.launch()
    for ticked, status in ((True, 200), (False, 403)):
        await allow_staff(staff, farah, ticked=ticked)
        assert [(await staff.browser.get(path)).status_code for path in STAFF] == [status] * len(STAFF)
        await staff.launch()  # a new session is like those that are open
        assert [(await staff.browser.get(path)).status_code for path in STAFF] == [status] * len(STAFF)
    assert await Fact.filter(kind="registration.changed", actor_id=known("farah")).count() == 2


async def test_closing_an_lms_ends_its_sessions_at_once_and_no_others(side: Side, browse: Browse, work) -> None:
    farah, amina = await browse("farah"), await browse("amina")
    await side.launch()
    assert (await side.browser.get("/courses")).status_code == 200
    row = await Registration.get()
    assert (await farah.post(f"/lti/console/{row.id}/refuse")).status_code == 303
    assert (await side.browser.get("/courses")).status_code == 303
    assert (await amina.get("/courses")).status_code == 200, "a direct session has nothing to do with it"
    late = {"registration_id": row.id, "lti": None, "token_hash": "late", "person_id": known("amina")}
    now = datetime.now(UTC)
    await Session.create(**late, created=now, seen=now, expires=now.replace(year=now.year + 1))
    await work()
    assert (await Session.get(token_hash="late")).ended is not None, "one on its way when it was closed"


async def test_the_page_of_ones_sessions_says_through_which_lms_each_came(side: Side, browse: Browse) -> None:
    await side.launch()
    name = (await Registration.get()).name
    text = (await (await browse("amina")).get("/sessions")).text
    assert f"through {name}" in text and "directly</b> (this one)" in text
