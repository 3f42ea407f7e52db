"""Counts the records of a leaf, in all or in every period: each quantity has a lower value and an upper one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from certificates.pathways.engine.anchors import Window, could_be_met, not_yet_due
from certificates.pathways.engine.candidates import Candidate, fits, fits_one
from certificates.pathways.engine.context import RequirementContext
from certificates.pathways.engine.nodes import Count, Node
from certificates.pathways.language.schema import Amounts, Condition, Leaf, Portion, Requirement
from training.parsing.keywords import DONE_TYPES
from training.parsing.lengths import ONE_DAY, Length, add
from training.parsing.values import Number, Result, Sure, Value, all_of

RECORDS = "records"
Entries = Sequence[tuple[Candidate, Sure]]
Pair = tuple[Number, Number | None]


@dataclass(frozen=True, slots=True)
class Old:
    """The values of an attribute that were seen before the start: on a known day, or perhaps."""

    surely: frozenset[Value] = frozenset()
    perhaps: frozenset[Value] = frozenset()


@dataclass(frozen=True, slots=True)
class Tally:
    """How to count: the old values of each `new` attribute, and whether records may be missing."""

    old: Mapping[str, Old] = field(default_factory=dict)
    open_ended: bool = False


def old_values(leaf: Leaf, records: Sequence[Candidate], start: date | None) -> dict[str, Old]:
    """For each attribute of `new`, its values in the records from before the start."""
    old: dict[str, Old] = {}
    for name, _ in leaf.new:
        before = {value for one in records if one.day and start and one.day < start for value in one.values(name)}
        unknown = {value for one in records if one.day is None for value in one.values(name)}
        old[name] = Old(frozenset(before), frozenset(unknown))
    return old


def count_all(
    requirement: Requirement,
    leaf: Leaf,
    entries: Entries,
    *,
    young: Entries,
    window: Window,
    tally: Tally,
    place: RequirementContext,
) -> Node:
    """Judge a leaf by all of its records; `young` ones have not been there for long enough."""
    counts = counts_of(leaf, entries, tally)
    result = all_of(count.result for count in counts)
    met_on = _reached_on(leaf, entries, tally) if result is Result.MET else None
    if result is not Result.MET and not_yet_due(leaf, window, place):
        result = Result.MET
    node = Node(requirement.id, result, counts=counts, waits_for=window.waits_for, met_on=met_on)
    if result is Result.MET:
        return node.but(steady_until=_steady(leaf, entries, window, place))
    if result is Result.CANNOT_TELL:
        return node
    if any(count.at_most and count.result is Result.NOT_MET for count in counts):
        return node
    earliest, late = could_be_met(leaf, window, place)
    if leaf.held_for and earliest:
        held = [one.day for one, how in young if how is Sure.YES and one.day]
        one_is_asked = leaf.at_least == ((RECORDS, 1),) and len(counts) == 1
        earliest = add(min(held) if held and one_is_asked else earliest, leaf.held_for)
    return node.but(earliest=earliest, late=late)


def _reached_on(leaf: Leaf, entries: Entries, tally: Tally) -> date | None:
    """The first day on which the records that surely count reach all lower quantities."""
    portions = any(one.at_least or one.different for one in leaf.of_which)
    if not (leaf.at_least or leaf.different or leaf.new or portions):
        return None
    sure = [(one, how) for one, how in entries if how is Sure.YES]
    days = sorted({one.day for one, _ in sure if one.day})
    low, high = 0, len(days) - 1
    while low < high:
        middle = (low + high) // 2
        early = [(one, how) for one, how in sure if one.day and one.day <= days[middle]]
        reached = all(count.at_most or count.have >= count.need for count in counts_of(leaf, early, tally))
        low, high = (low, middle) if reached else (middle + 1, high)
    return days[low] if days else None


def _steady(leaf: Leaf, entries: Entries, window: Window, place: RequirementContext) -> date | None:
    """The last day up to which an activity rule stays met, whatever is added; None if that is not so simple."""
    plain = len(leaf.at_least) == 1 and leaf.at_least[0][0] == RECORDS and leaf.type in DONE_TYPES
    extra = leaf.at_most or leaf.different or leaf.each or leaf.of_which or leaf.every or leaf.each_with
    if not plain or extra or not window.loose:
        return None
    days = sorted((one.day for one, how in entries if how is Sure.YES and one.day), reverse=True)
    need = int(str(leaf.at_least[0][1]))
    lasting = [add(days[need - 1], leaf.within[0])] if len(days) >= need else []
    return max([*lasting, *([add(place.clock, leaf.within[0])] if place.clock else [])], default=None)


def count_periods(
    requirement: Requirement, leaf: Leaf, entries: Entries, *, window: Window, tally: Tally, day: date
) -> Node:
    """Judge a leaf that must be met in every period; its one count is the periods."""
    assert leaf.every is not None
    start = window.start
    if window.waiting or window.doubtful or start is None:
        unstarted = Result.NOT_MET if window.waiting else Result.CANNOT_TELL
        count = Count("periods", 0, 0 if window.waiting else None, 1, unstarted)
        return Node(requirement.id, unstarted, counts=(count,), waits_for=window.waits_for)
    due, total, last = _periods(start, leaf.every, leaf.lasting, day)
    results = []
    for first, after in due:  # a record of unknown day perhaps lies in any of them
        within = [(one, sure) for one, sure in entries if one.day is None or first <= one.day < after]
        results.append(all_of(count.result for count in counts_of(leaf, within, tally)))
    met = sum(result is Result.MET for result in results)
    might = sum(result is not Result.NOT_MET for result in results)
    missed = Result.NOT_MET in results
    unfinished = leaf.lasting is not None and len(due) < total
    result = Result.NOT_MET if missed or unfinished else all_of(results)
    finished = leaf.lasting is not None and result is Result.MET
    return Node(
        requirement.id,
        result,
        counts=(Count("periods", met, might, total, result),),
        waits_for=window.waits_for,
        met_on=last if finished else None,
        earliest=last if unfinished and not missed else None,
        late=missed,
    )


def _periods(
    start: date, every: Length, lasting: Length | None, day: date
) -> tuple[list[tuple[date, date]], int, date | None]:
    """The periods that are due, how many there must be, and the last day of the last one."""
    end = add(start, lasting) if lasting else None
    due: list[tuple[date, date]] = []
    count = 0
    while True:
        first, after = add(start, every, count), add(start, every, count + 1)
        if after <= first or (after > end if end else after > day + ONE_DAY):
            break
        if after <= day + ONE_DAY:
            due.append((first, after))
        count += 1
    return due, count, add(start, every, count) - ONE_DAY if end and count else None


def counts_of(leaf: Leaf, entries: Entries, tally: Tally) -> tuple[Count, ...]:
    """Every quantity of a leaf, for each value of `each`, in the order of the language."""
    if leaf.each is None:
        return tuple(_counts(leaf, entries, front="", tally=tally))
    attribute, values = leaf.each
    found: list[Count] = []
    for value in values:
        condition = Condition(attribute, one_of=(value,))
        part = [(one, min(sure, fits_one(condition, one.values(attribute)))) for one, sure in entries]
        word = str(value).lower() if isinstance(value, bool) else str(value)
        found += _counts(leaf, [(one, sure) for one, sure in part if sure], front=f"{word}: ", tally=tally)
    return tuple(found)


def at_least(have: Number, might_have: Number | None, need: Number) -> Result:
    """Whether a lower quantity is reached."""
    if have >= need:
        return Result.MET
    return Result.CANNOT_TELL if might_have is None or might_have >= need else Result.NOT_MET


def at_most(have: Number, might_have: Number | None, limit: Number) -> Result:
    """Whether an upper quantity is kept to."""
    if have > limit:
        return Result.NOT_MET
    return Result.MET if might_have is not None and might_have <= limit else Result.CANNOT_TELL


def _counts(leaf: Leaf, entries: Entries, *, front: str, tally: Tally) -> Iterator[Count]:
    capped = [one for one in leaf.of_which if one.counts_up_to]
    for name, need in leaf.at_least:
        yield _lower(f"{front}{name}", _amount(name, entries, capped), need, tally)
    for name, limit in leaf.at_most:
        have, might = _amount(name, entries, ())
        might, most = None if tally.open_ended else might, _number(limit)
        yield Count(f"{front}{name}", have, might, most, at_most(have, might, most), at_most=True)
    for name, need in leaf.different:
        yield _lower(f"{front}different {name}", _different(name, entries), need, tally)
    for name, need in leaf.new:
        yield _lower(f"{front}new {name}", _different(name, entries, tally.old.get(name, Old())), need, tally)
    for portion in leaf.of_which:
        part = [(one, min(sure, fits(portion.where, one))) for one, sure in entries]
        part = [(one, sure) for one, sure in part if sure]
        for name, need in portion.at_least:
            yield _lower(f"{front}{portion.name} {name}", _amount(name, part, ()), need, tally)
        for name, need in portion.different:
            yield _lower(f"{front}{portion.name} different {name}", _different(name, part), need, tally)


def _lower(of: str, pair: Pair, need: Value, tally: Tally) -> Count:
    have, might = pair[0], None if tally.open_ended else pair[1]
    wanted = _number(need)
    return Count(of, have, might, wanted, at_least(have, might, wanted))


def _amount(name: str, entries: Entries, capped: Sequence[Portion]) -> Pair:
    """The number of records or the sum of an attribute; below a perhaps fits a capped part, above it does not."""
    low = _with_caps(name, [one for one, sure in entries if sure is Sure.YES], capped, Sure.PERHAPS)
    high = _with_caps(name, [one for one, _ in entries], capped, Sure.YES)
    return low[0], high[1]


def _with_caps(name: str, members: Iterable[Candidate], capped: Sequence[Portion], enough: Sure) -> Pair:
    sums: dict[str, Pair] = {}
    for one in _once_a_course(name, members):
        part = next((portion.name for portion in capped if fits(portion.where, one) >= enough), "")
        sums[part] = _plus(sums.get(part, (0, 0)), _of_one(name, one))
    caps: dict[str, Amounts] = {portion.name: portion.counts_up_to for portion in capped}
    total: Pair = (0, 0)
    for part, (have, might) in sums.items():
        cap = dict(caps.get(part, ())).get(name)
        if cap is not None:
            limit = _number(cap)
            have, might = min(have, limit), limit if might is None else min(might, limit)
        total = _plus(total, (have, might))
    return total


def _once_a_course(name: str, members: Iterable[Candidate]) -> list[Candidate]:
    """Keeps of a course that was done again the version with the most: what is learnt twice is not twice as much."""
    longest: dict[tuple[Value, ...], Candidate] = {}
    others: list[Candidate] = []
    for one in members:
        course = one.values("course")
        if name == RECORDS or one.record.type != "learning" or not (course and one.values("version")):
            others.append(one)
        elif course not in longest or _of_one(name, one)[0] > _of_one(name, longest[course])[0]:
            longest[course] = one
    return [*others, *longest.values()]


def _of_one(name: str, one: Candidate) -> Pair:
    if name == RECORDS:
        return 1, 1
    amounts = [value for value in one.values(name) if isinstance(value, int | Decimal) and not isinstance(value, bool)]
    if not amounts:
        return 0, None
    total = sum(amounts)
    return total, total


def _plus(one: Pair, other: Pair) -> Pair:
    return one[0] + other[0], None if one[1] is None or other[1] is None else one[1] + other[1]


def _different(name: str, entries: Entries, old: Old | None = None) -> Pair:
    """How many values an attribute has, but for the old ones; a record without any may have one more."""
    old = old or Old()
    surely = {value for one, sure in entries if sure is Sure.YES for value in one.values(name)}
    perhaps = {value for one, _ in entries for value in one.values(name)}
    without = sum(not one.values(name) for one, _ in entries)
    return len(surely - old.surely - old.perhaps), len(perhaps - old.surely) + without


def _number(value: Value) -> Number:
    assert isinstance(value, int | Decimal)
    return value
