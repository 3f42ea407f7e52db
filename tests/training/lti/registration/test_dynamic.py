"""Dynamic registration: introduced once, approved by somebody here, and no way to reach private addresses."""

import asyncio
import itertools
import re
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.conftest import ORIGIN
from tests.training.core.test_outbound import FORMS, counting
from tests.training.lti.conftest import Side, field
from training.app import application
from training.core.settings import Settings
from training.demo.cast import known
from training.demo.lms.mischief import set_mischief
from training.lti.models import Deployment, Registration
from training.lti.platform.client import LINE_ITEM
from training.lti.platform.tool import Tool
from training.lti.protocol.refusals import Refused
from training.lti.registration import dynamic, tool_configuration
from training.sites.models import CentralUnit
from training.trail.models import Fact

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]


async def asked(side: Side, url: str = "", token: str = "let-me-in") -> httpx2.Response:
    query = {"openid_configuration": url or f"{side.world.base_url}/.well-known/openid-configuration"}
    return await side.browser.get("/lti/register", params=query | ({"registration_token": token} if token else {}))


async def made() -> Registration:
    return await Registration.get(client_id="tool-1")


async def answered(reader: httpx2.AsyncClient, row: Registration, where: str, **form: str) -> httpx2.Response:
    """Reads the page of a registration and answers what it shows."""
    shown = field((await reader.get(f"/lti/console/{row.id}")).text, "shown")
    return await reader.post(f"/lti/console/{row.id}/{where}", data={"shown": shown, "site": "RIV"} | form)


async def test_an_lms_registers_us_and_somebody_here_approves_it(side: Side, browse: Browse) -> None:
    page = await asked(side)
    assert page.status_code == 200 and "has to approve" in page.text
    assert f'data-origin="{side.world.base_url}"' in page.text
    row = await made()
    assert (row.state, row.profile) == ("pending", "pretend")
    refused = await side.browser.get(
        "/lti/login",
        params={
            "iss": side.world.base_url,
            "client_id": "tool-1",
            "login_hint": "amina",
            "target_link_uri": "http://testserver/",
        },
    )
    assert refused.headers["X-Refusal"] == "issuer_unknown"
    farah = await browse("farah")
    assert "wants to be connected" in (await farah.get("/lti/console")).text
    assert (await answered(farah, row, "approve", site="")).status_code == 422
    assert (await made()).state == "pending"
    assert (await answered(farah, row, "approve")).status_code == 303
    assert ((await made()).state, (await made()).site_id) == ("active", known("site/RIV"))
    assert await Deployment.filter(registration_id=row.id).values_list("deployment_id", flat=True) == ["demo-1"]
    assert await Fact.filter(kind="registration.approved", actor_id=known("farah")).count() == 1


@pytest.mark.by_hand
async def test_a_platform_that_tells_no_deployment_has_it_approved_at_the_first_launch(
    side: Side, browse: Browse
) -> None:
    side.world.tells_deployment, side.world.alone = False, True
    await Registration.all().update(client_id="another")
    await asked(side)
    row, farah = await Registration.get(client_id="training"), await browse("farah")
    assert not await Deployment.filter(registration_id=row.id).exists()
    assert (await answered(farah, row, "approve")).status_code == 303
    assert (await side.launch()).headers["X-Refusal"] == "deployment_pending"
    waiting = await Deployment.get(registration_id=row.id)
    assert "Approve deployment demo-1" in (await farah.get("/lti/console")).text
    await farah.post(f"/lti/console/{waiting.id}/approve")
    assert (await side.launch()).status_code == 303


