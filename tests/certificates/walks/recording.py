"""Makes the records that a pathway's rules ask for: each by whoever makes it, signed by whom the rules name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import read
from certificates.evidence.rules import JUDGED, REASONED
from certificates.pathways.engine.nodes import Node
from certificates.pathways.engine.verdict import LevelVerdict
from certificates.pathways.forms import RecordForm, award_form, record_forms
from certificates.pathways.language.schema import Group, Leaf, Pathway, Requirement, SignatoryRule
from certificates.pathways.recordable import first_holders
from tests.certificates.walks.door import Door
from tests.certificates.walks.filling import Given, how_many, values_for
from training.demo.cast import known
from training.parsing.keywords import LIVE_STANDINGS
from training.parsing.values import Result
from training.people.models import Person
from training.sites.models import Site

HOLDER, COORDINATOR, CENTRAL = "amina", "chloe", "dara"
SITE = "the site"
"""Whose levels and records are those of the site at which all of them work."""
USUAL, INDEPENDENT, CO_LEADER = "hana", "ivan", "nadia"
"""Who supervises and teaches, whom the holder never worked with, and who leads with them; all at the same site."""
PANEL = ("ivan", "nadia", "bruno", "gwen", "kiran")
"""Who may sit on a panel together."""
NEAR = frozenset({"supervisor", "trainer", "co_leader", "assessor"})
"""What the usual signatory becomes to the holder."""
CLAIMS = frozenset({"portfolio", "experience", "background", "qualification", "agreement", "membership"})
"""What the holder brings and the site has to see; other things that nobody has to sign are recorded by the site."""
DAY = timedelta(days=1)


class NoWay(Exception):
    """Says why a level cannot be walked: a form, a page, or somebody who may do it is missing."""


@dataclass
class Entered:
    """A record as it was entered: by whom, where, into which form, with what, and who said yes to it."""

    who: str
    path: str
    form: RecordForm
    given: Given
    confirmer: str = ""
    seen_by: str = ""

    @property
    def taken_back_by(self) -> str:
        """Who may take it back: whose claim it was, else who looks after the records."""
        return self.who if self.path == "/practice/new" else COORDINATOR


@dataclass
class Recording:
    """What is recorded on one pathway, which is published; all that is done goes through the door.

    `waives`: the holder asks for everything to be recognised that can be. `outcome` is what is decided at first.
    """

    door: Door
    version: PathwayVersion
    waives: bool = False
    outcome: str = "certified"
    entered: dict[str, Entered] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)
    roles: set[tuple[str, str]] = field(default_factory=set)
    shown: set[tuple[str, str]] = field(default_factory=set)

    @cached_property
    def pathway(self) -> Pathway:
        """The rules that are walked."""
        return read(self.version)

    @property
    def programme(self) -> str:
        """The id of the programme."""
        return str(self.version.programme_id)

    async def takes_part(self, key: str) -> None:
        """Somebody gets a place, if they have none."""
        if key not in {*self.placed, SITE}:
            self.placed.add(key)
            await self.door.takes_part(key, self.programme, by=CENTRAL if key == COORDINATOR else COORDINATOR)

    async def level(self, key: str, name: str) -> LevelVerdict:
        """Asks the rules how somebody stands today; of a level awarded for each value, for the one that is walked."""
        verdict = (await judge(await holder_named(key), self.version, as_of=self.door.today)).verdict
        found = [one for one in verdict.levels if one.level == name]
        return next((one for one in found if one.per), found[0])

    async def is_recognised(self, key: str, name: str, rule: Requirement) -> None:
        """Somebody asks for what they learnt before, and whom the rules name says yes."""
        form = next(one for one in record_forms([self.pathway]) if (one.type, one.what) == ("waiver", name))
        who = await self.signer(SignatoryRule(holds=rule.waivable_by), of=key, decides=False)
        given = {"on": str(self.door.today), "reason": "I learnt it before."}
        await self.enters(Entered(key, "/practice/new", form, given, seen_by=who))

    async def meets(self, key: str, name: str, node: Node, leaf: Leaf, *, about: str = "", once: bool = False) -> None:
        """Records what a requirement lacks, with what has to be recorded about each of the records."""
        level, key = self.pathway.levels[name], SITE if leaf.of_site else key
        if leaf.type == "role":
            await self.gets_role(key, leaf.names[0])
            return
        for number in range(1 if once else how_many(node)):
            kind = leaf.names[number % len(leaf.names)] if leaf.names else ""
            form = self.form(key, leaf, kind)
            given = values_for(node, leaf, form, level)
            if not form.what and leaf.type != "supervision":
                given["what"] = "as on the paper"
            elif not form.what:
                given["what"] = "reflective"
            if about:
                given["about"] = about
            if (
                any(one == "by" for one, _ in leaf.different)
                and "by" in form.parts
                and leaf.type not in JUDGED - {"check"}
            ):
                given |= {"by": "other", "by_name": f"Referee {number}", "by_contact": f"referee{number}@example.org"}
            record = await self.records(key, form, given, leaf)
            for below in leaf.each_with:
                assert isinstance(below.ask, Leaf)
                bare = bare_node(below)
                times = 1 + max((int(n) * 60 // 600 for a, n in below.ask.at_least if a == "hours"), default=0)
                for _ in range(times):
                    await self.meets(key, name, bare, below.ask, about=record)

    def form(self, key: str, leaf: Leaf, kind: str) -> RecordForm:
        """The form of what a leaf asks of somebody, or of the site."""
        forms = record_forms([self.pathway], "site" if key == SITE else "person")
        return next(one for one in forms if (one.type, one.what) == (leaf.type, kind))

    async def records(self, key: str, form: RecordForm, given: Given, leaf: Leaf) -> str:
        """Has a record made by whoever makes it, and confirmed, seen or signed; returns its id."""
        type_, today = form.type, str(self.door.today)
        signer = await self.signer(leaf.by, of=key, decides=False) if leaf.by else ""
        if type_ in ("delivery", "supervision"):
            return await self.logs(key, form, given, signer)
        seen = {**given, "on": today} | ({"result": "passed"} if "result" in form.parts else {})
        if type_ in CLAIMS and not signer and key != SITE:
            return await self.enters(Entered(key, "/practice/new", form, seen, seen_by=self.looks_after(key)))
        if type_ in REASONED:
            seen["reason"] = "Seen on the day."
        apart = any(one == "by" for one, _ in leaf.different) and len(self.entered) % 2
        who = CENTRAL if type_ == "award" or apart else self.looks_after(key)
        who = signer or who
        return await self.enters(Entered(who, path_of(key), form, seen))

    async def logs(self, key: str, form: RecordForm, given: Given, signer: str) -> str:
        """The holder logs a group or a session, and who was there says yes; the day ends with it."""
        first = str(self.door.today)
        other = signer or (USUAL if form.type == "supervision" else CO_LEADER)
        if other == key:
            other = INDEPENDENT if key != INDEPENDENT else USUAL
        seen = {**given, "on": first}
        if form.type == "delivery":
            self.door.move_to(self.door.today + DAY)
            seen |= {"name": f"Group of {first}", "from": first, "on": str(self.door.today)}
        seen |= {"by" if form.type == "supervision" else "co_leader": str(known(other))}
        record = await self.enters(Entered(key, "/practice/new", form, seen, confirmer=other))
        self.door.move_to(self.door.today + DAY)
        return record

    async def enters(self, entered: Entered) -> str:
        """Enters a record and has it answered; returns its id."""
        record = await self.door.enters(entered.who, entered.path, entered.form, entered.given)
        if entered.confirmer:
            await self.door.says_yes(entered.confirmer)
        if entered.seen_by:
            await self.door.post(entered.seen_by, f"/practice/records/{record}/answer", {"answer": "yes"})
        self.entered[record] = entered
        return record

    def looks_after(self, key: str) -> str:
        """Who looks after somebody's records."""
        return CENTRAL if key == COORDINATOR else COORDINATOR

    async def signer(self, rule: SignatoryRule, *, of: str, decides: bool) -> str:
        """Finds whom a rule lets sign, and has them hold what it names: a role, a level that is brought in or won."""
        near = decides or NEAR & {*rule.not_own}
        who = INDEPENDENT if near or of == USUAL else USUAL
        if who == of:
            who = CO_LEADER
        return await self.holds_what(who, rule)

    async def holds_what(self, who: str, rule: SignatoryRule) -> str:
        """Somebody comes to hold what a rule names."""
        names = sorted(rule.holds, key=lambda name: (name not in self.pathway.roles, name not in self.first, name))
        for one in rule.requires:
            if (who, one.id) not in self.shown:
                self.shown.add((who, one.id))
                assert isinstance(one.ask, Leaf)
                await self.takes_part(who)
                await self.meets(who, next(iter(self.pathway.levels)), bare_node(one), one.ask)
        if not names:
            return who
        if names[0] in self.pathway.levels:
            await self.is_holder(who, names[0])
        else:
            await self.gets_role(who, names[0])
        return who

    async def gets_role(self, key: str, role: str) -> None:
        """Somebody is given a role in the programme, if they do not hold it."""
        if (key, role) not in self.roles:
            self.roles.add((key, role))
            await self.door.gets_role(key, self.programme, role)

    @cached_property
    def first(self) -> frozenset[str]:
        """The levels whose first holders come from elsewhere."""
        return first_holders(self.pathway)

    async def is_holder(self, key: str, name: str) -> None:
        """Somebody comes to hold a level: by an award made elsewhere where nobody here can be first, else as all do."""
        await self.takes_part(key)
        if (await self.level(key, name)).standing.state in LIVE_STANDINGS:
            return
        if name not in self.first:
            await self.climbs(key, name)
            return
        form = award_form(self.pathway, self.pathway.levels[name])
        await self.enters(Entered(CENTRAL, path_of(key), form, {"on": str(self.door.today)}))
        await self.door.work()
        assert (await self.level(key, name)).standing.state in LIVE_STANDINGS

    async def climbs(self, key: str, name: str) -> LevelVerdict:
        """Brings somebody to hold a level, which is for whoever walks to say."""
        raise NotImplementedError


