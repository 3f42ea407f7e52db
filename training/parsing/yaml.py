"""YAML files as tables that remember the line of each key; only a few plain words are more than text."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from yaml.events import AliasEvent, NodeEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from training.parsing.messages import FileError, Mistake
from training.parsing.text import clean

_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class Table(dict[str, object]):
    """A mapping of a file, with the line of each key; a requirement also knows which pathways wrote it."""

    __slots__ = ("file", "line", "lines", "origin")

    def __init__(self, file: str = "", line: int = 0) -> None:
        super().__init__()
        self.file, self.line = file, line
        self.lines: dict[str, tuple[str, int]] = {}
        self.origin: tuple[str, ...] = ()

    def put(self, key: str, value: object, place: tuple[str, int]) -> None:
        """Set a key that stands in a certain line of a certain file."""
        self[key] = value
        self.lines[key] = place

    def take_out(self, key: str) -> None:
        """Remove a key with its line."""
        del self[key]
        self.lines.pop(key, None)

    def place(self, key: str | None = None) -> tuple[str, int]:
        """The file and line of a key, or of the table."""
        return self.lines.get(key, (self.file, self.line)) if key is not None else (self.file, self.line)

    def copy(self) -> "Table":
        """The same table, so that the copy can be changed at any depth."""
        fresh = Table(self.file, self.line)
        fresh.lines, fresh.origin = dict(self.lines), self.origin
        for key, value in self.items():
            fresh[key] = _copied(value)
        return fresh

    def tables(self) -> Iterator[tuple[str, "Table"]]:
        """The keys whose values are tables."""
        return ((key, value) for key, value in self.items() if isinstance(value, Table))


class Row(list[object]):
    """A list of a file, with the line of each of its members."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


def read_text(path: Path) -> str:
    """The text of a file; raises FileError if there is none."""
    try:
        return path.read_text(encoding="utf-8-sig")  # Notepad begins a file with a mark
    except UnicodeDecodeError as error:
        raise FileError([Mistake(str(path), 1, "the file is no UTF-8", "save it as UTF-8")]) from error
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})"
        raise FileError([Mistake(str(path), 1, what, "look at its name")]) from error


def read_table(text: str, file: str) -> Table:
    """Read one YAML document; raises FileError with every mistake of form."""
    if strange := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, strange.start()) + 1
        what = f"here is a letter that nobody sees (U+{ord(strange.group()):04X})"
        raise FileError([Mistake(file, line, what, "take it out, or type the line anew")])
    loader = _Loader(text.removeprefix("\ufeff"), file)
    try:
        node = loader.get_single_node()
        if node is None:
            raise FileError([Mistake(file, 1, "the file is empty", "write lines such as `title: words`")])
        tree = loader.built(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = f"this is no YAML: {error.problem or error.context}"
        raise FileError(
            [*loader.mistakes, Mistake(file, line, what, "look at indents, quotes and brackets")]
        ) from error
    except yaml.YAMLError as error:
        raise FileError([Mistake(file, 1, f"this is no text: {error}", "save the file as UTF-8")]) from error
    except RecursionError as error:
        raise FileError([Mistake(file, 1, "the file is nested too deeply", "write it with fewer levels")]) from error
    finally:
        loader.dispose()
    if not isinstance(tree, Table):
        loader.mistakes.append(Mistake(file, 1, "the file is no mapping", "write lines such as `title: words`"))
    if loader.mistakes or not isinstance(tree, Table):
        raise FileError(loader.mistakes)
    return tree


class _Loader(yaml.SafeLoader):
    """Composes nodes, refuses anchors, aliases and tags, and builds tables with lines."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self.file = file
        self.mistakes: list[Mistake] = []

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        mark: Any = event.start_mark
        line = mark.line
        if isinstance(event, AliasEvent):
            self._refuse(line, f"*{event.anchor} is an alias", "write the value out where it is used")
            self.get_event()  # type: ignore[no-untyped-call]
            return ScalarNode("tag:yaml.org,2002:str", "", mark, mark, "'")
        if isinstance(event, NodeEvent) and event.anchor:
            self._refuse(line, f"&{event.anchor} is an anchor", "write the value out where it is used")
            event.anchor = None
        if getattr(event, "tag", None):
            self._refuse(line, f"{event.tag} is a tag", "take it out; put text in quotes")
            event.tag = None
        return super().compose_node(parent, index)

    def built(self, node: Node) -> object:
        """The plain value of a node."""
        if isinstance(node, MappingNode):
            return self._table(node)
        if isinstance(node, SequenceNode):
            row = Row()
            for member in node.value:
                row.append(self.built(member))
                row.lines.append(member.start_mark.line + 1)
            return row
        return self._scalar(node)

    def _table(self, node: MappingNode) -> Table:
        table = Table(self.file, node.start_mark.line + 1)
        for key_node, value_node in node.value:
            line = key_node.start_mark.line
            if not isinstance(key_node, ScalarNode):
                self._refuse(line, "a key is no word", "write a word before the colon")
                continue
            key = clean(str(key_node.value)).strip()
            if key in table:
                self._refuse(line, f"{key} stands twice in one place", "keep one of them")
            elif key == "<<":
                self._refuse(line, "<< is a merge key", "write the keys out where they are used")
            else:
                table.put(key, self.built(value_node), (self.file, line + 1))
        return table

    def _scalar(self, node: Node) -> object:
        text = clean(str(node.value)).strip()
        if not isinstance(node, ScalarNode) or node.style is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        if not _DAY.fullmatch(text):
            return text
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._refuse(node.start_mark.line, f"{text} is a day that does not exist", "write a day of the calendar")
            return date(1970, 1, 1)

    def _refuse(self, line: int, what: str, remedy: str) -> None:
        self.mistakes.append(Mistake(self.file, line + 1, what, remedy))


def _copied(value: object) -> object:
    if isinstance(value, Table):
        return value.copy()
    if isinstance(value, Row):
        fresh = Row()
        fresh.extend(_copied(one) for one in value)
        fresh.lines = list(value.lines)
        return fresh
    return value
