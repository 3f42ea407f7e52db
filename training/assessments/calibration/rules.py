"""How a rater's calibrations stand by what rules ask: calibrated, due, overdue, out of tolerance or never; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from training.parsing.lengths import Length, add

AGREEMENT_NEEDED = 80
"""Percent of agreement with the standard below which a rater's last calibration is never good enough."""
DUE = timedelta(days=60)
"""How long before it runs out a calibration is due again."""


@dataclass(frozen=True)
class Calibrated:
    """How far the rater agreed with the standard of an instrument, in percent, on a day."""

    id: str
    agreement: float
    on: date
    instrument: str = ""


@dataclass(frozen=True)
class CalibrationRule:
    """What a programme asks of whoever signs an assessment with `rated`: a calibration with `instrument`.

    Without a `programme` no rule asks for one; one that was taken has to be good enough all the same. `agreement` is in
    percent; without a `period` a calibration does not run out.
    """

    rated: str = ""
    instrument: str = ""
    programme: UUID | None = None
    title: str = ""
    agreement: float = AGREEMENT_NEEDED
    period: Length | None = None


@dataclass(frozen=True)
class CalibrationState:
    """How somebody stands by a rule on a day: the last run by that day, and the last day on which it counts.

    `word` is one of WORDS.
    """

    word: str
    last: Calibrated | None = None
    until: date | None = None

    @property
    def good(self) -> bool:
        """Tells whether what somebody signs who stands so counts without a countersignature."""
        return self.word not in COUNTERSIGNED


WORDS = {
    "out": "Out of tolerance",
    "overdue": "Overdue",
    "never": "Never",
    "due": "Due",
    "calibrated": "Calibrated",
}
"""State → its word; what needs somebody most comes first."""

COUNTERSIGNED = ("out", "overdue", "never")
"""States in which a colleague has to countersign where a calibration is asked for."""


def state_of(runs: Iterable[Calibrated], rule: CalibrationRule, *, on: date) -> CalibrationState:
    """Tells how somebody stands by a rule on a day: the last run by then decides.

    `runs` are in the order in which they were recorded, which decides between two of one day.
    """
    known = [one for one in runs if one.on <= on and one.instrument == rule.instrument]
    last = max(reversed(known), key=lambda one: one.on, default=None)
    if last is None:
        return CalibrationState("never")
    until = add(last.on, rule.period) if rule.period else None
    if last.agreement < rule.agreement:
        return CalibrationState("out", last)
    if until is None or until - on > DUE:
        return CalibrationState("calibrated", last, until)
    return CalibrationState("due" if on <= until else "overdue", last, until)
