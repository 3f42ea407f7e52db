"""Certificates are issued to many at once, whoever is killed meanwhile, and withdrawn again: nothing is half done."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS, MANY = 6, 20
"""A few of them; `python -m tests.issuing_many FOLDER --rounds 50 --many 200` does more."""


@pytest.mark.timeout(300)
def test_a_bulk_issue_and_its_undoing_survive_being_killed(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.issuing_many", str(tmp_path), "--rounds", str(ROUNDS), "--many", str(MANY)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert json.loads(ran.stdout.splitlines()[-1]) == {"rounds": ROUNDS, "many": MANY, "wrong": []}
