"""What is noted of each request: an id that its answer brings along, and a count by route, method and status."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2

from tests.certificates.awarded import awarded
from training.lti.models import LaunchTrace
from training.trail.models import Followup


async def test_each_answer_has_an_id_of_its_own(browse):
    stranger = await browse()
    ids = [(await stranger.get("/sign-in")).headers["X-Request-Id"] for _ in range(3)]
    assert len({*ids}) == 3


async def test_requests_are_counted_by_route_and_made_up_methods_together(browse):
    stranger = await browse()
    for method in ("GET", "BREW", "BREW-TEA"):
        await stranger.request(method, "/health/live")
    counted = (await stranger.get("/metrics")).text
    assert 'training_requests_total{method="GET",route="/health/live",status="200"}' in counted
    assert 'training_requests_total{method="other",' in counted
    assert "BREW" not in counted


async def test_the_figures_tell_of_work_that_waits_or_failed_of_certificates_and_refused_launches(browse):
    now = datetime.now(UTC)
    given = {"payload": {}, "due": now - timedelta(seconds=90)}
    for number, (kind, state) in enumerate([("mail x", "queued"), ("mail x", "dead"), ("lti score", "refused")]):
        await Followup.create(kind=kind, key=str(number), state=state, **given)
    await awarded()
    await LaunchTrace.create(id=uuid4(), reference="r", at=now, outcome="state_missing")
    told = (await (await browse()).get("/metrics")).text
    for line in (
        'training_work{kind="mail x",state="queued"} 1.0',
        'training_work{kind="mail x",state="dead"} 1.0',
        'training_work{kind="lti score",state="refused"} 1.0',
        'training_certificates{state="reserved"} 1.0',
        'training_launches_last_day{outcome="state_missing"} 1.0',
    ):
        assert line in told, told
    age = float(told.partition('training_work_waiting_seconds{kind="mail x"} ')[2].split()[0])
    assert 89 <= age < 300


async def test_the_records_are_not_counted_for_each_who_asks(browse):
    stranger = await browse()
    await stranger.get("/metrics")
    await awarded()
    assert 'state="reserved"' not in (await stranger.get("/metrics")).text


async def asked_from(service, *addresses: str, token: str = "") -> int:
    """Asks for the figures from an address, through the proxies whose notes come after it."""
    near, *noted = addresses
    transport = httpx2.ASGITransport(app=service, client=(near, 1))
    headers = {"X-Forwarded-For": ", ".join(noted)} if noted else {}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as watcher:
        answer = await watcher.get("/metrics")
    assert ("training_requests_total" in answer.text) is (answer.status_code == 200)
    return answer.status_code


async def test_the_figures_are_for_this_machine_and_private_networks_unless_there_is_a_token(service):
    for near in ("127.0.0.1", "::1", "10.0.0.7", "172.18.0.3", "192.168.1.4", "fd00::7", "::ffff:10.0.0.7"):
        assert await asked_from(service, near) == 200, near
    for far in ("8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "no address"):
        assert await asked_from(service, far) == 403, far
    assert await asked_from(service, "10.0.0.7", "8.8.8.8") == 403, "behind a proxy that is not trusted"
    assert await asked_from(service, "10.0.0.7", "10.0.0.9") == 200


async def test_with_a_token_only_the_token_opens_the_figures(service, settings):
    watched = settings.model_copy(update={"metrics_token": "w" * 30})
    service.state.resources = replace(service.state.resources, settings=watched)
    assert await asked_from(service, "127.0.0.1") == 403
    assert await asked_from(service, "127.0.0.1", token="other") == 403
    assert await asked_from(service, "8.8.8.8", token="w" * 30) == 200
