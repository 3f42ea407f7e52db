"""How far somebody agrees with the standard of a set, item by item, and when they may try again; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from training.assessments.marks import JUDGED, Mark
from training.instruments.judge import level_of_mark
from training.instruments.schema import InstrumentSchema

MOST_TOLERANCE, MOST_TRIES, MOST_DAYS = 3, 10, 365


@dataclass(frozen=True)
class Compared:
    """One item of a vignette: the standard mark, the mark that was given, and whether they agree."""

    item: str
    standard: Mark
    given: Mark | None
    agrees: bool


def compared(
    instrument: InstrumentSchema, standard: Mapping[str, Mark], given: Mapping[str, Mark], tolerance: float
) -> list[Compared]:
    """Compares the marks of one vignette with the standard."""
    return [
        Compared(item, mark, given.get(item), _agrees(instrument, item, mark, given.get(item), tolerance))
        for item, mark in standard.items()
    ]


def _agrees(instrument: InstrumentSchema, item: str, standard: Mark, given: Mark | None, tolerance: float) -> bool:
    """Tells whether two marks agree: levels within the tolerance, all else the same (as “not seen”)."""
    if item == JUDGED or given is None:
        return standard == given
    ours, theirs = (level_of_mark(instrument, instrument.items[item], one) for one in (standard, given))
    if ours is None or theirs is None or isinstance(ours, str) or isinstance(theirs, str):
        return ours == theirs
    return abs(float(ours) - float(theirs)) <= tolerance


def percent_of(marks: Sequence[Compared]) -> float:
    """Says in percent how many marks agree, to one place."""
    return round(100 * sum(one.agrees for one in marks) / len(marks), 1) if marks else 0.0


def why_no_try(handed_in: Sequence[date], *, tries: int, wait_days: int, on: date) -> str:
    """Says why somebody may not begin another try today, after those of the days `handed_in`; "" where they may."""
    if len(handed_in) >= tries:
        return "You have had all tries at this set. Ask the central unit for another set, or for another way"
    again = max(handed_in) + timedelta(days=wait_days) if handed_in else on
    return f"You may try again from {again.day} {again:%B %Y} on" if on < again else ""
