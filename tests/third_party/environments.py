"""Makes environments for programs written by others, outside of the repository, from the Python index."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parent / "requirements"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "facilitator-training" / "third-party"
INSTALL_SECONDS = 300
CAREFUL = ("--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "20")


def python_with(requirements: Path) -> Path:
    """Gives the Python of an environment with the packages that a file lists, each with its version.

    Made once, by one process at a time, and used again as long as the list is the same. Without the Python index the
    test is skipped with the reason; where CI is true there is no skipping, and it fails.
    """
    place, trouble = _made(requirements)
    if trouble:
        reason = f"the Python index gave nothing for {requirements.name}: {trouble}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return place / "bin" / "python"


def _made(requirements: Path) -> tuple[Path, str]:
    """Gives where an environment is, and the trouble in words where it could not be made."""
    name = hashlib.sha256(f"{sys.version} {requirements.read_text()}".encode()).hexdigest()[:16]
    place = CACHE / name
    with alone(CACHE / f"{name}.lock"):
        return place, "" if (place / "ready").exists() else _make(place, requirements)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Lets one process at a time do what follows, by the lock of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(place: Path, requirements: Path) -> str:
    """Makes an environment; gives the trouble in words, or nothing when it is there."""
    # An environment inside of ours would find its base among our packages, so the base is named.
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    steps = (
        [str(base if base.exists() else sys.executable), "-m", "venv", "--clear", str(place)],
        [str(place / "bin" / "python"), "-m", "pip", "install", "-q", *CAREFUL, "-r", str(requirements)],
    )
    for step in steps:
        try:
            done = subprocess.run(step, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        except subprocess.TimeoutExpired:
            return f"no answer within {INSTALL_SECONDS} seconds"
        if done.returncode != 0:
            errors = [line for line in done.stderr.splitlines() if "ERROR" in line] or done.stderr.splitlines()[-3:]
            return " ".join(errors)[:400]
    (place / "ready").touch()
    return ""


if __name__ == "__main__":  # beforehand, so that the tests find them made; what fails, they try again and tell
    for listed in sorted(REQUIREMENTS.glob("*.txt")):
        _made(listed)
