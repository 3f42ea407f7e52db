"""Moves, takes out and adds members of a list or keys of a mapping in a YAML text, with the notes above them; pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from training.parsing.yaml_edits.places import (
    NotByButton,
    Where,
    Written,
    ending,
    in_flow,
    last_line,
    node_at,
    proven,
    value_in,
    values_of,
)

Change = Callable[[list[Any]], list[Any]]
"""What becomes of the members of a list, or of the keys of a mapping with their values."""

STEPS = {"up": -1, "down": 1}
"""What a button says → how far it moves a member."""


def moved(text: str, where: Where, at: int, by: int) -> str:
    """Moves a member up (by -1 and more) or down (by 1 and more), with the notes above it."""
    found, to = _members(text, where), at + by
    order = list(range(len(found.members)))
    if not (0 <= at < len(order) and 0 <= to < len(order)):
        raise NotByButton("it stands at the end of the list already")
    order.insert(to, order.pop(at))
    parts = [found.members[one] for one in order]
    return _put_together(text, where, found, parts, lambda row: [row[x] for x in order])


def without(text: str, where: Where, at: int) -> str:
    """Takes a member out, with the notes above it; one stays at least."""
    found = _members(text, where)
    if at >= len(found.members):
        raise NotByButton("somebody has taken it out")
    if len(found.members) < 2:
        raise NotByButton("it is the last one, and a list needs one at least")
    del found.between[max(at - 1, 0)]
    parts = [*found.members[:at], *found.members[at + 1 :]]
    return _put_together(text, where, found, parts, lambda row: [*row[:at], *row[at + 1 :]])


def without_key(text: str, where: Where) -> str:
    """Takes a key out of a mapping, with its value and the notes above it."""
    keys = list(value_in(values_of(text), where[:-1]) or ())
    if where[-1] not in keys:
        raise NotByButton("somebody has taken it out")
    return without(text, where[:-1], keys.index(str(where[-1])))


def drop_key(text: str, where: Where) -> str:
    """Takes a key out of a mapping that has others, where it is there."""
    there = value_in(values_of(text), where[:-1])
    return without_key(text, where) if isinstance(there, dict) and where[-1] in there else text


def put_in(text: str, where: Where, lines: Sequence[str], at: int) -> str:
    """Puts a new member into a list, in front of the one at a place; `lines` are written after `- `."""
    found, end = _members(text, where), ending(text)
    indent = " " * found.indent
    block = "".join(f"{indent}{'- ' if number == 0 else '  '}{line}{end}" for number, line in enumerate(lines))
    fresh = values_of(f"new:{end}{block}")["new"][0]
    block = in_flow(fresh) if found.flow else block
    return _with_one_more(text, where, found, block, fresh, at)


def put_word(text: str, where: Where, value: Written) -> str:
    """Puts a word or a number at the end of a list."""
    found = _members(text, where)
    written = in_flow([value])[1:-1] if found.flow else f"{' ' * found.indent}- {in_flow(value)}{ending(text)}"
    return _with_one_more(text, where, found, written, value, len(found.members))


def put_key(text: str, where: Where, key: str, value: Written) -> str:
    """Puts a new key at the end of a mapping; what is a mapping itself is written below it, as its neighbours are."""
    found, end = _members(text, where), ending(text)
    if key in (value_in(values_of(text), where) or ()):
        raise NotByButton(f"there is a {key} already")
    written = in_flow({key: value})[1:-1]
    if not found.flow and isinstance(value, dict) and not found.last_is_flow:
        lines = [f"{in_flow({name: one})[1:-1]}" for name, one in value.items()]
        written = f"{key}:" + "".join(f"{end}{' ' * found.indent}  {line}" for line in lines)
    if not found.flow:
        written = f"{' ' * found.indent}{written}{end}"
    return _with_one_more(text, where, found, written, (key, value), len(found.members))


@dataclass(frozen=True)
class Members:
    """A list or mapping as it is written: what stands before, each member, what stands between them, and behind.

    In `flow` it is written in brackets; else each member has lines of its own, indented by so many blanks.
    """

    before: str
    members: list[str]
    between: list[str]
    behind: str
    indent: int
    flow: bool
    last_is_flow: bool = True


def _members(text: str, where: Where) -> Members:
    node = node_at(text, where)
    if not isinstance(node, SequenceNode | MappingNode) or not node.value:
        raise NotByButton(f"there is no list under {where[-1]}:")
    pairs = [one if isinstance(one, tuple) else (one, one) for one in node.value]
    if node.flow_style:
        marks = [(first.start_mark.index, last.end_mark.index) for first, last in pairs]
        return Members(
            text[: marks[0][0]], [text[begin:end] for begin, end in marks],
            [text[one[1] : other[0]] for one, other in pairwise(marks)], text[marks[-1][1] :], 0, flow=True,
        )  # fmt: skip
    lines = text.splitlines(keepends=True)
    begins = [_first_line(lines, node, first) for first, _ in pairs]
    indent, last = node.start_mark.column, begins[-1]
    if len(set(begins)) != len(begins) or begins != sorted(begins) or not _is_alone(lines, begins, node, indent):
        raise NotByButton(f"the list under {where[-1]}: cannot be told apart line by line")
    last = max(last, last_line(pairs[-1][1], last))
    end = next((one for one in range(last + 1, len(lines)) if _is_outside(lines[one], indent, node)), len(lines))
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += ending(text)
    starts = [begins[0], *(_above(lines, number, indent) for number in begins[1:]), _above(lines, end, indent)]
    return Members(
        "".join(lines[: starts[0]]), ["".join(lines[one:other]) for one, other in pairwise(starts)],
        [""] * (len(begins) - 1), "".join(lines[starts[-1] :]), indent, flow=False,
        last_is_flow=bool(getattr(pairs[-1][1], "flow_style", False)),
    )  # fmt: skip


def _first_line(lines: Sequence[str], node: Node, first: Node) -> int:
    """Finds the line of a key, or the line of the dash before a member."""
    number = int(first.start_mark.line)
    if isinstance(node, MappingNode):
        return number
    while number > node.start_mark.line and not re.match(rf" {{{node.start_mark.column}}}-(\s|$)", lines[number]):
        number -= 1
    return number


def _is_alone(lines: Sequence[str], begins: Sequence[int], node: Node, indent: int) -> bool:
    begin = r"-(\s|$)" if isinstance(node, SequenceNode) else r"[^\s-]|-\S"
    in_list = isinstance(node, MappingNode) and re.match(r" *(- +)+", lines[begins[0]])
    # The first key of a mapping that is a member of a list stands behind its dash; it stays there.
    return all(re.match(rf" {{{indent}}}({begin})", lines[number]) for number in begins[1 if in_list else 0 :])


def _is_outside(line: str, indent: int, node: Node) -> bool:
    bare = line.strip()
    if not bare or bare.startswith("#"):
        return False
    own = len(line) - len(line.lstrip(" "))
    return own < indent or (own == indent and (isinstance(node, MappingNode) or not line[indent:].startswith("-")))


def _above(lines: Sequence[str], number: int, indent: int) -> int:
    """Finds where the notes begin that stand above a line."""
    while number > 0:
        line = lines[number - 1]
        if line.strip() and not (line.strip().startswith("#") and len(line) - len(line.lstrip(" ")) <= indent):
            break
        number -= 1
    return number


def _with_one_more(text: str, where: Where, found: Members, written: str, fresh: Any, at: int) -> str:
    parts = [*found.members[:at], written, *found.members[at:]]
    found.between.insert(min(at, len(found.between)), ", " if found.flow else "")
    return _put_together(text, where, found, parts, lambda row: [*row[:at], fresh, *row[at:]])


def _put_together(text: str, where: Where, found: Members, parts: Sequence[str], change: Change) -> str:
    wanted = values_of(text)
    inside = value_in(wanted, where)
    if isinstance(inside, dict):
        members = change(list(inside.items()))
        inside.clear()
        inside.update(members)
    else:
        inside[:] = change(list(inside))
    joined = "".join(part + between for part, between in zip(parts, [*found.between, ""], strict=True))
    return proven(found.before + joined + found.behind, wanted)
