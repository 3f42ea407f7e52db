"""The records that a leaf asks for, each with how surely it meets the conditions of the leaf."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from certificates.pathways.engine.context import RequirementContext
from certificates.pathways.language.evidence import EvidenceRecord
from certificates.pathways.language.schema import Condition, Leaf
from training.instruments.judge import judge, read_from_attributes
from training.parsing.keywords import HELD_TYPES, JUDGED_TYPES
from training.parsing.lengths import add
from training.parsing.values import AS_SURE, Sure, Value

_OF_RESULT = {"passed": Sure.YES, "failed": Sure.NO, "pending": Sure.PERHAPS}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record (or an award, as its latest grant from the day of its first) and how surely it counts."""

    record: EvidenceRecord
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


Entries = list[tuple[Candidate, Sure]]


def ids(entries: Entries, sure: Sure) -> tuple[str, ...]:
    """The ids that count so surely, in order."""
    return tuple(one.id for one, how in entries if how is sure)


def records_of(leaf: Leaf, place: RequirementContext, owner: str) -> Iterator[Candidate]:
    """The records of the type and name that a leaf asks for, held on the day where that matters."""
    held = leaf.type in HELD_TYPES and not leaf.ever
    for record in place.case.records(owner, leaf.type, place.day):
        if leaf.names and record.what not in leaf.names:
            continue
        if held and record.until is not None and record.until < place.day:
            continue
        if place.this is not None and place.this.id not in record.about:
            continue
        yield Candidate(record, record.on, Sure.PERHAPS if record.on is None else Sure.YES)


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


def old_enough(leaf: Leaf, one: Candidate, day: date) -> Sure:
    """Whether a record has been there for as long as the leaf asks."""
    if leaf.held_for is None:
        return Sure.YES
    if one.day is None:
        return Sure.PERHAPS
    return Sure.YES if add(one.day, leaf.held_for) <= day else Sure.NO


def outcome(leaf: Leaf, record: EvidenceRecord, place: RequirementContext) -> Sure:
    """Whether the result of a record is good enough: by what it says, and by its instrument or the threshold."""
    if leaf.pass_any:
        return Sure.YES
    said = _OF_RESULT.get(record.result or "")
    if leaf.type not in JUDGED_TYPES:
        return Sure.YES if said is None else said
    if said is Sure.NO:
        return said
    tools = place.case.instruments.get(record.what, ())
    version = record.first("version")
    fitting = [one for one in tools if one.version == version] if version is not None else list(tools)
    tool = fitting[0] if len(fitting) == 1 else None
    rule = leaf.passing or (tool.passing if tool else None)
    judged = None  # where neither decides
    if rule and tool and record.ratings:
        key = ("judged", record.id, rule)
        if key not in place.case.memo:
            place.case.memo[key] = judge(tool, record.ratings, rule, record.attributes).result
        judged = place.case.memo[key]
    elif rule:
        judged = read_from_attributes(rule, record.attributes)
    if judged is None:
        return Sure.PERHAPS if said is None else said
    return AS_SURE[judged] if said is None else min(said, AS_SURE[judged])


def _lies(condition: Condition, value: Any) -> bool:
    try:
        above = condition.least is None or value >= condition.least
        return above and (condition.most is None or value <= condition.most)
    except TypeError:
        return False
