"""The doctor tells what this machine has, and never that something is well that is not."""

import asyncio
import subprocess
import sys

from tests.training.commands.conftest import NOW, ROOT, Front
from training.commands import machine, pango
from training.database.connection import opened
from training.lti.platform.tool_keys import ToolKeys
from training.trail.models import Followup


def test_each_thing_has_a_line_and_a_used_port_is_told(front: Front) -> None:
    import socket

    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        done = front.run("doctor", "--port", str(busy.getsockname()[1]))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = {line.split()[1].rstrip(":"): line.split()[0] for line in done.stdout.splitlines()}
    usual = ["Settings", "Python", "Libraries", "SQLite", "PDF", "Fonts", "Port", "Disk", "PostgreSQL", "Records"]
    assert list(lines) == usual and lines["Records"] == "ok"
    assert lines["Settings"] == "ok" and lines["Port"] == "note" and lines["Fonts"] == "ok"


def test_a_database_of_the_settings_that_does_not_answer_is_a_lack(front: Front) -> None:
    done = front.run("doctor", DATABASE_URL="postgres://nobody@127.0.0.1:1/training")
    assert done.returncode == 1 and "lack  PostgreSQL:" in done.stdout


def test_work_that_failed_and_a_secret_key_that_opens_no_key_are_told(front: Front) -> None:
    async def fill() -> None:
        async with opened(front.url):
            await ToolKeys("s" * 40).signing(NOW)
            await Followup.create(kind="x", key="x", state="dead", payload={}, due=NOW)

    asyncio.run(fill())
    assert "note  Records: 1 pieces of work failed" in front.run("doctor").stdout
    other = front.run("doctor", SECRET_KEY="o" * 40)
    assert other.returncode == 1 and "lack  Records:" in other.stdout and "TRAINING_SECRET_KEY" in other.stdout


def test_a_wrong_setting_is_a_lack_and_a_missing_secret_only_a_note(front: Front) -> None:
    assert front.run("doctor", DATABASE_URL="mysql://x").stdout.startswith("lack  Settings: TRAINING_DATABASE_URL")
    assert front.run("doctor", SECRET_KEY=None).stdout.startswith("note  Settings: TRAINING_SECRET_KEY")


def test_sqlite_with_the_bug_of_two_writers_is_told_and_a_mended_one_is_not() -> None:
    assert machine.sqlite((3, 40, 1)).state == "note" and "one process" in machine.sqlite((3, 40, 1)).words
    assert machine.sqlite((3, 51, 2)).state == "note"
    assert machine.sqlite((3, 51, 3)).state == "ok"


def test_pango_is_looked_for_without_loading_the_service() -> None:
    script = "import sys; from training.commands import pango; pango.look(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert not {"tortoise", "starlette", "weasyprint"} & set(loaded)
    code = subprocess.run([sys.executable, "-m", "training.commands.pango"], cwd=ROOT).returncode
    assert code == (1 if pango.look().missing else 0)
