"""Which marks are compared: by kind of instrument, with three raters, and what the words of a figure say."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from training.assessments.agreement.coefficients import Estimate
from training.assessments.agreement.rules import (
    SMALLEST,
    AgreementFigures,
    RatedVisit,
    by_quarter,
    comparisons,
    figures,
    figures_of_all,
    level_of,
    of_each_pair,
    of_each_rater,
)
from training.assessments.agreement.words import difference_chart, difference_words, kappa_chart, kappa_words
from training.assessments.marks import JUDGED, Mark
from training.instruments.schema import InstrumentSchema, Item

A, B, C = (UUID(int=number) for number in (1, 2, 3))
BEHAVIOURS = InstrumentSchema(
    "leading", "1", "behaviours", scale={1: "", 2: "", 3: "", 4: ""},
    items={"welcome": Item("welcome", basic={"greets": ""}, advanced={"remembers": ""}, harmful={"mocks": ""})},
)  # fmt: skip
CHECKLIST = InstrumentSchema("list", "1", "checklist", items={"ready": Item("ready")})
NUMBERS = InstrumentSchema("time", "1", "numbers", items={"minutes": Item("minutes")})
JUDGEMENT = InstrumentSchema("words", "1", "judgement")


def visit(levels: dict[UUID, tuple[float, ...]], *, listed: bool = True) -> RatedVisit:
    """A visit with the levels of some items by rater; 0 is an item that got none."""
    given = {rater: {str(at): level for at, level in enumerate(row) if level} for rater, row in levels.items()}
    return RatedVisit(uuid4(), date(2026, 5, 1), "Amina", given, listed)


@pytest.mark.parametrize(
    ("instrument", "item", "mark", "level"),
    [
        (BEHAVIOURS, "welcome", {"seen": ["greets", "remembers"]}, 4),
        (BEHAVIOURS, "welcome", {"seen": ["greets", "mocks"]}, 1),
        (BEHAVIOURS, "welcome", "not_observed", None),
        (CHECKLIST, "ready", "yes", 1),
        (CHECKLIST, "ready", "no", 0),
        (CHECKLIST, "ready", "n/a", None),
        (NUMBERS, "minutes", 2.5, 2.5),
        (JUDGEMENT, JUDGED, "satisfactory", 1),
        (JUDGEMENT, JUDGED, "not_satisfactory", 0),
        (CHECKLIST, "gone since", "yes", None),
    ],
)
def test_a_mark_has_the_level_that_the_judge_gives_it(
    instrument: InstrumentSchema, item: str, mark: Mark, level: float | None
) -> None:
    assert level_of(instrument, item, mark) == level


def test_what_one_of_two_gave_no_level_is_left_out() -> None:
    (found,) = comparisons([visit({A: (1, 2, 0, 4), B: (1, 3, 2, 0)})])
    assert found.count == 2 and (found.mean, found.other_mean) == (1.5, 2)
    assert comparisons([visit({A: (1, 0), B: (0, 2)}), visit({A: (1, 2)})]) == []


def test_of_three_raters_each_is_held_beside_both_others() -> None:
    visits = [visit({A: (3, 3), B: (2, 3), C: (2, 2)}) for _ in range(SMALLEST)]
    found = comparisons(visits)
    assert set(of_each_pair(found)) == {(A, B), (A, C), (B, C)}
    own = figures(of_each_rater(found)[A])
    assert (own.visits, own.marks) == (SMALLEST, 4 * SMALLEST)
    assert own.difference and own.difference.value == pytest.approx(0.75), "(0.5 + 1) / 2 beside the mean of both"
    middle = figures(of_each_rater(found)[B]).difference
    assert middle and middle.value == 0, "half a level below one, and half a level above the other"
    assert figures_of_all(found).visits == SMALLEST


def test_measured_numbers_have_no_kappa() -> None:
    found = comparisons([visit({A: (at, at + 1), B: (at, at + 2)}, listed=False) for at in range(1, 8)])
    told = figures(found)
    assert told.kappa is None and told.icc and told.percent == 50 and kappa_words(told) == "Cannot be told"


def test_fewer_visits_than_the_smallest_number_have_no_figure() -> None:
    few = figures(comparisons([visit({A: (1, 3), B: (2, 3)}) for _ in range(SMALLEST - 1)]))
    assert few == AgreementFigures(SMALLEST - 1, 2 * SMALLEST - 2) and few.small
    assert kappa_words(few) == difference_words(few) == "Too few"


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (Estimate(-0.25, -0.4, -0.1), "0.25 stricter (0.10 to 0.40)"),
        (Estimate(0.25, 0.1, 0.4), "0.25 more lenient (0.10 to 0.40)"),
        (Estimate(0.1, -0.3, 0.5), "0.10 more lenient (0.30 stricter to 0.50 more lenient: could be chance)"),
        (Estimate(0.001, -0.5, 0.502), "0.00 (0.50 stricter to 0.50 more lenient: could be chance)"),
    ],
)
def test_leniency_is_said_in_words(estimate: Estimate, words: str) -> None:
    assert difference_words(AgreementFigures(9, 90, difference=estimate)) == words


def test_charts_draw_whom_to_look_at_first_in_the_order_of_the_table() -> None:
    rows = [(name, AgreementFigures(9, 90, kappa=Estimate(value, value - 0.1, min(1, value + 0.1)),
                           difference=Estimate(1 - value, 0.8 - value, 1.2 - value)))
            for name, value in (("Ann", 0.9), ("Ben", 0.2), ("Cat", -0.1), ("Dan", 0.6))]  # fmt: skip
    kappas = kappa_chart("", [*rows, ("Eve", AgreementFigures(2, 20))], most=3)
    assert [bar.name for bar in kappas.bars] == ["Ben", "Cat", "Dan"] and kappas.left == "Less than chance"
    assert all(0 <= bar.begins <= bar.at <= bar.ends <= 100 for bar in kappas.bars)
    assert kappas.zero == pytest.approx(100 * 0.2 / 1.2, abs=0.1)
    lenient = difference_chart("", rows, most=2)
    assert [bar.name for bar in lenient.bars] == ["Ben", "Cat"] and lenient.zero == 50


def test_a_quarter_without_visits_stands_empty_between_others() -> None:
    days = (date(2026, 11, 1), date(2025, 12, 31), date(2026, 1, 1))
    found = comparisons([replace(visit({A: (1, 2), B: (2, 2)}), on=day) for day in days])
    counted = {quarter: len(seen) for quarter, seen in by_quarter(found).items()}
    assert list(counted.items()) == [("2025-4", 1), ("2026-1", 1), ("2026-2", 0), ("2026-3", 0), ("2026-4", 1)]
    assert by_quarter([]) == {}
