"""Collects mistakes while a file is checked, with the plain tests that every kind of file needs."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from training.parsing.lengths import Length
from training.parsing.messages import Mistake, nearest
from training.parsing.values import as_list
from training.parsing.yaml import Row, Table

_ID = re.compile(r"[a-z][a-z0-9_]*")
ID_REMEDY = "use small letters, digits and _, beginning with a letter"
LENGTH_REMEDY = "write a length such as P1Y6M, P2W or P10D"


class Findings:
    """The mistakes found so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mistakes: list[Mistake] = []

    def add(self, table: Mapping[str, Any], key: str | None, what: str, remedy: str) -> None:
        """Note a mistake at a key of a table (or at the table)."""
        file, line = table.place(key) if isinstance(table, Table) else (self.file, 0)
        self.mistakes.append(Mistake(file, line, what, remedy))

    def unknown_keys(self, table: Mapping[str, Any], known: Collection[str], where: str) -> None:
        """Note each key that is not known here."""
        for key in table:
            if key not in known:
                self.add(table, key, f"{key} is an unknown key of {where}", nearest(key, known))

    def text(self, table: Mapping[str, Any], key: str) -> bool:
        """Whether a value is text or a number; notes it if not."""
        value = table[key]
        if is_text(value) and value != "":
            return True
        self.add(table, key, f"{key} is {shown(value)} and should be text", "write one word or a sentence")
        return False

    def texts(self, table: Mapping[str, Any], key: str) -> list[str]:
        """The words of a text or a list of texts; notes anything else."""
        value = table[key]
        words = as_list(value)
        if not words or not all(is_text(word) and word != "" for word in words):
            self.add(table, key, f"{key} is {shown(value)} and should be text", "write a word or a list of words")
            return []
        return [str(word) for word in words]

    def one_of(self, table: Mapping[str, Any], key: str, known: Iterable[str], kind: str = "") -> None:
        """Note a value that is not one of the known words."""
        if isinstance(table[key], list | tuple):
            self.add(table, key, f"{key} is a list", "write one word")
        else:
            self.some_of(table, key, known, kind)

    def some_of(self, table: Mapping[str, Any], key: str, known: Iterable[str], kind: str = "") -> None:
        """Note each word of a word or a list of words that is not among the known words."""
        words = list(known)
        value = table[key]
        if value in ([], ()):
            self.add(table, key, f"{key} is an empty list", "write a word or a list of words")
        for word in as_list(value):
            if word not in words or isinstance(word, bool):
                self.add(table, key, f"{shown(word)} is an unknown {kind or key}", nearest(word, words))

    def length(self, table: Mapping[str, Any], key: str) -> Length | None:
        """The length that a value is; notes it if it is none."""
        return self.as_length(table, key, table[key])

    def as_length(self, table: Mapping[str, Any], key: str, value: object) -> Length | None:
        """A value read as a length; notes it at the key if it is none."""
        try:
            return Length.of(value if isinstance(value, str) else "")
        except ValueError:
            self.add(table, key, f"{key} is {shown(value)}, which is no length", LENGTH_REMEDY)
            return None

    def day(self, table: Mapping[str, Any], key: str) -> date | None:
        """The day that a value is; notes it if it is none."""
        value = as_day(table[key])
        if value is None:
            self.add(table, key, f"{key} is {shown(table[key])}, which is no day", "write a day such as 2026-05-01")
        return value

    def number(self, table: Mapping[str, Any], key: str, value: object, least: int | None = None) -> bool:
        """Whether a value is a number (and not too small); notes it at the key if not."""
        if not is_number(value):
            self.add(table, key, f"{key} is {shown(value)} and should be a number", "write a number")
            return False
        if least is not None and value < least:  # type: ignore[operator]
            self.add(table, key, f"{key} is {shown(value)}, below {least}", f"write {least} or more")
            return False
        return True

    def whole(self, table: Mapping[str, Any], key: str, value: object, least: int) -> bool:
        """Whether a value is a whole number (and not too small); notes it at the key if not."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return True
        self.add(table, key, f"{key} is {shown(value)}", f"write a whole number, {least} or more")
        return False

    def table(self, table: Mapping[str, Any], key: str) -> Table | None:
        """The mapping that a value is; notes it if it is none."""
        value = table[key]
        if isinstance(value, Table):
            return value
        self.add(table, key, f"{key} is {shown(value)} and should be a mapping", "write keys with values below it")
        return None

    def truth(self, table: Mapping[str, Any], key: str) -> None:
        """Note a value that is not `true`."""
        if table[key] is not True:
            self.add(table, key, f"{key} is {shown(table[key])}", f"write {key}: true, or take it out")


def is_id(name: str) -> bool:
    """Whether a name is made of small letters, digits and underscores."""
    return _ID.fullmatch(name) is not None


def is_text(value: object) -> bool:
    """Whether a value can be read as text."""
    return isinstance(value, str | int | Decimal | float | date) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def as_day(value: object) -> date | None:
    """A day, or text that is one."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def shown(value: object) -> str:
    """A value as people wrote it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Row | list):
        return "a list"
    return "a mapping" if isinstance(value, Mapping) else str(value)
