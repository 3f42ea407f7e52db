"""A launch from lti-provider-mock, a platform written by others, started beside the service."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from html import unescape

import httpx2
import pytest
from starlette.applications import Starlette

from tests.conftest import ORIGIN
from tests.third_party.environments import python_with
from tests.training.lti.conftest import free_port
from training import clock
from training.lti.models import Context, Identity
from training.lti.registration import Entry, add

ISSUER = "https://mock.example"
PACKAGES = ("lti-provider-mock==0.2.3", "uvicorn", "python-multipart", "httptools", "fastapi", "jwcrypto")
USER = {"id": "u1", "given_name": "Maya", "family_name": "Lind", "email": "maya@example.org"}


@pytest.fixture
async def mock(service: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """Starts the mock, registers it, and gives a browser that is at its door."""
    python, port = await asyncio.to_thread(python_with, *PACKAGES), free_port()
    told = {"ISS": ISSUER, "LOGIN_URL": f"{ORIGIN}/lti/login", "LAUNCH_URL": f"{ORIGIN}/lti/launch"}
    environment = {f"LTI_PROVIDER_MOCK__LTI__{name}": value for name, value in told.items()} | {
        "LTI_PROVIDER_MOCK__USERS": json.dumps([USER]),
        "LTI_PROVIDER_MOCK__COURSES": json.dumps([{"id": "c1", "name": "Families"}]),
    }
    program = await asyncio.create_subprocess_exec(
        str(python), "-m", "uvicorn", "lti_provider_mock.server:app", "--port", str(port), "--log-level", "error",
        env={"PATH": os.environ["PATH"], **environment})
    base = f"http://127.0.0.1:{port}"
    await add(Entry(ISSUER, "lti-provider-mock", f"{base}/authorize", f"{base}/token", f"{base}/jwks", ("1",)),
              now=clock.now())
    try:
        async with httpx2.AsyncClient(base_url=base, follow_redirects=True) as visitor:
            await _until_up(visitor)
            yield visitor
    finally:
        program.terminate()
        await program.wait()


async def _until_up(visitor: httpx2.AsyncClient) -> None:
    for _ in range(300):
        try:
            await visitor.get("/jwks")
            return
        except httpx2.TransportError:
            await asyncio.sleep(0.1)
    pytest.fail("lti-provider-mock did not start")


def fields(page: str) -> dict[str, str]:
    inputs = re.findall(r"<input[^>]*>", page)
    named = [(re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return {name[1]: unescape(value[1]) for name, value in named if name and value}


async def test_a_launch_from_lti_provider_mock_is_admitted(service: Starlette, mock: httpx2.AsyncClient) -> None:
    await mock.post("/login", data={"userid": "u1"})
    start = fields((await mock.get("/courses/c1")).text)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=service), base_url=ORIGIN) as browser:
        begun = await browser.post("/lti/login", data=start, headers={"Sec-Fetch-Site": "cross-site"})
        assert begun.status_code == 302, begun.headers.get("X-Refusal")
        back = fields((await mock.get(begun.headers["location"])).text)
        answer = await browser.post("/lti/launch", data=back, headers={"Sec-Fetch-Site": "cross-site"})
        assert (answer.status_code, answer.headers.get("X-Refusal")) == (303, None)
        again = await browser.post("/lti/launch", data=back, headers={"Sec-Fetch-Site": "cross-site"})
        assert again.headers["X-Refusal"] == "nonce_used"
        home = await browser.get(answer.headers["location"])
        assert home.status_code == 200 and "Maya" in home.text
    identity = await Identity.get(sub="u1").select_related("person")
    assert identity.person.name == "Maya Lind"
    assert (await Context.get()).title == "Families"
