"""The outcome of an assessment: what the judge says of each rule of the pass mark, in words with numbers; pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from training.assessments.marks import MarkRow, apart, rating_of
from training.instruments.judge import Judgement, Range, judge
from training.instruments.schema import InstrumentSchema, Points, Threshold, exact
from training.parsing.values import Result

STANDS = {Result.MET: "passed", Result.NOT_MET: "not passed", Result.CANNOT_TELL: "cannot tell"}
SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class OutcomeLine:
    """One rule of the pass mark, how it came out, in words with numbers."""

    finding: Result
    words: str


@dataclass(frozen=True)
class AssessmentOutcome:
    """How an assessment came out, and why."""

    finding: Result
    lines: tuple[OutcomeLine, ...]


def outcome_of(instrument: InstrumentSchema, rows: Sequence[MarkRow]) -> AssessmentOutcome:
    """Tells how an assessment came out by the instrument's own pass mark, with a line for each of its rules."""
    judgement = judge(instrument, [rating_of(instrument, row) for row in rows])
    if judgement.missing:
        return AssessmentOutcome(
            judgement.result, (OutcomeLine(judgement.result, _missing(instrument, judgement, rows)),)
        )
    if instrument.kind == "judgement":
        agreed = [row for row in rows if row.agreed]
        words = [row.reasons.strip() or "No reasons were given" for row in agreed[-1:] or rows]
        return AssessmentOutcome(judgement.result, tuple(OutcomeLine(judgement.result, one) for one in words))
    lines = (OutcomeLine(result, _words(instrument, rule, judgement)) for rule, result in judgement.forms)
    return AssessmentOutcome(judgement.result, tuple(dict.fromkeys(lines)))


def _missing(instrument: InstrumentSchema, judgement: Judgement, rows: Sequence[MarkRow]) -> str:
    if judgement.missing == "rule":
        return "This instrument has no pass mark. Your programme says what counts"
    if judgement.missing == "agreement":
        return "The people who rated are too far apart, and have not agreed"
    return f"{len({row.by for row in rows})} of {instrument.raters} people have rated"


def as_it_stands(instrument: InstrumentSchema, rows: Sequence[MarkRow]) -> str:
    """Says how these marks would come out if they were signed now, and why: "not passed: two items at level 1"."""
    judgement = judge(instrument, [rating_of(instrument, row) for row in rows])
    why = _why(instrument, judgement, rows)
    return f"{STANDS[judgement.result]}{': ' if why else ''}{'; '.join(why)}"


def _why(instrument: InstrumentSchema, judgement: Judgement, rows: Sequence[MarkRow]) -> list[str]:
    differ = [] if any(row.agreed for row in rows) else apart(instrument, rows)
    if differ:
        return [f"{_count(len(differ))} to agree on" if instrument.items else "the judgement is to agree on"]
    if judgement.missing:
        return [_missing(instrument, judgement, rows).replace("This", "this", 1).replace(". ", ", ")]
    if judgement.result is Result.MET or instrument.kind == "judgement":
        return [] if judgement.result is not Result.CANNOT_TELL else ["no reasons were given"]
    rules = [rule for rule, result in judgement.forms if result is judgement.result]
    if judgement.result is Result.NOT_MET:
        return [_short(instrument, rule, judgement) for rule in rules]
    chosen = set().union(*(instrument.items_of(rule.of) for rule in rules))
    ranges = [level.range for name, level in judgement.items.items() if name in chosen]
    unseen = sum(one is not None and one.lowest != one.highest for one in ranges)
    return (
        [f"{_count(unseen)} not seen"]
        if unseen
        else list(dict.fromkeys(_words(instrument, rule, judgement) for rule in rules))
    )


def _short(instrument: InstrumentSchema, rule: Threshold, judgement: Judgement) -> str:
    """Says in a few words by how much a rule is missed, at best."""
    chosen, level = instrument.items_of(rule.of), exact(rule.value)
    best = [one.range.highest for name, one in judgement.items.items() if name in chosen and one.range is not None]
    if rule.form == "no_item_at":
        lower = " or lower" if level > instrument.lowest else ""
        return f"{_count(sum(one <= level for one in best))} at level {_number(rule)}{lower}"
    if rule.form == "every_item":
        return f"{_count(sum(one < level for one in best))} below level {_number(rule)}"
    if rule.form == "items_at":
        reached = _count(sum(one >= level for one in best))
        return f"{reached} at level {_number(rule)} or above, {rule.count} are needed"
    words = _words(instrument, rule, judgement).replace("; ", ", ")
    return f"{words[0].lower()}{words[1:]}"


