"""What is typed into the form of a record, so that it serves one requirement: values from the rule alone; pure."""

from collections.abc import Iterable
from datetime import date
from itertools import count
from typing import Any

from certificates.pathways.asked import asked_requirements
from certificates.pathways.engine.nodes import Node
from certificates.pathways.forms import TOLD, TOLD_BY, RecordForm, award_fields
from certificates.pathways.language.schema import Condition, Leaf, Level, Pathway, Portion, Requirement, Team, This
from training.parsing.keywords import NAMES_OF_RECORDS, NUMBER, YES_OR_NO
from training.parsing.values import number

MOST_MINUTES = 600
"""The most that one supervision can take; who needs more has more of them."""
PER = "group"
"""For which value a level is walked that is awarded once for each value of an attribute."""
DELIVERY = {"sessions": 8, "hours": 16, "role": "lead", "parents": 9, "completed": 8}
Given = dict[str, Any]
_numbers = count(1)


def how_many(node: Node) -> int:
    """Returns how many records a requirement lacks: one, where it counts something else."""
    lacking = [one.left for one in node.counts if one.of == "records" or one.of.startswith(("different", "new"))]
    return int(max([1, *lacking]))


def values_for(node: Node, leaf: Leaf, form: RecordForm, level: Level) -> Given:
    """Returns the values of the fields of a form of which one record serves a requirement, in the words of pages."""
    fields = {one.name: one for one in form.fields}
    given: Given = {} if form.type != "delivery" else {k: v for k, v in DELIVERY.items() if k in fields}
    part = _part(node, leaf)
    for one in (*leaf.where, *(part.where if part else ())):
        given[one.attribute] = _fitting(one)
    for name, amount in (*leaf.at_least, *(part.at_least if part else ())):
        if name != "records":
            given[name] = max(_as_number(amount), given.get(name, 0) if name in given else 0)
    for name, _ in (*leaf.different, *leaf.new, *(part.different if part else ())):
        if name not in NAMES_OF_RECORDS and name not in given:
            given[name] = _unlike(name, fields)
    if leaf.each:
        given[leaf.each[0]] = _each(node, leaf, several=bool(fields[leaf.each[0]].values))
    for one in leaf.passing.forms if leaf.passing else ():
        if one.form in fields:
            given[one.form] = one.value
    for name in (*form.per, *([level.per] if level.per else [])):
        given |= {name: PER} if name in fields and name not in given else {}
    for (type_, name), other in TOLD_BY.items():
        if type_ == form.type and name in given:
            given[other] = min(MOST_MINUTES, round(float(given.pop(name)) * 60))
    if form.type == "supervision":
        given.setdefault("minutes", 60)
    given.pop(TOLD, None)  # how it was confirmed is told by the service: signed in
    return {name: _typed(value) for name, value in given.items()}


def values_for_delivery(rules: Iterable[Requirement], form: RecordForm) -> Given:
    """Returns the values of the form of a delivery by which all rules on it are met; of two that differ the first."""
    given: Given = {}
    members: list[Given] = [{}, {}]
    for rule in rules:
        for ask in (rule.applies_when.ask if rule.applies_when else None, rule.ask):
            for one in ask.where if isinstance(ask, This) else ():
                given.setdefault(one.attribute, _fitting(one))
        if isinstance(rule.ask, Team):
            free = [one for one in members if all(cond.attribute not in one for cond in rule.ask.where)]
            for member in free[: rule.ask.at_least or 1]:
                member |= {one.attribute: _fitting(one) for one in rule.ask.where}
    for prefix, member in zip(("own", "co_leader"), members, strict=True):
        given |= {f"{prefix}_{name}": value for name, value in member.items()}
    fields = {one.name for one in form.fields}
    base = {name: value for name, value in DELIVERY.items() if name in fields}
    if "parents" in given and "completed" in fields:
        base["completed"] = given["parents"]
    return {name: _typed(value) for name, value in (base | given).items()}


def values_for_award(pathway: Pathway, level: Level) -> Given:
    """Returns what is typed beside the outcome of a decision, so that it serves the first rule that reads each."""
    given: Given = {one.name: "1" if one.kind == NUMBER else "x" for one in award_fields(pathway, level)}
    for rule in (one.requirement for one in asked_requirements(pathway)):
        if isinstance(rule.ask, Leaf) and rule.ask.type == "award" and level.id in rule.ask.names:
            given |= {one.attribute: _fitting(one) for one in rule.ask.where if one.attribute in given}
    return {name: _typed(value) for name, value in given.items()}


def _part(node: Node, leaf: Leaf) -> Portion | None:
    """The part of what counts that is asked for and lacking still, else the first that is asked for."""
    asked = [one for one in leaf.of_which if one.at_least or one.different]
    lacking = [one for one in asked if any(c.left and c.of.startswith(one.name) for c in node.counts)]
    return next(iter(lacking or asked), None)


def _each(node: Node, leaf: Leaf, *, several: bool) -> Any:
    assert leaf.each is not None
    values = [number(one) if not isinstance(one, str | bool | date) else one for one in leaf.each[1]]
    lacking = [one for one in values if any(c.left and c.of.startswith(f"{one}:") for c in node.counts)]
    return (lacking or values) if several else (lacking or values)[0]


def _unlike(name: str, fields: dict[str, Any]) -> Any:
    kind = fields[name].kind if name in fields else ""
    other = next(_numbers)
    if kind == NUMBER:
        return other
    if kind == YES_OR_NO:
        return bool(other % 2)
    known = fields[name].values if name in fields else ()
    return known[other % len(known)] if known else f"{name} {other}"


def _fitting(one: Condition) -> Any:
    if one.one_of:
        return one.one_of[0]
    if one.least is not None or one.most is not None:
        return one.least if one.least is not None else one.most
    return "other" if isinstance(one.none_of[0], str) else 0


def _as_number(value: Any) -> float:
    return float(value)


def _typed(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return [_typed(one) for one in value]
    return value if isinstance(value, str) else f"{float(value):g}" if not isinstance(value, date) else str(value)
