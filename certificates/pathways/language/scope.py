"""What is known at one place of a pathway while it is checked: roles, levels, attributes, sources, its section."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from training.parsing.findings import ID_REMEDY, Findings, as_day, is_id, is_number, is_text, shown
from training.parsing.keywords import DATE, NAMES_OF_RECORDS, NUMBER, TEXT, YES_OR_NO
from training.parsing.messages import nearest
from training.parsing.values import Value, plain_values
from training.parsing.yaml import Table

_SAID = {NUMBER: "a number", TEXT: "text", YES_OR_NO: "true or false", DATE: "a day"}


@dataclass(frozen=True)
class Scope:
    """Where the checker stands.

    A section is entry, requires, renewal, keep, return, lifted_by, while, delivery or signing.
    """

    found: Findings
    roles: frozenset[str] = frozenset()
    levels: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)  # the only values of an attribute
    sources: tuple[str, ...] = ()
    section: str = "requires"
    in_each_with: bool = False
    under: str = "all_of"

    def within(self, **changes: Any) -> "Scope":
        """The same scope with some things changed."""
        return replace(self, **changes)

    @property
    def has_record(self) -> bool:
        """Whether there is one record in view, so that `this` and `team` mean something."""
        return self.in_each_with or self.section == "delivery"

    def names(self, row: Table, key: str) -> None:
        """Note each name that is neither a role nor a level."""
        known = [*self.roles, *self.levels]
        for name in self.found.texts(row, key):
            if name not in known and "/" not in name:
                what = f"{name} is no role and no level of this pathway"
                self.found.add(row, key, what, nearest(name, sorted(known)))

    def source(self, row: Table, key: str) -> None:
        """Note each source that the pathway does not name."""
        for name in self.found.texts(row, key):
            if name not in self.sources:
                self.found.add(row, key, f"{name} is no source of this pathway", nearest(name, self.sources))

    def attribute(self, row: Table, key: str, kinds: Iterable[str] = (), *, names_too: bool = False) -> bool:
        """Whether a key is an attribute (of one of some kinds); notes it if not."""
        known = [*self.kinds, *(NAMES_OF_RECORDS if names_too else ())]
        if key not in known:
            self.found.add(row, key, f"{key} is an unknown attribute", nearest(key, known))
            return False
        kind = self.kinds.get(key, TEXT)
        if kinds and kind not in kinds:
            self.found.add(row, key, f"{key} is {_SAID[kind]} and cannot be added up", "count the records instead")
            return False
        return True

    def value(self, row: Table, key: str, value: object, kind: str) -> bool:
        """Whether a value is of a kind; notes it at the key if not."""
        if _fits(value, kind):
            return True
        self.found.add(row, key, f"{key} is {shown(value)} and should be {_SAID[kind]}", f"write {_SAID[kind]}")
        return False

    def choice(self, row: Table, key: str, value: object, attribute: str) -> bool:
        """Whether an attribute can have a value; notes it at the key if it is none of a fixed list."""
        known = self.choices.get(attribute, ())
        if not known or plain_values(value, self.kinds[attribute])[0] in known:
            return True
        self.found.add(row, key, f"{shown(value)} is no value of {attribute}", nearest(value, map(str, known)))
        return False


def check_id(found: Findings, table: Table, name: str) -> None:
    """Note an id that is not made of small letters, digits and underscores."""
    if not is_id(name):
        found.add(table, name, f"{name} is no id", ID_REMEDY)


def _fits(value: object, kind: str) -> bool:
    if kind == NUMBER:
        return is_number(value)
    if kind == TEXT:
        return is_text(value)
    return isinstance(value, bool) if kind == YES_OR_NO else as_day(value) is not None
