"""The next steps of a trainee: short sentences with numbers, easy to read."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from certificates.pathways.engine.evaluate import evaluate
from certificates.pathways.engine.next_steps import next_steps
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.language.read import read_pathway, read_pathway_text
from tests.certificates.pathways.case_files import ROWS_OF_FILES, evaluated
from tests.reading_age import grade

DEMO = Path(__file__).parents[3] / "training" / "demo" / "material" / "pathways" / "growing_together.yaml"
DAY = date(2026, 8, 1)
OTHERS: list[dict[str, Any]] = [
    {"id": "r1", "type": "role", "what": "supervisor", "who": "hana", "on": "2020-01-01"},
    {"id": "w1", "type": "award", "what": "assessor", "who": "bruno", "on": "2025-01-01"},
    {"id": "k1", "type": "check", "what": "dbs enhanced", "on": "2026-01-01"},
    {"id": "c1", "type": "learning", "what": "leading a parenting group", "on": "2026-01-01"},
]
HOUR = {"type": "supervision", "what": "reflective", "by": "hana", "hours": 1}
SIX_HOURS = [HOUR | {"id": f"s{month}", "on": date(2026, month, 10)} for month in range(1, 7)]
ASSESSED = {"type": "assessment", "what": "group facilitation", "on": "2026-07-01", "result": "passed"}
BY_OWN_SUPERVISOR = [
    {"id": "b1", "type": "relation", "what": "supervisor", "who": "bruno", "on": "2025-01-01"},
    ASSESSED | {"id": "a1", "by": "bruno"},
]
ONE_GROUP = [{"id": "g1", "type": "delivery", "what": "group", "on": "2026-02-01", "sessions": 8}]


def _steps(rows: list[dict[str, Any]], level: str = "group_leader") -> list[str]:
    verdict = evaluate(read_pathway(DEMO), Evidence.of({"holder": "amina", "records": rows}), DAY)
    found = verdict.level(level)
    assert found is not None
    return list(next_steps(found))


def _steps_of(rules: str, rows: list[dict[str, Any]]) -> list[str]:
    text = f"pathway: p\nroles: [steward]\nlevels:\n  leader:\n    requires:\n      {rules}\n"
    verdict = evaluate(read_pathway_text("p", text), Evidence.of({"holder": "amina", "records": rows}), DAY)
    return list(next_steps(verdict.levels[0]))


def test_a_trainee_on_the_way_sees_what_is_left_with_numbers() -> None:
    assert _steps(OTHERS + SIX_HOURS + BY_OWN_SUPERVISOR + ONE_GROUP) == [
        "1 of 2 groups: 1 group left.",
        "6 of 8 hours of supervision: 2 hours left.",
        "1 of 2 assessments: 1 assessment left.",
        "Your second assessment must be by somebody who has not supervised you.",
    ]


def test_a_trainee_without_an_assessment_hears_that_one_of_two_must_be_independent() -> None:
    assert "One of your 2 assessments must be by somebody who has not supervised you." in _steps(OTHERS)


def test_who_has_done_all_hears_that_somebody_decides() -> None:
    rows = [{"id": "a", "type": "learning", "what": "x", "on": "2026-01-01"}]
    assert _steps_of("a: {learning: x}", rows) == [
        "You have done all of it. Now somebody has to decide. You need do no more."
    ]


@pytest.mark.parametrize(
    ("rules", "rows", "line"),
    [
        ("a: {learning: x, title: The first course}", [], "Still to do: The first course."),
        ("a: {any_of: {b: {learning: x}, c: {quiz: y}}}", [], "Do 1 of these: B or C."),
        ("a: {learning: x}\n      b: {quiz: y, after: a}", [], "Before this counts, finish: A. It is for: B."),
        (
            "a: {delivery: group}",
            [{"id": "g", "type": "delivery", "what": "group", "on": "2026-01-01", "result": "pending"}],
            "1 of yours waits to be confirmed or filled in, and may then count. It is for: A.",
        ),
        (
            "a: {learning: x, up_to: 2026-01-01}",
            [],
            "It is too late for this: A. Ask your coordinator what you can do.",
        ),
        (
            "a: {membership: m, held_for: P1Y}",
            [{"id": "m", "type": "membership", "what": "m", "on": "2026-03-01"}],
            "The first day for this is 1 March 2027. It is for: A.",
        ),
        (
            "a: {none_of: {w: {event: warning}}, title: No warning}",
            [{"id": "w", "type": "event", "what": "warning", "on": "2026-03-01"}],
            "This stands in your way: No warning. Talk to your coordinator.",
        ),
        (
            "a: {delivery: visit, different: {family: 2}}",
            [],
            "0 of 2 different families: 2 more to find. It is for: A.",
        ),
        ("a: {delivery: group, each: {role: [parent, youth]}}", [], "Still to do: parent: A."),
    ],
)
def test_each_kind_of_step_has_its_sentence(rules: str, rows: list[dict[str, Any]], line: str) -> None:
    assert line in _steps_of(rules, rows)


def test_the_steps_of_all_cases_end_like_sentences() -> None:
    for row in ROWS_OF_FILES:
        if not row.error:
            for level in evaluated(row).levels:
                assert all(line.endswith(".") and "None" not in line for line in next_steps(level)), row.name


def test_the_steps_are_easy_to_read() -> None:
    lines = _steps(OTHERS + SIX_HOURS + BY_OWN_SUPERVISOR + ONE_GROUP) + _steps([]) + _steps([], "peer_coach")
    assert grade("\n".join(lines)) <= 6.0