async def holder_named(key: str) -> Person | Site:
    """Finds one of the people, or the site."""
    return await (Site.get(id=known("site/RIV")) if key == SITE else Person.get(id=known(key)))


def path_of(key: str) -> str:
    """Returns where somebody else records what a person, or the site, did or holds."""
    return f"/practice/{'sites' if key == SITE else 'of'}/{known('site/RIV' if key == SITE else key)}/new"


def bare_node(rule: Requirement) -> Node:
    """A requirement of which nothing is recorded yet."""
    return Node(id=rule.id, result=Result.NOT_MET, requirement=rule)


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """Goes through nodes and all below them."""
    for node in nodes:
        yield from node.walk()


def unmet(nodes: Sequence[Node]) -> Iterator[Node]:
    """Lists the leaves that are still to be done, of each choice the first that can be."""
    for node in nodes:
        if node.advisory or node.result in (Result.MET, Result.NOT_APPLICABLE):
            continue
        ask = node.requirement.ask if node.requirement else None
        if not isinstance(ask, Group):
            yield node
        elif ask.kind == "all_of":
            yield from unmet(node.children)
        elif ask.kind == "any_of":
            yield from unmet(sorted(node.children, key=lambda one: one.late)[: ask.at_least])


def describe(nodes: Sequence[Node]) -> str:
    """Says what is not met, for whoever reads why a walk ended."""
    return "; ".join(f"{one.id}: {one.result.value}, {one.reason}, {one.earliest}" for one in unmet(nodes))
