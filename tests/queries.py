"""Reads from the syntax of the code where its queries about people start: from reach, from oneself, or from a row."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ASKS = frozenset({"filter", "get", "get_or_none", "all", "first", "exists", "exclude"})
REACH = frozenset({"reach", "visible_filter", "people_for", "person_for", "may_for", "seats_for"})
"""The functions that ask for an ability where the other person is; and every `…visible_to`."""
ACTS = frozenset({"actor", "me"})
NOT_A_ROW = frozenset({"self", "request", "clock", "settings"})


@dataclass(frozen=True)
class Query:
    """A query of a table with people in it: in which file and function, and how it reads."""

    file: str
    function: str
    words: str


def tables_of_people(files: list[Path]) -> frozenset[str]:
    """Names the models that have a person in a column."""
    classes = [
        one for path in files for one in ast.parse(path.read_text("utf-8")).body if isinstance(one, ast.ClassDef)
    ]
    with_columns = [(one.name, ast.unparse(one)) for one in classes if "fields." in ast.unparse(one)]
    return frozenset(name for name, text in with_columns if "people.Person" in text or name == "Person")


def unbound(path: Path, text: str, tables: frozenset[str]) -> Iterator[Query]:
    """Finds the queries of a file that start from an id as it came, or from nothing."""
    tree = ast.parse(text)
    answers = "starlette" in text  # pages: each function is about a request; elsewhere those with somebody who acts
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        names = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
        if not answers and names.isdisjoint({"actor", "me"}):
            continue
        reached = _names_from_reach(function)
        for call in ast.walk(function):
            if _is_query(call, tables) and not _bound(call, reached):
                yield Query(str(path), function.name, ast.unparse(call))


def _is_query(node: ast.AST, tables: frozenset[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ASKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in tables
    )


def _names_from_reach(function: ast.AST) -> frozenset[str]:
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _asks_reach(node.value):
            found |= {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return frozenset(found)


def _asks_reach(node: ast.AST) -> bool:
    called = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    names = [one.id for one in called if isinstance(one, ast.Name)]
    return any(name in REACH or name.endswith("visible_to") for name in names)


def _bound(call: ast.Call, reached: frozenset[str]) -> bool:
    given = [*call.args, *(one.value for one in call.keywords)]
    if any(_asks_reach(one) for one in given):
        return True
    named = {one.id for value in given for one in ast.walk(value) if isinstance(one, ast.Name)}
    return bool(named & reached) or any(_from_row(one) for one in call.keywords)


def _from_row(keyword: ast.keyword) -> bool:
    """Tells whether a filter takes its value from a row that was found before: `person_id=row.person_id`."""
    if keyword.arg == "person" and isinstance(keyword.value, ast.Name):
        return True
    owned = [one for one in ast.walk(keyword.value) if isinstance(one, ast.Attribute)]
    rows = [(_root(one), one.attr) for one in owned]
    return any(name and name not in NOT_A_ROW and (name not in ACTS or column == "person_id") for name, column in rows)


def _root(attribute: ast.Attribute) -> str:
    """Names what an attribute is read from: of `row.id` and `told["row"].id` the first word."""
    value = attribute.value
    while isinstance(value, ast.Subscript):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""
