"""The service as a real process, one for each file of tests, with a browser for each test."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.forked import forks
from tests.third_party.programs import Tool
from tests.today import true_clock
from tests.training.lti.conftest import free_port

__all__ = ["true_clock"]


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tool]:
    """Serves from a folder of its own, on loopback."""
    with forks() as process:
        served = Tool(f"http://127.0.0.1:{free_port()}", tmp_path_factory.mktemp("tool"), process)
        with served.served():
            yield served


@pytest.fixture
def browser() -> Iterator[httpx2.Client]:
    """Opens a browser with an empty cookie jar."""
    with httpx2.Client(follow_redirects=True, trust_env=False, timeout=30) as opened:
        yield opened
