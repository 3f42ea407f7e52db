"""`training demo lms`: the pretend LMS by itself, for those who want to check their installation."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.conftest import ORIGIN
from tests.today import true_clock
from tests.training.commands.conftest import ROOT, Front
from tests.training.lti.conftest import field, free_port
from training.lti.models import Registration

__all__ = ["true_clock"]

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]


@pytest.fixture
def lms(tmp_path: Path) -> Iterator[str]:
    """Runs the pretend LMS in an empty folder, without a setting; gives its address."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "training",
        "demo",
        "lms",
        "--port",
        str(port),
        "--tool",
        ORIGIN,
        "--plays",
        "moodle",
    ]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")}
    process = subprocess.Popen(command, cwd=tmp_path, env=bare | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=20)[0].decode()
    assert f"training lti add --issuer http://127.0.0.1:{port}" in told and "TRAINING_OUTBOUND_ALLOW" in told
    assert not list(tmp_path.glob("var")), "it keeps nothing"


async def answering(visitor: httpx2.AsyncClient, address: str) -> httpx2.Response:
    for _ in range(600):
        try:
            return await visitor.get(address)
        except httpx2.ConnectError:
            await asyncio.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


async def test_the_pretend_lms_by_itself_registers_a_service_and_launches_it(
    lms: str, service: object, browse: Browse
) -> None:
    farah, trainee = await browse("farah"), await browse()
    async with httpx2.AsyncClient() as visitor:
        page = unescape((await answering(visitor, f"{lms}/connect")).text)
        link = page.partition(f'href="{ORIGIN}')[2].partition('"')[0]
        assert "has to approve" in (await trainee.get(link)).text
        waiting = await Registration.get(issuer=lms)
        assert (waiting.state, waiting.client_id, waiting.profile) == ("pending", "training", "moodle")
        shown = {"shown": field((await farah.get(f"/lti/console/{waiting.id}")).text, "shown"), "site": "unit"}
        assert (await farah.post(f"/lti/console/{waiting.id}/approve", data=shown)).status_code == 303
        form = (await visitor.get(f"{lms}/start", params={"user": "grace", "activity": "a-pathway"})).text
        asked = {name: field(form, name) for name in ("iss", "target_link_uri", "login_hint", "lti_message_hint")}
        login = await trainee.post("/lti/login", data=asked, headers={"Sec-Fetch-Site": "cross-site"})
        back = (await visitor.get(login.headers["location"])).text
    token = {"id_token": field(back, "id_token"), "state": field(back, "state")}
    came = await trainee.post("/lti/launch", data=token, headers={"Sec-Fetch-Site": "cross-site"})
    assert came.status_code == 303 and urlsplit(came.headers["location"]).path == "/pathways"


def test_it_plays_only_what_it_knows(front: Front) -> None:
    refused = front.run("demo", "lms", "--plays", "nobody")
    assert refused.returncode == 1 and refused.stderr.startswith(
        "It cannot play nobody. Choose one of pretend-lms, moodle"
    )
