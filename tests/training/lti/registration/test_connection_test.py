"""The test of a connection names each breakage, with the LMS's own words and what to do, and what it did not try."""

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable
from html import unescape
from typing import Any

import httpx2
import pytest

from tests.conftest import ORIGIN
from tests.training.lti.conftest import Side
from tests.training.lti.forging import claim, honest
from training.demo.lms.mischief import set_mischief
from training.lti.models import Registration
from training.lti.registration.connection_test import difference

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Answers = dict[str, tuple[str, str]]


async def results(browse: Browse) -> Answers:
    """Presses the button, and reads the table as what → (answer, words)."""
    row = await Registration.get(client_id="training")
    page = unescape((await (await browse("farah")).post(f"/lti/console/{row.id}/check")).text)
    cells = r'<th role="rowheader" scope="row">(.*?)</th>.*?<strong[^>]*>(.*?)</strong>.*?>([^<]*)</td>'
    return {what: (answer, words) for what, answer, words in re.findall(cells, page, re.S)}


async def test_what_was_never_tried_says_so(side: Side, browse: Browse) -> None:
    found = await results(browse)
    assert {what: answer for what, (answer, _) in found.items()} == {
        "Keys": "Works",
        "Token for scores": "Works",
        "Columns of the gradebook": "Not tried",
        "Roster": "Not tried",
        "Issuer": "Works",
        "Clock": "Works",
    }


@pytest.mark.parametrize(("ahead", "how"), [(600, "ahead of ours"), (-600, "behind ours")])
async def test_a_clock_that_is_ten_minutes_off_is_measured_now(
    side: Side, browse: Browse, ahead: int, how: str
) -> None:
    await side.launch()  # when it was right, which is what we remember
    set_mischief(side.world, {"where": "clock", "what": str(ahead)})
    answer, said = (await results(browse))["Clock"]
    assert (
        answer == "Fails"
        and re.search(f"(599|600|601) seconds {how}", said)
        and "NTP" in said
        and "At the last launches" in said
    )
    if ahead > 0:  # the LMS takes our assertion for one of long ago, and says so
        answer, said = (await results(browse))["Token for scores"]
        assert answer == "Fails" and "(400): invalid_client, it is not of this moment" in said and "clock" in said


@pytest.mark.by_hand
async def test_an_lms_that_cannot_read_our_keys_is_told_of_in_its_own_words(side: Side, browse: Browse) -> None:
    set_mischief(side.world, {"where": "token", "what": "404"})
    answer, said = (await results(browse))["Token for scores"]
    assert answer == "Fails" and "(404)" in said and "cannot read our key set" in said and "Moodle" in said
    set_mischief(side.world, {"where": "token", "what": ""})
    await Registration.all().update(token_audience="https://elsewhere.example")
    answer, said = (await results(browse))["Token for scores"]
    assert answer == "Fails" and "invalid_client, the signature" in said and "token audience" in said


@pytest.mark.by_hand
async def test_an_issuer_with_another_slash_is_named_before_anybody_has_come_in(side: Side, browse: Browse) -> None:
    base = side.world.base_url
    side.world.configured = {"issuer": f"{base}/"}
    answer, said = (await results(browse))["Issuer"]
    assert answer == "Fails" and f'"{base}/"' in said and "slash at the end, which is in theirs" in said
    side.world.configured = {}
    await Registration.all().update(issuer=f"{base}/")
    asked = {"iss": base, "client_id": "training", "login_hint": "amina", "target_link_uri": ORIGIN}
    assert (await side.browser.get("/lti/login", params=asked)).headers["X-Refusal"] == "issuer_unknown"
    set_mischief(side.world, {"where": "configuration", "what": "404"})
    answer, said = (await results(browse))["Issuer"]
    assert answer == "Fails" and "which is not in theirs" in said and "Enter exactly" in said


async def test_an_issuer_that_only_the_signed_token_tells_otherwise_is_named(side: Side, browse: Browse) -> None:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    claim("iss", f"{side.world.base_url}/moodle")(forged)
    assert (await side.post(forged.write(), query["state"])).headers["X-Refusal"] == "issuer_mismatch"
    answer, said = (await results(browse))["Issuer"]
    assert answer == "Fails" and f"{side.world.base_url}/moodle" in said
    assert (await side.launch()).status_code == 303
    assert (await results(browse))["Issuer"][0] == "Works"  # they have come in since


async def test_an_issuer_on_another_host_is_no_hint_of_anybody(side: Side, browse: Browse) -> None:
    for issuer in (
        "https://evil.example",
        f"https://evil.example/{side.world.base_url}",
        "http://127.0.0.1.evil.example",
    ):
        asked = {"iss": issuer, "client_id": "training", "login_hint": "a", "target_link_uri": ORIGIN}
        await side.browser.get("/lti/login", params=asked)
    assert (await results(browse))["Issuer"][0] == "Works"
    set_mischief(side.world, {"where": "configuration", "what": "html"})
    assert (await results(browse))["Issuer"][0] == "Not tried"


async def test_a_slow_system_is_told_of_within_ten_seconds(side: Side, browse: Browse) -> None:
    await side.launch()
    for where in ("keys", "token", "lineitems", "roster", "configuration"):
        set_mischief(side.world, {"where": where, "what": "slow"})
    began = time.perf_counter()
    found = await results(browse)
    assert time.perf_counter() - began <= 10
    assert found["Keys"][0] == found["Roster"][0] == found["Token for scores"][0] == "Fails"


@pytest.mark.by_hand
async def test_names_of_our_network_and_unknown_names_are_told_in_the_same_words(
    side: Side, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = asyncio.get_running_loop().getaddrinfo

    async def resolver(host: str, port: int, **more: Any) -> Any:
        if host == "inside.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 443))]
        if host == "nobody.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return await real(host, port, **more)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
    told = []
    for host in ("inside.example", "nobody.example"):
        await Registration.all().update(jwks_url=f"https://{host}/keys", token_url=f"https://{host}/token")
        told.append(await results(browse))
    assert told[0] == told[1] and told[0]["Keys"][0] == told[0]["Token for scores"][0] == "Fails"


@pytest.mark.parametrize(
    ("ours", "theirs", "how"),
    [
        ("https://lms.example", "https://lms.example/", "which is in theirs"),
        ("https://lms.example/", "https://lms.example", "which is not in theirs"),
        ("https://lms.example/Moodle", "https://lms.example/moodle", "capital letters"),
        ("http://lms.example", "https://lms.example", "http and https"),
        ("https://lms.example", "https://lms.example/moodle", "They differ."),
    ],
)
def test_the_difference_of_two_issuers_is_named(ours: str, theirs: str, how: str) -> None:
    assert how in difference(ours, theirs)
