"""The two commands: silent when all is well, a line for each mistake when it is not, a verdict as JSON."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from certificates.pathways.commands import advice_command, check_command, evaluate_command, forms_command
from training.__main__ import app

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


def test_checking_advises_on_standard_error_to_write_titles_and_changes_nothing_else(tmp_path: Path) -> None:
    assert advice_command([TOOLS / "iy_leader_checklist.yaml", HERE / "cases" / "faulty" / "circle.yaml"]) == []
    rules = "a: {title: Led, delivery: group}\n      b: {delivery: group, at_least: 2, note: x}"
    (tmp_path / "p.yaml").write_text(f"pathway: p\nlevels:\n  leader:\n    requires:\n      {rules}\n")
    answer = CliRunner().invoke(app, ["pathway", "check", str(tmp_path / "p.yaml")])
    assert (answer.exit_code, answer.stdout) == (0, "")
    words = "1 requirement has no title, and the rule makes one: “Led 2 groups”"
    assert answer.stderr == f"{tmp_path / 'p.yaml'}:6: {words}; write title: where people call it otherwise\n"


def test_the_forms_of_a_pathway_are_listed_for_each_level() -> None:
    answer = CliRunner().invoke(app, ["pathway", "forms", str(EPEC), str(HERE / "examples" / "vig.yaml")])
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert "Parent group leader (parent_group_leader), held by a person" in answer.stdout
    assert "Licensed EPEC hub (hub), held by a site" in answer.stdout
    line = next(one for one in answer.stdout.splitlines() if " interview " in one)
    assert line.split() == ["entry", "interview", "signoff/interview", "hub_coordinator", "at_once"]
    assert "  signoff/interview: The day; Who signs; Reason\n" in answer.stdout
    topics = "Topic (Child behaviour, Culture, Listening, Group work, Ethics, Child in danger, Something else)"
    assert topics in answer.stdout and "check/dbs enhanced, check/pvg and 1 more" in answer.stdout
    assert "Needs a first holder from elsewhere: an accredited VIG supervisor" in answer.stdout


def test_the_forms_of_a_pathway_are_one_json_list() -> None:
    answer = CliRunner().invoke(app, ["pathway", "forms", str(EPEC), "--json"])
    rows = {row["id"]: row for row in json.loads(answer.stdout)}
    assert answer.exit_code == 0
    assert rows["practice"] | {"title": "", "fields": []} == {
        "pathway": "epec", "level": "parent_group_leader", "section": "requires", "id": "practice", "title": "",
        "type": "assessment", "what": "facilitation practice", "holder": "person",
        "form": "assessment/facilitation practice", "forms": ["assessment/facilitation practice"], "nobody": None,
        "made_by": ["holds:hub_practitioner"], "counts_when": "signed",
        "made_by_words": "a practitioner, trainer and supervisor in a hub",
        "counts_when_words": "when a practitioner, trainer and supervisor in a hub who is not a relative of this "
        "person has signed",
        "first_holder": [], "about": [], "waiver": None, "advisory": False, "parts": ["on", "result", "by", "reason"],
        "fields": [], "team": [], "file": str(EPEC), "line": 37,
    }  # fmt: skip
    assert rows["practice"]["fields"] == [
        {"name": "score", "kind": "number", "label": "Score", "unit": "points", "values": [], "something_else": False,
         "several": False, "asked": False, "told_by": None},
    ]  # fmt: skip
    assert rows["dbs"]["what"] == ["dbs enhanced", "pvg", "access ni"]
    assert rows["dbs"]["forms"] == ["check/dbs enhanced", "check/pvg", "check/access ni"]
    assert rows["pair"]["form"] == "delivery/group" and rows["pair"]["level"] is None


def test_what_nobody_can_record_is_said_and_ends_with_1(tmp_path: Path) -> None:
    rules = "site: {award: hub}\n      fine: {learning: x}"
    text = f"pathway: p\nlevels:\n  hub: {{holder: site, requires: {{}}}}\n  leader:\n    requires:\n      {rules}\n"
    (tmp_path / "p.yaml").write_text(text)
    for more in ([], ["--json"]):
        answer = CliRunner().invoke(app, ["pathway", "forms", str(tmp_path / "p.yaml"), *more])
        assert answer.exit_code == 1
        start = f"{tmp_path / 'p.yaml'}:6: site: nobody can record this: hub is held by sites"
        assert answer.stderr.startswith(start) and len(answer.stderr.splitlines()) == 1
        assert "learning/x" in answer.stdout and "nobody can record this" in answer.stdout


def test_the_forms_of_a_faulty_file_are_its_mistakes() -> None:
    faulty = HERE / "cases" / "faulty" / "circle.yaml"
    found, lines = forms_command([faulty])
    assert found == [] and lines == check_command([faulty])[0] != []


def test_an_overlay_shows_the_forms_of_its_base_too() -> None:
    [(pathway, rows)], lines = forms_command([HERE / "examples" / "iy_norway.yaml"])
    assert lines == [] and {row["level"] for row in rows} == {*pathway.levels, None}
