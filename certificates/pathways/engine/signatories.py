"""Who may sign: what somebody held on the day, and what they may not be to the holder."""

from collections.abc import Iterable
from datetime import date

from certificates.pathways.engine.awards import award_of, award_values, plain_standing
from certificates.pathways.engine.context import Case, Context, result_of
from certificates.pathways.language.evidence import Record
from certificates.pathways.language.schema import Signatory
from training.parsing.keywords import LIVE_STANDINGS
from training.parsing.values import AS_SURE, Sure

_SIGNED = {"supervisor": "supervision", "trainer": "learning"}  # who signs such a record is that to the holder


def may_sign(record: Record, rule: Signatory, place: Context) -> Sure:
    """Whether everybody who signed a record was entitled to on its day."""
    if not record.by:
        return Sure.PERHAPS
    day = record.on or place.day
    return min(_entitled(person, record, rule, place, day) for person in record.by)


def holds(case: Case, person: str, names: Iterable[str], day: date) -> Sure:
    """Whether somebody holds one of some roles or levels on a day."""
    found = max((_holds(case, person, name, day) for name in names), default=Sure.YES)
    if found is Sure.NO and case.gaps & {"award", "role"}:
        return Sure.PERHAPS
    return found


def _entitled(person: str, record: Record, rule: Signatory, place: Context, day: date) -> Sure:
    case = place.case
    if person in (case.holder, place.subject):
        return Sure.NO
    found = holds(case, person, rule.holds, day) if rule.holds else Sure.YES
    for relation in rule.not_own:
        if found is Sure.NO:
            return found
        found = min(found, Sure(2 - _was(case, person, relation, record=record, day=day)))
    if rule.requires and found is not Sure.NO:
        own = Context(case=case, day=day, subject=person, roots=rule.requires, level=place.level)
        found = min(found, AS_SURE[result_of(own.judge_all())])
    return found


def _holds(case: Case, person: str, name: str, day: date) -> Sure:
    if name in case.pathway.roles:
        if person == name:
            return Sure.YES
        roles = [_held(one, day) for one in case.records(person, "role", day) if one.what == name]
        if roles or name not in case.pathway.levels:
            return max(roles, default=Sure.NO)
    awards = (award_of(case, person, name, day, value=value) for value in award_values(case, person, name, day))
    live = any(award and plain_standing(award, day).state in LIVE_STANDINGS for award in awards)
    return Sure.YES if live else Sure.NO


def _held(record: Record, day: date) -> Sure:
    if record.until is not None and record.until < day:
        return Sure.NO
    return Sure.PERHAPS if record.on is None else Sure.YES


def _was(case: Case, person: str, relation: str, *, record: Record, day: date) -> Sure:
    """Whether somebody was that to the holder up to and including a day; the record itself says nothing."""
    signs = [one for one in case.records(case.holder, "relation", day) if one.what == relation and one.who == person]
    if relation in _SIGNED:
        signs += [one for one in case.records(case.holder, _SIGNED[relation], day) if person in one.by]
    if relation == "co_leader":
        signs += [one for one in case.records(case.holder, "delivery", day) if _in_team(person, one)]
    days = [one.on for one in signs if one.id != record.id]
    if not days:
        return Sure.NO
    return Sure.YES if any(days) else Sure.PERHAPS


def _in_team(person: str, delivery: Record) -> bool:
    return any(member.who == person for member in delivery.team or ())
