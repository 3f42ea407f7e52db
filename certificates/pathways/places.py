"""A place of requirements on a day: whose records are looked at, what the anchors stand for, what is known already."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from certificates.pathways.case import Case
from certificates.pathways.evidence import Record
from certificates.pathways.nodes import Node
from certificates.pathways.shapes import Group, Level, Requirement, Requirements
from training.parsing.values import Result, all_of


@dataclass(frozen=True)
class Place:
    """Where a requirement stands; `floor` is the first day from which things done count without an anchor."""

    case: Case
    day: date
    subject: str
    roots: Requirements = ()
    level: Level | None = None
    award: date | None = None
    first_award: date | None = None
    end: date | None = None
    lapse: date | None = None
    this: Record | None = None
    tenure_day: date | None = None
    floor: date | None = None
    clock: date | None = None
    outer: "Place | None" = None
    memo: dict[str, Node] = field(default_factory=dict)
    index: dict[str, tuple[Requirement, Requirement | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for requirement in self.roots:
            self._enter(requirement, None)

    def node(self, name: str) -> Node | None:
        """The judged requirement of that id in this place, if there is one."""
        if self.outer is not None:
            return self.outer.node(name)
        found = self.index.get(name)
        return self.judge(found[0]) if found else None

    def once_group(self, requirement: Requirement) -> Requirement | None:
        """The group that hands out records to this requirement, if there is one."""
        found = self.index.get(requirement.id)
        return found[1] if found and found[0] is requirement else None

    def judge(self, requirement: Requirement) -> Node:
        """The requirement as judged here."""
        return self.case.rules.judge(requirement, self)  # type: ignore[no-any-return]

    def judge_all(self) -> tuple[Node, ...]:
        """All requirements of the place, in written order."""
        return tuple(self.judge(requirement) for requirement in self.roots)

    def about(self, record: Record) -> "Place":
        """The same place, looking at one record and what is about it."""
        return replace(self, roots=(), this=record, outer=self.outer or self, memo={}, index={})

    def _enter(self, requirement: Requirement, once: Requirement | None) -> None:
        self.index[requirement.id] = (requirement, once)
        hands_out = isinstance(requirement.ask, Group) and requirement.ask.once
        for child in requirement.children():
            self._enter(child, requirement if hands_out and not child.advisory else None)


def result_of(nodes: Iterable[Node]) -> Result:
    """Whether all requirements that count are met."""
    return all_of(node.result for node in counting(nodes))


def counting(nodes: Iterable[Node]) -> list[Node]:
    """The nodes that count: neither advisory nor not applicable."""
    return [node for node in nodes if not node.advisory and node.result is not Result.NOT_APPLICABLE]
