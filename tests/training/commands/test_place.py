"""Commands work on the records of the settings, or on the demo's where only the demo was set up in the folder."""

import shutil
from pathlib import Path

import pytest

from tests.training.commands.conftest import Front

UNSET = {"SECRET_KEY": None, "DATABASE_URL": None, "STORAGE_URL": None, "MAIL_URL": None}


@pytest.fixture
def demo(front: Front) -> Front:
    """A folder in which the demo was set up, and nothing else."""
    place = front.folder / "var" / "demo"
    place.mkdir(parents=True)
    shutil.move(front.folder / "training.db", place / "training.db")
    (front.folder / "var" / "demo.key").write_text("d" * 48)
    return front


def test_after_the_demo_every_command_works_without_settings(demo: Front) -> None:
    kept = demo.run("backup", "today.tar.gz", **UNSET)
    assert kept.returncode == 0, kept.stderr
    demo.write("sites.csv", "site,name,area", "NEW,New Place,CDF")
    assert demo.run("load", "sites.csv", **UNSET).stdout == "new        sites.csv:2: site NEW, New Place\n"


def test_with_a_secret_key_of_ones_own_the_demo_is_left_alone(demo: Front) -> None:
    done = demo.run("trail", "verify", **UNSET | {"SECRET_KEY": "o" * 40})
    assert done.returncode == 1 and "training migrate" in done.stderr and done.stderr.count("\n") == 1
    assert not Path(demo.folder / "var" / "demo" / "training.db-wal").exists()
