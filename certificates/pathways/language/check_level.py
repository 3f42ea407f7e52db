"""Checks levels: their keys, sections, decision, period, renewal and permits."""

import re
from collections.abc import Callable

from certificates.pathways.language import check_values as values
from certificates.pathways.language.check_anchors import check_anchors, places_of_level
from certificates.pathways.language.check_requirement import check_requirements
from certificates.pathways.language.scope import Scope
from training.parsing.findings import Findings, is_text, shown
from training.parsing.keywords import HOLDERS, LEVEL_KINDS, OUTCOMES, PERMIT_STANDINGS, TEXT
from training.parsing.lengths import Length
from training.parsing.values import as_list
from training.parsing.yaml import Table

LEVEL_KEYS = (
    "title", "kind", "note", "source", "holder", "per", "entry", "requires", "decision", "valid", "renewal", "keep",
    "return", "permits",
)  # fmt: skip
DECISION_KEYS = ("by", "not_own", "at_least", "outcomes", "conditional", "source", "note")
PERMIT_KEYS = ("may", "scope", "duties", "limit", "in", "while", "source", "note")
_MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def check_level(scope: Scope, levels: Table, name: str) -> None:
    """Note everything that is wrong in one level."""
    found = scope.found
    level = found.table(levels, name)
    if level is None:
        return
    found.unknown_keys(level, LEVEL_KEYS, "a level")
    if "requires" not in level:
        found.add(levels, name, f"the level {name} has no requires", "write what it requires, if need be as {}")
    for key, check in _CHECKS.items():
        if key in level:
            check(scope, level, key)
    for key in ("entry", "requires", "keep", "return"):
        if key in level:
            check_requirements(scope.within(section=key), level, key)
    places = places_of_level(level)
    _check_ids(found, [table for place in places for table in place.all_tables()])
    everywhere = {name for place in places for table in place.all_tables() for name in table}
    for place in places:
        check_anchors(place.anchors, scope.levels, everywhere, found)


def _check_ids(found: Findings, tables: list[Table]) -> None:
    """Note each id that stands twice."""
    seen: set[str] = set()
    for table in tables:
        for name in table:
            if name in seen:
                found.add(table, name, f"{name} stands twice in the level", "give one of them another id")
            seen.add(name)


def _per(scope: Scope, level: Table, key: str) -> None:
    if scope.found.text(level, key):
        name = str(level[key])
        if scope.kinds.get(name) != TEXT:
            remedy = "write a text attribute such as course"
            scope.found.add(level, key, f"per is {name}, which is no text attribute", remedy)


def _valid(scope: Scope, level: Table, key: str) -> None:
    value = level[key]
    if value == "unlimited":
        return
    if not isinstance(value, Table):
        scope.found.length(level, key)
        return
    scope.found.unknown_keys(value, ("for", "until_next"), key)
    if not value:
        scope.found.add(level, key, "valid says nothing", "write a length, unlimited, or {until_next: 12-31}")
    if "for" in value:
        scope.found.length(value, "for")
    if "until_next" in value and not _is_month_and_day(value["until_next"]):
        what = f"until_next is {shown(value['until_next'])}, which is no month and day"
        scope.found.add(value, "until_next", what, "write it as 12-31")


def _is_month_and_day(value: object) -> bool:
    match = _MONTH_AND_DAY.fullmatch(value) if isinstance(value, str) else None
    return match is not None and int(match[2]) <= _DAYS_OF_MONTH[int(match[1]) - 1]


def _renewal(scope: Scope, level: Table, key: str) -> None:
    renewal = scope.found.table(level, key)
    if renewal is None:
        return
    scope.found.unknown_keys(renewal, ("opens", "grace", "requires"), key)
    for one in ("opens", "grace"):
        if one in renewal:
            scope.found.length(renewal, one)
            if not has_period(level):
                scope.found.add(renewal, one, f"{one} stands in a level without a period", "write valid with a length")
    if "requires" in renewal:
        check_requirements(scope.within(section="renewal"), renewal, "requires")


def _decision(scope: Scope, level: Table, key: str) -> None:
    decision = scope.found.table(level, key)
    if decision is None:
        return
    found = scope.found
    found.unknown_keys(decision, DECISION_KEYS, key)
    for one, check in (("by", Scope.names), ("source", Scope.source)):
        if one in decision:
            check(scope, decision, one)
    if "not_own" in decision:
        values.relations(scope, decision, "not_own")
    if "at_least" in decision:
        found.whole(decision, "at_least", decision["at_least"], 1)
    if "outcomes" in decision:
        found.some_of(decision, "outcomes", OUTCOMES, "outcome")
    if "note" in decision:
        found.text(decision, "note")
    named = "conditional" in as_list(decision.get("outcomes"))
    if named and "conditional" not in decision:
        what = "conditional is an outcome and has no section of its own"
        found.add(decision, "outcomes", what, "write conditional: with duties, lifted_by or ends_after")
    elif "conditional" in decision:
        if not named:
            what = "conditional has a section and is no outcome"
            found.add(decision, "conditional", what, "add conditional to the outcomes")
        _condition(scope, decision)


def _condition(scope: Scope, decision: Table) -> None:
    condition = scope.found.table(decision, "conditional")
    if condition is None:
        return
    scope.found.unknown_keys(condition, ("duties", "lifted_by", "ends_after"), "conditional")
    if "duties" in condition:
        _duties(scope, condition)
    if "ends_after" in condition:
        scope.found.length(condition, "ends_after")
    if "lifted_by" in condition:
        check_requirements(scope.within(section="lifted_by"), condition, "lifted_by")


def _permits(scope: Scope, level: Table, key: str) -> None:
    rows = level[key]
    if not isinstance(rows, list) or not all(isinstance(row, Table) for row in rows):
        scope.found.add(level, key, "permits is no list of mappings", "write a list, each with may: …")
        return
    for row in rows:
        assert isinstance(row, Table)
        _permit(scope, row)


def _permit(scope: Scope, row: Table) -> None:
    scope.found.unknown_keys(row, PERMIT_KEYS, "a permit")
    if not is_text(row.get("may")):
        scope.found.add(row, "may", "a permit has no may", "write what the holder may do")
    for key in ("scope", "limit"):
        if key in row:
            scope.found.table(row, key)
    if "duties" in row:
        _duties(scope, row)
    if "in" in row:
        scope.found.some_of(row, "in", PERMIT_STANDINGS, "standing")
    if "while" in row:
        check_requirements(scope.within(section="while"), row, "while")
    if "source" in row:
        scope.source(row, "source")
    if "note" in row:
        scope.found.text(row, "note")


def _duties(scope: Scope, row: Table) -> None:
    if isinstance(row["duties"], list) and not row["duties"]:
        return
    scope.found.texts(row, "duties")


def has_period(level: Table) -> bool:
    """Whether an award of the level has a last day."""
    value = level.get("valid")
    if isinstance(value, Table):
        return bool(value)
    try:
        return Length.of(str(value)) is not None
    except ValueError:
        return False


def _one_of(words: tuple[str, ...]) -> Callable[[Scope, Table, str], None]:
    return lambda scope, level, key: scope.found.one_of(level, key, words)


_CHECKS: dict[str, Callable[[Scope, Table, str], None]] = {
    "title": values.text,
    "note": values.text,
    "kind": _one_of(LEVEL_KINDS),
    "holder": _one_of(HOLDERS),
    "source": Scope.source,
    "per": _per,
    "valid": _valid,
    "renewal": _renewal,
    "decision": _decision,
    "permits": _permits,
}
