"""Figures of agreement: equal to those of others, plain at their ends, with intervals that hold what they should."""

import json
from pathlib import Path
from random import Random

import pytest

from training.assessments.agreement.coefficients import (
    LINEAR,
    QUADRATIC,
    UNWEIGHTED,
    both_ways,
    icc_agreement,
    icc_consistency,
    icc_one_way,
    kappa,
    kappa_estimate,
    mean_estimate,
    percent_agreement,
)
from training.assessments.agreement.f_distribution import f_below, f_quantile, t_quantile

from .independent import far_off, our_iccs, our_kappas

KEPT = json.loads(Path(__file__).with_name("independent.json").read_text())
"""Tables with the figures that statsmodels and pingouin gave; tests/third_party asks them again."""


@pytest.mark.parametrize("kept", KEPT["kappas"])
def test_kappa_is_that_of_statsmodels(kept: dict[str, list[list[int]]]) -> None:
    assert far_off(our_kappas(kept["table"]), kept["theirs"]) == []


@pytest.mark.parametrize("kept", KEPT["iccs"])
def test_the_forms_of_icc_are_those_of_pingouin(kept: dict[str, list[list[float]]]) -> None:
    assert far_off(our_iccs(kept["table"]), kept["theirs"]) == []


def test_the_table_of_shrout_and_fleiss_gives_what_they_printed() -> None:
    table = KEPT["iccs"][0]["table"]
    forms = (icc_one_way(table), icc_agreement(table), icc_consistency(table))
    assert [round(one.value, 2) for one in forms if one] == [0.17, 0.29, 0.71]


@pytest.mark.parametrize(
    ("probability", "top", "bottom", "printed"),
    [(0.95, 1, 10, 4.9646), (0.975, 5, 10, 4.2361), (0.99, 3, 3, 29.457), (0.95, 120, 60, 1.4673)],
)
def test_quantiles_of_f_are_those_of_printed_tables(probability: float, top: int, bottom: int, printed: float) -> None:
    assert f_quantile(probability, top, bottom) == pytest.approx(printed, rel=3e-5)
    assert f_below(f_quantile(probability, top, bottom), top, bottom) == pytest.approx(probability, abs=1e-12)


def test_quantiles_of_t_are_those_of_printed_tables() -> None:
    assert [round(t_quantile(0.95, freedom), 3) for freedom in (1, 4, 30, 1000)] == [12.706, 2.776, 2.042, 1.962]


def test_raters_who_always_agree_have_the_best_figures_and_no_interval() -> None:
    visits = [{(1.0, 1.0): 2.0, (3.0, 3.0): 1.0}, {(2.0, 2.0): 3.0}]
    assert percent_agreement(visits[0]) == 100
    assert kappa_estimate(visits, QUADRATIC) == kappa_estimate(visits, UNWEIGHTED)
    found = kappa_estimate(visits, QUADRATIC)
    assert found and (found.value, found.low, found.high) == (1, 1, 1)
    same = [(1.0, 1.0), (3.0, 3.0), (2.0, 2.0)]
    for form in (icc_one_way, icc_agreement, icc_consistency):
        icc = form(same)
        assert icc and (icc.value, icc.low, icc.high) == (1, 1, 1)


def test_what_cannot_be_told_is_none() -> None:
    one_level = [{(2.0, 2.0): 5.0}] * 4
    assert kappa(one_level, QUADRATIC) is None and kappa([], LINEAR) is None
    assert percent_agreement({}) is None
    assert kappa_estimate([{(1.0, 2.0): 1.0, (2.0, 2.0): 1.0}], QUADRATIC) is None
    for form in (icc_one_way, icc_agreement, icc_consistency):
        assert form([(2.0, 2.0)] * 5) is None and form([(1.0, 2.0)]) is None and form([]) is None
    assert mean_estimate([1.0]) is None


def test_somebody_who_is_stricter_throughout_is_consistent_and_does_not_agree() -> None:
    table = [(level, level - 1.0) for level in (2.0, 3.0, 4.0, 3.0, 2.0)]
    consistent, agrees = icc_consistency(table), icc_agreement(table)
    assert consistent and consistent.value == 1 and agrees and agrees.value < 0.7


@pytest.mark.parametrize(
    "table",
    [
        [(1, 0), (0, 0), (0, 0), (1, 0), (1, 0), (1, 0), (0, 0), (1, 0), (1, 0)],  # one gives everybody the same
        [(1, 0), (0, 1), (0, 1), (1, 0), (0, 1), (0, 1), (1, 0), (1, 0), (0, 1)],  # each gives what the other does not
        [(1.5, 2), (2, 4 / 3), (1, 7 / 3), (4 / 3, 7 / 3), (4 / 3, 7 / 3)],
    ],
)
def test_raters_who_do_not_agree_at_all_have_an_interval_that_holds_the_figure(table: list[list[float]]) -> None:
    found = icc_agreement(table)
    assert found and found.value <= 0 and found.low - 1e-9 <= found.value <= found.high + 1e-9


def test_counted_both_ways_it_does_not_matter_who_comes_first() -> None:
    visits = [{(1.0, 2.0): 2.0, (3.0, 3.0): 4.0}, {(2.0, 3.0): 1.0, (1.0, 1.0): 3.0}]
    turned = [{(other, one): count for (one, other), count in visit.items()} for visit in visits]
    found = kappa([both_ways(one) for one in visits], QUADRATIC)
    again = kappa([both_ways(one) for one in turned], QUADRATIC)
    assert found and again and found.value == pytest.approx(again.value, abs=1e-12)
    assert found.error == pytest.approx(again.error, abs=1e-12)


def test_the_interval_of_kappa_holds_the_true_one_though_marks_of_a_visit_are_alike() -> None:
    """Visits on which both raters see a better day than on others; the true kappa is that of very many visits."""
    chance = Random(11)

    def visit() -> dict[tuple[float, float], float]:
        pairs: dict[tuple[float, float], float] = {}
        day = chance.gauss(0, 0.8)
        shared = chance.gauss(0, 0.5)  # how the second rater saw this whole visit
        for _ in range(10):
            seen = 2.5 + day + chance.gauss(0, 0.5)
            pair = (_level(seen + chance.gauss(0, 0.4)), _level(seen + shared + chance.gauss(0, 0.4)))
            pairs[pair] = pairs.get(pair, 0.0) + 1
        return pairs

    true = kappa([visit() for _ in range(20_000)], QUADRATIC)
    assert true
    for visits, at_least in ((8, 0.88), (25, 0.9)):
        found = [kappa_estimate([visit() for _ in range(visits)], QUADRATIC) for _ in range(400)]
        held = sum(one.low <= true.value <= one.high for one in found if one) / len(found)
        assert at_least <= held <= 0.99, f"{held} of intervals over {visits} visits"


def _level(seen: float) -> float:
    return float(min(4, max(1, round(seen))))
