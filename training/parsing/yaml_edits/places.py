"""Changes one place in a YAML text and leaves every other letter as somebody wrote it; pure.

Each change is read again: where it would do anything but what was asked, it is refused.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from training.parsing.messages import FileError
from training.parsing.yaml import Table, read_table

Where = tuple[str | int, ...]
"""The keys and places in lists that lead to a value, from the top."""
Written = str | int | Decimal | bool | None | list[Any] | dict[str, Any]
_PLAIN_WORD = re.compile(r"[a-z][a-z0-9_]*|\d{1,9}")


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


def in_flow(value: Written) -> str:
    """Writes a value on one line, as JSON does, but for plain words that need no quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {in_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_key(one) if isinstance(one, str) else in_flow(one) for one in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def _key(word: str) -> str:
    plain = _PLAIN_WORD.fullmatch(word) and word not in ("true", "false", "null")
    return word if plain else json.dumps(word, ensure_ascii=False)


def set_value(text: str, where: Where, value: Written, *, after: str = "") -> str:
    """Sets what stands at a place; a key that is new stands behind another one (`after`), or at the end.

    Notes inside of a list or mapping that is set as a whole go with it.
    """
    wanted = values_of(text)
    *above, key = where
    inside: Any = value_in(wanted, tuple(above))
    if inside is None and above and isinstance(key, str):  # as `name:` with nothing behind it, or no such key
        return set_value(text, tuple(above), {key: value})
    is_named, at_place = isinstance(key, str) and isinstance(inside, dict), isinstance(key, int)
    if not is_named and not (at_place and isinstance(inside, list)):
        raise NotByButton(f"what stands under {above[-1] if above else key} has to be mended first")
    known = key in inside if is_named else isinstance(key, int) and key < len(inside)
    if known and inside[key] == value:
        return text
    inside[key] = value
    parent, node = node_at(text, tuple(above)), node_at(text, where)
    if node is not None:
        return proven(_replaced(text, node, in_flow(value)), wanted)
    if not isinstance(parent, MappingNode) or not parent.value:
        raise NotByButton(f"{key} is no single word")
    if parent.flow_style:
        at = parent.value[-1][1].end_mark.index
        return proven(f"{text[:at]}, {key}: {in_flow(value)}{text[at:]}", wanted)
    beside = next((pair for pair in parent.value if pair[0].value == after), parent.value[-1])
    lines, indent = text.splitlines(keepends=True), " " * parent.value[0][0].start_mark.column
    last = last_line(beside[1], beside[0].start_mark.line)
    if not lines[last].endswith("\n"):
        lines[last] += ending(text)
    lines.insert(last + 1, f"{indent}{key}: {in_flow(value)}{ending(text)}")
    for behind in list(inside)[list(inside).index(beside[0].value) + 1 : -1]:  # they come after the one that is new
        inside[behind] = inside.pop(behind)
    return proven("".join(lines), wanted)


def _replaced(text: str, node: Node, written: str) -> str:
    begin, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, CollectionNode) and not node.flow_style:  # begins after the lines of its key
        begin = text.rindex(":", 0, begin) + 1
        lines = text.splitlines(keepends=True)
        end = sum(map(len, lines[: last_line(node, node.start_mark.line) + 1]))
    before = "" if text[begin - 1 : begin].isspace() else " "
    behind = ending(text) if text[begin:end].endswith("\n") else ""
    return text[:begin] + before + written + behind + text[end:]


def proven(fresh: str, wanted: Any) -> str:
    """Gives a changed text where it says what was wanted, in the order that was wanted, and nothing else."""
    if in_order(values_of(fresh)) != in_order(wanted):
        raise NotByButton("it cannot be changed without changing more")
    return fresh


def in_order(values: Any) -> Any:
    """Gives values so that two are equal only where their keys stand in the same order."""
    if isinstance(values, dict):
        return tuple((key, in_order(one)) for key, one in values.items())
    return [in_order(one) for one in values] if isinstance(values, list) else values


def last_line(node: Node, line: int) -> int:
    """Finds the last line that a value stands on."""
    if isinstance(node, ScalarNode):
        return max(line, node.end_mark.line - (node.style in ("|", ">")))
    if isinstance(node, MappingNode) and not node.flow_style and node.value:
        return last_line(node.value[-1][1], node.value[-1][0].start_mark.line)
    if isinstance(node, SequenceNode) and not node.flow_style and node.value:
        return last_line(node.value[-1], node.value[-1].start_mark.line)
    return int(node.end_mark.line)


def node_at(text: str, where: Where) -> Node | None:
    """Finds how the value at a place is written, with its marks."""
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


def ending(text: str) -> str:
    """Gives the end of a line as the text has it."""
    return "\r\n" if "\r\n" in text else "\n"
