"""A workforce is brought over from one workbook, whoever is killed meanwhile; and goes again without a trace."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.taking_over import imported

ROUNDS = 6
"""A few of them; `python -m tests.taking_over FOLDER` does fifty."""


@pytest.mark.timeout(300)
def test_an_import_and_its_undoing_survive_being_killed(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.taking_over", str(tmp_path), "--rounds", str(ROUNDS)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert json.loads(ran.stdout.splitlines()[-1]) == {"rounds": ROUNDS, "wrong": []}


@pytest.mark.timeout(300)
def test_a_fiftieth_of_a_workforce_with_every_wrong_row_named(tmp_path: Path) -> None:
    words = f"import asyncio; from pathlib import Path; from {imported.__module__} import imported"
    program = f"{words}; print(len(asyncio.run(imported(0.02, Path({str(tmp_path)!r})))))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
