"""The places of a level's requirements: to be awarded, to keep, to renew, to lift a condition, to return."""

from datetime import date

from certificates.pathways.engine.awards import Award
from certificates.pathways.engine.context import Case, RequirementContext
from certificates.pathways.language.schema import Level, Requirements
from training.parsing.lengths import next_day


def to_be_awarded(case: Case, level: Level, day: date) -> RequirementContext:
    """Entry and requires, which are one place."""
    return RequirementContext(case=case, day=day, subject=case.holder, roots=level.entry + level.requires, level=level)


def to_renew(case: Case, level: Level, award: Award, day: date) -> RequirementContext:
    """The renewal: things done count after the latest grant."""
    return _after_grant(case, level, award, day, roots=level.renewal or ())


def to_lift(case: Case, level: Level, award: Award, day: date) -> RequirementContext:
    """What lifts the condition of a conditional grant."""
    roots = level.decision.lifted_by if level.decision else ()
    return _after_grant(case, level, award, day, roots=roots)


def to_keep(case: Case, level: Level, award: Award, day: date) -> RequirementContext:
    """What must stay true, looked at on one day."""
    return _by_clock(case, level, award, day, roots=level.keep or ())


def to_be_permitted(
    case: Case, level: Level, award: Award | None, day: date, *, roots: Requirements
) -> RequirementContext:
    """What must be true while something is permitted."""
    if award is None:
        return RequirementContext(case=case, day=day, subject=case.holder, roots=roots, level=level, tenure_day=day)
    return _by_clock(case, level, award, day, roots=roots)


def to_return(case: Case, level: Level, award: Award, day: date, *, lapse: date) -> RequirementContext:
    """What a lapsed holder must show: things done count since the lapse."""
    return RequirementContext(
        case=case,
        day=day,
        subject=case.holder,
        roots=level.return_ or (),
        level=level,
        award=award.latest.on,
        first_award=award.first,
        end=award.period.valid_until,
        lapse=lapse,
        floor=lapse,
    )


def _after_grant(case: Case, level: Level, award: Award, day: date, *, roots: Requirements) -> RequirementContext:
    granted = award.latest.on or award.first
    return RequirementContext(
        case=case,
        day=day,
        subject=case.holder,
        roots=roots,
        level=level,
        award=granted,
        first_award=award.first,
        end=award.period.valid_until,
        tenure_day=granted,
        floor=next_day(granted),
    )


def _by_clock(case: Case, level: Level, award: Award, day: date, *, roots: Requirements) -> RequirementContext:
    return RequirementContext(
        case=case,
        day=day,
        subject=case.holder,
        roots=roots,
        level=level,
        award=award.clock,
        first_award=award.first,
        end=award.period.valid_until,
        tenure_day=day,
        clock=award.clock,
    )
