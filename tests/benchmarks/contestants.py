"""The tools that are compared, each one process over a database of its own: ours, PyLTI1p3, ltijs, a bare handler."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.places import HERE, database, node_with, python_with
from tests.benchmarks.platform import CLIENT_ID, DEPLOYMENT_ID, Platform
from tests.third_party.programs import ROOT, bare, running

TOOLS = HERE / "tools"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Contestant:
    """A tool that is running: where it is, how its launches end, and its processes."""

    name: str
    origin: str
    login: str
    launch: str
    admits: int
    pid: int
    hands_over: bool = False
    """Whether a launch ends with one more request, in which the library calls the tool for the first time."""

    def worked(self) -> float:
        """Tells the seconds of CPU that the tool has used, with its workers."""
        return sum(_cpu(pid) for pid in _family(self.pid))

    def resident(self) -> float:
        """Tells the MB of memory that the tool holds, with its workers."""
        pages = (int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in _family(self.pid))
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def ours_settings(origin: str, url: str, folder: Path) -> dict[str, str]:
    """Says how our service is set up for a benchmark."""
    return {
        "TRAINING_DATABASE_URL": url,
        "TRAINING_PUBLIC_URL": origin,
        "TRAINING_SECRET_KEY": "k" * 40,
        "TRAINING_STORAGE_URL": f"{folder}/files",
        "TRAINING_MAIL_URL": f"file:{folder}/mail",
        "TRAINING_OUTBOUND_ALLOW": "127.0.0.1",
        "TRAINING_PDF": "false",
    }


def command(settings: Mapping[str, str], *words: str) -> None:
    """Runs one of our commands to its end."""
    called = [sys.executable, "-W", "ignore", "-m", "training", *words]
    subprocess.run(called, cwd=ROOT, env=bare() | settings, check=True, capture_output=True, timeout=120)


def prepared(settings: Mapping[str, str], platform: Platform) -> None:
    """Makes our tables and connects the platform."""
    command(settings, "migrate")
    told = {
        "issuer": platform.issuer, "client-id": CLIENT_ID, "auth-url": f"{platform.issuer}/auth",
        "token-url": f"{platform.issuer}/token", "jwks-url": f"{platform.issuer}/keys", "deployment-id": DEPLOYMENT_ID,
    }  # fmt: skip
    command(settings, "lti", "add", *(part for name, value in told.items() for part in (f"--{name}", value)))


@contextmanager
def serving(settings: Mapping[str, str], log: Path, *, port: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """Serves our service as `training serve` does, at the port of its public address if no other is given."""
    port = port or int(settings["TRAINING_PUBLIC_URL"].rpartition(":")[2])
    words = [sys.executable, "-W", "ignore", "-m", "training", "serve", "--port", str(port)]
    with running(words, settings, answers=f"http://127.0.0.1:{port}/health/ready", log=log) as program:
        yield program


@contextmanager
def ours(url: str, platform: Platform, folder: Path) -> Iterator[Contestant]:
    """Runs our service."""
    origin = f"http://127.0.0.1:{free_port()}"
    settings = ours_settings(origin, url, folder)
    prepared(settings, platform)
    with serving(settings, folder / "ours.log") as program:
        yield Contestant("ours", origin, "/lti/login", "/lti/launch", 303, program.pid)


@contextmanager
def bare_handler(url: str, platform: Platform, folder: Path) -> Iterator[Contestant]:
    """Runs the bare Starlette handler over our tables."""
    origin = f"http://127.0.0.1:{(port := free_port())}"
    prepared(ours_settings(origin, url, folder), platform)
    words = [sys.executable, "-m", "uvicorn", "tests.benchmarks.tools.bare:app", "--port", str(port)]
    quiet = ["--log-level", "warning", "--no-access-log"]
    told = {"TOOL_DATABASE": url, "TOOL_ORIGIN": origin}
    with running([*words, *quiet], told, answers=f"{origin}/none", log=folder / "bare.log") as program:
        yield Contestant("bare handler", origin, "/login", "/launch", 303, program.pid)


@contextmanager
def pylti1p3(url: str, platform: Platform, folder: Path) -> Iterator[Contestant]:
    """Runs the PyLTI1p3 tool under gunicorn's sync worker."""
    python = python_with(HERE / "requirements" / "pylti1p3.txt")
    origin = f"http://127.0.0.1:{(port := free_port())}"
    told = {
        "TOOL_DATABASE": url.replace("postgres://", "postgresql+psycopg://").replace("sqlite://", "sqlite:///"),
        "TOOL_ISSUER": platform.issuer, "TOOL_CLIENT_ID": CLIENT_ID, "TOOL_DEPLOYMENT_ID": DEPLOYMENT_ID,
        "TOOL_KEYS_URL": f"{platform.issuer}/keys",
    }  # fmt: skip
    words = [str(python), "-m", "gunicorn", "-w", "1", "-k", "sync", "-b", f"127.0.0.1:{port}"]
    within = ["--chdir", str(TOOLS / "pylti"), "tool:app"]
    with running([*words, *within], told, answers=f"{origin}/none", log=folder / "pylti.log") as program:
        yield Contestant("PyLTI1p3", origin, "/login", "/launch", 303, program.pid)


@contextmanager
def ltijs(url: str, platform: Platform, folder: Path) -> Iterator[Contestant]:
    """Runs the ltijs tool."""
    place = node_with(TOOLS / "ltijs" / "package.json")
    if url.startswith("sqlite://"):  # stays on in the file; without it each launch would wait for the disk
        sqlite3.connect(url.removeprefix("sqlite://")).execute("PRAGMA journal_mode=WAL")
    origin = f"http://127.0.0.1:{(port := free_port())}"
    told = [str(port), url, platform.issuer, CLIENT_ID, f"{platform.issuer}/keys"]
    words = ["node", str(TOOLS / "ltijs" / "tool.js"), *told]
    found = {"NODE_PATH": str(place / "node_modules"), "NODE_ENV": "production"}
    with running(words, found, answers=f"{origin}/keys", log=folder / "ltijs.log") as program:
        yield Contestant("ltijs", origin, "/login", "/launch", 302, program.pid, hands_over=True)


Made = Callable[[str, Platform, Path], AbstractContextManager[Contestant]]
FIELD: dict[str, Made] = {"ours": ours, "PyLTI1p3": pylti1p3, "ltijs": ltijs, "bare handler": bare_handler}


@contextmanager
def running_one(name: str, kind: str, platform: Platform, folder: Path) -> Iterator[Contestant]:
    """Runs one of the field over an empty database of a kind."""
    with database(kind) as url, FIELD[name](url, platform, folder) as contestant:
        yield contestant


def free_port() -> int:
    """Finds a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(other for child in children for other in _family(int(child)))]


def _cpu(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS
