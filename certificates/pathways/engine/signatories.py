"""What somebody held on a day, what they were to the holder, and who may waive."""

from collections.abc import Iterable
from datetime import date

from certificates.pathways.engine.awards import award_of, award_values, plain_standing
from certificates.pathways.engine.context import Case, RequirementContext
from certificates.pathways.language.evidence import EvidenceRecord
from training.parsing.keywords import LIVE_STANDINGS
from training.parsing.values import Sure

_SIGNED = {"supervisor": "supervision", "trainer": "learning"}  # who signs such a record is that to the holder


def holds(case: Case, person: str, names: Iterable[str], day: date) -> Sure:
    """Whether somebody holds one of some roles or levels on a day."""
    found = max((_holds(case, person, name, day) for name in names), default=Sure.YES)
    if found is Sure.NO and case.gaps & {"award", "role"}:
        return Sure.PERHAPS
    return found


def was(case: Case, person: str, relation: str, *, record: EvidenceRecord, day: date) -> Sure:
    """Whether somebody was that to the holder up to and including a day; the record itself says nothing."""
    signs = [one for one in case.records(case.holder, "relation", day) if one.what == relation and one.who == person]
    if relation in _SIGNED:
        signs += [one for one in case.records(case.holder, _SIGNED[relation], day) if person in one.by]
    if relation == "co_leader":
        led = case.records(case.holder, "delivery", day)
        signs += [one for one in led if any(member.who == person for member in one.team or ())]
    days = [one.on for one in signs if one.id != record.id]
    if not days:
        return Sure.NO
    return Sure.YES if any(days) else Sure.PERHAPS


def may_waive(waiver: EvidenceRecord, names: tuple[str, ...], day: date, place: RequirementContext) -> Sure:
    """Whether everybody who signed a waiver holds one of the names on a day, and is not the holder."""
    if not waiver.by:
        return Sure.PERHAPS
    barred = (place.case.holder, place.subject)
    return min(Sure.NO if one in barred else holds(place.case, one, names, day) for one in waiver.by)


def _holds(case: Case, person: str, name: str, day: date) -> Sure:
    if name in case.pathway.roles:
        if person == name:
            return Sure.YES
        roles = [one for one in case.records(person, "role", day) if one.what == name]
        if roles or name not in case.pathway.levels:
            held = [one.on for one in roles if one.until is None or one.until >= day]
            return max((Sure.PERHAPS if on is None else Sure.YES for on in held), default=Sure.NO)
    awards = (award_of(case, person, name, day, value=value) for value in award_values(case, person, name, day))
    live = any(award and plain_standing(award, day).state in LIVE_STANDINGS for award in awards)
    return Sure.YES if live else Sure.NO
