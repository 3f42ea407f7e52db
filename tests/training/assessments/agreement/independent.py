"""Our figures in the shape in which the libraries of others give theirs, to be held beside them."""

from collections.abc import Sequence

from training.assessments.agreement.coefficients import (
    LINEAR,
    QUADRATIC,
    UNWEIGHTED,
    Estimate,
    icc_agreement,
    icc_consistency,
    icc_one_way,
    kappa,
)

TOLERANCE = 1e-9
Figures = Sequence[Sequence[float]]


def our_kappas(table: Sequence[Sequence[int]]) -> Figures:
    """Gives kappa without weights, linear and quadratic, each with its error; each mark is a visit of its own."""
    marks = [
        {(float(at), float(to)): 1.0}
        for at, row in enumerate(table)
        for to, count in enumerate(row)
        for _ in range(count)
    ]
    found = [kappa(marks, power) for power in (UNWEIGHTED, LINEAR, QUADRATIC)]
    return [(one.value, one.error) for one in found if one]


def our_iccs(table: Figures) -> Figures:
    """Gives ICC(1), ICC(A,1) and ICC(C,1), each with the ends of its interval."""
    found: list[Estimate | None] = [icc_one_way(table), icc_agreement(table), icc_consistency(table)]
    return [(one.value, one.low, one.high) for one in found if one]


def far_off(ours: Figures, theirs: Figures) -> list[tuple[float, float]]:
    """Lists the figures that are further apart than TOLERANCE."""
    assert [len(one) for one in ours] == [len(one) for one in theirs]
    both = [pair for one, other in zip(ours, theirs, strict=True) for pair in zip(one, other, strict=True)]
    return [(one, other) for one, other in both if not abs(one - other) <= TOLERANCE]
