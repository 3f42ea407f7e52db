"""Private functions that one place uses once: a step on the way for whoever reads the story. Lists them when run."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 40
"""Lines that a function may have; one that would be longer with the other in it does not take it in."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
INNER = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


@dataclass(frozen=True)
class UsedOnce:
    """A private function that its file names once; `fits` tells whether it could stand where it is called."""

    file: str
    name: str
    fits: bool


def functions_of(tree: ast.Module) -> list[Function]:
    """Lists the functions and methods of a file, without nested ones and those of Python's own names (`__init__`)."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    found = [node for body in bodies for node in body if isinstance(node, Function)]
    return [one for one in found if not one.name.startswith("__")]


def used_once(file: str, tree: ast.Module) -> Iterator[UsedOnce]:
    """Lists the private functions of a file that it names once outside of themselves: called or handed on."""
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for one in functions_of(tree):
        if one.name.startswith("_"):
            own = set(ast.walk(one))
            uses = [node for node in ast.walk(tree) if _names(node, one.name) and node not in own]
            if len(uses) == 1:
                recursive = any(_names(node, one.name) for node in own)
                yield UsedOnce(file, one.name, not recursive and _fits(one, uses[0], above))


def _names(node: ast.AST, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _fits(one: Function, use: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Tells whether a call, by itself in a statement, could give way to the steps; no generator, nothing decorated."""
    node = above[use]
    if not (isinstance(node, ast.Call) and node.func is use) or one.decorator_list:
        return False
    if any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(one)):
        return False
    inside = False
    while node in above and not isinstance(node, Function):
        inside, node = inside or isinstance(node, INNER), above[node]
    if not isinstance(node, Function) or (inside and not isinstance(one.body[-1:][0], ast.Return)):
        return False
    return isinstance(node, Function) and not inside and _lines(node) + _lines(one) <= LONGEST


def _lines(one: Function) -> int:
    return (one.end_lineno or 0) - one.lineno + 1


def measured() -> tuple[int, list[UsedOnce]]:
    """Returns how many functions the product has, and those that are private and used once."""
    files = [path for top in ("training", "courses", "certificates") for path in (ROOT / top).rglob("*.py")
             if "migrations" not in path.parts]  # fmt: skip
    trees = {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in files}
    found = [one for file, tree in trees.items() for one in used_once(file, tree)]
    return sum(len(functions_of(tree)) for tree in trees.values()), found


if __name__ == "__main__":
    every, found = measured()
    fitting = [one for one in found if one.fits]
    for room, number in Counter(one.file.rpartition("/")[0] for one in found).most_common():
        print(f"{number:4} {room}")
    print(f"{every} functions; private and used once: {len(found)} ({len(found) / every:.1%}), "
          f"of which fit into their caller: {len(fitting)} ({len(fitting) / every:.1%})")  # fmt: skip
