"""Checks requirements: what they ask, which keys they may have and where, and rules that nobody can meet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from certificates.pathways.language import check_values as values
from certificates.pathways.language.overlays import VERBS, is_verb
from certificates.pathways.language.scope import Scope, check_id
from training.parsing.findings import as_day, is_number, shown
from training.parsing.keywords import ASKED_TYPES, DONE_TYPES, GROUPS, JUDGED_TYPES
from training.parsing.lengths import Length
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


_WITH_TENURE = ("renewal", "keep", "while")
_ONCE_KEYS = ("at_most", "different", "new", "each", "of_which", "every")


@dataclass(frozen=True)
class RequirementPosition:
    """A requirement, where it stands and what it asks."""

    scope: Scope
    row: Table
    asks: str

    def has(self, *keys: str) -> bool:
        """Whether one of the keys is there."""
        return any(key in self.row for key in keys)


# key, when it is out of place, what is wrong, how to mend it
Rule = tuple[str, Callable[[RequirementPosition], bool], str, str]
_RULES: tuple[Rule, ...] = (
    ("every", lambda one: not one.has("since"), "every has no since", "write since when the periods run"),
    ("for", lambda one: not one.has("every"), "for has no every", "write every with a length, or take for out"),
    ("new", lambda one: not one.has("since", "after"), "new has no start", "write since or after"),
    ("after", lambda one: one.has("since"), "since and after stand together", "keep one of them"),
    (
        "within",
        lambda one: _count(one.row["within"]) == 2 and not one.has("since", "after"),
        "within has two lengths and nothing to count them from",
        "write since or after, or one length",
    ),
    ("held_for", lambda one: one.asks in DONE_TYPES, "held_for stands on {asks}, which is done on a day", "use within"),
    ("ever", lambda one: one.asks in DONE_TYPES, "ever stands on {asks}, which is done on a day", "take it out"),
    (
        "pass",
        lambda one: one.asks not in JUDGED_TYPES,
        "pass stands on {asks}",
        "use it with assessment, quiz or calibration",
    ),
    (
        "tenure",
        lambda one: one.scope.section not in _WITH_TENURE,
        "tenure stands in {section}",
        "use it in renewal, keep or while",
    ),
    (
        "applies_when",
        lambda one: one.scope.under in ("any_of", "none_of"),
        "applies_when stands right under {under}",
        "put it on the group, or in an all_of",
    ),
    ("waivable_by", lambda one: one.scope.in_each_with, "waivable_by stands in each_with", "put it on the outer rule"),
    ("this", lambda one: not one.scope.has_record, "this stands outside each_with and deliveries", "name a type"),
    ("team", lambda one: not one.scope.has_record, "team stands outside each_with and deliveries", "name a type"),
)


def check_order(scope: Scope, owner: Table, name: str, row: Table, asks: str) -> None:
    """Note what cannot be met or stands out of place in one requirement."""
    spot = RequirementPosition(scope, row, asks)
    for key, wrong, what, remedy in _RULES:
        if key in row and wrong(spot):
            words = what.format(asks=asks, section=scope.section, under=scope.under)
            scope.found.add(row, key, words, remedy)
    if asks in ASKED_TYPES or asks == "team":
        least, most = _amounts(row.get("at_least")), _amounts(row.get("at_most"))
        for of in least:
            if of in most and least[of] > most[of]:
                what = f"{name} asks for at_least {least[of]} and at_most {most[of]} {of}: nobody can meet it"
                scope.found.add(owner, name, what, "change one of the two")
        every, lasting = _length(row.get("every")), _length(row.get("for"))
        if every and lasting and lasting.about_days() < every.about_days():
            scope.found.add(row, "for", f"for {lasting.text} is shorter than every {every.text}", "write a longer one")
    if asks == "any_of":
        _check_number_of_children(scope, row)
    if row.get("use") == "once":
        _check_once(scope, row)


def _check_number_of_children(scope: Scope, row: Table) -> None:
    children, need = row.get("any_of"), row.get("at_least", 1)
    if not isinstance(children, Table) or not isinstance(need, int):
        return
    count = sum(not (isinstance(child, Table) and child.get("advisory")) for child in children.values())
    if need > count:
        what = f"at_least is {need} and only {count} of the requirements count: nobody can meet it"
        scope.found.add(row, "at_least" if "at_least" in row else "any_of", what, f"write {count} or less")


def _check_once(scope: Scope, row: Table) -> None:
    children = row.get("all_of")
    for name, child in children.tables() if isinstance(children, Table) else ():
        if child.get("advisory"):
            continue
        assert isinstance(children, Table)
        if not any(key in ASKED_TYPES for key in child):
            scope.found.add(children, name, f"{name} is no leaf and stands under use: once", "write leaves only")
        elif any(key in child for key in _ONCE_KEYS) or isinstance(child.get("at_least"), Table):
            what = f"{name} does more than count records and stands under use: once"
            scope.found.add(children, name, what, "write at_least with a number of records, or take use: once out")


def _amounts(value: Any) -> dict[str, Any]:
    if isinstance(value, Table):
        return {key: amount for key, amount in value.items() if is_number(amount)}
    return {"records": value} if is_number(value) else {}


def _count(value: object) -> int:
    return len(value) if isinstance(value, list) else 1


def _length(value: object) -> Length | None:
    try:
        return Length.of(value) if isinstance(value, str) else None
    except ValueError:
        return None
