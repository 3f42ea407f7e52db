"""Marks, levels and the pass mark, as tables from the pathway language, section 10."""

from typing import Any

import pytest

from training.assessments.load import canonical
from training.assessments.marks import MarkRow, agreed_marks, apart, fault_of_mark
from training.assessments.outcome import outcome_of
from training.instruments.judge import judge, level_of_mark
from training.instruments.read import read_instrument_text
from training.instruments.schema import InstrumentSchema, Item
from training.parsing.messages import FileError

SAFETY = Item(
    "safety",
    "Danger",
    harmful={"asks_openly": "x"},
    required={"follows_up": "x"},
    basic={"knows_path": "x", "stays_calm": "x"},
    advanced={"plans": "x"},
)


WATCHED = InstrumentSchema("x", "1", "behaviours", scale={1: "a", 2: "b", 3: "c", 4: "d"}, items={"safety": SAFETY})


@pytest.mark.parametrize(
    ("seen", "out", "level"),
    [
        (["knows_path", "stays_calm", "follows_up", "plans"], [], 4),
        (["knows_path", "stays_calm", "follows_up"], [], 3),
        (["knows_path", "follows_up", "plans"], [], 2),
        (["follows_up"], [], 2),
        (["knows_path", "stays_calm", "plans"], [], 1),
        (["knows_path", "stays_calm", "follows_up", "plans", "asks_openly"], [], 1),
        (["knows_path", "stays_calm"], ["follows_up"], 3),
        (["knows_path", "follows_up"], ["stays_calm"], 3),
        ([], ["follows_up", "knows_path", "stays_calm"], 3),
        ([], [], 1),
    ],
)
def test_harm_comes_first_then_the_basics_then_more(seen: list[str], out: list[str], level: int) -> None:
    assert level_of_mark(WATCHED, SAFETY, {"seen": seen, "not_applicable": out}) == level


@pytest.mark.parametrize("mark", ["n/a", "not_observed"])
def test_an_item_that_was_not_seen_has_no_level(mark: str) -> None:
    assert not isinstance(level_of_mark(WATCHED, SAFETY, mark), int)


def instrument(**more: Any) -> InstrumentSchema:
    """A scale of 0 to 3 with three items."""
    body = {
        "instrument": "x",
        "version": "1",
        "kind": "scale",
        "scale": {0: "no", 1: "little", 2: "good", 3: "very good"},
        "items": {"a": {}, "b": {}, "c": {}},
        "sections": {"first": ["a", "b"]},
    }
    return read_instrument_text(canonical({key: value for key, value in (body | more).items() if value != {}}))


def row(by: str, a: Any, b: Any, c: Any, agreed: bool = False) -> MarkRow:
    """The marks of one rater."""
    return MarkRow(by, {"a": a, "b": b, "c": c}, agreed)


@pytest.mark.parametrize(
    ("passes", "marks", "finding"),
    [
        ({"percent": 60}, (2, 2, 2), "met"),
        ({"percent": 70}, (2, 2, 2), "not_met"),
        ({"percent": 60}, (2, 2, "n/a"), "met"),
        ({"percent": 60}, (2, 2, "not_observed"), "cannot_tell"),
        ({"percent": 40}, (2, 2, "not_observed"), "met"),
        ({"percent": 90}, (2, 2, "not_observed"), "not_met"),
        ({"mean": 2}, (1, 2, 3), "met"),
        ({"mean": 2}, (1, 2, 2), "not_met"),
        ({"every_item": 1}, (1, 1, 0), "not_met"),
        ({"every_item": {"at_least": 1, "of": ["first"]}}, (1, 1, 0), "met"),
        ({"no_item_at": 0}, (1, 1, 0), "not_met"),
        ({"no_item_at": {"level": 0, "of": "first"}}, (1, 1, 0), "met"),
        ({"no_item_at": 0}, (1, 1, "not_observed"), "cannot_tell"),
        ({"items_at": {"level": 2, "count": 2}}, (2, 3, 0), "met"),
        ({"items_at": {"level": 2, "count": 3}}, (2, 3, 0), "not_met"),
        ({"percent": 60, "no_item_at": 0}, (3, 3, 0), "not_met"),
        ({"score": 5}, (3, 3, 3), "cannot_tell"),
        ({}, (3, 3, 3), "cannot_tell"),
        ({"percent": 60}, ("n/a", "n/a", "n/a"), "cannot_tell"),
    ],
)
def test_every_rule_of_a_pass_mark_must_hold(passes: dict[str, Any], marks: tuple[Any, ...], finding: str) -> None:
    assert outcome_of(instrument(**{"pass": passes}), [row("bruno", *marks)]).finding == finding


