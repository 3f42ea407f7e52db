"""The figures of agreement beside those of pingouin, statsmodels and scikit-learn, in an environment of their own."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.third_party.environments import REQUIREMENTS, python_with
from tests.third_party.programs import bare
from tests.training.assessments.agreement.independent import TOLERANCE, far_off, our_iccs, our_kappas
from training.assessments.agreement.f_distribution import f_quantile

pytestmark = pytest.mark.timeout(900)  # the first time, the environment is made

SCRIPT = Path(__file__).with_name("agreement_by_others.py")
Ask = Callable[[str, Any], Any]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """Asks the libraries of others for the figures of some tables."""
    python = python_with(REQUIREMENTS / "pingouin.txt")

    def asked(what: str, tables: Any) -> Any:
        done = subprocess.run(
            [python, SCRIPT, what], input=json.dumps(tables), capture_output=True, text=True, env=bare(), timeout=300
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return asked


def test_kappa_and_its_weighted_forms_are_theirs_on_200_random_tables(ask: Ask) -> None:
    chance = Random(20261125)
    tables: list[list[list[int]]] = []
    for _ in range(200):
        size, most, more = chance.randint(2, 6), chance.choice([3, 12, 60]), chance.randint(0, 2)
        tables.append([[chance.randint(0, most) for _ in range(size)] for _ in range(size)])
        for level in range(size):
            tables[-1][level][level] += 1 + more * most  # more than one level, so that there is something to tell
    theirs = ask("kappa", tables)
    assert len(tables) == len(theirs) == 200
    for table, said in zip(tables, theirs, strict=True):
        assert said["scikit-learn"] == pytest.approx([value for value, _ in said["statsmodels"]], abs=TOLERANCE)
        assert far_off(our_kappas(table), said["statsmodels"]) == [], table


def test_the_forms_of_icc_and_their_intervals_are_theirs_on_200_random_tables(ask: Ask) -> None:
    chance = Random(20261126)
    tables = []
    for _ in range(200):
        people, raters, noise = chance.randint(3, 40), chance.randint(2, 5), chance.choice([0.3, 1, 3])
        bias = [chance.gauss(0, noise / 2) for _ in range(raters)]
        levels = [chance.gauss(3, 1) for _ in range(people)]
        tables.append([[level + one + chance.gauss(0, noise) for one in bias] for level in levels])
    theirs = ask("icc", tables)
    assert len(theirs) == 200
    for table, said in zip(tables, theirs, strict=True):
        assert far_off(our_iccs(table), said) == [], table


def test_quantiles_of_f_are_theirs(ask: Ask) -> None:
    chance = Random(20261127)

    def freedom() -> float:
        return chance.choice([1, 2, chance.uniform(0.5, 5), chance.randint(1, 60), chance.uniform(1, 20_000)])

    asked = [(chance.choice([0.025, 0.5, 0.95, 0.975]), freedom(), freedom()) for _ in range(2000)]
    for one, theirs in zip(asked, ask("f", asked), strict=True):
        assert f_quantile(*one) == pytest.approx(theirs, rel=TOLERANCE), one


def test_the_figures_that_are_kept_for_the_quick_test_are_theirs(ask: Ask) -> None:
    kept = json.loads(Path("tests/training/assessments/agreement/independent.json").read_text())
    for name, what in (("kappas", "kappa"), ("iccs", "icc")):
        tables = [one["table"] for one in kept[name]]
        said = ask(what, tables)
        for one, theirs in zip(kept[name], said, strict=True):
            assert far_off(one["theirs"], theirs["statsmodels"] if what == "kappa" else theirs) == []