async def test_what_we_tell_is_what_the_standard_wants(side: Side) -> None:
    await asked(side)
    told = side.world.tools["tool-1"]
    assert (told["application_type"], told["token_endpoint_auth_method"]) == ("web", "private_key_jwt")
    assert told["grant_types"] == ["implicit", "client_credentials"] and told["response_types"] == ["id_token"]
    assert told["redirect_uris"] == ["http://testserver/lti/launch"] and LINE_ITEM in told["scope"].split()
    messages = told[tool_configuration.CONFIGURATION]["messages"]
    assert [one["type"] for one in messages] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
        "LtiSubmissionReviewRequest",
        "LtiDataPrivacyLaunchRequest",
    ]
    assert told["scope"].endswith("/noticehandlers")


def test_an_lms_is_told_of_no_message_and_no_scope_that_it_does_not_know() -> None:
    told = tool_configuration.metadata("https://tool.example", "Tool", (LINE_ITEM,), ("LtiResourceLinkRequest",))
    assert [one["type"] for one in told[tool_configuration.CONFIGURATION]["messages"]] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    ]
    assert told["scope"] == LINE_ITEM


async def test_the_same_request_twice_makes_one_registration(side: Side) -> None:
    await asked(side)
    await asked(side)
    assert len(side.world.tools) == 1 and await Registration.filter(client_id="tool-1").count() == 1


@pytest.fixture
async def strict(settings: Settings, database: None) -> AsyncIterator[httpx2.AsyncClient]:
    """Opens a browser to a service that exempts nobody from the guard of outgoing calls."""
    app = application.build(settings.model_copy(update={"outbound_allow": ""}))
    browser = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ORIGIN)
    async with app.router.lifespan_context(app), browser:
        yield browser


def forbidden(refused: httpx2.Response) -> bool:
    return (refused.status_code, refused.headers.get("X-Refusal")) == (400, "registration_url_forbidden")


async def test_no_form_of_a_private_address_gets_a_packet(strict: httpx2.AsyncClient) -> None:
    words = set()
    async with counting() as (server, port):
        for host in FORMS:
            for url in (f"https://{host}:{port}/c", f"http://{host}:{port}/c", f"https://{host}/c"):
                refused = await strict.get("/lti/register", params={"openid_configuration": url})
                unknown = refused.headers["X-Refusal"] == "registration_rejected"  # no resolver knows such a name
                by_name = host.rstrip(".").isalpha() or not host.isascii()
                assert forbidden(refused) or (unknown and by_name), url
                words.add(re.sub(r"[0-9a-f]{12}|nonce=\S+", "", refused.text) if not unknown else "")
        assert server.connections == 0
    assert len(words - {""}) == 1  # the same page for all of them


ODD = ("file:///etc/passwd", "https://user@lms.example/c", "https://lms.example:8443/c", "javascript:x", "nonsense")


async def test_an_odd_address_is_refused_in_the_same_words(side: Side) -> None:
    for url in ODD:
        assert forbidden(await asked(side, url)) and not side.world.tools, url


