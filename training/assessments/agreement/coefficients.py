"""How far raters agree, in figures: percent, kappa and its weighted forms, intraclass correlation, differences; pure.

Each is None where it cannot be told. Intervals are of 95 percent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from training.assessments.agreement.f_distribution import f_quantile, t_quantile

Pairs = Mapping[tuple[float, float], float]
"""(level by the first rater, by the second) → how often."""
UNWEIGHTED, LINEAR, QUADRATIC = 0, 1, 2
"""How a disagreement weighs: all alike, by its levels, by the square of its levels."""
CONFIDENCE = 0.95
_UPPER = 1 - (1 - CONFIDENCE) / 2
"""How much lies below the upper end of an interval."""
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; without one the interval is the same as the value."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa, and its standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class Variances:
    """Mean squares of a table of n people by k raters: between people, raters, within people, and what is left."""

    people: float
    raters: float
    within: float
    rest: float
    n: int
    k: int


def added(parts: Iterable[Pairs]) -> Pairs:
    """Adds up the pairs of some parts."""
    joint: dict[tuple[float, float], float] = {}
    for part in parts:
        for pair, count in part.items():
            joint[pair] = joint.get(pair, 0) + count
    return joint


def percent_agreement(pairs: Pairs) -> float | None:
    """Returns how many of a hundred marks were the same."""
    total = sum(pairs.values())
    return 100 * sum(count for (one, other), count in pairs.items() if one == other) / total if total else None


def kappa(visits: Sequence[Pairs], power: int) -> Kappa | None:
    """Returns kappa over the marks of some visits; `power` is UNWEIGHTED, LINEAR or QUADRATIC.

    The standard error is by the delta method with the marks of a visit taken together (Yang and Zhou 2014, 2015: kappa
    for clustered pairs); with one mark a visit it is that of Fleiss, Cohen and Everitt (1969). None where chance alone
    would agree throughout.
    """
    joint = added(visits)
    total = sum(joint.values())
    if not total:
        return None
    firsts, seconds = _margins(joint, total)
    by_first = {one: sum(_apart(one, other, power) * share for other, share in seconds.items()) for one in firsts}
    by_second = {one: sum(_apart(one, other, power) * share for other, share in firsts.items()) for one in seconds}
    seen = sum(_apart(*pair, power) * count for pair, count in joint.items()) / total
    by_chance = sum(by_first[one] * share for one, share in firsts.items())
    if by_chance <= 0:
        return None
    ratio = seen / by_chance
    pull = {
        pair: (ratio * (by_first[pair[0]] + by_second[pair[1]]) - _apart(*pair, power)) / by_chance - ratio
        for pair in joint
    }
    together = (sum(pull[pair] * count for pair, count in visit.items()) for visit in visits)
    return Kappa(1 - ratio, sqrt(sum(one * one for one in together)) / total)


def kappa_estimate(visits: Sequence[Pairs], power: int) -> Estimate | None:
    """Returns kappa with an interval: Student's t with one degree of freedom less than there are visits."""
    found, count = kappa(visits, power), len(visits)
    if found is None or count < 2:
        return None
    reach = t_quantile(CONFIDENCE, count - 1) * found.error * sqrt(count / (count - 1))
    return Estimate(found.value, max(-1.0, found.value - reach), min(1.0, found.value + reach))


def both_ways(pairs: Pairs) -> Pairs:
    """Counts each pair half in either order, where nobody is the first rater."""
    turned: dict[tuple[float, float], float] = {}
    for (one, other), count in pairs.items():
        for pair in ((one, other), (other, one)):
            turned[pair] = turned.get(pair, 0) + count / 2
    return turned


def _margins(joint: Pairs, total: float) -> tuple[dict[float, float], dict[float, float]]:
    firsts: dict[float, float] = {}
    seconds: dict[float, float] = {}
    for (one, other), count in joint.items():
        firsts[one] = firsts.get(one, 0) + count / total
        seconds[other] = seconds.get(other, 0) + count / total
    return firsts, seconds


def _apart(one: float, other: float, power: int) -> float:
    return float(one != other) if power == UNWEIGHTED else abs(one - other) ** power


