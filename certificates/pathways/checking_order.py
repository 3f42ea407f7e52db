"""Checks rules that nobody can meet, and keys that stand where they mean nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from certificates.pathways.scope import Scope
from training.parsing.findings import is_number
from training.parsing.keywords import ASKED_TYPES, DONE_TYPES, JUDGED_TYPES
from training.parsing.lengths import Length
from training.parsing.yaml import Table

_WITH_TENURE = ("renewal", "keep", "while")
_ONCE_KEYS = ("at_most", "different", "new", "each", "of_which", "every")


@dataclass(frozen=True)
class Spot:
    """A requirement, where it stands and what it asks."""

    scope: Scope
    row: Table
    asks: str

    def has(self, *keys: str) -> bool:
        """Whether one of the keys is there."""
        return any(key in self.row for key in keys)


# key, when it is out of place, what is wrong, how to mend it
Rule = tuple[str, Callable[[Spot], bool], str, str]
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
    spot = Spot(scope, row, asks)
    for key, wrong, what, remedy in _RULES:
        if key in row and wrong(spot):
            words = what.format(asks=asks, section=scope.section, under=scope.under)
            scope.found.add(row, key, words, remedy)
    if asks in ASKED_TYPES or asks == "team":
        _check_limits(scope, owner, name, row)
        _check_lasting(scope, row)
    if asks == "any_of":
        _check_number_of_children(scope, row)
    if row.get("use") == "once":
        _check_once(scope, row)


def _check_limits(scope: Scope, owner: Table, name: str, row: Table) -> None:
    least, most = _amounts(row.get("at_least")), _amounts(row.get("at_most"))
    for of in least:
        if of in most and least[of] > most[of]:
            what = f"{name} asks for at_least {least[of]} and at_most {most[of]} {of}: nobody can meet it"
            scope.found.add(owner, name, what, "change one of the two")


def _check_lasting(scope: Scope, row: Table) -> None:
    every, lasting = _length(row.get("every")), _length(row.get("for"))
    if every and lasting and lasting.about_days() < every.about_days():
        scope.found.add(row, "for", f"for {lasting.text} is shorter than every {every.text}", "write a longer one")


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
