"""From an empty service to a certified person on the register: on the command line nothing but `setup` and `serve`."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pyotp
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browsing import free_port
from tests.history import MODULE, SECRET
from tests.stories.records import own_database
from tests.third_party.programs import ROOT, bare, running

TODAY = datetime.now(UTC).strftime("%Y-%m-%d")
RULES = """
pathway: first_aid
title: Safe Groups
version: "1"
owner: Parenting Anew
roles: [central_unit]
levels:
  leader:
    title: Group leader
    requires:
      knows: {qualification: first aid, title: Knows first aid}
    decision: {by: central_unit, outcomes: [certified, deferred]}
    valid: P1Y
    permits:
      - {may: lead groups}
"""


@pytest.fixture(params=["sqlite", "postgres"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a service that was just set up, and the link that setup printed."""
    port = free_port()
    with own_database(request.param) as database_url:
        settings = bare() | {
            "PYTHONPATH": str(ROOT),
            "TRAINING_DATABASE_URL": database_url or f"sqlite://{tmp_path}/training.db",
            "TRAINING_STORAGE_URL": f"{tmp_path}/files",
            "TRAINING_MAIL_URL": f"file:{tmp_path}/mail",
            "TRAINING_PUBLIC_URL": f"http://localhost:{port}",
            "TRAINING_SECRET_KEY": SECRET,
            "TRAINING_PDF": "false",
        }
        words = ["setup", "--unit", "Parenting Anew", "--admin", "ana@anew.example"]
        said = subprocess.run([*MODULE, *words], env=settings, cwd=tmp_path, capture_output=True, text=True, check=True)
        link = re.search(r"http://localhost:\d+/sign-in/\S+", said.stdout)
        assert link
        ready = f"http://localhost:{port}/health/ready"
        serve = [*MODULE, "serve", "--port", str(port)]
        with running(serve, settings, answers=ready, log=tmp_path / "log", within=tmp_path):
            if not database_url:
                yield f"http://localhost:{port}", link[0]
                return
            work = subprocess.Popen([*MODULE, "work"], env=settings, cwd=tmp_path)
            try:
                yield f"http://localhost:{port}", link[0]
            finally:
                work.terminate()
                work.wait(20)


@pytest.mark.timeout(300)  # a whole story, on machines that do other things besides
def test_from_an_empty_service_to_a_certified_person_on_the_register(
    service: tuple[str, str], chromium: Browser
) -> None:
    address, link = service
    ana = chromium.new_context(base_url=address, viewport={"width": 375, "height": 812}).new_page()
    ana.set_default_timeout(20_000)
    ana.goto(link)
    ana.get_by_role("button", name="Sign in").click()
    _adds_second_step(ana)
    ana.goto("/name")
    _fill(ana, {"First name and family name": "Ana Bell"}, "Save")
    ana.get_by_role("heading", name="Hello Ana").wait_for()
    _has_sites(ana)
    _has_rules(ana)
    nia = _has_people(ana, chromium, address)
    _is_certified(ana, nia)


def _adds_second_step(page: Page) -> None:
    """Registers an authenticator app, which administrators are asked for."""
    page.goto("/how-you-sign-in/authenticator")
    code = pyotp.TOTP(page.locator(".app-code").first.inner_text().strip()).now()
    _fill(page, {"Code from the app": code}, "Add it")
    page.get_by_role("heading", name="Recovery codes").wait_for()


def _fill(page: Page, given: dict[str, str], button: str) -> None:
    for label, value in given.items():
        field = page.get_by_label(label, exact=True)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    page.get_by_role("button", name=button).click()


def _step(ana: Page, name: str) -> None:
    ana.goto("/")
    ana.get_by_role("region", name="First steps").get_by_role("link", name=name).click()


def _has_sites(ana: Page) -> None:
    _step(ana, "Areas and sites")
    _fill(ana, {"Name": "Gwent", "Code": "GWE"}, "Save")
    ana.get_by_role("link", name="Add a site").click()
    _fill(ana, {"Name": "Hillside", "Code": "HIL", "Area": "Gwent"}, "Save")
    ana.get_by_text("Hillside is saved.").first.wait_for()


def _has_rules(ana: Page) -> None:
    _step(ana, "A programme")
    rules = {"name": "first_aid.yaml", "mimeType": "application/yaml", "buffer": RULES.encode()}
    ana.get_by_label("Files with rules").set_input_files(rules)  # type: ignore[arg-type]
    ana.get_by_role("button", name="Look at them").click()
    ana.get_by_text("pathway first_aid, version 1").first.wait_for()
    ana.get_by_role("button", name="Publish").click()
    ana.get_by_role("button", name="Take the course that ships").click()
    ana.get_by_text("The course is published.").first.wait_for()
    _step(ana, "A programme")
    ana.get_by_role("link", name="Hillside").click()
    ana.get_by_role("link", name="Programmes of this site").click()
    _fill(ana, {"Programme": "Safe Groups"}, "Take it up")


def _has_people(ana: Page, chromium: Browser, address: str) -> str:
    """Adds Nia, gives her a place, and lets her in by a card; gives the path of her page."""
    _step(ana, "People")
    _fill(ana, {"First name and family name": "Nia Price", "Where": "Hillside"}, "Add this person")
    page = ana.url.split("?")[0]
    ana.get_by_role("link", name="Programmes and roles", exact=True).click()
    ana.get_by_text("Give a place in a programme").click()
    _fill(ana, {"Programme": "Safe Groups", "Where": "Hillside"}, "Give the place")
    ana.goto(page)
    ana.get_by_role("link", name="Invite, or print a card").click()
    ana.get_by_role("button", name="Make a new card").click()
    nia = chromium.new_context(base_url=address, viewport={"width": 375, "height": 812}).new_page()
    nia.goto(_scanned(ana))
    nia.get_by_role("button", name="Sign in").click()
    nia.get_by_role("heading", name="Hello Nia").wait_for()
    _until(nia, "/pathways", "Knows first aid")
    return page


def _scanned(page: Page) -> str:
    """What the camera of a phone reads from the card."""
    picture = Image.open(BytesIO(page.locator(".app-qr svg").screenshot()))
    [found] = zxingcpp.read_barcodes(picture)
    return str(found.text)


def _is_certified(ana: Page, nia: str) -> None:
    ana.goto(f"{nia.replace('/people/', '/practice/of/')}/new")
    ana.get_by_role("link", name=re.compile("first aid", re.IGNORECASE)).first.click()
    ana.locator("input[type=date]").first.fill(TODAY)
    ana.get_by_role("button", name="Save").click()
    _until(ana, "/certificates/decisions", "Nia Price")
    ana.get_by_role("link", name="Nia Price").click()
    ana.get_by_label("Certified", exact=True).check()
    ana.get_by_label("Why?", exact=True).fill("She showed it.")
    ana.get_by_role("button", name="Decide").click()
    _until(ana, "/register", "Nia Price")
    assert "Certified" in ana.inner_text("table")


def _until(page: Page, path: str, words: str) -> None:
    """Opens a page again until follow-up work has brought the words there."""
    for _ in range(60):
        page.goto(path)
        if words in (page.text_content("main") or ""):
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{words} never came to {path}: {page.inner_text('main')}")
