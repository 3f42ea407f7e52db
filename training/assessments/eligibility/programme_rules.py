"""What the programmes of a unit ask of its assessments, as the roof reads it: no room down here knows a pathway."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from training.assessments.attempts.rules import AttemptRule
from training.assessments.calibration.rules import CalibrationRule


@dataclass(frozen=True)
class ProgrammeRules:
    """What the programmes of a unit ask of the calibration of whoever signs, and of another attempt."""

    calibrations: Sequence[CalibrationRule]
    attempts: Sequence[AttemptRule]


RulesOfUnit = Callable[[UUID], Awaitable[ProgrammeRules]]

_rules_of: RulesOfUnit | None = None


def read_rules_by(reader: RulesOfUnit) -> None:
    """Declares, once at the start, how the rules of a unit's programmes are read."""
    global _rules_of
    _rules_of = reader


async def rules_of(unit_id: UUID) -> ProgrammeRules:
    """Reads what the programmes of a unit ask."""
    if _rules_of is None:  # without it nobody would ever be overdue
        raise RuntimeError("Nobody has said how the rules of programmes are read; call declare() at the start.")
    return await _rules_of(unit_id)
