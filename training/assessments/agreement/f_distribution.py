"""The F distribution: its distribution function, and the quantile that intervals ask for; pure.

Source: the regularised incomplete beta function by its continued fraction (NIST DLMF 8.17.22), evaluated as Lentz does.
"""

from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt

_TINY = 1e-300
_PRECISE = 1e-15
_MOST_TERMS = 20_000


def f_below(value: float, top: float, bottom: float) -> float:
    """Returns the probability that F with `top` and `bottom` degrees of freedom is at most the value."""
    if value <= 0:
        return 0.0
    share = top * value + bottom
    return _beta(top * value / share, bottom / share, top / 2, bottom / 2)


@lru_cache(maxsize=4096)
def f_quantile(probability: float, top: float, bottom: float) -> float:
    """Returns the value below which F with `top` and `bottom` degrees of freedom lies with the probability, in (0, 1).

    Newton's steps on the logarithm of the value, kept between bounds that close in on it.
    """
    a, b = top / 2, bottom / 2
    scale = lgamma(a + b) - lgamma(a) - lgamma(b)
    lowest, highest, at = -700.0, 700.0, 0.0
    for _ in range(200):
        value = exp(at)
        missed = f_below(value, top, bottom) - probability
        lowest, highest = (lowest, at) if missed > 0 else (at, highest)
        share = top * value + bottom
        slope = exp(scale + a * log(top * value / share) + b * log(bottom / share))
        step = at - missed / slope if slope > 0 else lowest
        following = step if lowest < step < highest else (lowest + highest) / 2
        if abs(following - at) <= 1e-14 * max(1.0, abs(at)):
            break
        at = following
    return exp(at)


def t_quantile(confidence: float, freedom: float) -> float:
    """Returns how many standard errors each way hold Student's t with the confidence: its square is F with 1 and n."""
    return sqrt(f_quantile(confidence, 1, freedom))


def _beta(x: float, rest: float, a: float, b: float) -> float:
    """Returns the regularised incomplete beta function at x; `rest` is 1 - x, exact where x is nearly 1."""
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _by_fraction(rest, x, b, a)
    return _by_fraction(x, rest, a, b)


def _by_fraction(x: float, rest: float, a: float, b: float) -> float:
    logarithms = (log(x) if x < 0.5 else log1p(-rest), log(rest) if rest < 0.5 else log1p(-x))
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * logarithms[0] + b * logarithms[1]) / a
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            d, c = 1 / _apart(1 + part * d), _apart(1 + part / c)
            fraction *= d * c
        if abs(d * c - 1) < _PRECISE:
            break
    return front * fraction


def _apart(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
