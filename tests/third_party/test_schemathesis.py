"""The API before schemathesis, a program of others: it reads our description and looks for where we do not keep it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest

from tests.history import copied, published, seeded, surroundings
from tests.third_party.environments import REQUIREMENTS, python_with
from tests.third_party.programs import bare, running
from tests.training.clients.programs import PUBLIC_EC, Program
from tests.training.lti.conftest import free_port
from training.app.routes import ROUTES
from training.clients.operations import ApiRoute
from training.clients.scopes import SCOPES

__all__ = ["published", "seeded"]
pytestmark = pytest.mark.timeout(900)  # the first time, the environment is made and the history told

SECONDS = 60
CONFIGURATION = """
# What the description cannot say is refused with 422: a day to come, a programme that is not there.
[[operations]]
include-path-regex = "^/api/v1/(register|figures|people|enrolments|records)"
[operations.checks]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 422, 429]

[[operations]]
include-path-regex = "^/api/v1/certificates/"
parameters = {{ "path.id" = "{certificate}" }}

[[operations]]
include-path-regex = "^/api/v1/people/"
parameters = {{ "path.id" = "{person}", "path.slug" = "growing_together" }}
"""


@pytest.fixture
def home(published, tmp_path) -> Iterator[str]:
    """Serves the demo with its history, and gives its address."""
    port, folder = free_port(), copied(published, tmp_path / "demo")
    command = [sys.executable, "-W", "ignore", "-m", "training", "serve", "--port", str(port)]
    given = surroundings(folder, port) | {"TRAINING_PDF": "false"}
    ready = f"http://localhost:{port}/health/ready"
    with running(command, given, answers=ready, log=tmp_path / "service.log", within=folder):
        yield f"http://localhost:{port}"


async def token_and_things(home: str) -> tuple[str, dict[str, str]]:
    """Adds a program as an administrator does; gives a token of it, and a certificate and a person to ask about."""
    ours = {"Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(base_url=home, headers=ours, follow_redirects=True, trust_env=False) as farah:
        forms = re.findall("<form.*?</form>", (await farah.get("/people/choose")).text, re.S)
        form = next(one for one in forms if "Farah" in one)
        await farah.post("/people/choose", data=dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)))
        entry = {"name": "Fuzz", "contact": "x", "scopes": list(SCOPES), "keys": json.dumps(PUBLIC_EC)}
        added = await farah.post("/clients/new", data=entry)
        hr = Program(str(added.url.path).rpartition("/")[2], farah)
        assertion = hr.signed(hr.claims(aud=f"{home}/api/token"))
        token = (await hr.ask(assertion)).json()["access_token"]
        page = await farah.get("/api/v1/register?limit=1", headers={"Authorization": f"Bearer {token}"})
        return token, page.json()["entries"][0]


async def test_no_check_of_schemathesis_finds_where_the_api_is_not_as_described(home, tmp_path):
    python = python_with(REQUIREMENTS / "schemathesis.txt")
    token, things = await token_and_things(home)
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION.format(**things))
    command = [
        python, "-m", "schemathesis.cli", "run", f"{home}/openapi.json", "-H", f"Authorization: Bearer {token}",
        "-c", "all", "--continue-on-failure", "--rate-limit", "580/m", "--max-time", str(SECONDS), "--seed", "1",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=bare(), timeout=SECONDS * 4)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    number = sum(isinstance(one, ApiRoute) for one in ROUTES)
    assert f"Operations:       {number} selected / {number} total" in done.stdout
