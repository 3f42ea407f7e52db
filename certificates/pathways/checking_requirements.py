"""Checks requirements: what they ask, which keys they may have, and keys that stand out of place."""

from collections.abc import Callable

from certificates.pathways import checking_values as values
from certificates.pathways.checking_order import check_order
from certificates.pathways.overlays import VERBS, is_verb
from certificates.pathways.scope import Scope, check_id
from training.parsing.findings import as_day, shown
from training.parsing.keywords import ASKED_TYPES, GROUPS
from training.parsing.messages import nearest
from training.parsing.yaml import Table

Check = Callable[[Scope, Table, str], None]


def check_requirements(scope: Scope, owner: Table, key: str, *, may_be_empty: bool = True) -> None:
    """Check a mapping of requirements that stands at a key."""
    table = scope.found.table(owner, key)
    if table is None:
        return
    if not table and not may_be_empty:
        scope.found.add(owner, key, f"{key} has no requirements", "write at least one, or take it out")
    for name in table:
        check_id(scope.found, table, name)
        row = scope.found.table(table, name)
        if row is not None:
            check_requirement(scope, table, name, row)


def check_requirement(scope: Scope, owner: Table, name: str, row: Table) -> None:
    """Check one requirement that stands at a key."""
    if is_verb(row):
        verb = next(key for key in row if key in VERBS)
        scope.found.add(row, verb, f"{verb} is a verb of overlays", "write a requirement, or extend a base")
        return
    kinds = [key for key in row if key in ASKED_TYPES or key in _OTHER_KEYS]
    if len(kinds) > 1:
        what = f"{' and '.join(kinds)} stand in one requirement"
        scope.found.add(row, kinds[1], what, "keep one, or write an all_of with one requirement for each")
        return
    if not kinds:
        _check_nothing(scope, owner, name, row)
        return
    keys = _COMMON | (_LEAF if kinds[0] in ASKED_TYPES else _OTHER_KEYS[kinds[0]])
    for key in row:
        if key == kinds[0] and kinds[0] in ASKED_TYPES:
            _check_name(scope, row, key)
        elif key in keys:
            keys[key](scope, row, key)
        else:
            scope.found.add(row, key, f"{key} is an unknown key of {kinds[0]}", nearest(key, [*keys, *ASKED_TYPES]))
    check_order(scope, owner, name, row, kinds[0])


def _check_nothing(scope: Scope, owner: Table, name: str, row: Table) -> None:
    known = {*_COMMON, *_LEAF}
    unknown = [key for key in row if key not in known]
    for key in unknown:
        scope.found.add(row, key, f"{key} is an unknown type", nearest(key, [*ASKED_TYPES, *_OTHER_KEYS]))
    if not unknown:
        what = f"the requirement {name} asks for nothing"
        scope.found.add(owner, name, what, "write a type with a name, such as learning: course")


def _check_name(scope: Scope, row: Table, key: str) -> None:
    names = scope.found.texts(row, key)
    if key != "award":
        return
    for name in names:
        if name == "any":
            scope.found.add(row, key, "award: any says nothing", "name the levels")
        elif name not in scope.levels and "/" not in name:
            scope.found.add(row, key, f"{name} is no level of this pathway", nearest(name, scope.levels))


def _signatory(scope: Scope, row: Table, key: str) -> None:
    rule = row[key]
    if not isinstance(rule, Table):
        scope.names(row, key)
        return
    scope.found.unknown_keys(rule, ("holds", "not_own", "requires"), "by")
    if not rule:
        scope.found.add(row, key, "by says nothing", "write holds, not_own or requires")
    if "holds" in rule:
        scope.names(rule, "holds")
    if "not_own" in rule:
        values.relations(scope, rule, "not_own")
    if "requires" in rule:
        check_requirements(scope.within(section="signing", in_each_with=False, under="all_of"), rule, "requires")


