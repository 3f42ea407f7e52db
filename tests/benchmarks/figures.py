"""What a benchmark found: one line each, with what it should be; what could not be measured says why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

PAGES = ("/", "/people", "/sites", "/register", "/certificates/decisions", "/practice/records")
"""What somebody else opens, one after the other, while much is worked on."""
P95_MILLISECONDS = 500
"""Of twenty of these pages, nineteen come sooner."""


@dataclass(frozen=True)
class Figure:
    """One line of the table. Without a bound it is told for itself; without a value it was skipped, for the reason."""

    what: str
    value: float | None = None
    unit: str = ""
    spread: tuple[float, float] | None = None
    at_least: float | None = None
    at_most: float | None = None
    skipped: str = ""

    @property
    def missed(self) -> bool:
        """Tells whether it was measured and is not what it should be."""
        if self.value is None:
            return False
        short = self.at_least is not None and self.value < self.at_least
        return short or (self.at_most is not None and self.value > self.at_most)

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.what:58} skipped: {self.skipped}"
        spread = f"({_short(self.spread[0])} – {_short(self.spread[1])})" if self.spread else ""
        wanted = f"≥ {_short(self.at_least)}" if self.at_least is not None else ""
        wanted = f"≤ {_short(self.at_most)}" if self.at_most is not None else wanted
        verdict = ("missed" if self.missed else "met") if wanted else ""
        return f"{self.what:58} {_short(self.value):>8} {self.unit:8} {spread:20} {wanted:8} {verdict}".rstrip()


def ratio(what: str, ours: Sequence[float], theirs: Sequence[float], **bound: float) -> Figure:
    """Compares two series measured in turn: the ratio of their medians, and the least and greatest of one round."""
    each = [one / other for one, other in zip(ours, theirs, strict=True)]
    return Figure(what, median(ours) / median(theirs), "×", (min(each), max(each)), **bound)


def series(what: str, values: Sequence[float], unit: str) -> Figure:
    """Tells the median of a series, its least and its greatest."""
    return Figure(what, median(values), unit, (min(values), max(values)))


def pages_meanwhile(seconds: Sequence[float]) -> Iterator[Figure]:
    """Tells how long somebody waited for each of PAGES while other work went on."""
    ordered = sorted(seconds)
    for name, share, bound in (("p50", 0.5, None), ("p95", 0.95, P95_MILLISECONDS), ("p99", 0.99, None)):
        value = 1000 * ordered[int(share * (len(ordered) - 1))]
        yield Figure(f"{name} of {len(ordered)} pages meanwhile", value, "ms", at_most=bound)


def told(name: str, figures: Iterable[Figure]) -> bool:
    """Prints a table; tells whether every figure is what it should be."""
    print(f"\n{name}")
    met = True
    for figure in figures:
        print(f"  {figure}", flush=True)
        met = met and not figure.missed
    return met


def _short(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"
