"""Passkeys in a browser with a virtual authenticator: made, used, lost and replaced; in the service itself, no demo."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.axe import violations
from tests.browsing import free_port
from tests.forked import forks
from tests.third_party.programs import Tool
from tests.today import true_clock

__all__ = ["true_clock"]
ADMIN = "farah@north.example"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tool]:
    """The service as somebody runs it; passkeys ask for a name, so it is localhost and no number."""
    with forks() as process:
        served = Tool(f"http://localhost:{free_port()}", tmp_path_factory.mktemp("tool"), process)
        with served.served():
            row = f"Farah North,{ADMIN},administrator,,2026-01-01"
            (served.folder / "people.csv").write_text(f"name,email,role,site,starts\n{row}\n")
            served.command("load", "people.csv")
            yield served


@pytest.fixture
def device(tool: Tool, chromium: Browser) -> Iterator[Callable[[], tuple[Page, CDPSession, str]]]:
    """Opens a browser on a device of its own, which has a finger to show."""
    opened = []

    def fresh() -> tuple[Page, CDPSession, str]:
        context = chromium.new_context(base_url=tool.url, viewport={"width": 375, "height": 812})
        opened.append(context)
        page = context.new_page()
        hands = context.new_cdp_session(page)
        hands.send("WebAuthn.enable")
        made = hands.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        return page, hands, made["authenticatorId"]

    yield fresh
    for context in opened:
        context.close()


def link_in(told: str) -> str:
    found = re.search(r"/sign-in/\S+", told)
    assert found
    return found.group()


def sign_in_by(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def set_a_passkey_up(page: Page, name: str) -> None:
    page.get_by_label("What to call it").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/how-you-sign-in/codes**")


def test_a_passkey_is_made_signs_in_is_lost_and_replaced(
    tool: Tool, device: Callable[[], tuple[Page, CDPSession, str]]
) -> None:
    page, hands, authenticator = device()
    sign_in_by(page, link_in(tool.command("person", "reset-sign-in", ADMIN)))
    assert "/how-you-sign-in" in page.url, "an administrator is led to set a second step up"
    assert violations(page) == []
    page.goto("/lti/console")
    assert "/how-you-sign-in" in page.url, "and reaches nothing of staff before"
    set_a_passkey_up(page, "My laptop")
    page.get_by_role("button", name="Show me my codes").click()
    assert violations(page) == []
    codes = page.locator("ul.app-code li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="I have them").click()
    assert "/lti/console" in page.url
    page.goto("/how-you-sign-in")
    assert "My laptop" in page.inner_text("main")
    assert violations(page) == []

    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/sign-in?to=/people")
    assert violations(page) == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{tool.url}/people")
    assert "People" in page.inner_text("h1")

    kept = hands.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    hands.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    anew, _, _ = device()
    sign_in_by(anew, link_in(tool.command("person", "reset-sign-in", ADMIN)))
    set_a_passkey_up(anew, "My new laptop")
    anew.goto("/people")
    assert "People" in anew.inner_text("h1")

    thief, hands, authenticator = device()
    hands.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": kept[0]})
    thief.goto("/sign-in")
    thief.get_by_role("button", name="Sign in with a passkey").click()
    thief.wait_for_url("**/sign-in/passkey")
    assert "We do not know this passkey" in thief.inner_text("main")


def test_a_recorded_answer_of_a_passkey_signs_nobody_in_a_second_time(
    tool: Tool, device: Callable[[], tuple[Page, CDPSession, str]]
) -> None:
    page, _, _ = device()
    sign_in_by(page, link_in(tool.command("person", "reset-sign-in", ADMIN)))
    set_a_passkey_up(page, "My laptop")
    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/sign-in")
    with page.expect_request("**/sign-in/passkey") as sent:
        page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{tool.url}/")
    page.get_by_role("button", name="Sign out").first.click()
    again = page.context.request.post(
        "/sign-in/passkey",
        headers={"Origin": tool.url, "Content-Type": "application/x-www-form-urlencoded"},
        data=sent.value.post_data,
    )
    assert again.status == 429


def test_without_script_an_app_is_offered_and_a_second_step_is_a_code(tool: Tool, chromium: Browser) -> None:
    context = chromium.new_context(base_url=tool.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    context.close()
