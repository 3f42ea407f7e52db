"""Courses, pathways and instruments load together, whole or not at all, and a published version never changes."""

import shutil
import sqlite3

import pytest

from tests.courses import course_files
from tests.training.commands.conftest import ROOT, Front

MATERIAL = ROOT / "training" / "demo" / "material"


@pytest.fixture
def stocked(front: Front) -> Front:
    """A folder with a course, two pathways and instruments, and nothing loaded yet."""
    course_files.write(front.folder / "material" / "small-steps")
    for part in ("pathways", "instruments"):
        shutil.copytree(MATERIAL / part, front.folder / "material" / part)
    return front


def _counts(front: Front) -> list[int]:
    tables = ("courses_version", "certificates_pathway_version", "assessments_instrument_version", "trail_fact")
    with sqlite3.connect(front.folder / "training.db") as database:
        counts = [database.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]
    return [*counts[:-1], counts[-1] - 1]  # one entry tells of the people who are there already


def _stored(front: Front) -> list[str]:
    return [path.name for path in (front.folder / "files").rglob("*") if path.is_file()]


def test_a_folder_of_material_is_rehearsed_without_a_trace_then_loaded_then_unchanged(stocked: Front) -> None:
    rehearsed = stocked.run("load", "material", "--check")
    assert rehearsed.returncode == 0, rehearsed.stderr
    assert [line.split()[0] for line in rehearsed.stdout.splitlines()] == ["new"] * 5
    assert _counts(stocked) == [0, 0, 0, 0] and _stored(stocked) == []

    loaded = stocked.run("load", "material")
    assert loaded.returncode == 0 and loaded.stdout == rehearsed.stdout and loaded.stderr == ""
    assert _counts(stocked) == [1, 2, 2, 5] and _stored(stocked) != []

    again = stocked.run("load", "material")
    assert [line.split()[0] for line in again.stdout.splitlines()] == ["unchanged"] * 5
    assert _counts(stocked) == [1, 2, 2, 5]


def test_one_mistake_anywhere_keeps_all_files_out_and_all_mistakes_are_told(stocked: Front) -> None:
    folder = stocked.folder / "material"
    instrument, pathway = (
        folder / "instruments" / "group_facilitation.yaml",
        folder / "pathways" / "growing_together.yaml",
    )
    instrument.write_text(instrument.read_text("utf-8").replace("kind: behaviours", "kind: feelings"), "utf-8")
    pathway.write_text(pathway.read_text("utf-8").replace("delivery: group", "delivry: group"), "utf-8")
    course = folder / "small-steps" / "course.yaml"
    course.write_text(
        course.read_text("utf-8").replace("programme: growing-together", "programme: nobody-knows"), "utf-8"
    )

    refused = stocked.run("load", "material")

    assert refused.returncode == 1 and refused.stdout == "" and "Traceback" not in refused.stderr
    lines = refused.stderr.splitlines()
    for file, words in (("group_facilitation.yaml:4:", "feelings"), ("growing_together.yaml:", "delivry"),
                        ("course.yaml:", "nobody-knows")):  # fmt: skip
        assert any(file in line and words in line and "; " in line for line in lines), lines
    assert _counts(stocked) == [0, 0, 0, 0] and _stored(stocked) == []


def test_other_words_under_a_published_version_are_refused_with_the_file(stocked: Front) -> None:
    assert stocked.run("load", "material").returncode == 0
    for path in (stocked.folder / "material").rglob("*.yaml"):
        if path.name in ("growing_together.yaml", "leader_checklist.yaml"):
            path.write_text(path.read_text("utf-8") + "\n# another word\n", "utf-8")
    checklist = stocked.folder / "material" / "instruments" / "leader_checklist.yaml"
    checklist.write_text(checklist.read_text("utf-8").replace("Parents were praised", "Nobody was praised"), "utf-8")
    refused = stocked.run("load", "material", "--check")
    assert refused.returncode == 1
    assert [line.split(":1: ")[0] for line in refused.stderr.splitlines()] == [
        "material/instruments/leader_checklist.yaml", "material/pathways/growing_together.yaml",
    ]  # fmt: skip
    assert all("new version" in line for line in refused.stderr.splitlines())


def test_a_pathway_that_notepad_saved_is_loaded_as_it_was_checked(front: Front) -> None:
    lines = ("pathway: norge", "title: Norge", "version: 1", "levels:", "  one:", "    requires:",
             "      course: {learning: on}", "    valid: P1Y")  # fmt: skip
    (front.folder / "norge.yaml").write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert front.run("pathway", "check", "norge.yaml").returncode == 0
    loaded = front.run("load", "norge.yaml")
    line = "pathway norge, version 1: 1 requirement, each with its form"
    assert loaded.returncode == 0 and line in loaded.stdout, loaded.stderr
    assert front.run("load", "norge.yaml").stdout.split()[0] == "unchanged"


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"x" * 300, b"", b"PK\x05\x06" + b"\0" * 18])
def test_a_damaged_zip_is_refused_in_a_line(front: Front, content: bytes) -> None:
    (front.folder / "course.zip").write_bytes(content)
    for words in (("load", "course.zip"), ("pathway", "check", "course.zip")):
        refused = front.run(*words)
        assert refused.returncode == 1
        assert "course.zip:1: " in refused.stdout + refused.stderr and "Traceback" not in refused.stderr


def test_loading_a_pathway_says_what_nobody_could_ever_record(front: Front) -> None:
    lines = ("pathway: shut", "levels:", "  hub: {holder: site, requires: {}}", "  one:", "    requires:",
             "      day: {award: hub}")  # fmt: skip
    (front.folder / "shut.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    loaded = front.run("load", "shut.yaml")
    assert loaded.returncode == 0
    first, second = loaded.stdout.splitlines()
    assert first == "new        shut.yaml: pathway shut, version 1: 1 requirement, and something that nobody can record"
    assert second.startswith("shut.yaml:6: day: nobody can record this: hub is held by sites")
