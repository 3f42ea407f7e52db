"""Walks a pathway from a place to every certificate, renewal and return, by what its rules say and nothing else."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from html import unescape

from certificates.evaluations.evaluate_person import judge
from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import read
from certificates.evidence.rules import CLAIMED
from certificates.pathways.engine.nodes import Node
from certificates.pathways.engine.verdict import LevelVerdict
from certificates.pathways.forms import RecordForm, award_form, record_forms
from certificates.pathways.language.schema import Group, Leaf, Level, Pathway, Signatory
from certificates.pathways.recordable import first_holders
from tests.certificates.walks.door import ID, Door
from tests.certificates.walks.filling import Given, how_many, values_for
from training.demo.cast import known
from training.parsing.keywords import LIVE_STANDINGS
from training.parsing.lengths import add
from training.parsing.values import Result
from training.people.models import Person

COORDINATOR, CENTRAL = "chloe", "dara"
USUAL, INDEPENDENT, CO_LEADER = "hana", "ivan", "nadia"
"""Who supervises and teaches, whom the holder never worked with, and who leads with them; all at the same site."""
NEAR = frozenset({"supervisor", "trainer", "co_leader", "assessor"})
"""What the usual signatory becomes to the holder."""
CLAIMS = frozenset({"portfolio", "experience", "background", "qualification", "agreement", "membership"})
"""What the holder brings and the site has to see; other things that nobody has to sign are recorded by the site."""
DAY = timedelta(days=1)
MOST_TURNS = 60


class NoWay(Exception):
    """Says why a level cannot be walked: a form, a page, or somebody who may do it is missing."""


@dataclass
class Entered:
    """A record as it was entered: whose, by which form, with what, on which day, and who signed it."""

    holder: str
    form: RecordForm
    given: Given
    signer: str
    day: date


@dataclass
class Walker:
    """Walks one pathway, which is published; all that is done goes through the door."""

    door: Door
    version: PathwayVersion
    entered: dict[str, Entered] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)
    roles: set[tuple[str, str]] = field(default_factory=set)

    @cached_property
    def pathway(self) -> Pathway:
        """The rules that are walked."""
        return read(self.version)

    @property
    def programme(self) -> str:
        """The id of the programme."""
        return str(self.version.programme_id)

    async def adopts(self) -> None:
        """The site takes the programme up."""
        path = f"/sites/{known('site/RIV')}/programmes"
        await self.door.post(CENTRAL, path, {"programme": self.programme, "starts": str(self.door.today)})

    async def takes_part(self, key: str) -> None:
        """Somebody gets a place, if they have none."""
        if key not in self.placed:
            self.placed.add(key)
            await self.door.takes_part(key, self.programme, by=CENTRAL if key == COORDINATOR else COORDINATOR)

    async def level(self, key: str, name: str) -> LevelVerdict:
        """Asks the rules how somebody stands today; of a level awarded for each value, for the one that is walked."""
        person = await Person.get(id=known(key))
        verdict = (await judge(person, self.version, as_of=self.door.today)).verdict
        found = [one for one in verdict.levels if one.level == name]
        return next((one for one in found if one.per), found[0])

    async def climbs(self, key: str, name: str) -> LevelVerdict:
        """Brings somebody to hold a level."""
        await self.takes_part(key)
        for _ in range(MOST_TURNS):
            now = await self.level(key, name)
            if now.standing.state in LIVE_STANDINGS:
                return now
            if now.standing.state == "lapsed":
                return await self.renews(key, name)
            if now.result is Result.MET:
                await self.is_decided(key, name)
            else:
                await self.goes_on(key, name, [*now.entry, *now.requires])
        raise NoWay(f"{name}: {describe([*now.entry, *now.requires])}")

    async def renews(self, key: str, name: str) -> LevelVerdict:
        """Waits for the renewal of a level, or for what follows its lapse, and has it decided anew."""
        level, before = self.pathway.levels[name], await self.level(key, name)
        opens = before.standing.renewal_opens
        if before.standing.state != "lapsed" and before.standing.valid_until:
            self.door.move_to(opens or before.standing.valid_until + DAY)
        for _ in range(MOST_TURNS):
            now = await self.level(key, name)
            if now.standing.state in LIVE_STANDINGS and now.decision != before.decision:
                return now
            back = (now.return_ or now.renewal) if now.standing.state == "lapsed" else now.renewal
            if back is None:
                raise NoWay(f"{name}: nothing brings somebody back after a lapse")
            nodes = [*now.entry, *now.requires, *back.requires]
            if now.result is Result.MET and back.result is Result.MET:
                await self.is_decided(key, name)
            else:
                await self.goes_on(key, name, nodes)
        raise NoWay(f"{level.id}, renewal: {describe(nodes)}")

    async def lapses(self, key: str, name: str) -> LevelVerdict:
        """Lets time pass until a level has lapsed."""
        for _ in range(MOST_TURNS):
            now = await self.level(key, name)
            if now.standing.state == "lapsed":
                await self.door.work()
                return now
            ends = now.standing.grace_until or now.standing.valid_until
            self.door.move_to(ends + DAY if ends and not self.pathway.levels[name].keep else self.door.today + 31 * DAY)
        raise NoWay(f"{name} never lapses")

    async def goes_on(self, key: str, name: str, nodes: Sequence[Node]) -> None:
        """Does all that can be done today for what is not met yet, or else waits for the first day on which it can."""
        later: list[date] = []
        done = False
        for node in list(unmet(nodes)):
            leaf = node.requirement.ask if node.requirement else None
            assert isinstance(leaf, Leaf)
            if node.late:
                raise NoWay(f"{name}/{node.id}: too late")
            if leaf.every and leaf.lasting and not node.waits_for:
                await self.keeps_it_up(key, name, node, leaf, nodes)
                done = True
            elif leaf.type == "award" and leaf.names[0] in self.pathway.levels:
                done |= await self.holds(key, leaf, node, later)
            elif node.earliest and node.earliest > self.door.today:
                later.append(node.earliest)
            elif not node.waits_for:
                await self.meets(key, name, node, leaf)
                done = True
        if not done and not later:
            raise NoWay(f"{name}: {describe(nodes)}")
        if not done:
            self.door.move_to(min(later))

    async def holds(self, key: str, leaf: Leaf, node: Node, later: list[date]) -> bool:
        """Wins an award of this pathway that another level asks for; tells whether something was done for it."""
        name = leaf.names[0]
        if self.pathway.levels[name].holder == "site":
            raise NoWay(f"{name}: held by a site")
        now = await self.level(key, name)
        if now.standing.state not in LIVE_STANDINGS:
            await self.climbs(key, name)
            return True
        if leaf.held_for:
            later.append(node.earliest or self.door.today + 31 * DAY)
            return False
        raise NoWay(f"{node.id}: the award of {name} does not say {[one.attribute for one in leaf.where]}")

    async def keeps_it_up(self, key: str, name: str, node: Node, leaf: Leaf, nodes: Sequence[Node]) -> None:
        """Records something in each period that a rule counts."""
        assert leaf.every and leaf.lasting
        start = max(one.met_on for one in walk(nodes) if one.id in leaf.since and one.met_on)
        end, at = add(start, leaf.lasting), 0
        while (day := add(start, leaf.every, at)) < end:
            self.door.move_to(day)
            await self.meets(key, name, node, leaf, once=True)
            at += 1
        self.door.move_to(end)

    async def meets(self, key: str, name: str, node: Node, leaf: Leaf, *, about: str = "", once: bool = False) -> None:
        """Records what a requirement lacks, with what has to be recorded about each of the records."""
        level = self.pathway.levels[name]
        if leaf.type == "role":
            await self.gets_role(key, leaf.names[0])
            return
        for number in range(1 if once else how_many(node)):
            kind = leaf.names[number % len(leaf.names)] if leaf.names else ""
            form = self.form(leaf, kind)
            given = values_for(node, leaf, form, level)
            if not form.what and leaf.type != "supervision":
                given["what"] = "as on the paper"
            elif not form.what:
                given["what"] = "reflective"
            if about:
                given["about"] = about
            if any(one == "by" for one, _ in leaf.different):
                given |= {"by": "other", "by_name": f"Referee {number}", "by_contact": f"referee{number}@example.org"}
            record = await self.enters(key, form, given, leaf)
            for below in leaf.each_with:
                assert isinstance(below.ask, Leaf)
                bare = Node(id=below.id, result=Result.NOT_MET, requirement=below)
                times = 1 + max((int(n) * 60 // 600 for a, n in below.ask.at_least if a == "hours"), default=0)
                for _ in range(times):
                    await self.meets(key, name, bare, below.ask, about=record)

    def form(self, leaf: Leaf, kind: str) -> RecordForm:
        """The form of what a leaf asks."""
        holder = "site" if leaf.of_site else "person"
        if leaf.of_site:
            raise NoWay(f"{leaf.type} {kind}: a record of the site")
        forms = record_forms([self.pathway], holder)
        return next(one for one in forms if (one.type, one.what) == (leaf.type, kind))

    async def enters(self, key: str, form: RecordForm, given: Given, leaf: Leaf) -> str:
        """Enters a record as whoever makes it, and has it confirmed, seen or signed; returns its id where told."""
        type_, signer = form.type, await self.signer(leaf.by, of=key, decides=False) if leaf.by else ""
        seen = {"key": None, **given, "on": str(self.door.today)}
        if "result" in form.parts:
            seen["result"] = "passed"
        if type_ == "award":
            seen.pop("key")
            return await self.records(CENTRAL, key, form, seen, signer)
        if type_ in ("delivery", "supervision"):
            return await self.logs(key, form, given, signer)
        if type_ in CLAIMS and type_ in CLAIMED and not signer and "by" not in given:
            return await self.claims(key, form, given)
        if type_ in ("signoff", "assessment", "waiver"):
            seen["reason"] = "Seen on the day."
        return await self.records(signer or self.looks_after(key), key, form, seen, signer)

    async def records(self, who: str, key: str, form: RecordForm, seen: Given, signer: str) -> str:
        """Somebody records something of the holder; it counts at once."""
        path = f"/practice/of/{known(key)}/new"
        await self.door.enters(who, path, form, {name: value for name, value in seen.items() if name != "key"})
        return ""

    async def logs(self, key: str, form: RecordForm, given: Given, signer: str) -> str:
        """The holder logs a group or a session, and who was there says yes."""
        today = str(self.door.today)
        other = signer or (USUAL if form.type == "supervision" else CO_LEADER)
        if other == key:
            other = INDEPENDENT if key != INDEPENDENT else USUAL
        seen = {**given, "on": today}
        if form.type == "delivery":
            self.door.move_to(self.door.today + DAY)
            seen |= {
                "name": f"Group of {today}",
                "from": today,
                "on": str(self.door.today),
                "co_leader": str(known(other)),
            }
        else:
            seen["by"] = str(known(other))
        page = await self.door.enters(key, "/practice/new", form, seen)
        await self.door.says_yes(other)
        self.door.move_to(self.door.today + DAY)
        return page.rpartition("/")[2][:36]

    async def claims(self, key: str, form: RecordForm, given: Given) -> str:
        """The holder brings something, and who looks after them says that they have seen it."""
        page = await self.door.enters(key, "/practice/new", form, {**given, "on": str(self.door.today)})
        record = re.findall(ID, page)[0]
        await self.door.post(self.looks_after(key), f"/practice/records/{record}/answer", {"answer": "yes"})
        return str(record)

    def looks_after(self, key: str) -> str:
        """Who looks after somebody's records."""
        return CENTRAL if key == COORDINATOR else COORDINATOR

    async def signer(self, rule: Signatory, *, of: str, decides: bool) -> str:
        """Finds whom a rule lets sign, and has them hold what it names: a role, a level that is brought in or won."""
        near = decides or NEAR & {*rule.not_own}
        who = INDEPENDENT if near or of == USUAL else USUAL
        if who == of:
            who = CO_LEADER
        names = sorted(rule.holds, key=lambda name: (name not in self.pathway.roles, name not in self.first, name))
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
        await self.door.enters(CENTRAL, f"/practice/of/{known(key)}/new", form, {"on": str(self.door.today)})
        await self.door.work()
        assert (await self.level(key, name)).standing.state in LIVE_STANDINGS

    async def is_decided(self, key: str, name: str) -> None:
        """Whoever the rules name finds the case in their list and certifies; without a rule the service does."""
        level, before = self.pathway.levels[name], await self.level(key, name)
        if level.decision:
            who = await self.signer(level.decision.by or Signatory(), of=key, decides=True)
            who = who if level.decision.by and level.decision.by.holds else CENTRAL
            await self.door.work()
            await self.decides(who, key, level)
        await self.door.work()
        now = await self.level(key, name)
        assert now.decision != before.decision and now.standing.state in LIVE_STANDINGS, (name, now.standing)

    async def decides(self, who: str, key: str, level: Level) -> None:
        """Finds the case of somebody in the list of decisions, and certifies them."""
        person = (await Person.get(id=known(key))).name
        page = await self.door.get(who, "/certificates/decisions")
        for path in dict.fromkeys(re.findall(f"/certificates/decisions/{ID}", page)):
            case = unescape(await self.door.get(who, path))
            if person in case and (level.title or level.id) in case:
                await self.door.post(who, path, {"outcome": "certified", "reasons": "All is met."})
                return
        raise NoWay(f"{level.id}: {who} finds no case of {person} to decide")


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
