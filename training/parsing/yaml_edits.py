"""Changes one place in a YAML text and leaves every other letter as somebody wrote it; pure.

Each change is read again: where it would do anything but what was asked, it is refused.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from training.parsing.messages import FileError
from training.parsing.yaml import Table, read_table

Where = tuple[str | int, ...]
"""The keys and places in lists that lead to a value, from the top."""


class NotByButton(Exception):
    """The text is written in a way that only a hand can change; says why."""


def value_at(text: str, where: Where) -> Any:
    """Gives the value at a place; None where there is none."""
    return value_in(values_of(text), where)


def value_in(values: Any, where: Where) -> Any:
    """Gives the value at a place in what a text says; None where there is none."""
    for step in where:
        inside = isinstance(values, dict) and step in values
        if not inside and not (isinstance(values, list) and isinstance(step, int) and step < len(values)):
            return None
        values = values[step]
    return values


def values_of(text: str) -> Any:
    """Reads all that a text says, as plain values."""
    try:
        return _plain(read_table(text, ""))
    except FileError as faulty:
        raise NotByButton(f"line {faulty.mistakes[0].line} has to be mended first") from faulty


def set_value(text: str, where: Where, value: str | int | bool | None, *, after: str = "") -> str:
    """Sets a word, a number or a truth; a key that is new stands behind another one (`after`), or at the end."""
    wanted, written = values_of(text), json.dumps(value, ensure_ascii=False)
    *above, key = where
    inside: Any = wanted
    for step in above:
        inside = inside[step]
    if key in inside and inside[key] == value:
        return text
    inside[key] = value
    parent, node = _node(text, tuple(above)), _node(text, where)
    if isinstance(node, ScalarNode):
        begin, end = node.start_mark.index, node.end_mark.index
        before = "" if text[begin - 1 : begin].isspace() else " "
        behind = _ending(text) if text[begin:end].endswith("\n") else ""
        return _proven(text[:begin] + before + written + behind + text[end:], wanted)
    if node is not None or not isinstance(parent, MappingNode) or not parent.value:
        raise NotByButton(f"{key} is no single word")
    if parent.flow_style:
        at = parent.value[-1][1].end_mark.index
        return _proven(f"{text[:at]}, {key}: {written}{text[at:]}", wanted)
    beside = next((pair for pair in parent.value if pair[0].value == after), parent.value[-1])
    lines, indent = text.splitlines(keepends=True), " " * parent.value[0][0].start_mark.column
    last = _last_line(beside[1], beside[0].start_mark.line)
    if not lines[last].endswith("\n"):
        lines[last] += _ending(text)
    lines.insert(last + 1, f"{indent}{key}: {written}{_ending(text)}")
    return _proven("".join(lines), wanted)


def moved(text: str, where: Where, at: int, by: int) -> str:
    """Moves a member of a list up (by -1) or down (by 1), with the notes above it."""
    found, order = _members(text, where), list(range(len(_row(values_of(text), where))))
    to = at + by
    if not (0 <= at < len(order) and 0 <= to < len(order)):
        raise NotByButton("it stands at the end of the list already")
    order[at], order[to] = order[to], order[at]
    return _put_together(text, where, found, [found.members[one] for one in order], lambda row: [row[x] for x in order])


def without(text: str, where: Where, at: int) -> str:
    """Takes a member out of a list, with the notes above it; one stays at least."""
    found = _members(text, where)
    if len(found.members) < 2:
        raise NotByButton("it is the last one, and a list needs one at least")
    return _put_together(
        text, where, found, [*found.members[:at], *found.members[at + 1 :]], lambda row: [*row[:at], *row[at + 1 :]]
    )


def put_in(text: str, where: Where, lines: Sequence[str], at: int) -> str:
    """Puts a new member into a list, in front of the one at a place; `lines` are written after `- `."""
    found, end = _members(text, where), _ending(text)
    indent = " " * found.indent
    block = "".join(f"{indent}{'- ' if number == 0 else '  '}{line}{end}" for number, line in enumerate(lines))
    fresh = _row(values_of(f"new:{end}{block}"), ("new",))[0]
    parts = [*found.members[:at], block, *found.members[at:]]
    return _put_together(text, where, found, parts, lambda row: [*row[:at], fresh, *row[at:]])


@dataclass(frozen=True)
class Members:
    """A list as it is written: what stands before it, each member, what stands behind, how far it is indented."""

    before: str
    members: list[str]
    behind: str
    indent: int


def _members(text: str, where: Where) -> Members:
    node = _node(text, where)
    if not isinstance(node, SequenceNode) or node.flow_style or not node.value:
        raise NotByButton(f"the list under {where[-1]}: is not written with a line for each")
    indent, lines = node.start_mark.column, text.splitlines(keepends=True)
    dash = re.compile(rf" {{{indent}}}-(\s|$)")
    last = max(one.start_mark.line for one in node.value)
    begins = [
        number for number, line in enumerate(lines) if node.start_mark.line <= number <= last and dash.match(line)
    ]
    if len(begins) != len(node.value):
        raise NotByButton(f"the list under {where[-1]}: cannot be told apart line by line")
    end = next((number for number in range(last + 1, len(lines)) if _is_outside(lines[number], indent)), len(lines))
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += _ending(text)
    starts = [begins[0], *(_above(lines, number, indent) for number in begins[1:]), _above(lines, end, indent)]
    members = ["".join(lines[one:other]) for one, other in pairwise(starts)]
    return Members("".join(lines[: starts[0]]), members, "".join(lines[starts[-1] :]), indent)


def _is_outside(line: str, indent: int) -> bool:
    bare = line.strip()
    if not bare or bare.startswith("#"):
        return False
    own = len(line) - len(line.lstrip(" "))
    return own < indent or (own == indent and not line[indent:].startswith("-"))


def _above(lines: Sequence[str], number: int, indent: int) -> int:
    """Finds where the notes begin that stand above a line."""
    while number > 0:
        line = lines[number - 1]
        if line.strip() and not (line.strip().startswith("#") and len(line) - len(line.lstrip(" ")) <= indent):
            break
        number -= 1
    return number


def _put_together(text: str, where: Where, found: Members, parts: Sequence[str], change: Any) -> str:
    wanted = values_of(text)
    row = _row(wanted, where)
    row[:] = change(list(row))
    return _proven(found.before + "".join(parts) + found.behind, wanted)


def _proven(fresh: str, wanted: Any) -> str:
    if values_of(fresh) != wanted:
        raise NotByButton("it cannot be changed without changing more")
    return fresh


def _last_line(node: Node, line: int) -> int:
    """Finds the last line that a value stands on."""
    if isinstance(node, ScalarNode):
        return max(line, node.end_mark.line - (node.style in ("|", ">")))
    if isinstance(node, MappingNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1][1], node.value[-1][0].start_mark.line)
    if isinstance(node, SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1], node.value[-1].start_mark.line)
    return int(node.end_mark.line)


def _node(text: str, where: Where) -> Node | None:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for step in where:
        if isinstance(node, MappingNode):
            node = next((value for name, value in node.value if name.value == step), None)
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            return None
    return node


def _plain(value: object) -> Any:
    if isinstance(value, Table):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _row(values: Any, where: Where) -> list[Any]:
    found = value_in(values, where)
    if not isinstance(found, list):
        raise NotByButton(f"there is no list under {where[-1]}:")
    return found


def _ending(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