async def test_a_name_that_turns_to_a_private_address_after_the_check_gets_no_packet(
    strict: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with counting() as (server, port):
        told = itertools.chain(["93.184.215.14"], itertools.repeat("127.0.0.1"))

        async def rebinding(host: str, _: int, **__: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(told), port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding)
        for _ in range(2):
            refused = await strict.get("/lti/register", params={"openid_configuration": "https://lms.example/c"})
        assert forbidden(refused) and server.connections == 0


async def test_a_platform_that_names_a_private_or_plain_endpoint_is_told_nothing(side: Side) -> None:
    for endpoint, url in itertools.product(dynamic.ENDPOINTS, (*ODD, "https://10.0.0.1/x", "http://lms.example/x")):
        side.world.configured = {endpoint: url}
        assert forbidden(await asked(side)), (endpoint, url)
    assert not side.world.tools and await Registration.all().count() == 1


async def test_another_public_host_is_shown_to_whoever_approves(side: Side, browse: Browse) -> None:
    side.world.configured = {"token_endpoint": side.world.base_url.replace("127.0.0.1", "localhost") + "/token"}
    await asked(side)
    page = (await (await browse("farah")).get(f"/lti/console/{(await made()).id}")).text
    assert "on other hosts:</b> localhost." in page


async def test_a_link_that_names_no_unit_of_ours_tells_the_platform_nothing(side: Side) -> None:
    query = {"openid_configuration": f"{side.world.base_url}/.well-known/openid-configuration", "unit": "nobody"}
    answer = await side.browser.get("/lti/register", params=query | {"registration_token": "let-me-in"})
    assert answer.status_code == 422 and not side.world.tools and not side.world.calls


async def test_a_registration_that_waits_can_be_refused(side: Side, browse: Browse) -> None:
    await asked(side)
    row, farah = await made(), await browse("farah")
    assert (await farah.post(f"/lti/console/{row.id}/refuse")).status_code == 303
    assert (await made()).state == "closed"
    assert "was refused or closed here" in (await asked(side)).text


async def test_without_a_configuration_there_is_nothing_to_register(side: Side) -> None:
    assert (await side.browser.get("/lti/register")).headers["X-Refusal"] == "login_param_missing"


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("configuration", "503"),
        ("configuration", "html"),
        ("configuration", "huge"),
        ("tools", "500"),
        ("tools", "html"),
        ("tools", "403"),
    ],
)
async def test_an_lms_that_does_not_play_along_is_told_and_nothing_is_kept(side: Side, where: str, what: str) -> None:
    set_mischief(side.world, {"where": where, "what": what})
    assert (await asked(side)).headers["X-Refusal"] == "registration_rejected"
    assert await Registration.all().count() == 1


async def test_a_redirect_to_another_host_is_refused(side: Side) -> None:
    set_mischief(side.world, {"where": "configuration", "what": "redirect"})
    assert (await asked(side)).headers["X-Refusal"] == "registration_url_forbidden"


async def test_a_wrong_registration_token_is_refused(side: Side) -> None:
    assert (await asked(side, token="wrong")).headers["X-Refusal"] == "registration_rejected"


GOOD: dict[str, Any] = {
    "issuer": "https://lms.example",
    "authorization_endpoint": "https://lms.example/a",
    "token_endpoint": "https://lms.example/t",
    "jwks_uri": "https://lms.example/j",
    "registration_endpoint": "https://lms.example/r",
}


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"issuer": "https://lms.example.evil.example"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
        {"authorization_endpoint": "https://lms.example/\n"},
        {"registration_endpoint": "x" * 2000},
    ],
)
def test_a_configuration_that_does_not_hold_together_is_refused(changed: dict[str, Any]) -> None:
    assert dynamic.read_configuration(GOOD, "https://lms.example/c").auth_url == "https://lms.example/a"
    with pytest.raises(Refused):
        dynamic.read_configuration(GOOD | changed, "https://lms.example/c")


@pytest.mark.by_hand
async def test_an_lms_may_propose_changes_that_are_shown_and_taken_over(side: Side, browse: Browse) -> None:
    await asked(side)
    row = await made()
    await Registration.filter(id=row.id).update(state="active", asked_hash=None, jwks_url=f"{side.world.base_url}/old")
    side.world.tools.clear()
    page = await asked(side)
    assert "changes wait" in page.text
    farah = await browse("farah")
    shown = (await farah.get(f"/lti/console/{row.id}")).text
    assert f"{side.world.base_url}/old" in shown and "Take over these changes" in shown
    assert (await made()).jwks_url.endswith("/old")
    assert (await answered(farah, row, "accept")).status_code == 303
    assert (await made()).jwks_url == f"{side.world.base_url}/keys"
    assert (await farah.post(f"/lti/console/{row.id}/accept")).status_code == 409