@pytest.mark.parametrize(
    ("raters", "rows", "finding"),
    [
        ({"at_least": 2}, [row("bruno", 3, 3, 3)], "cannot_tell"),
        ({"at_least": 2}, [row("bruno", 3, 3, 3), row("gwen", 3, 3, 3)], "met"),
        ({"combine": "lowest"}, [row("bruno", 3, 3, 3), row("gwen", 0, 3, 3)], "not_met"),
        ({"combine": "mean"}, [row("bruno", 3, 3, 3), row("gwen", 1, 3, 3)], "met"),
        ({"agree_within": 1}, [row("bruno", 3, 3, 3), row("gwen", 1, 3, 3)], "cannot_tell"),
        ({"agree_within": 1}, [row("bruno", 3, 3, 3), row("gwen", 1, 3, 3), row("gwen", 2, 3, 3, True)], "met"),
        ({"combine": "lowest"}, [row("bruno", 3, 3, 3), row("gwen", "n/a", 3, 3)], "met"),
        ({"combine": "lowest"}, [row("bruno", 3, 3, 3), row("gwen", "not_observed", 3, 3)], "met"),
    ],
)
def test_raters_are_joined_as_the_instrument_says(raters: dict[str, Any], rows: list[MarkRow], finding: str) -> None:
    assert outcome_of(instrument(raters=raters, **{"pass": {"every_item": 2}}), rows).finding == finding


def test_raters_are_apart_only_beyond_what_the_instrument_allows() -> None:
    rows = [row("bruno", 3, 3, "n/a"), row("gwen", 1, 2, 0)]
    assert apart(instrument(raters={"agree_within": 1}), rows) == ["a"]
    assert apart(instrument(), rows) == []


def test_the_agreed_row_speaks_for_every_item() -> None:
    rows = [row("bruno", 3, 3, "n/a"), row("gwen", 1, 2, "n/a")]
    assert agreed_marks(instrument(), rows, {"a": 2}) == {"a": 2, "b": 2, "c": "n/a"}
    assert agreed_marks(instrument(raters={"combine": "mean"}), rows, {"a": 2})["b"] == 2.5


@pytest.mark.parametrize(
    ("judged", "reasons", "finding"),
    [
        ("satisfactory", "well done", "met"),
        ("not_satisfactory", "talks too much", "not_met"),
        ("satisfactory", " ", "cannot_tell"),
    ],
)
def test_a_judgement_needs_reasons(judged: str, reasons: str, finding: str) -> None:
    body = {"instrument": "x", "version": "1", "kind": "judgement"}
    found = outcome_of(read_instrument_text(canonical(body)), [MarkRow("bruno", {"judged": judged}, reasons=reasons)])
    assert found.finding == finding


@pytest.mark.parametrize("mark", [0, 3, "n/a", "not_observed"])
def test_marks_of_the_scale_fit(mark: Any) -> None:
    assert fault_of_mark(instrument(), "a", mark) == ""


@pytest.mark.parametrize(("item", "mark"), [("a", 4), ("a", "yes"), ("a", {"seen": []}), ("z", 1)])
def test_marks_that_the_instrument_does_not_have_do_not_fit(item: str, mark: Any) -> None:
    assert fault_of_mark(instrument(), item, mark)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "no mapping"),
        ({"instrument": "x", "version": "1", "kind": "scales"}, "scales is an unknown kind"),
        ({"instrument": "x", "version": "1", "kind": "scale", "items": {"a": None}}, "no scale"),
        ({"instrument": "x", "version": "1", "kind": "checklist"}, "no items"),
        (
            {"instrument": "x", "version": "1", "kind": "checklist", "items": {"a": None}, "sections": {"s": ["b"]}},
            "b is no item of this instrument",
        ),
    ],
)
def test_a_body_that_is_no_instrument_is_told_why(body: Any, words: str) -> None:
    with pytest.raises(FileError, match=words):
        read_instrument_text(canonical(body))


def test_what_was_measured_is_judged_on_the_page_as_by_the_rules() -> None:
    body = {"instrument": "dpics", "version": "1", "kind": "numbers", "items": {"praise": {}}, "pass": {"mean": 2}}
    measured = read_instrument_text(canonical(body))
    outcome = outcome_of(measured, [MarkRow("bruno", {"praise": 2.5})])
    assert outcome.finding == judge(measured, [{"by": "bruno", "items": {"praise": 2.5}}]).result == "met"
    assert [line.words for line in outcome.lines] == ["The mean is 2.5; 2 is needed"]


def test_without_a_pass_mark_nobody_can_tell_and_the_page_says_why() -> None:
    outcome = outcome_of(instrument(), [row("bruno", 3, 3, 3)])
    assert outcome.finding == "cannot_tell"
    assert "no pass mark" in outcome.lines[0].words


def test_where_no_item_applied_the_page_says_so_once_and_names_no_rule() -> None:
    body = {
        "instrument": "dpics", "version": "1", "kind": "numbers", "items": {"praise": {}},
        "pass": {"mean": 2, "every_item": 1},
    }  # fmt: skip
    outcome = outcome_of(read_instrument_text(canonical(body)), [MarkRow("bruno", {"praise": "n/a"})])
    assert [line.words for line in outcome.lines] == ["None of the items applied, so there is nothing to go by"]
