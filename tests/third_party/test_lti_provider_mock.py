"""A launch from lti-provider-mock, a platform written by others, started beside the service."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.third_party.environments import REQUIREMENTS, python_with
from tests.third_party.forms import forms, send
from tests.third_party.programs import Tool, running
from tests.training.lti.conftest import free_port

ISSUER = "https://mock.example"
USERS = [
    {"id": "u1", "given_name": "Maya", "family_name": "Lind", "email": "maya@example.org"},
    {"id": "u2", "given_name": "Nils", "family_name": "Berg", "email": "nils@example.org"},
]

pytestmark = pytest.mark.timeout(400)  # the first time, the environment is made


@pytest.fixture(scope="module")
def python() -> Path:
    """Gives the Python of the mock's own environment."""
    return python_with(REQUIREMENTS / "lti-provider-mock.txt")


@pytest.fixture(scope="module")
def mock(python: Path, tool: Tool) -> Iterator[str]:
    """Starts the mock, connects it, and gives its address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    told = {"ISS": ISSUER, "LOGIN_URL": f"{tool.url}/lti/login", "LAUNCH_URL": f"{tool.url}/lti/launch"}
    environment = {f"LTI_PROVIDER_MOCK__LTI__{name}": value for name, value in told.items()} | {
        "LTI_PROVIDER_MOCK__USERS": json.dumps(USERS),
        "LTI_PROVIDER_MOCK__COURSES": json.dumps([{"id": "c1", "name": "Families"}]),
    }
    tool.connect(
        issuer=ISSUER,
        client_id="lti-provider-mock",
        deployment_id="1",
        auth_url=f"{base}/authorize",
        token_url=f"{base}/token",
        jwks_url=f"{base}/jwks",
    )
    command = [str(python), "-m", "uvicorn", "lti_provider_mock.server:app", "--port", str(port)]
    with running(command, environment, answers=f"{base}/jwks", log=tool.folder / "mock.log"):
        yield base


def launch_form(browser: httpx2.Client, mock: str, user: str = "u1"):  # type: ignore[no-untyped-def]
    """Signs somebody in at the mock and goes to where its launch is about to be posted."""
    browser.post(f"{mock}/login", data={"userid": user})
    begin = forms(browser.get(f"{mock}/courses/c1"))[-1]
    return forms(send(browser, begin))[-1]


def test_a_launch_from_lti_provider_mock_is_admitted(tool: Tool, mock: str, browser: httpx2.Client) -> None:
    answer = send(browser, launch_form(browser, mock), onward=False)
    assert (answer.status_code, answer.headers.get("X-Refusal")) == (303, None)
    home = browser.get(f"{tool.url}{answer.headers['location']}")
    assert home.status_code == 200 and "Maya" in home.text
    me = browser.get(f"{tool.url}/api/v1/me").json()
    assert me["name"] == "Maya Lind"
    assert me["lti"]["issuer"] == ISSUER and me["lti"]["context_id"] == "c1"


def test_the_same_launch_posted_twice_is_refused(mock: str, browser: httpx2.Client) -> None:
    form = launch_form(browser, mock)
    assert send(browser, form, onward=False).status_code == 303
    assert send(browser, form).headers["X-Refusal"] == "nonce_used"


def test_a_launch_carried_to_another_browser_is_refused(mock: str, browser: httpx2.Client) -> None:
    form = launch_form(browser, mock)
    with httpx2.Client(trust_env=False) as other:
        refused = send(other, form)
    assert refused.headers["X-Refusal"] == "state_missing"


def test_the_second_person_in_a_browser_takes_the_place_of_the_first(
    tool: Tool, mock: str, browser: httpx2.Client
) -> None:
    for user, name in (("u1", "Maya Lind"), ("u2", "Nils Berg")):
        assert send(browser, launch_form(browser, mock, user), onward=False).status_code == 303
        assert browser.get(f"{tool.url}/api/v1/me").json()["name"] == name