@pytest.mark.by_hand
async def test_what_is_taken_over_is_what_was_shown_and_not_what_came_since(side: Side, browse: Browse) -> None:
    row, farah = await proposing(side, jwks="/harmless"), await browse("farah")
    shown = field((await farah.get(f"/lti/console/{row.id}")).text, "shown")
    await proposing(side, jwks="/swapped")
    late = await farah.post(f"/lti/console/{row.id}/accept", data={"shown": shown})
    assert late.status_code == 409 and "Read it again" in late.text
    assert (await farah.post(f"/lti/console/{row.id}/accept")).status_code == 409
    assert (await made()).jwks_url == row.jwks_url
    assert (await answered(farah, row, "accept")).status_code == 303
    assert (await made()).jwks_url == f"{side.world.base_url}/swapped"


@pytest.mark.by_hand
async def test_nothing_of_an_active_registration_changes_before_somebody_accepts_it(side: Side, browse: Browse) -> None:
    row, farah = await proposing(side, jwks="/other"), await browse("farah")
    kept = ("state", "auth_url", "token_url", "jwks_url", "client_uri", "client_token", "asked_hash", "asked", "name")
    assert [getattr(await made(), name) for name in kept] == [getattr(row, name) for name in kept]
    assert await Fact.filter(kind="registration.proposed", subject_id=str(row.id)).count() == 1
    page = (await farah.get(f"/lti/console/{row.id}")).text
    assert "A new one" in page  # the token, which is never shown
    assert row.client_token not in page
    assert (await answered(farah, row, "accept", answer="refuse")).status_code == 303
    refused = await made()
    assert (refused.jwks_url, refused.client_token, refused.proposed) == (row.jwks_url, row.client_token, None)
    assert (await farah.post(f"/lti/console/{row.id}/accept", data={"answer": "refuse"})).status_code == 409


async def test_whoever_approves_sees_who_asked_and_what_is_on_another_host(side: Side, browse: Browse) -> None:
    await asked(side)
    farah, row = await browse("farah"), await made()
    page = (await farah.get(f"/lti/console/{row.id}")).text
    configuration = f"{side.world.base_url}/.well-known/openid-configuration"
    assert "from the network address" in page and "127.0.0.1" in page and configuration in page
    assert (await answered(farah, row, "approve")).status_code == 303
    assert (await made()).asked is None  # the network address is kept until it is answered
    elsewhere = side.world.base_url.replace("127.0.0.1", "localhost")
    side.world.configured = {"jwks_uri": f"{elsewhere}/keys"}
    side.world.tools.clear()
    await asked(side, f"{configuration}?again")
    page = (await farah.get(f"/lti/console/{row.id}")).text
    assert f"{elsewhere}/keys" in page and "app-tag--other-host" in page and "from the network address" in page


@pytest.mark.by_hand
async def test_a_registration_that_waits_is_approved_as_it_was_read(side: Side, browse: Browse) -> None:
    await asked(side)
    farah, row = await browse("farah"), await made()
    shown = field((await farah.get(f"/lti/console/{row.id}")).text, "shown")
    await Registration.filter(id=row.id).update(token_url="https://elsewhere.example/token")
    late = await farah.post(f"/lti/console/{row.id}/approve", data={"shown": shown})
    assert late.status_code == 409 and (await made()).state == "pending"


@pytest.mark.by_hand
async def test_a_registration_of_another_unit_is_neither_changed_nor_proposed_to(side: Side) -> None:
    await asked(side)
    row = await made()
    await CentralUnit.create(id=uuid4(), slug="elsewhere", name="Another unit")
    side.world.tools.clear()
    side.world.configured = {"jwks_uri": f"{side.world.base_url}/theirs"}
    query = {"openid_configuration": f"{side.world.base_url}/.well-known/openid-configuration", "unit": "elsewhere"}
    answer = await side.browser.get("/lti/register", params=query | {"registration_token": "let-me-in"})
    assert answer.headers["X-Refusal"] == "registration_rejected"
    assert vars(await made()) == vars(row)


