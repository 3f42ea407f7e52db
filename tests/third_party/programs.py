"""Starts programs beside the tests, waits until they answer, and ends them: our service is one of them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.forked import Forks

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], *, answers: str, log: Path, within: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a program from its first answer at an address until the tests are done with it."""
    with log.open("wb") as written:
        program = subprocess.Popen(
            command, cwd=within, env=bare() | environment, stdout=written, stderr=subprocess.STDOUT
        )
        try:
            _wait(program, answers, log)
            yield program
        finally:
            program.terminate()
            try:
                program.wait(15)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def _wait(program: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and program.poll() is None:
        try:
            if httpx2.get(address, trust_env=False).status_code < 500:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{address} did not answer:\n{log.read_text('utf-8', 'replace')[-3000:]}")


def bare() -> dict[str, str]:
    """Keeps what programs need of our surroundings, and none of our settings."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


@dataclass(frozen=True)
class Tool:
    """The service in a folder of its own, as an administrator runs it."""

    url: str
    folder: Path
    forks: Forks

    def command(self, *arguments: str) -> str:
        """Runs `training …` to its end and gives what it printed."""
        done = self.forks.run(arguments, self.folder, bare() | self._settings())
        assert done.returncode == 0, f"training {arguments}: {done.stderr}{done.stdout}"
        return done.stdout

    def told(self, *arguments: str) -> Any:
        """Runs `training … --json` and reads what it printed."""
        return json.loads(self.command(*arguments, "--json"))

    def connect(self, **told: str) -> str:
        """Connects an LMS, and gives the id of its registration."""
        options = [part for name, value in told.items() for part in (f"--{name.replace('_', '-')}", value)]
        self.command("lti", "add", *options)
        return next(str(row["id"]) for row in self.told("lti", "list") if row["issuer"] == told["issuer"])

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serves until the tests are done; the database has a central unit with a site, and the courses we ship."""
        self.command("migrate")
        (self.folder / "units.csv").write_text("unit,name\nnorth,Parenting North\n")
        (self.folder / "sites.csv").write_text("site,name,area,area_path\nRIV,Riverside,CDF,WLS/CDF\n")
        for told in ("units.csv", "sites.csv", ROOT / "training" / "demo" / "material", ROOT / "courses" / "library"):
            self.command("load", str(told))
        port = self.url.rpartition(":")[2]
        command = [sys.executable, "-W", "ignore", "-m", "training", "serve", "--port", port]
        with running(command, self._settings(), answers=f"{self.url}/health/ready", log=self.folder / "service.log"):
            yield

    def _settings(self) -> dict[str, str]:
        told = {
            "DATABASE_URL": f"sqlite://{self.folder}/training.db",
            "PUBLIC_URL": self.url,
            "SECRET_KEY": "k" * 40,
            "STORAGE_URL": f"{self.folder}/files",
            "MAIL_URL": f"file:{self.folder}/mail",
            "OUTBOUND_ALLOW": "127.0.0.1",
            "PDF": "false",
        }
        return {f"TRAINING_{name}": value for name, value in told.items()}
