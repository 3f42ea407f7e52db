"""Which marks are held beside each other, and what they say of a rater, of a pair and of an instrument; pure.

Only marks as they were handed in, before raters saw each other's. What nobody can give a level (not seen, does not
apply) by one of the two is left out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from uuid import UUID

from training.assessments.agreement.coefficients import (
    QUADRATIC,
    Estimate,
    Pairs,
    added,
    both_ways,
    icc_agreement,
    icc_one_way,
    kappa_estimate,
    mean_estimate,
    percent_agreement,
)
from training.assessments.marks import JUDGED, Mark
from training.instruments.judge import level_of_mark
from training.instruments.schema import InstrumentSchema
from training.parsing.keywords import JUDGEMENTS

SMALLEST = 5
"""Visits below which no figure is given: it would say more of chance than of the raters."""


@dataclass(frozen=True)
class RatedVisit:
    """One assessment that several rated: of whom, on which day, and by rater the level of each item.

    `listed` says that levels come from a list: numbers that are measured do not.
    """

    id: UUID
    on: date
    person: str
    levels: dict[UUID, dict[str, float]]
    listed: bool = True

    @property
    def quarter(self) -> str:
        """Names the quarter of the year: "2026-4"."""
        return f"{self.on.year}-{(self.on.month + 2) // 3}"


@dataclass(frozen=True)
class MarkComparison:
    """The marks of two raters at one visit, as pairs of levels; in the same unit their means over these marks."""

    visit: RatedVisit
    one: UUID
    other: UUID
    pairs: Pairs
    mean: float
    other_mean: float

    @property
    def count(self) -> int:
        """Counts the marks."""
        return int(sum(self.pairs.values()))

    def turned(self) -> "MarkComparison":
        """Returns the same with the other rater first."""
        pairs = {(theirs, ours): count for (ours, theirs), count in self.pairs.items()}
        return MarkComparison(self.visit, self.other, self.one, pairs, self.other_mean, self.mean)


@dataclass(frozen=True)
class AgreementFigures:
    """What comparisons say: `visits` and `marks` were compared; a figure is None where it cannot be told.

    `difference` is by how many levels the first rater marks higher than the other: above 0 is more lenient.
    """

    visits: int = 0
    marks: int = 0
    percent: float | None = None
    kappa: Estimate | None = None
    icc: Estimate | None = None
    difference: Estimate | None = None

    @property
    def small(self) -> bool:
        """Tells whether these are too few visits to say anything."""
        return self.visits < SMALLEST


def level_of(instrument: InstrumentSchema, item: str, mark: Mark) -> float | None:
    """Returns the level that a mark gives an item, None where it gives none; satisfactory is 1, not satisfactory 0."""
    if instrument.kind == "judgement":
        return float(mark == JUDGEMENTS[0]) if item == JUDGED and mark in JUDGEMENTS else None
    level = level_of_mark(instrument, instrument.items[item], mark) if item in instrument.items else None
    return None if level is None or isinstance(level, str) else float(level)


def comparisons(visits: Iterable[RatedVisit]) -> list[MarkComparison]:
    """Holds the marks of each two raters of a visit beside each other, where both gave a level."""
    found = []
    for visit in visits:
        for one, other in combinations(sorted(visit.levels), 2):
            ours, theirs = visit.levels[one], visit.levels[other]
            both = [(ours[item], theirs[item]) for item in ours if item in theirs]
            if both:
                means = [sum(levels) / len(both) for levels in zip(*both, strict=True)]
                found.append(MarkComparison(visit, one, other, Counter(both), *means))
    return found


def of_each_rater(found: Iterable[MarkComparison]) -> dict[UUID, list[MarkComparison]]:
    """Sorts comparisons by rater, who comes first in each of them."""
    by_rater: dict[UUID, list[MarkComparison]] = {}
    for one in found:
        by_rater.setdefault(one.one, []).append(one)
        by_rater.setdefault(one.other, []).append(one.turned())
    return by_rater


def of_each_pair(found: Iterable[MarkComparison]) -> dict[tuple[UUID, UUID], list[MarkComparison]]:
    """Sorts comparisons by the two raters."""
    by_pair: dict[tuple[UUID, UUID], list[MarkComparison]] = {}
    for one in found:
        by_pair.setdefault((one.one, one.other), []).append(one)
    return by_pair


def figures(found: Sequence[MarkComparison]) -> AgreementFigures:
    """Works out what a rater's comparisons, or those of a pair, say; ICC in the form ICC(A,1).

    Of several peers at one visit, ICC and difference take the mean.
    """
    visits = _by_visit(found)
    counted = _counted(visits, _joined(visits))
    if counted.small:
        return counted
    table = [_means(one) for one in visits]
    difference = mean_estimate(mean - other for mean, other in table)
    return replace(counted, icc=icc_agreement(table), difference=difference)


def figures_of_all(found: Sequence[MarkComparison]) -> AgreementFigures:
    """Works out what all comparisons say of an instrument; nobody is the first rater.

    ICC in the form ICC(1), as each visit has other raters; of more than two, the first two count for it.
    """
    visits = _by_visit(found)
    counted = _counted(visits, [both_ways(pairs) for pairs in _joined(visits)])
    return counted if counted.small else replace(counted, icc=icc_one_way([_means(one[:1]) for one in visits]))


def _by_visit(found: Iterable[MarkComparison]) -> list[list[MarkComparison]]:
    visits: dict[UUID, list[MarkComparison]] = {}
    for one in found:
        visits.setdefault(one.visit.id, []).append(one)
    return list(visits.values())


def _joined(visits: Sequence[Sequence[MarkComparison]]) -> list[Pairs]:
    """Adds up the pairs of each visit."""
    return [added(one.pairs for one in visit) for visit in visits]


def _counted(visits: Sequence[Sequence[MarkComparison]], pairs: Sequence[Pairs]) -> AgreementFigures:
    counted = AgreementFigures(len(visits), sum(one.count for visit in visits for one in visit))
    if counted.small:
        return counted
    listed = all(visit[0].visit.listed for visit in visits)
    return replace(
        counted, percent=percent_agreement(added(pairs)), kappa=kappa_estimate(pairs, QUADRATIC) if listed else None
    )


def _means(visit: Sequence[MarkComparison]) -> tuple[float, float]:
    return sum(one.mean for one in visit) / len(visit), sum(one.other_mean for one in visit) / len(visit)


def first_day(until: date, years: int) -> date:
    """Returns the first day of the quarter so many years before a day."""
    return date(max(1, until.year - years), (until.month - 1) // 3 * 3 + 1, 1)


def by_quarter(found: Iterable[MarkComparison]) -> dict[str, list[MarkComparison]]:
    """Sorts comparisons by the quarter of their visit, from the first to the last; a quarter without any is empty."""
    quarters: dict[str, list[MarkComparison]] = {}
    for one in sorted(found, key=lambda one: one.visit.on):
        while quarters and (last := next(reversed(quarters))) != one.visit.quarter:
            quarters[_following(last)] = []
        quarters.setdefault(one.visit.quarter, []).append(one)
    return quarters


def _following(quarter: str) -> str:
    year, number = map(int, quarter.split("-"))
    return f"{year}-{number + 1}" if number < 4 else f"{year + 1}-1"
