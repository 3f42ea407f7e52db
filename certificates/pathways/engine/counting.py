"""Counts the records of a leaf, in all or in every period: each quantity has a lower value and an upper one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from certificates.pathways.engine.anchors import Window
from certificates.pathways.engine.candidates import Candidate, fits, fits_one
from certificates.pathways.engine.nodes import Count, Node
from certificates.pathways.language.schema import Amounts, Condition, Leaf, Portion, Requirement
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


def counts_of(leaf: Leaf, entries: Entries, tally: Tally) -> tuple[Count, ...]:
    """Every quantity of a leaf, for each value of `each`, in the order of the language."""
    return tuple(
        count for front, part in _by_value(leaf, entries) for count in _counts(leaf, part, front=front, tally=tally)
    )


def is_reached(leaf: Leaf, entries: Entries, tally: Tally) -> bool:
    """Whether the records that surely count reach all lower quantities."""
    return all(count.at_most or count.have >= count.need for count in counts_of(leaf, entries, tally))


def has_lower_quantity(leaf: Leaf) -> bool:
    """Whether a leaf asks for something, and not only for a limit."""
    portions = any(one.at_least or one.different for one in leaf.of_which)
    return bool(leaf.at_least or leaf.different or leaf.new or portions)


def at_least(have: Number, might_have: Number | None, need: Number) -> Result:
    """Whether a lower quantity is reached."""
    if have >= need:
        return Result.MET
    return Result.CANNOT_TELL if might_have is None or might_have >= need else Result.NOT_MET


def _by_value(leaf: Leaf, entries: Entries) -> Iterator[tuple[str, Entries]]:
    if leaf.each is None:
        yield "", entries
        return
    attribute, values = leaf.each
    for value in values:
        condition = Condition(attribute, one_of=(value,))
        part = [(one, min(sure, fits_one(condition, one.values(attribute)))) for one, sure in entries]
        yield f"{_word(value)}: ", [(one, sure) for one, sure in part if sure]


def _counts(leaf: Leaf, entries: Entries, *, front: str, tally: Tally) -> Iterator[Count]:
    capped = [one for one in leaf.of_which if one.counts_up_to]
    for name, need in leaf.at_least:
        yield _lower(f"{front}{name}", _amount(name, entries, capped), need, tally)
    for name, limit in leaf.at_most:
        yield _upper(f"{front}{name}", _amount(name, entries, ()), limit, tally)
    for name, need in leaf.different:
        yield _lower(f"{front}different {name}", _different(name, entries), need, tally)
    for name, need in leaf.new:
        yield _lower(f"{front}new {name}", _new(name, entries, tally.old.get(name, Old())), need, tally)
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


def _upper(of: str, pair: Pair, limit: Value, tally: Tally) -> Count:
    have, might = pair[0], None if tally.open_ended else pair[1]
    most = _number(limit)
    result = Result.MET if might is not None and might <= most else Result.CANNOT_TELL
    return Count(of, have, might, most, Result.NOT_MET if have > most else result, at_most=True)


def _amount(name: str, entries: Entries, capped: Sequence[Portion]) -> Pair:
    """The number of records or the sum of an attribute; below a perhaps fits a capped part, above it does not."""
    low = _with_caps(name, [one for one, sure in entries if sure is Sure.YES], capped, Sure.PERHAPS)
    high = _with_caps(name, [one for one, _ in entries], capped, Sure.YES)
    return low[0], high[1]


def _with_caps(name: str, members: Iterable[Candidate], capped: Sequence[Portion], enough: Sure) -> Pair:
    sums: dict[str, Pair] = {}
    for one in members:
        part = next((portion.name for portion in capped if fits(portion.where, one) >= enough), "")
        sums[part] = _plus(sums.get(part, (0, 0)), _of_one(name, one))
    caps: dict[str, Amounts] = {portion.name: portion.counts_up_to for portion in capped}
    total: Pair = (0, 0)
    for part, pair in sums.items():
        cap = dict(caps.get(part, ())).get(name)
        total = _plus(total, pair if cap is None else _cut(pair, _number(cap)))
    return total


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


def _cut(pair: Pair, cap: Number) -> Pair:
    return min(pair[0], cap), cap if pair[1] is None else min(pair[1], cap)


def _different(name: str, entries: Entries) -> Pair:
    surely = {value for one, sure in entries if sure is Sure.YES for value in one.values(name)}
    perhaps = {value for one, _ in entries for value in one.values(name)}
    return len(surely), len(perhaps) + _without(name, entries)


def _new(name: str, entries: Entries, old: Old) -> Pair:
    surely = {value for one, sure in entries if sure is Sure.YES for value in one.values(name)}
    perhaps = {value for one, _ in entries for value in one.values(name)}
    return len(surely - old.surely - old.perhaps), len(perhaps - old.surely) + _without(name, entries)


def _without(name: str, entries: Entries) -> int:
    return sum(not one.values(name) for one, _ in entries)


def _number(value: Value) -> Number:
    assert isinstance(value, int | Decimal)
    return value


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def count_periods(
    requirement: Requirement, leaf: Leaf, *, entries: Entries, window: Window, tally: Tally, day: date
) -> Node:
    """Judge a leaf that must be met in every period; its one count is the periods."""
    assert leaf.every is not None
    start = window.start
    if window.waiting:
        return _without_start(requirement, Result.NOT_MET, window)
    if window.doubtful or start is None:
        return _without_start(requirement, Result.CANNOT_TELL, window)
    due, total, last = _periods(start, leaf.every, leaf.lasting, day)
    results = [all_of(count.result for count in counts_of(leaf, _within(entries, one), tally)) for one in due]
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


def _without_start(requirement: Requirement, result: Result, window: Window) -> Node:
    might = 0 if result is Result.NOT_MET else None
    return Node(requirement.id, result, counts=(Count("periods", 0, might, 1, result),), waits_for=window.waits_for)


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


def _within(entries: Entries, period: tuple[date, date]) -> Entries:
    """The entries of one period; one of unknown day perhaps lies in any."""
    return [(one, sure) for one, sure in entries if one.day is None or period[0] <= one.day < period[1]]
