"""The two commands: silent when all is well, a line for each mistake when it is not, a verdict as JSON."""

import json
from datetime import date
from pathlib import Path

import pytest

from certificates.pathways.commands import check_command, evaluate_command

HERE = Path(__file__).parent
EPEC = HERE / "examples" / "epec.yaml"
TOOLS = HERE / "examples" / "instruments"
EVIDENCE = "holder: maria\nrecords:\n  - {id: r1, type: check, what: reference, on: 2025-09-11, by: anna}\n"


def test_checking_sound_files_says_nothing_and_ends_with_0() -> None:
    assert check_command([EPEC, *sorted(TOOLS.glob("*.yaml"))]) == ([], 0)


def test_checking_a_faulty_file_prints_its_line_and_ends_with_1() -> None:
    path = HERE / "cases" / "faulty" / "unknown_key.yaml"
    lines, code = check_command([EPEC, path])
    assert code == 1
    assert lines == [f"{path}:6: atleast is an unknown key of learning; did you mean at_least?"]


def test_evaluating_gives_the_verdict_as_json(tmp_path: Path) -> None:
    (tmp_path / "maria.yaml").write_text(EVIDENCE)
    verdict, lines = evaluate_command(EPEC, tmp_path / "maria.yaml", date(2026, 3, 1), date(2026, 2, 1), TOOLS)
    assert lines == []
    told = json.loads(json.dumps(verdict))
    assert list(told) == [
        "pathway", "version", "holder", "as_of", "known_at", "in_force", "levels", "deliveries",
    ]  # fmt: skip
    assert (told["pathway"], told["known_at"]) == ("epec", "2026-02-01")
    assert list(told["levels"][0]) == [
        "level", "per", "result", "may_start", "entry", "requires", "standing", "decision", "renewal", "keep", "return",
        "lifted_by", "permits",
    ]  # fmt: skip
    assert list(told["levels"][0]["entry"][0]) == [
        "id", "result", "reason", "counts", "used", "maybe", "waits_for", "met_on", "earliest", "late", "waived",
        "advisory", "origin", "children",
    ]  # fmt: skip


def test_evaluating_refuses_faulty_files_with_the_lines_of_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "maria.yaml").write_text(EVIDENCE.replace("check", "chek"))
    faulty = HERE / "cases" / "faulty" / "circle.yaml"
    verdict, lines = evaluate_command(faulty, tmp_path / "maria.yaml", date(2026, 3, 1), None, tmp_path / "nowhere")
    assert verdict == {}
    assert [line.split(": ")[0] for line in lines] == [
        f"{faulty}:6", f"{tmp_path / 'maria.yaml'}:3", f"{tmp_path / 'nowhere'}:1",
    ]  # fmt: skip


def test_the_command_line_prints_the_verdict(tmp_path: Path) -> None:
    (tmp_path / "maria.yaml").write_text(EVIDENCE)
    same = [evaluate_command(EPEC, tmp_path / "maria.yaml", date(2026, 3, 1)) for _ in range(2)]
    assert same[0] == same[1]


@pytest.mark.parametrize("records", ["\n  -\n", "\n  - x\n", " [null]\n", "\n  - []\n"])
def test_a_record_that_is_no_mapping_is_refused_with_its_line(tmp_path: Path, records: str) -> None:
    file = tmp_path / "evidence.yaml"
    file.write_text(f"holder: amina\nrecords:{records}")
    lines, code = check_command([file])
    assert code == 1
    assert f"{file}:{2 if '[null]' in records else 3}: a record is" in lines[0]
