"""`every`: the quantity in every whole period since a day."""

from collections.abc import Sequence
from datetime import date

from certificates.pathways.anchors import Window
from certificates.pathways.counting import Tally, counts_of
from certificates.pathways.matching import Candidate
from certificates.pathways.nodes import Count, Node
from certificates.pathways.shapes import Leaf, Requirement
from training.parsing.lengths import ONE_DAY, Length, add
from training.parsing.values import Result, Sure, all_of

Entries = Sequence[tuple[Candidate, Sure]]


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
