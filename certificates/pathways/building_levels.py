"""Builds the shapes of a whole pathway and its levels from a checked table."""

from typing import Any

from certificates.pathways.building import as_table, length, period, requirements, signatory
from certificates.pathways.shapes import DecisionRule, Level, Pathway, Permit, Requirements, Validity
from training.parsing.keywords import ATTRIBUTES
from training.parsing.values import text, texts
from training.parsing.yaml import Table


def pathway(table: Table) -> Pathway:
    """The pathway of a checked table with all bases merged in."""
    own = {str(key): str(value) for key, value in _mapping(table.get("attributes")).items()}
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
        sources={key: text(value) for key, value in _mapping(table.get("sources")).items()},
        open_questions=texts(table.get("open_questions")),
        levels={name: _level(name, as_table(row), kinds) for name, row in levels.items()},
        deliveries={name: requirements(row, kinds) for name, row in deliveries.items()},
    )


def _level(name: str, row: Table, kinds: dict[str, str]) -> Level:
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
    )


def _decision(row: Any, kinds: dict[str, str]) -> DecisionRule | None:
    if not isinstance(row, Table):
        return None
    condition = _mapping(row.get("conditional"))
    return DecisionRule(
        by=signatory(row.get("by"), row.get("not_own"), kinds),
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
