"""Signing in by an OpenID provider written by others, started beside the service."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.third_party.environments import REQUIREMENTS, python_with
from tests.third_party.programs import Tool, running
from tests.training.lti.conftest import free_port

pytestmark = pytest.mark.timeout(400)  # the first time, the environment is made

ADMIN = "farah@north.example"
USERS = {
    "farah": {"email": ADMIN, "email_verified": True, "amr": ["pwd", "mfa"]},
    "by password": {"email": ADMIN, "email_verified": True, "amr": ["pwd"]},
    "unverified": {"email": ADMIN, "email_verified": False},
    "elsewhere": {"email": "vera@elsewhere.example", "email_verified": True},
    "stranger": {"email": "stranger@north.example", "email_verified": True},
}
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def python() -> Path:
    """Gives the Python of the provider's own environment."""
    return python_with(REQUIREMENTS / "oidc-provider-mock.txt")


@pytest.fixture(scope="module")
def provider(python: Path, tool: Tool) -> Iterator[str]:
    """Starts the provider, gives the service an administrator who enters it, and gives its address."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    users = [part for sub, told in USERS.items() for part in ("--user-claims", json.dumps({"sub": sub} | told))]
    command = [str(python), str(Path(__file__).with_name("openid_mock.py")), "--port", str(port), *users]
    (tool.folder / "people.csv").write_text(
        "name,email,role,site,starts\n"
        f"Farah North,{ADMIN},administrator,,2026-01-01\n"
        "Vera West,vera@elsewhere.example,trainee,RIV,2026-01-01\n"
    )
    tool.command("load", "people.csv")
    with (
        running(command, {"AUTHLIB_INSECURE_TRANSPORT": "1"}, answers=f"{issuer}/jwks", log=tool.folder / "op.log"),
        httpx2.Client(follow_redirects=True, trust_env=False, base_url=tool.url, headers=SAME_SITE) as admin,
    ):
        link = re.search(r"/sign-in/\S+", tool.command("person", "reset-sign-in", ADMIN))
        assert link
        admin.post(link.group())
        assert set_up_a_second_step(admin)
        told = {
            "name": "North", "issuer": issuer, "client_id": "training", "client_secret": "s p/c:t",
            "domains": "north.example", "strong_values": "mfa",
        }  # fmt: skip
        odd = admin.post("/people/sign-in/openid", data=told | {"issuer": f"{issuer}/other"})
        assert odd.status_code == 422 and "answered with 404" in odd.text
        assert "It answers" in admin.post("/people/sign-in/openid", data=told).text
        yield issuer


def set_up_a_second_step(admin: httpx2.Client) -> bool:
    import pyotp

    page = admin.get("/how-you-sign-in/authenticator").text
    kept, secret = re.search(r'name="kept" value="([^"]+)"', page), re.search(r'app-code">(\w+)<', page)
    assert kept and secret
    form = {"kept": kept[1], "code": pyotp.TOTP(secret[1]).now()}
    return admin.post("/how-you-sign-in/authenticator", data=form).status_code == 200


def begun(browser: httpx2.Client, tool: Tool, to: str = "/") -> str:
    """Presses the button on the sign-in page, and gives the address of the provider that it leads to."""
    page = browser.get(f"{tool.url}/sign-in?to={to}").text
    button = re.search(r'href="(/sign-in/with/[^"]+)"', page)
    assert button, page
    return str(browser.get(tool.url + unescape(button[1]), follow_redirects=False).headers["location"])


def signed_in(browser: httpx2.Client, tool: Tool, sub: str, to: str = "/") -> httpx2.Response:
    """Signs somebody in at the provider and comes back."""
    return browser.post(begun(browser, tool, to), data={"sub": sub})


def test_a_provider_signs_somebody_in_whom_we_know_and_its_second_step_counts(
    tool: Tool, provider: str, browser: httpx2.Client
) -> None:
    asked = parse_qs(urlsplit(begun(browser, tool)).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["state"]
    page = signed_in(browser, tool, "farah", "/lti/console")
    assert (page.status_code, urlsplit(str(page.url)).path) == (200, "/lti/console")
    assert "North, two steps" in browser.get(f"{tool.url}/sessions").text


def test_signed_in_by_a_password_alone_staff_are_asked_for_the_second_step(
    tool: Tool, provider: str, browser: httpx2.Client
) -> None:
    page = signed_in(browser, tool, "by password", "/lti/console")
    assert urlsplit(str(page.url)).path == "/sign-in/second"
    assert urlsplit(str(browser.get(f"{tool.url}/people").url)).path == "/sign-in/second"


@pytest.mark.parametrize("sub", ["unverified", "elsewhere", "stranger"])
def test_nobody_gets_in_by_an_address_that_is_not_verified_not_theirs_or_not_known(
    tool: Tool, provider: str, browser: httpx2.Client, sub: str
) -> None:
    page = signed_in(browser, tool, sub)
    assert page.status_code == 403 and "we know nobody here" in page.text
    assert urlsplit(str(browser.get(f"{tool.url}/sessions").url)).path == "/sign-in"


def test_an_answer_counts_in_the_browser_that_asked_and_once(tool: Tool, provider: str, browser: httpx2.Client) -> None:
    back = browser.post(begun(browser, tool), data={"sub": "farah"}, follow_redirects=False).headers["location"]
    with httpx2.Client(trust_env=False) as other:
        assert other.get(back).status_code == 403
        begun(other, tool)
        assert "another window" in other.get(back).text
    assert browser.get(re.sub("state=[^&]+", "state=x", back)).status_code == 403
    assert browser.get(back).status_code == 200
    assert browser.get(back).status_code == 403
