"""Makes environments for programs written by others, outside of the repository, from the Python index."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "facilitator-training" / "third-party"


def python_with(*requirements: str) -> Path:
    """Gives the Python of an environment with these packages; skips the test when the index cannot be reached.

    Where CI is true there is no skipping: the test fails.
    """
    name = hashlib.sha256("\n".join((sys.version, *sorted(requirements))).encode()).hexdigest()[:16]
    python = CACHE / name / "bin" / "python"
    ready = CACHE / name / "ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(CACHE / name)], check=True)
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *requirements]
        made = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if made.returncode != 0:
            reason = f"the Python index gave no {requirements[0]}: {made.stderr.strip()[-200:]}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        ready.touch()
    return python