def _each_with(scope: Scope, row: Table, key: str) -> None:
    if scope.in_each_with:
        scope.found.add(row, key, "each_with stands in each_with", "take the inner one out")
        return
    check_requirements(scope.within(in_each_with=True, under="all_of"), row, key, may_be_empty=False)


def _applies_when(scope: Scope, row: Table, key: str) -> None:
    inner = scope.found.table(row, key)
    if inner is not None:
        check_requirement(scope.within(under="all_of"), row, key, inner)


def _children(scope: Scope, row: Table, key: str) -> None:
    check_requirements(scope.within(under=key), row, key, may_be_empty=False)


def _effective(scope: Scope, row: Table, key: str) -> None:
    check_effective(scope, row, key)


def check_effective(scope: Scope, row: Table, key: str) -> None:
    """Two days, of which one may be missing, in their order."""
    table = scope.found.table(row, key)
    if table is None:
        return
    scope.found.unknown_keys(table, ("from", "until"), key)
    days = [scope.found.day(table, end) for end in ("from", "until") if end in table]
    if not table:
        scope.found.add(row, key, f"{key} has no day", "write from, until or both")
    if len(days) == 2 and days[0] and days[1] and days[1] < days[0]:
        scope.found.add(table, "until", f"{key} ends before its start", "change one of the two days")


def _tenure(scope: Scope, row: Table, key: str) -> None:
    table = scope.found.table(row, key)
    if table is None:
        return
    scope.found.unknown_keys(table, ("from", "to"), key)
    lengths = [scope.found.length(table, end) for end in ("from", "to") if end in table]
    if not table:
        scope.found.add(row, key, "tenure has no length", "write from, to or both")
    if len(lengths) == 2 and lengths[0] and lengths[1] and lengths[0].about_days() >= lengths[1].about_days():
        scope.found.add(table, "to", "the lengths of tenure stand the wrong way round", "write the shorter one as from")


def _once(scope: Scope, row: Table, key: str) -> None:
    scope.found.one_of(row, key, ("once",))


def _of_group(scope: Scope, row: Table, key: str) -> None:
    scope.found.whole(row, key, row[key], 1)


def _none(scope: Scope, row: Table, key: str) -> None:
    scope.found.whole(row, key, row[key], 0)


def _names(scope: Scope, row: Table, key: str) -> None:
    scope.names(row, key)


def _source(scope: Scope, row: Table, key: str) -> None:
    scope.source(row, key)


def _team(scope: Scope, row: Table, key: str) -> None:
    if not scope.found.texts(row, key) or as_day(row[key]):
        scope.found.add(row, key, f"team is {shown(row[key])}", "write team: any, or a role in the team")


_COMMON: dict[str, Check] = {
    "title": values.text, "note": values.text, "source": _source, "advisory": values.true,
    "applies_when": _applies_when, "effective": _effective, "tenure": _tenure, "waivable_by": _names,
}  # fmt: skip
_LEAF: dict[str, Check] = {
    "at_least": values.at_least, "at_most": values.at_most, "different": values.different, "new": values.different,
    "each": values.each, "of_which": values.of_which, "where": values.where, "by": _signatory, "whose": values.site,
    "pass": values.passing, "each_with": _each_with, "since": values.anchors, "after": values.anchors,
    "up_to": values.anchors, "before": values.anchors, "within": values.within, "held_for": values.length,
    "ever": values.true, "every": values.length, "for": values.length,
}  # fmt: skip
_OTHER_KEYS: dict[str, dict[str, Check]] = {
    "all_of": {"all_of": _children, "use": _once},
    "any_of": {"any_of": _children, "at_least": _of_group},
    "none_of": {"none_of": _children},
    "this": {"this": values.where},
    "team": {"team": _team, "holds": _names, "where": values.where, "at_least": _of_group, "at_most": _none},
}
LEAF_KEYS = tuple(_LEAF)

assert set(GROUPS) < set(_OTHER_KEYS)
