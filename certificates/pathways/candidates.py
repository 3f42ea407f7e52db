"""The records (or awards) that a leaf asks for, each with how surely it counts in its place."""

from collections.abc import Iterable, Iterator
from datetime import date

from certificates.pathways.anchors import Window
from certificates.pathways.awards import award_of, award_values
from certificates.pathways.evidence import Record
from certificates.pathways.matching import Candidate, fits, outcome
from certificates.pathways.places import Place, result_of
from certificates.pathways.shapes import Leaf
from certificates.pathways.signatories import may_sign
from training.parsing.keywords import HELD_TYPES, LIVE_STANDINGS
from training.parsing.lengths import add
from training.parsing.values import AS_SURE, Sure

Entries = list[tuple[Candidate, Sure]]


def asked_for(leaf: Leaf, place: Place, owner: str) -> Iterable[Candidate]:
    """The records of the type and name that a leaf asks for, held on the day where that matters."""
    if leaf.type == "award":
        return _awards(leaf, place, owner)
    return _records(leaf, place, owner)


def entries_of(leaf: Leaf, candidates: Iterable[Candidate], *, window: Window, place: Place) -> tuple[Entries, Entries]:
    """In order: the candidates that count or perhaps count, and those for which only held_for is missing."""
    counting: Entries = []
    young: Entries = []
    for one in sorted(candidates, key=Candidate.place):
        sure = _tested(leaf, one, window, place)
        if not sure:
            continue
        aged = _old_enough(leaf, one, place.day)
        (counting if aged else young).append((one, min(sure, aged) if aged else sure))
    return counting, young


def _tested(leaf: Leaf, one: Candidate, window: Window, place: Place) -> Sure:
    """The worst of all tests but the age."""
    sure = min(one.sure, window.holds(one.day))
    if sure:
        sure = min(sure, fits(leaf.where, one))
    if sure:
        sure = min(sure, outcome(leaf, one.record, place))
    if sure and leaf.by:
        sure = min(sure, may_sign(one.record, leaf.by, place))
    if sure and leaf.each_with:
        own = place.about(one.record)
        sure = min(sure, AS_SURE[result_of([own.judge(requirement) for requirement in leaf.each_with])])
    return sure


def _old_enough(leaf: Leaf, one: Candidate, day: date) -> Sure:
    if leaf.held_for is None:
        return Sure.YES
    if one.day is None:
        return Sure.PERHAPS
    return Sure.YES if add(one.day, leaf.held_for) <= day else Sure.NO


def _records(leaf: Leaf, place: Place, owner: str) -> Iterator[Candidate]:
    held = leaf.type in HELD_TYPES and not leaf.ever
    for record in place.case.records(owner, leaf.type, place.day):
        if leaf.names and record.what not in leaf.names:
            continue
        if held and record.until is not None and record.until < place.day:
            continue
        if place.this is not None and place.this.id not in record.about:
            continue
        yield Candidate(record, record.on, Sure.PERHAPS if record.on is None else Sure.YES)


def _awards(leaf: Leaf, place: Place, owner: str) -> Iterator[Candidate]:
    for name in leaf.names:
        for value in award_values(place.case, owner, name, place.day):
            award = award_of(place.case, owner, name, place.day, value=value)
            if award is None:
                continue
            standing = place.case.rules.standing(place.case, owner, name, place.day, value)
            wanted = any(condition.attribute == "standing" for condition in leaf.where)
            if not _is_about(place, award.latest):
                continue
            if leaf.ever and not wanted:
                yield Candidate(award.latest, award.first, Sure.YES, standing.state)
            elif not standing.certain:
                yield Candidate(award.latest, award.first, Sure.PERHAPS)
            elif leaf.ever or wanted or standing.state in LIVE_STANDINGS:
                yield Candidate(award.latest, award.first, Sure.YES, standing.state)


def _is_about(place: Place, record: Record) -> bool:
    return place.this is None or place.this.id in record.about
