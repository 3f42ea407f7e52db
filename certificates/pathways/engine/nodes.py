"""One requirement as it was judged: its result, its counts and its reason."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from certificates.pathways.language.schema import Requirement
from training.parsing.values import Number, Result, number


@dataclass(frozen=True, slots=True)
class Count:
    """One quantity of a requirement: what there is, what there might be (None: no limit) and what is asked."""

    of: str
    have: Number
    might_have: Number | None
    need: Number
    result: Result
    at_most: bool = False

    @property
    def left(self) -> Number:
        """What is missing; 0 for a limit."""
        return 0 if self.at_most else max(0, self.need - self.have)

    def as_json(self) -> dict[str, Any]:
        """The count as in the verdict."""
        return {
            "of": self.of,
            "have": number(self.have),
            "might_have": None if self.might_have is None else number(self.might_have),
            "need": number(self.need),
            "left": number(self.left),
            "at_most": self.at_most,
            "result": self.result.value,
        }


@dataclass(frozen=True, slots=True)
class Node:
    """One requirement on a day, with its reason; steady_until and requirement are not part of the JSON."""

    id: str
    result: Result
    reason: str = ""
    counts: tuple[Count, ...] = ()
    used: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    met_on: date | None = None
    earliest: date | None = None
    late: bool = False
    waived: bool = False
    advisory: bool = False
    origin: tuple[str, ...] = ()
    children: tuple["Node", ...] = ()
    steady_until: date | None = None
    requirement: Requirement | None = None

    @property
    def title(self) -> str:
        """What people call the requirement."""
        given = self.requirement.title if self.requirement else ""
        return given or self.id.replace("_", " ").capitalize()

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, in written order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def but(self, **changes: Any) -> "Node":
        """The same node with some fields changed."""
        return replace(self, **changes)

    def as_json(self) -> dict[str, Any]:
        """The node as in section 11 of the language."""
        return {
            "id": self.id,
            "result": self.result.value,
            "reason": self.reason,
            "counts": [count.as_json() for count in self.counts],
            "used": list(self.used),
            "maybe": list(self.maybe),
            "waits_for": list(self.waits_for),
            "met_on": day_text(self.met_on),
            "earliest": day_text(self.earliest),
            "late": self.late,
            "waived": self.waived,
            "advisory": self.advisory,
            "origin": list(self.origin),
            "children": [child.as_json() for child in self.children],
        }


def day_text(day: date | None) -> str | None:
    """A day as JSON shows it."""
    return day.isoformat() if day else None