async def test_names_of_our_network_and_names_that_nobody_knows_are_answered_alike(
    strict: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"inside.example": "10.1.2.3"}

    async def resolver(host: str, *_: object, **__: object) -> list[Any]:
        await asyncio.sleep(0.02 if host in known else 0.1)
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
    pages, seconds = [], []
    for host in ("inside.example", "nobody.example"):
        began = time.perf_counter()
        refused = await strict.get("/lti/register", params={"openid_configuration": f"https://{host}/c"})
        seconds.append(time.perf_counter() - began)
        assert forbidden(refused), host
        pages.append(re.sub(r"[0-9a-f]{12}|nonce=\S+", "", refused.text))
    assert pages[0] == pages[1] and min(seconds) >= 0.25


async def proposing(side: Side, *, jwks: str) -> Registration:
    """Lets an LMS that is connected introduce itself once more, with another key set; gives what was there before."""
    if not await Registration.filter(client_id="tool-1").exists():
        await asked(side)
        await Registration.filter(client_id="tool-1").update(state="active")
    row = await made()
    side.world.tools.clear()
    side.world.configured = {"jwks_uri": f"{side.world.base_url}{jwks}"}
    url = f"{side.world.base_url}/.well-known/openid-configuration?{jwks}"
    assert "changes wait" in (await asked(side, url)).text
    return row


async def test_our_newest_values_are_compared_and_put_where_the_lms_takes_them(side: Side, browse: Browse) -> None:
    await asked(side)
    row, farah = await made(), await browse("farah")
    assert "let-me-in" not in row.client_token  # kept encrypted
    tool: Tool = side.tool
    assert tool.decrypt(row.client_token) == "let-me-in"
    place, known_there = f"/lti/console/{row.id}/introduce", side.world.tools["tool-1"]
    assert f"{row.id}/introduce" in (await farah.get(f"/lti/console/{row.id}")).text
    known_there |= {"client_id": "tool-1", "initiate_login_uri": "http://old.example/lti/login"}
    page = await farah.get(place)
    assert "http://old.example/lti/login" in page.text and "http://testserver/lti/login" in page.text
    assert "jwks_uri" not in page.text  # which is the same there
    assert (await farah.post(place)).status_code == 303
    assert side.world.tools["tool-1"]["initiate_login_uri"] == "http://testserver/lti/login"
    assert "everything as it is now" in (await farah.get(place)).text
    side.world.tools.clear()  # it tells nothing, and may still be told
    assert "jwks_uri" in (await farah.get(place)).text
    assert (await farah.post(place)).status_code == 303 and side.world.tools["tool-1"]["client_id"] == "tool-1"


async def test_an_lms_that_gave_no_address_for_updates_gets_none(side: Side, browse: Browse) -> None:
    row, farah = await Registration.get(), await browse("farah")
    assert "/introduce" not in (await farah.get(f"/lti/console/{row.id}")).text
    assert (await farah.post(f"/lti/console/{row.id}/introduce")).status_code == 403


@pytest.mark.by_hand
async def test_a_stranger_cannot_fill_the_list_of_those_who_wait(side: Side) -> None:
    rows = [
        Registration(
            unit_id=known("together"), name=f"Junk {number}", issuer=f"https://{number}.example", client_id="x",
            auth_url="https://x", token_url="https://x", jwks_url="https://x", state="pending",
            created=datetime.now(UTC),
        )
        for number in range(50)
    ]  # fmt: skip
    await Registration.bulk_create(rows)
    refused = await asked(side)
    assert refused.status_code == 429 and "Too many learning systems wait" in refused.text
    await Registration.filter(id=rows[0].id).update(state="closed")
    assert (await asked(side)).status_code == 200


async def test_one_caller_tries_to_register_120_times_an_hour_and_no_more(side: Side) -> None:
    answers = [(await side.browser.get("/lti/register")).status_code for _ in range(122)]
    assert 429 not in answers[:120] and answers[120:] == [429, 429]