def _count(number: int) -> str:
    return f"{SMALL[number] if number < len(SMALL) else number} {'item' if number == 1 else 'items'}"


def _words(instrument: InstrumentSchema, rule: Threshold, judgement: Judgement) -> str:
    chosen = instrument.items_of(rule.of)
    ranges = [level.range for name, level in judgement.items.items() if name in chosen and level.range is not None]
    if not ranges and chosen:
        return f"None of the items{_place(rule)} applied, so there is nothing to go by"
    if not ranges or rule.form not in _WORDS:
        return f"This record cannot show the rule “{rule.form.replace('_', ' ')}”"
    return _WORDS[rule.form](instrument, rule, ranges)


def _place(rule: Threshold) -> str:
    return f" of {', '.join(name.replace('_', ' ') for name in rule.of)}" if rule.of else ""


def _percent(instrument: InstrumentSchema, rule: Threshold, ranges: Sequence[Range]) -> str:
    full = len(ranges) * instrument.highest
    low, high = (sum(levels) * 100 / full if full else 0 for levels in _ends(ranges))
    return f"{_spoken(instrument, low, high)} percent of the points{_place(rule)}; {_number(rule)} are needed"


def _mean(instrument: InstrumentSchema, rule: Threshold, ranges: Sequence[Range]) -> str:
    low, high = (sum(levels) / len(levels) for levels in _ends(ranges))
    return f"The mean{_place(rule)} is {_spoken(instrument, low, high)}; {_number(rule)} is needed"


def _every_item(_: InstrumentSchema, rule: Threshold, ranges: Sequence[Range]) -> str:
    sure = sum(one.lowest >= exact(rule.value) for one in ranges)
    return f"{sure} of {len(ranges)} items{_place(rule)} are at level {_number(rule)} or above; all of them must be"


def _no_item_at(_: InstrumentSchema, rule: Threshold, ranges: Sequence[Range]) -> str:
    worst, surely = (sum(level <= exact(rule.value) for level in levels) for levels in _ends(ranges))
    items = "item" if surely == 1 else "items"
    words = f"{surely or 'No'} {items}{_place(rule)} at level {_number(rule)}; there must be none"
    return f"{words}. {worst - surely} not seen" if worst > surely else words


def _items_at(_: InstrumentSchema, rule: Threshold, ranges: Sequence[Range]) -> str:
    sure = sum(one.lowest >= exact(rule.value) for one in ranges)
    return f"{sure} of {len(ranges)} items{_place(rule)} are at level {_number(rule)} or above; {rule.count} are needed"


def _number_of_item(instrument: InstrumentSchema, rule: Threshold, ranges: Sequence[Range]) -> str:
    titles = [item.title for name, item in instrument.items.items() if name in rule.of]
    spoken = _spoken(instrument, ranges[0].lowest, ranges[0].highest)
    return f"{', '.join(titles)}: {spoken}, {_number(rule)} needed"


_WORDS: Mapping[str, Callable[[InstrumentSchema, Threshold, Sequence[Range]], str]] = {
    "percent": _percent,
    "mean": _mean,
    "every_item": _every_item,
    "no_item_at": _no_item_at,
    "items_at": _items_at,
    "number": _number_of_item,
}
"""Form of a pass mark → its words."""


def _ends(ranges: Sequence[Range]) -> tuple[list[Points], list[Points]]:
    return [one.lowest for one in ranges], [one.highest for one in ranges]


def _number(rule: Threshold) -> str:
    return f"{float(exact(rule.value)):g}"


def _spoken(instrument: InstrumentSchema, low: Points | float, high: Points | float) -> str:
    if low == high:
        return f"{round(float(low), 1):g}"
    if instrument.kind == "numbers":  # what is measured has no highest value
        return "not known"
    return f"{round(float(low), 1):g} to {round(float(high), 1):g}"
