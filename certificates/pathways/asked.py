"""Every requirement of a pathway as it stands there: whose records it looks at, and of which type and name; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from certificates.pathways.language.schema import Group, Leaf, Level, Pathway, Requirement, Requirements

Kind = tuple[str, str]
"""Type and name of a record; an empty name is any."""


@dataclass(frozen=True, slots=True)
class AskedRequirement:
    """A requirement in its section of a level, or of the rules on a delivery, which stand in no level.

    `holder` is whose records it looks at: person or site. `about` is the record in view, in each_with and on a
    delivery: `this` and `team` speak of it, and any other leaf asks for records about it.
    """

    pathway: Pathway
    level: Level | None
    section: str
    requirement: Requirement
    holder: str
    about: tuple[Kind, ...] = ()

    def kinds(self) -> tuple[Kind, ...]:
        """Returns the types and names of the records that it reads; none for a group."""
        ask = self.requirement.ask
        if isinstance(ask, Leaf):
            return tuple((ask.type, name) for name in ask.names or ("",))
        return () if isinstance(ask, Group) else self.about

    @property
    def waiver(self) -> str:
        """What a waiver of it is called, `level/requirement`; empty if nothing can stand in its place."""
        waivable = self.level and self.requirement.waivable_by and self.section != "applies_when"
        return f"{self.level.id}/{self.requirement.id}" if self.level and waivable else ""


def asked_requirements(pathway: Pathway) -> Iterator[AskedRequirement]:
    """Goes through every requirement of a pathway in written order, at any depth."""
    for level in pathway.levels.values():
        for section, requirements in _sections(level):
            for one in requirements:
                yield from _walk(AskedRequirement(pathway, level, section, one, level.holder))
    for name, requirements in pathway.deliveries.items():
        for one in requirements:
            yield from _walk(AskedRequirement(pathway, None, "deliveries", one, "person", about=(("delivery", name),)))


def looks_at_sites(pathway: Pathway) -> bool:
    """Tells whether its rules for people look at what their site did and holds."""
    of_people = (one for one in asked_requirements(pathway) if one.level is None or one.level.holder == "person")
    return any(one.holder == "site" for one in of_people)


def _sections(level: Level) -> Iterator[tuple[str, Requirements]]:
    yield "entry", level.entry
    yield "requires", level.requires
    if level.decision:
        yield "lifted_by", level.decision.lifted_by
        yield "signing", level.decision.by.requires if level.decision.by else ()
    yield "renewal", level.renewal or ()
    yield "keep", level.keep or ()
    yield "return", level.return_ or ()
    for permit in level.permits:
        yield "while", permit.requires


def _walk(spot: AskedRequirement) -> Iterator[AskedRequirement]:
    """A requirement with all that hangs on it: its condition, its children, what is about it, what signatories need."""
    one = spot.requirement
    ask = one.ask
    whose = "site" if isinstance(ask, Leaf) and ask.of_site else spot.holder
    here = replace(spot, holder=whose)
    yield here
    if one.applies_when:
        yield from _walk(replace(spot, section="applies_when", requirement=replace(one.applies_when, id=one.id)))
    for child in one.children():
        yield from _walk(replace(spot, requirement=child))
    if not isinstance(ask, Leaf):
        return
    for below in ask.each_with:
        yield from _walk(replace(here, section="each_with", requirement=below, about=here.kinds()))
    for below in ask.by.requires if ask.by else ():
        yield from _walk(replace(spot, section="signing", requirement=below, holder="person", about=()))
