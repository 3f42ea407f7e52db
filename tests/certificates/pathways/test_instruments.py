"""Ratings are judged by their instrument alone: levels from behaviours, several raters, every form of a pass."""

from pathlib import Path
from typing import Any

import pytest

from training.instruments.judge import judge, levels_of_items
from training.instruments.read import read_instrument, read_instrument_text
from training.parsing.values import Result, plain_values

TOOLS = Path(__file__).parent / "examples" / "instruments"
BEHAVIOURS = """
instrument: tool
version: "1"
kind: behaviours
scale: {1: harm, 2: some, 3: all, 4: more}
items:
  one: {harmful: {h: H}, required: {r: R}, basic: {b: B, c: C}, advanced: {a: A}}
"""
SCALE = """
instrument: tool
version: "1"
kind: scale
scale: {0: none, 1: some, 2: good, 3: very good}
items: {a: {}, b: {}, c: {}}
sections: {first: [a, b]}
"""


@pytest.mark.parametrize(
    ("mark", "level"),
    [
        ({"seen": ["b", "c", "r"]}, 3),
        ({"seen": ["b", "c", "r", "a"]}, 4),
        ({"seen": ["b", "r", "a"]}, 2),
        ({"seen": ["b", "c", "a"]}, 1),
        ({"seen": ["b", "c", "r", "a", "h"]}, 1),
        ({"seen": ["b", "c"], "not_applicable": ["r"]}, 3),
        ({"seen": ["b", "r"], "not_applicable": ["c"]}, 3),
        ({"seen": ["b", "c", "r", "h"], "not_applicable": ["h"]}, 3),
        ({}, 1),
    ],
)
def test_behaviours_give_a_level(mark: dict[str, Any], level: int) -> None:
    tool = read_instrument_text(BEHAVIOURS)
    _, items = levels_of_items(tool, [{"items": {"one": mark}}])
    assert items["one"].level == level


@pytest.mark.parametrize(
    ("rule", "marks", "result"),
    [
        ("percent: 60", {"a": 2, "b": 2, "c": 2}, Result.MET),
        ("percent: 67", {"a": 2, "b": 2, "c": 2}, Result.NOT_MET),
        ("percent: {at_least: 60, of: [first]}", {"a": 2, "b": 2, "c": 0}, Result.MET),
        ("percent: {at_least: 60, of: [c]}", {"a": 2, "b": 2, "c": "n/a"}, Result.CANNOT_TELL),
        ("mean: 2", {"a": 1, "b": 3, "c": "n/a"}, Result.MET),
        ("mean: 2.5", {"a": 2, "b": 2}, Result.NOT_MET),
        ("mean: 2.3", {"a": 2, "b": 2}, Result.CANNOT_TELL),
        ("every_item: 2", {"a": 2, "b": 2, "c": 1}, Result.NOT_MET),
        ("every_item: 2", {"a": 2, "b": 2, "c": "not_observed"}, Result.CANNOT_TELL),
        ("no_item_at: 0", {"a": 1, "b": 1, "c": 1}, Result.MET),
        ("no_item_at: 1", {"a": 2, "b": 2, "c": 1}, Result.NOT_MET),
        ("items_at: {level: 2, count: 2}", {"a": 2, "b": 3, "c": 0}, Result.MET),
        ("items_at: {level: 2, count: 3}", {"a": 2, "b": 3, "c": 0}, Result.NOT_MET),
        ("number: {a: 1}", {"a": 2, "b": 3, "c": 0}, Result.CANNOT_TELL),
        ("judged: satisfactory", {"a": 2, "b": 3, "c": 0}, Result.CANNOT_TELL),
        ("percent: 60, every_item: 2", {"a": 3, "b": 3, "c": 1}, Result.NOT_MET),
        ("score: 80", {"a": 3, "b": 3, "c": 1}, Result.CANNOT_TELL),
    ],
)
def test_each_form_of_a_pass(rule: str, marks: dict[str, Any], result: Result) -> None:
    tool = read_instrument_text(f"{SCALE}pass: {{{rule}}}\n")
    assert judge(tool, [{"by": "bruno", "items": marks}]).result is result


def test_points_are_told_with_what_was_possible() -> None:
    tool = read_instrument_text(f"{SCALE}pass: {{percent: 60}}\n")
    told = judge(tool, [{"by": "bruno", "items": {"a": 2, "b": 3, "c": "n/a"}}])
    assert (told.result, told.points, told.highest) == (Result.MET, 5, 6)


def test_a_pass_handed_in_stands_in_place_of_the_instruments_own() -> None:
    tool = read_instrument(TOOLS / "leader_checklist.yaml")
    strict = read_instrument_text(f"{SCALE}pass: {{every_item: 1}}\n").passing
    marks = dict.fromkeys(tool.items, "yes") | {"buddy_calls": "no"}
    assert judge(tool, [{"by": "bruno", "items": marks}]).result is Result.MET
    assert judge(tool, [{"by": "bruno", "items": marks}], strict).result is Result.NOT_MET


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        ([{"by": "x", "judged": "satisfactory", "reasons": "calm"}], Result.MET),
        ([{"by": "x", "judged": "not_satisfactory", "reasons": "loud"}], Result.NOT_MET),
        ([{"by": "x", "judged": "satisfactory"}], Result.CANNOT_TELL),
        (
            [
                {"by": "x", "judged": "satisfactory", "reasons": "a"},
                {"by": "y", "judged": "not_satisfactory", "reasons": "b"},
            ],
            Result.NOT_MET,
        ),
        (
            [
                {"by": "x", "judged": "not_satisfactory", "reasons": "a"},
                {"by": "y", "agreed": True, "judged": "satisfactory", "reasons": "b"},
            ],
            Result.MET,
        ),
    ],
)  # fmt: skip
def test_judgements_need_reasons_and_each_must_be_satisfactory(rows: list[dict[str, Any]], result: Result) -> None:
    assert judge(read_instrument(TOOLS / "transition_meeting.yaml"), rows).result is result


def test_two_marks_of_one_rater_are_not_two_raters() -> None:
    tool = read_instrument(TOOLS / "plh_style_2.yaml")
    row = {"by": "bruno", "items": dict.fromkeys(tool.items, 3)}
    assert judge(tool, [row, row]).result is Result.CANNOT_TELL
    assert judge(tool, [row, row | {"by": "chloe"}]).result is Result.MET


@pytest.mark.parametrize("text", ["\u00b2", "--5", "5-"])
def test_what_only_looks_like_a_number_stays_a_text(text: str) -> None:
    assert plain_values(text, "number") == (text,)
