"""The demo as a running service, and Chromium in front of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browsing import PATIENCE_SECONDS, a_chromium, become, running_demo
from tests.history import copied, published, seeded
from tests.today import true_clock

__all__ = ["published", "seeded", "true_clock"]


@pytest.fixture(scope="module")
def address(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo that no other file of tests has changed, served by its own process."""
    with running_demo(copied(published, tmp_path_factory.mktemp("demo"))) as demo:
        yield demo.address


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A Chromium of the machine, or a skip when there is none."""
    with a_chromium() as browser:
        yield browser


@pytest.fixture
def be(address: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as one of the demo's people: `be("amina")`; "" is a stranger."""
    contexts: list[BrowserContext] = []

    def somebody(key: str = "", **options: object) -> Page:
        context = chromium.new_context(base_url=address, viewport={"width": 375, "height": 812}, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        if key:
            become(page, key)
        return page

    yield somebody
    for context in contexts:
        context.close()


@pytest.fixture
def lms(address: str) -> str:
    """The address of the pretend LMS, which listens one port further."""
    return f"http://127.0.0.1:{int(address.rsplit(':', 1)[1]) + 1}"
