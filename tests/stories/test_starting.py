"""Every documented way to start the service prints certificates, and however it ends it leaves no process behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.browsing import free_port
from tests.history import MODULE, copied, surroundings
from tests.processes import alive, children
from tests.third_party.programs import running
from training.commands import pango

pytestmark = pytest.mark.skipif(bool(pango.look().missing), reason="PDF is off: Pango is missing")

AS_RUN_MAKES_IT = "#!{python}\nfrom training.__main__ import main\nmain()\n"
AS_PIP_MAKES_IT = """#!{python}
import sys
from training.__main__ import main
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(main())
"""
SERVE = ["serve", "--port"]
DEMO = ["demo", "--port"]


def script(folder: Path, text: str) -> list[str]:
    path = folder / "training"
    path.write_text(text.format(python=sys.executable))
    path.chmod(0o755)
    return [str(path)]


@pytest.mark.parametrize(
    ("made", "words", "end"),
    [
        (AS_RUN_MAKES_IT, SERVE, signal.SIGTERM),
        (AS_PIP_MAKES_IT, SERVE, signal.SIGINT),
        ("", SERVE, signal.SIGKILL),
        ("", DEMO, signal.SIGTERM),
    ],
    ids=["run's script", "an entry point", "the module", "the demo"],
)
def test_a_pdf_is_printed_and_nothing_is_left_behind(
    published: Path, tmp_path: Path, made: str, words: list[str], end: signal.Signals
) -> None:
    folder, port = copied(published, tmp_path), free_port()
    command = [*(script(folder, made) if made else MODULE), *words, str(port)]
    ready, log = f"http://127.0.0.1:{port}/health/ready", folder / "log"
    with running(command, surroundings(folder, port), answers=ready, log=log, within=folder) as program:
        assert printed(port).startswith(b"%PDF")
        assert httpx2.get(f"http://127.0.0.1:{port}/v/SECRET?token=SECRET", trust_env=False).status_code == 404
        written = logged(log, "route=/v/{token}")
        assert "SECRET" not in written
        family = [program.pid, *children(program.pid)]
        assert len(family) > 1, "nothing prints beside the service"
        os.kill(program.pid, end)
        program.wait(20)
        assert not alive(family, within_seconds=10)


def test_work_by_the_script_of_run_prints_and_leaves_nothing_behind(seeded: Path, tmp_path: Path) -> None:
    folder = copied(seeded, tmp_path)
    command = [*script(folder, AS_RUN_MAKES_IT), "work"]
    with subprocess.Popen(command, cwd=folder, env=surroundings(folder), stderr=subprocess.DEVNULL) as program:
        for _ in range(600):
            if list((folder / "var/demo/files").rglob("document-*.pdf")):
                break
            alive([program.pid], within_seconds=0.1)
        family = [program.pid, *children(program.pid)]
        program.send_signal(signal.SIGTERM)
        assert program.wait(20) == 0
    assert len(family) > 1 and not alive(family, within_seconds=10)
    assert list((folder / "var/demo/files").rglob("document-*.pdf"))


def logged(log: Path, words: str) -> str:
    """Gives the log as soon as it says this: the line of a request is written when its answer has gone."""
    until = time.monotonic() + 10
    while words not in (written := log.read_text()):
        assert time.monotonic() < until, f"{words!r} is not in the log:\n{written[-3000:]}"
        time.sleep(0.05)
    return written


def printed(port: int) -> bytes:
    """Opens the PDF of a certificate as one of the demo's people."""
    own = {"Sec-Fetch-Site": "same-origin"}
    with httpx2.Client(base_url=f"http://localhost:{port}", headers=own, timeout=40, trust_env=False) as browser:
        browser.post("/people/choose", data={"person": "bruno"})
        listed = browser.get("/certificates").text
        address = listed.partition('href="/certificates/')[2].partition('"')[0]
        found = browser.get(f"/certificates/{address}/document")
        assert found.status_code == 200, found.text
        return found.content
