"""Figures of agreement in words, what each of them means, and charts of them as values that a page draws; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training.assessments.agreement.coefficients import Estimate
from training.assessments.agreement.rules import SMALLEST, AgreementFigures

TOO_FEW = "Too few"
UNTOLD = "Cannot be told"
MEANINGS = {
    "percent": (
        "Same level",
        "Of a hundred marks that both raters gave, how many were the same level. Some are the same by chance: that is "
        "why kappa stands beside it.",
    ),
    "kappa": (
        "Weighted kappa",
        "Agreement beyond what chance would give: 1 is full agreement, 0 is what chance gives. A mark two levels away "
        "weighs four times as much as one level away (quadratic weights).",
    ),
    "icc": (
        "ICC",
        "Whether raters tell the same people apart by the mean level that they give at a visit: 1 is always, 0 is not "
        "at all.",
    ),
    "difference": (
        "Leniency",
        "By how many levels somebody marks higher (more lenient) or lower (stricter) than those who rated the same "
        "person at the same visit, on average. A level is a step of the scale; on a checklist, yes is one above no.",
    ),
}
"""Figure → its name, and what it means."""
ICC_OF_TWO = "Form ICC(A,1): single rater, absolute agreement, both raters as columns."
ICC_OF_ALL = "Form ICC(1): single rater, each visit with raters of its own."
METHOD = (
    "The true figure may lie anywhere between the two values in brackets: the fewer visits, the further apart they "
    "are. They are an interval of 95 percent: for kappa by the delta method with the marks of a visit taken together "
    "(Yang and Zhou 2014; with one mark a visit, Fleiss, Cohen and Everitt 1969), for ICC by F (McGraw and Wong 1996), "
    "for leniency by Student’s t over visits."
)
COUNTED = (
    "Only marks as each rater handed them in, before seeing the other’s, and not what both agreed on later. Only "
    "visits that several rated blind, that are signed and were not set aside. A mark counts where both gave a level: "
    f"“not seen” and “does not apply” are left out. With fewer than {SMALLEST} such visits no figure is given, as it "
    "would say more of chance than of people."
)
MOST_DRAWN = 15
"""Rows of a chart: those to look at first."""


@dataclass(frozen=True)
class Bar:
    """One line of a chart: where the figure and the ends of its interval lie, each from 0 to 100 along the line."""

    name: str
    words: str
    at: float
    begins: float
    ends: float


@dataclass(frozen=True)
class Chart:
    """A chart of figures with intervals, one under the other, on a line from `left` to `right` (in words)."""

    title: str
    bars: Sequence[Bar]
    left: str
    right: str
    middle: str
    zero: float


def percent_words(found: AgreementFigures) -> str:
    """Says how many marks in a hundred were the same."""
    return TOO_FEW if found.small else UNTOLD if found.percent is None else f"{found.percent:.0f} %"


def kappa_words(found: AgreementFigures) -> str:
    """Says weighted kappa with its interval."""
    return _between(found, found.kappa)


def icc_words(found: AgreementFigures) -> str:
    """Says the intraclass correlation with its interval."""
    return _between(found, found.icc)


def _between(found: AgreementFigures, one: Estimate | None) -> str:
    if one is None:
        return TOO_FEW if found.small else UNTOLD
    return f"{_number(one.value)} ({_number(one.low)} to {_number(one.high)})"


def difference_words(found: AgreementFigures) -> str:
    """Says by how many levels somebody is stricter or more lenient, and whether that could be chance."""
    one = found.difference
    if one is None:
        return TOO_FEW if found.small else UNTOLD
    if one.low > 0 or one.high < 0:
        ends = sorted((abs(one.low), abs(one.high)))
        return f"{_side(one.value)} ({ends[0]:.2f} to {ends[1]:.2f})"
    return f"{_side(one.value)} ({_side(one.low)} to {_side(one.high)}: could be chance)"


def _side(value: float) -> str:
    rounded = f"{abs(value):.2f}"
    return "0.00" if rounded == "0.00" else f"{rounded} {'more lenient' if value > 0 else 'stricter'}"


def _number(value: float) -> str:
    written = f"{value:.2f}"
    return (written.removeprefix("-") if float(written) == 0 else written).replace("-", "−")


def cells_of(found: AgreementFigures) -> dict[str, Any]:
    """Returns what a row of a list holds of figures: values to sort by, and the figures themselves for their words."""
    return {
        "figures": found,
        "visits": found.visits,
        "percent": found.percent,
        "kappa": found.kappa.value if found.kappa else None,
        "icc": found.icc.value if found.icc else None,
        "difference": found.difference.value if found.difference else None,
    }


def difference_chart(title: str, rows: Sequence[tuple[str, AgreementFigures]], *, most: int = MOST_DRAWN) -> Chart:
    """Draws by how many levels each is stricter or more lenient: of many, those furthest from their peers."""
    known = [(name, found, found.difference) for name, found in rows if found.difference]
    furthest = sorted(known, key=lambda one: -abs(one[2].value))[:most]
    drawn = [one for one in known if one in furthest]
    reach = max([0.5, *(max(abs(one.low), abs(one.high)) for _, _, one in drawn)])
    bars = [_bar(name, difference_words(found), one, lowest=-reach, highest=reach) for name, found, one in drawn]
    return Chart(title, bars, "Stricter", "More lenient", "as the others", 50)


def kappa_chart(title: str, rows: Sequence[tuple[str, AgreementFigures]], *, most: int = MOST_DRAWN) -> Chart:
    """Draws the weighted kappa of each: of many, the lowest."""
    known = [(name, found, found.kappa) for name, found in rows if found.kappa]
    lowest = sorted(known, key=lambda one: one[2].value)[:most]
    drawn = [one for one in known if one in lowest]
    least = min([0.0, *(one.low for _, _, one in drawn)])
    bars = [_bar(name, kappa_words(found), one, lowest=least, highest=1) for name, found, one in drawn]
    zero = _place(0, lowest=least, highest=1)
    return Chart(title, bars, "Less than chance" if least < 0 else "As chance", "Full agreement", "", zero)


def _bar(name: str, words: str, one: Estimate, *, lowest: float, highest: float) -> Bar:
    at, begins, ends = (_place(value, lowest=lowest, highest=highest) for value in (one.value, one.low, one.high))
    return Bar(name, words, at, begins, ends)


def _place(value: float, *, lowest: float, highest: float) -> float:
    return round(100 * (value - lowest) / (highest - lowest), 1)
