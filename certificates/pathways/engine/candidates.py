"""The records (or awards) that a leaf asks for, each with how surely it meets the conditions of the leaf."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from certificates.pathways.engine.anchors import Window
from certificates.pathways.engine.awards import award_of, award_values
from certificates.pathways.engine.context import Context, result_of
from certificates.pathways.engine.signatories import may_sign
from certificates.pathways.language.evidence import Record
from certificates.pathways.language.schema import Condition, Leaf
from training.instruments.judge import judge, read_from_attributes
from training.instruments.schema import Thresholds
from training.parsing.keywords import HELD_TYPES, JUDGED_TYPES, LIVE_STANDINGS
from training.parsing.lengths import add
from training.parsing.values import AS_SURE, Result, Sure, Value

_OF_RESULT = {"passed": Sure.YES, "failed": Sure.NO, "pending": Sure.PERHAPS}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record (or an award, as its latest grant from the day of its first) and how surely it counts."""

    record: Record
    day: date | None
    sure: Sure
    standing: str | None = None

    @property
    def id(self) -> str:
        """The id that is shown."""
        return self.record.id

    def place(self) -> tuple[date, str]:
        """Where it stands in order: by day, unknown days last, then by id."""
        return (self.day or date.max, self.record.id)

    def values(self, attribute: str) -> tuple[Value, ...]:
        """The values of an attribute, of `by`, of `who` or of the standing of an award."""
        if attribute == "by":
            return self.record.by
        if attribute == "who":
            return (self.record.who,) if self.record.who else ()
        if attribute == "standing" and self.standing:
            return (self.standing,)
        if attribute == "outcome" and self.record.type == "award":
            return self.record.attributes.get(attribute, ("certified",))
        return self.record.attributes.get(attribute, ())


def fits(conditions: Iterable[Condition], candidate: Candidate) -> Sure:
    """Whether all conditions hold for a record."""
    return min((fits_one(one, candidate.values(one.attribute)) for one in conditions), default=Sure.YES)


def fits_one(condition: Condition, values: tuple[Value, ...]) -> Sure:
    """Whether a condition holds for the values of a record; one that fits is enough, for `not` all must differ."""
    if not values:
        return Sure.PERHAPS
    if condition.one_of and not any(value in condition.one_of for value in values):
        return Sure.NO
    if condition.none_of and any(value in condition.none_of for value in values):
        return Sure.NO
    within = condition.least is None and condition.most is None
    return Sure.YES if within or any(_lies(condition, value) for value in values) else Sure.NO


def outcome(leaf: Leaf, record: Record, place: Context) -> Sure:
    """Whether the result of a record is good enough."""
    if leaf.pass_any:
        return Sure.YES
    said = _OF_RESULT.get(record.result or "")
    if leaf.type not in JUDGED_TYPES:
        return Sure.YES if said is None else said
    if said is Sure.NO:
        return said
    judged = _judged(leaf, record, place)
    if judged is None:
        return Sure.PERHAPS if said is None else said
    return AS_SURE[judged] if said is None else min(said, AS_SURE[judged])


def _judged(leaf: Leaf, record: Record, place: Context) -> Result | None:
    """What the instrument or the threshold says; None if neither decides."""
    tools = place.case.instruments.get(record.what, ())
    version = record.first("version")
    fitting = [one for one in tools if one.version == version] if version is not None else list(tools)
    tool = fitting[0] if len(fitting) == 1 else None
    rule: Thresholds | None = leaf.passing or (tool.passing if tool else None)
    if rule is None:
        return None
    if tool and record.ratings:
        key = ("judged", record.id, rule)
        if key not in place.case.memo:
            place.case.memo[key] = judge(tool, record.ratings, rule, record.attributes).result
        return place.case.memo[key]  # type: ignore[no-any-return]
    return read_from_attributes(rule, record.attributes)


def _lies(condition: Condition, value: Any) -> bool:
    try:
        above = condition.least is None or value >= condition.least
        return above and (condition.most is None or value <= condition.most)
    except TypeError:
        return False


Entries = list[tuple[Candidate, Sure]]


def asked_for(leaf: Leaf, place: Context, owner: str) -> Iterable[Candidate]:
    """The records of the type and name that a leaf asks for, held on the day where that matters."""
    if leaf.type == "award":
        return _awards(leaf, place, owner)
    return _records(leaf, place, owner)


def entries_of(
    leaf: Leaf, candidates: Iterable[Candidate], *, window: Window, place: Context
) -> tuple[Entries, Entries]:
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


def _tested(leaf: Leaf, one: Candidate, window: Window, place: Context) -> Sure:
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


def _records(leaf: Leaf, place: Context, owner: str) -> Iterator[Candidate]:
    held = leaf.type in HELD_TYPES and not leaf.ever
    for record in place.case.records(owner, leaf.type, place.day):
        if leaf.names and record.what not in leaf.names:
            continue
        if held and record.until is not None and record.until < place.day:
            continue
        if place.this is not None and place.this.id not in record.about:
            continue
        yield Candidate(record, record.on, Sure.PERHAPS if record.on is None else Sure.YES)


def _awards(leaf: Leaf, place: Context, owner: str) -> Iterator[Candidate]:
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


def _is_about(place: Context, record: Record) -> bool:
    return place.this is None or place.this.id in record.about