def variances(table: Sequence[Sequence[float]]) -> Variances | None:
    """Returns the mean squares of a table with a row for each person and a column for each rater, at least 2 by 2."""
    n, k = len(table), len(table[0]) if table else 0
    if n < 2 or k < 2:
        return None
    everything = sum(map(sum, table)) / (n * k)
    rows = [sum(row) / k for row in table]
    columns = [sum(column) / n for column in zip(*table, strict=True)]
    people = k * sum((row - everything) ** 2 for row in rows)
    raters = n * sum((column - everything) ** 2 for column in columns)
    within = sum((value - mean) ** 2 for row, mean in zip(table, rows, strict=True) for value in row)
    rest = sum(
        (value - mean - column + everything) ** 2
        for row, mean in zip(table, rows, strict=True)
        for value, column in zip(row, columns, strict=True)
    )
    return Variances(people / (n - 1), raters / (k - 1), within / (n * (k - 1)), rest / ((n - 1) * (k - 1)), n, k)


def icc_one_way(table: Sequence[Sequence[float]]) -> Estimate | None:
    """Returns ICC(1): one rater, and each person may have had others (McGraw and Wong 1996, case 1)."""
    found = variances(table)
    return None if found is None else _by_ratio(found, found.within, found.n * (found.k - 1))


def icc_consistency(table: Sequence[Sequence[float]]) -> Estimate | None:
    """Returns ICC(C,1): one rater, where it does not matter that one is stricter throughout (McGraw and Wong 1996)."""
    found = variances(table)
    return None if found is None else _by_ratio(found, found.rest, (found.n - 1) * (found.k - 1))


def _by_ratio(found: Variances, noise: float, freedom: int) -> Estimate | None:
    if noise <= _ROUNDING * found.people:
        return Estimate(1.0, 1.0, 1.0) if found.people > 0 else None
    k, ratio = found.k, found.people / noise
    low = ratio / f_quantile(_UPPER, found.n - 1, freedom)
    high = ratio * f_quantile(_UPPER, freedom, found.n - 1)
    return Estimate((ratio - 1) / (ratio + k - 1), (low - 1) / (low + k - 1), (high - 1) / (high + k - 1))


def icc_agreement(table: Sequence[Sequence[float]]) -> Estimate | None:
    """Returns ICC(A,1): one rater, and being stricter throughout counts as a difference (McGraw and Wong 1996).

    It is called ICC(2,1), too. The interval is theirs, with the degrees of freedom as Satterthwaite estimates them.
    """
    found = variances(table)
    if found is None:
        return None
    n, k, people, raters, rest = found.n, found.k, found.people, found.raters, found.rest
    whole = people + (k - 1) * rest + k * (raters - rest) / n
    if max(raters, rest) <= _ROUNDING * people:
        return Estimate(1.0, 1.0, 1.0) if people > 0 else None
    if whole <= 0:
        return None
    value = (people - rest) / whole
    odds = value / (1 - value)
    a, b = k * odds / n, 1 + k * odds * (n - 1) / n
    mixed = a * raters + b * rest
    spread = (a * raters) ** 2 / (k - 1) + (b * rest) ** 2 / ((n - 1) * (k - 1))
    # Below an ICC of 0 the mean squares are subtracted: fewer degrees of freedom than either has are not to be had.
    freedom = max(mixed * mixed / spread, k - 1.0) if spread > 0 else k - 1.0
    upper = f_quantile(_UPPER, n - 1, freedom)
    lower = f_quantile(_UPPER, freedom, n - 1)
    others = k * raters + (k * n - k - n) * rest
    low = n * (people - upper * rest) / (upper * others + n * people)
    high = n * (lower * people - rest) / (others + n * lower * people)
    return Estimate(value, low, high)


def mean_estimate(values: Iterable[float]) -> Estimate | None:
    """Returns the mean of some values, each of a visit, with the interval of Student's t."""
    given = list(values)
    count = len(given)
    if count < 2:
        return None
    mean = sum(given) / count
    reach = t_quantile(CONFIDENCE, count - 1) * sqrt(sum((one - mean) ** 2 for one in given) / (count - 1) / count)
    return Estimate(mean, mean - reach, mean + reach)
