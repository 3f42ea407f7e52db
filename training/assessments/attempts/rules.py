"""Attempts at an assessment: which one it is, and what rules ask of another after one that was not passed; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from training.parsing.lengths import Length, add


@dataclass(frozen=True)
class AttemptRule:
    """What a programme asks of another attempt: how long after the first, how many in all, by somebody else."""

    rated: str
    programme: UUID
    title: str
    wait: Length | None = None
    most: int | None = None
    other: bool = False


@dataclass(frozen=True)
class RatedAttempt:
    """One signed assessment of somebody with an instrument: the how many-th, when, how it came out, by whom."""

    id: UUID
    number: int
    on: date
    outcome: str
    raters: frozenset[UUID] = frozenset()


def first_day(rule: AttemptRule, attempts: Sequence[RatedAttempt]) -> date | None:
    """Returns the first day on which another attempt counts; None where there is no attempt before or no such rule."""
    return add(min(one.on for one in attempts), rule.wait) if rule.wait and attempts else None


def before(attempts: Iterable[RatedAttempt], watched: date) -> tuple[RatedAttempt, ...]:
    """Lists the attempts up to a day, where none was passed: one that follows is a reassessment."""
    found = tuple(one for one in attempts if one.on <= watched)
    return () if any(one.outcome == "met" for one in found) else found
