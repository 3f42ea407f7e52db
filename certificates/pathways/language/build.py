"""Builds the shapes of a pathway, its levels and requirements from a checked table."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from certificates.pathways.language.schema import (  # fmt: skip
    Amounts,
    Condition,
    DecisionRule,
    Group,
    Leaf,
    Level,
    OwnAttribute,
    Pathway,
    Permit,
    Portion,
    Requirement,
    Requirements,
    SignatoryRule,
    Team,
    This,
    Validity,
)
from training.instruments.read import thresholds
from training.parsing.findings import as_day
from training.parsing.keywords import ASKED_TYPES, ATTRIBUTES, GROUPS
from training.parsing.lengths import Length
from training.parsing.values import Value, plain_values, text, texts
from training.parsing.yaml import Table

Kinds = Mapping[str, str]  # the kind of each attribute


def requirements(table: Any, kinds: Kinds) -> Requirements:
    """The requirements of a mapping of them, in written order."""
    if not table:
        return ()
    return tuple(requirement(name, row, kinds, place=table.place(name)) for name, row in table.items())


def requirement(name: str, row: Table, kinds: Kinds, *, place: tuple[str, int]) -> Requirement:
    """One requirement, whatever it asks; `place` is the file and line of its id."""
    applies_when, tenure = row.get("applies_when"), _mapping(row.get("tenure"))
    return Requirement(
        id=name,
        ask=_ask(row, kinds),
        title=text(row.get("title")),
        note=text(row.get("note")),
        source=texts(row.get("source")),
        advisory=bool(row.get("advisory")),
        applies_when=(
            requirement("", as_table(applies_when), kinds, place=row.place("applies_when")) if applies_when else None
        ),
        effective=period(row.get("effective")),
        tenure=(length(tenure.get("from")), length(tenure.get("to"))) if tenure else None,
        waivable_by=texts(row.get("waivable_by")),
        origin=row.origin,
        place=place,
    )


def signatory(value: Any, not_own: Any, kinds: Kinds) -> SignatoryRule | None:
    """Who may sign, from the short form or the long one."""
    if isinstance(value, Mapping):
        own = requirements(value.get("requires"), kinds)
        return SignatoryRule(texts(value.get("holds")), texts(value.get("not_own")), own)
    return SignatoryRule(texts(value), texts(not_own)) if value is not None or not_own is not None else None


def period(table: Any) -> tuple[date | None, date | None]:
    """The two ends of an `effective`, each of which may be missing."""
    return (as_day(table.get("from")), as_day(table.get("until"))) if table else (None, None)


def length(value: Any) -> Length | None:
    """A length, if there is one."""
    return Length.of(value) if isinstance(value, str) else None


def as_table(value: Any) -> Table:
    """A value that has been checked to be a table."""
    assert isinstance(value, Table)
    return value


def _ask(row: Table, kinds: Kinds) -> Leaf | Group | This | Team:
    for kind in GROUPS:
        if kind in row:
            return Group(kind, requirements(row[kind], kinds), _whole(row.get("at_least"), 1), row.get("use") == "once")
    if "this" in row:
        return This(_conditions(row["this"], kinds))
    return _team(row, kinds) if "team" in row else _leaf(row, kinds)


def _team(row: Table, kinds: Kinds) -> Team:
    roles = texts(row["team"])
    return Team(
        roles=() if "any" in roles else roles,
        holds=texts(row.get("holds")),
        where=_conditions(row.get("where"), kinds),
        at_least=_whole(row.get("at_least"), None if "at_most" in row else 1),
        at_most=_whole(row.get("at_most"), None),
    )


def _leaf(row: Table, kinds: Kinds) -> Leaf:
    type_ = next(key for key in row if key in ASKED_TYPES)
    names = texts(row[type_])
    counted = any(key in row for key in ("at_least", "at_most", "different", "new"))
    return Leaf(
        type=type_,
        names=() if names == ("any",) else names,
        at_least=_amounts(row.get("at_least")) if counted else (("records", 1),),
        at_most=_amounts(row.get("at_most")),
        different=_amounts(row.get("different")),
        new=_amounts(row.get("new")),
        each=_each(row.get("each"), kinds),
        of_which=_portions(row.get("of_which"), kinds),
        where=_conditions(row.get("where"), kinds),
        by=signatory(row.get("by"), None, kinds),
        of_site=row.get("whose") == "site",
        passing=thresholds(row.get("pass")),
        pass_any=row.get("pass") == "any",
        each_with=requirements(row.get("each_with"), kinds),
        since=texts(row.get("since")),
        after=texts(row.get("after")),
        up_to=texts(row.get("up_to")),
        before=texts(row.get("before")),
        within=tuple(Length.of(one) for one in texts(row.get("within"))),
        held_for=length(row.get("held_for")),
        ever=bool(row.get("ever")),
        every=length(row.get("every")),
        lasting=length(row.get("for")),
    )


def _amounts(value: Any) -> Amounts:
    if value is None:
        return ()
    return tuple(value.items()) if isinstance(value, Mapping) else (("records", value),)


def _each(value: Any, kinds: Kinds) -> tuple[str, tuple[Value, ...]] | None:
    if not value:
        return None
    attribute, values = next(iter(value.items()))
    return attribute, plain_values(values, kinds.get(attribute))


def _portions(table: Any, kinds: Kinds) -> tuple[Portion, ...]:
    return tuple(
        Portion(
            name,
            _conditions(row.get("where"), kinds),
            _amounts(row.get("at_least")),
            _amounts(row.get("different")),
            _amounts(row.get("counts_up_to")),
        )
        for name, row in (table or {}).items()
    )


def _conditions(table: Any, kinds: Kinds) -> tuple[Condition, ...]:
    return tuple(_condition(attribute, value, kinds.get(attribute)) for attribute, value in (table or {}).items())


def _condition(attribute: str, value: Any, kind: str | None) -> Condition:
    if not isinstance(value, Mapping):
        return Condition(attribute, one_of=plain_values(value, kind))
    ends = {key: next(iter(plain_values(value.get(key), kind)), None) for key in ("min", "max")}
    return Condition(attribute, none_of=plain_values(value.get("not"), kind), least=ends["min"], most=ends["max"])


def _whole(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else int(value)


def pathway(table: Table) -> Pathway:
    """The pathway of a checked table with all bases merged in."""
    rows = _mapping(table.get("attributes"))
    own = {name: text(row["type"] if isinstance(row, Table) else row) for name, row in rows.items()}
    kinds = {**ATTRIBUTES, **own}
    levels = _mapping(table.get("levels"))
    deliveries = _mapping(table.get("deliveries"))
    return Pathway(
        id=text(table["pathway"]),
        title=text(table.get("title")),
        version=None if table.get("version") is None else text(table["version"]),
        owner=text(table.get("owner")),
        jurisdiction=text(table.get("jurisdiction")),
        note=text(table.get("note")),
        effective=period(table.get("effective")),
        roles=texts(table.get("roles")),
        attributes=own,
        own_attributes={
            name: OwnAttribute(text(row.get("label")), plain_values(row.get("one_of"), own[name]))
            for name, row in rows.items()
            if isinstance(row, Table)
        },
        sources={key: text(value) for key, value in _mapping(table.get("sources")).items()},
        open_questions=texts(table.get("open_questions")),
        levels={name: _level(name, as_table(row), kinds, place=levels.place(name)) for name, row in levels.items()},
        deliveries={name: requirements(row, kinds) for name, row in deliveries.items()},
    )


def _level(name: str, row: Table, kinds: dict[str, str], *, place: tuple[str, int]) -> Level:
    renewal = _mapping(row.get("renewal"))
    return Level(
        id=name,
        title=text(row.get("title")),
        kind=text(row.get("kind")),
        note=text(row.get("note")),
        holder=text(row.get("holder")) or "person",
        per=text(row.get("per")) or None,
        entry=requirements(row.get("entry"), kinds),
        requires=requirements(row.get("requires"), kinds),
        decision=_decision(row.get("decision"), kinds),
        valid=_validity(row.get("valid")),
        unlimited=row.get("valid") == "unlimited",
        opens=length(renewal.get("opens")),
        grace=length(renewal.get("grace")),
        renewal=_place(renewal, "requires", kinds),
        keep=_place(row, "keep", kinds),
        return_=_place(row, "return", kinds),
        permits=tuple(_permit(one, kinds) for one in _rows(row.get("permits"))),
        place=place,
    )


def _decision(row: Any, kinds: dict[str, str]) -> DecisionRule | None:
    if not isinstance(row, Table):
        return None
    condition = _mapping(row.get("conditional"))
    return DecisionRule(
        by=signatory(row.get("by"), row.get("not_own"), kinds),
        at_least=_whole(row.get("at_least"), 1),
        outcomes=texts(row.get("outcomes")) or ("certified",),
        duties=texts(condition.get("duties")),
        lifted_by=requirements(condition.get("lifted_by"), kinds),
        has_lifted_by="lifted_by" in condition,
        ends_after=length(condition.get("ends_after")),
    )


def _validity(value: Any) -> Validity | None:
    if isinstance(value, Table):
        return Validity(length(value.get("for")), text(value.get("until_next")) or None)
    return Validity(length(value)) if value is not None and value != "unlimited" else None


def _permit(row: Table, kinds: dict[str, str]) -> Permit:
    return Permit(
        may=text(row["may"]),
        scope=dict(_mapping(row.get("scope"))),
        limit=dict(_mapping(row.get("limit"))),
        duties=texts(row.get("duties")),
        standings=texts(row.get("in")),
        requires=requirements(row.get("while"), kinds),
    )


def _place(row: Any, key: str, kinds: dict[str, str]) -> Requirements | None:
    return requirements(row[key], kinds) if row.get(key) is not None else None


def _mapping(value: Any) -> Any:
    return value if isinstance(value, Table) else {}


def _rows(value: Any) -> list[Table]:
    return [as_table(row) for row in value] if isinstance(value, list) else []
