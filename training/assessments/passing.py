"""The pass mark of an instrument: each of its rules against the marks, in words with numbers; pure.

This is what the result page says. Whether somebody becomes certified is judged above, on the same marks.
Source: the pathway language, section 10.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from training.assessments.instruments import Instrument
from training.assessments.marks import JUDGED, NOT_APPLICABLE, Row, combined

Finding = Literal["met", "not_met", "cannot_tell"]


@dataclass(frozen=True)
class Line:
    """One rule of the pass mark, how it came out, in words with numbers."""

    finding: Finding
    words: str


@dataclass(frozen=True)
class Outcome:
    """How an assessment came out, and why."""

    finding: Finding
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class _Values:
    """The values of the items that apply, taken at their lowest and at their highest where nobody can tell."""

    low: Mapping[str, float]
    high: Mapping[str, float]
    highest: float

    def of(self, names: frozenset[str]) -> "_Values":
        """Narrows to some items."""
        low = {name: value for name, value in self.low.items() if name in names}
        return _Values(low, {name: self.high[name] for name in low}, self.highest)


def outcome_of(instrument: Instrument, rows: Sequence[Row]) -> Outcome:
    """Tells how an assessment came out by the instrument's own pass mark, with a line for each of its rules."""
    raters = len({row.by for row in rows if not row.agreed})
    if raters < instrument.raters:
        return Outcome("cannot_tell", (Line("cannot_tell", f"{raters} of {instrument.raters} people have rated"),))
    if instrument.kind == "judgement":
        return _joined(_judged(rows))
    values = _values(instrument, rows)
    return _joined(_line(instrument, form, asked, values) for form, asked in instrument.passes.items())


def _joined(lines: Iterable[Line]) -> Outcome:
    found = tuple(lines)
    findings = {line.finding for line in found}
    if "not_met" in findings:
        return Outcome("not_met", found)
    return Outcome("met" if findings == {"met"} else "cannot_tell", found)


def _judged(rows: Sequence[Row]) -> list[Line]:
    agreed = [row for row in rows if row.agreed]
    lines = []
    for row in agreed[-1:] or rows:
        judged, reasons = row.marks.get(JUDGED), row.reasons.strip()
        known = judged in ("satisfactory", "not_satisfactory") and reasons
        finding: Finding = "cannot_tell" if not known else "met" if judged == "satisfactory" else "not_met"
        lines.append(Line(finding, reasons or "No reasons were given"))
    return lines


def _values(instrument: Instrument, rows: Sequence[Row]) -> _Values:
    least, most = _bounds(instrument)
    applies = {name: value for name, value in combined(instrument, rows).items() if value != NOT_APPLICABLE}
    return _Values(
        low={name: least if isinstance(value, str) else value for name, value in applies.items()},
        high={name: most if isinstance(value, str) else value for name, value in applies.items()},
        highest=most,
    )


def _bounds(instrument: Instrument) -> tuple[float, float]:
    if instrument.kind == "numbers":
        return float("-inf"), float("inf")
    return (0, 1) if instrument.kind == "checklist" else (min(instrument.scale), max(instrument.scale))


def _line(instrument: Instrument, form: str, asked: Any, values: _Values) -> Line:
    if form == "number":
        return _number_line(instrument, asked, values)
    asked = asked if isinstance(asked, dict) else {"level" if form == "no_item_at" else "at_least": asked}
    values = values.of(instrument.chosen(asked.get("of")))
    rule = _RULES.get(form)
    if rule is None or not values.low or (instrument.kind in ("numbers", "judgement")):
        return Line("cannot_tell", f"This record cannot show the rule “{form.replace('_', ' ')}”")
    return rule(asked, values, _place(asked.get("of")))


def _finding(low: bool, high: bool) -> Finding:
    return "met" if low else "cannot_tell" if high else "not_met"


def _place(of: str | list[str] | None) -> str:
    names = [of] if isinstance(of, str) else of or []
    return f" of {', '.join(name.replace('_', ' ') for name in names)}" if names else ""


def _percent(asked: Mapping[str, Any], values: _Values, place: str) -> Line:
    full, need = len(values.low) * values.highest, asked["at_least"]
    low, high = (sum(found.values()) * 100 / full for found in (values.low, values.high))
    words = f"{_spoken(low, high)} percent of the points{place}; {need:g} are needed"
    return Line(_finding(low >= need, high >= need), words)


def _mean(asked: Mapping[str, Any], values: _Values, place: str) -> Line:
    need = asked["at_least"]
    low, high = (sum(found.values()) / len(found) for found in (values.low, values.high))
    return Line(_finding(low >= need, high >= need), f"The mean{place} is {_spoken(low, high)}; {need:g} is needed")


def _every_item(asked: Mapping[str, Any], values: _Values, place: str) -> Line:
    need = asked["at_least"]
    sure, maybe = (sum(value >= need for value in found.values()) for found in (values.low, values.high))
    words = f"{sure} of {len(values.low)} items{place} are at level {need:g} or above; all of them must be"
    return Line(_finding(sure == len(values.low), maybe == len(values.low)), words)


def _no_item_at(asked: Mapping[str, Any], values: _Values, place: str) -> Line:
    level = asked["level"]
    worst, surely = (sum(value <= level for value in found.values()) for found in (values.low, values.high))
    words = f"{surely or 'No'} item{'' if surely == 1 else 's'}{place} at level {level:g}; there must be none"
    if worst > surely:
        words += f". {worst - surely} not seen"
    return Line(_finding(worst == 0, surely == 0), words)


def _items_at(asked: Mapping[str, Any], values: _Values, place: str) -> Line:
    level, need = asked["level"], asked["count"]
    sure, maybe = (sum(value >= level for value in found.values()) for found in (values.low, values.high))
    words = f"{sure} of {len(values.low)} items{place} are at level {level:g} or above; {need:g} are needed"
    return Line(_finding(sure >= need, maybe >= need), words)


def _number_line(instrument: Instrument, asked: Mapping[str, float], values: _Values) -> Line:
    titles = {item.id: item.title for item in instrument.items}
    low = all(values.low.get(name, float("-inf")) >= need for name, need in asked.items())
    high = all(values.high.get(name, float("inf")) >= need for name, need in asked.items())
    said = [
        f"{titles.get(name, name)}: {_spoken(values.low.get(name, float('-inf')), values.high.get(name, float('inf')))}"
        f", {need:g} needed"
        for name, need in asked.items()
    ]
    return Line(_finding(low, high), "; ".join(said))


def _spoken(low: float, high: float) -> str:
    if low == high:
        return f"{round(low, 1):g}"
    return "not known" if high == float("inf") else f"{round(low, 1):g} to {round(high, 1):g}"


_RULES = {
    "percent": _percent,
    "mean": _mean,
    "every_item": _every_item,
    "no_item_at": _no_item_at,
    "items_at": _items_at,
}
