"""What an evaluation looks at: the seen records by owner and type, and the place of a requirement on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from certificates.pathways.engine.nodes import Node
from certificates.pathways.language.evidence import Evidence, EvidenceRecord, seen_records
from certificates.pathways.language.schema import Group, Leaf, Level, Pathway, Requirement, Requirements
from training.instruments.schema import InstrumentSchema
from training.parsing.values import Result, Value, all_of, plain_values

Books = Mapping[tuple[str, str], tuple[EvidenceRecord, ...]]  # (owner, type): records in order


@dataclass(frozen=True)
class Case:
    """Everything that the rules look at; `memo` keeps answers that do not change within one evaluation."""

    pathway: Pathway
    holder: str
    kind: str
    site: str | None
    gaps: frozenset[str]
    instruments: Mapping[str, tuple[InstrumentSchema, ...]]
    books: Books
    memo: dict[Any, Any] = field(default_factory=dict)

    def records(self, owner: str, type_: str, day: date) -> Iterable[EvidenceRecord]:
        """The records of one owner and type that are seen on a day; unknown days are seen."""
        return [one for one in self.books.get((owner, type_), ()) if one.on is None or one.on <= day]

    def site_of_holder(self) -> str | None:
        """The site that `whose: site` looks at; a site is its own."""
        return self.holder if self.kind == "site" else self.site

    def only(self, attribute: str, value: Value) -> "Case":
        """The same case without the holder's records that carry the attribute without this value."""
        key = ("only", attribute, value)
        if key not in self.memo:
            books = {
                place: tuple(one for one in records if place[0] != self.holder or one.is_of(attribute, value))
                for place, records in self.books.items()
            }
            self.memo[key] = replace(self, books=books, memo={})
        return self.memo[key]  # type: ignore[no-any-return]

    def values_of(self, attribute: str, day: date) -> list[Value]:
        """The values of an attribute in the holder's seen records, sorted as text."""
        found = {
            value
            for (owner, type_) in self.books
            if owner == self.holder
            for record in self.records(owner, type_, day)
            for value in record.attributes.get(attribute, ())
        }
        return sorted(found, key=str)


def open_case(
    pathway: Pathway, evidence: Evidence, known_at: date | None, *, instruments: Iterable[InstrumentSchema]
) -> Case:
    """Sort what is seen by owner and type, the pathway's own attributes in their kind, its levels by plain name."""
    own, prefix = pathway.attributes, f"{pathway.id}/"
    books: dict[tuple[str, str], list[EvidenceRecord]] = {}
    for record in seen_records(evidence.records, known_at):
        if any(name in own for name in record.attributes):
            values = {name: plain_values(value, own.get(name)) for name, value in record.attributes.items()}
            record = replace(record, attributes=values)
        if record.type in ("award", "state") and record.what.startswith(prefix):
            record = replace(record, what=record.what.removeprefix(prefix))
        owner = evidence.holder if record.type == "relation" or record.who is None else record.who
        books.setdefault((owner, record.type), []).append(record)
    tools: dict[str, tuple[InstrumentSchema, ...]] = {}
    for tool in instruments:
        tools[tool.name] = (*tools.get(tool.name, ()), tool)
    return Case(
        pathway=pathway,
        holder=evidence.holder,
        kind=evidence.kind,
        site=evidence.site,
        gaps=evidence.gaps,
        instruments=tools,
        books={place: tuple(records) for place, records in books.items()},
    )


@dataclass(frozen=True)
class RequirementContext:
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
    this: EvidenceRecord | None = None
    tenure_day: date | None = None
    floor: date | None = None
    clock: date | None = None
    outer: "RequirementContext | None" = None
    memo: dict[str, Node] = field(default_factory=dict)
    index: dict[str, tuple[Requirement, Requirement | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for requirement in self.roots:
            self._enter(requirement, None)

    def once_group(self, requirement: Requirement) -> Requirement | None:
        """The group that hands out records to this requirement, if there is one."""
        found = self.index.get(requirement.id)
        return found[1] if found and found[0] is requirement else None

    def owner_of(self, leaf: Leaf) -> str | None:
        """Whose records a leaf looks at; None if that is a site that nobody has named."""
        return self.case.site_of_holder() if leaf.of_site else self.subject

    def about(self, record: EvidenceRecord) -> "RequirementContext":
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
