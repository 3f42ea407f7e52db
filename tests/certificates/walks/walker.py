"""Walks a pathway from a place to every certificate, renewal and return, by what its rules say and nothing else."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import unescape

from certificates.evaluations.evaluate_person import judge
from certificates.pathways.engine.nodes import Node
from certificates.pathways.engine.verdict import LevelVerdict
from certificates.pathways.forms import record_forms
from certificates.pathways.language.schema import Leaf, Level, SignatoryRule, Team
from tests.certificates.walks.door import ID
from tests.certificates.walks.filling import values_for_award, values_for_delivery
from tests.certificates.walks.recording import (
    CENTRAL,
    CO_LEADER,
    DAY,
    HOLDER,
    PANEL,
    SITE,
    NoWay,
    Recording,
    bare_node,
    describe,
    holder_named,
    unmet,
    walk,
)
from training.demo.cast import known
from training.parsing.keywords import LIVE_STANDINGS
from training.parsing.lengths import add
from training.parsing.values import Result
from training.people.models import Person
from training.records.words import plain

MOST_TURNS = 60
MOST_TAKEN_BACK = 3
"""So many of the requirements of a level are tried by taking a record back."""


class Walker(Recording):
    """Walks one pathway from level to level."""

    async def adopts(self) -> None:
        """The site takes the programme up."""
        path = f"/sites/{known('site/RIV')}/programmes"
        await self.door.post(CENTRAL, path, {"programme": self.programme, "starts": str(self.door.today)})

    async def climbs(self, key: str, name: str) -> LevelVerdict:
        """Brings somebody to hold a level, if only on a condition where that is what is decided."""
        await self.takes_part(key)
        for _ in range(MOST_TURNS):
            now = await self.level(key, name)
            if now.standing.state in (*LIVE_STANDINGS, "provisional"):
                return now
            if now.standing.state == "lapsed" and now.return_ is None and now.renewal is None:
                return now  # it was held, and nothing is asked that brings it back
            if now.standing.state == "lapsed":
                return await self.renews(key, name)
            if now.result is not Result.MET:
                await self.goes_on(key, name, [*now.entry, *now.requires])
                continue
            if key == HOLDER:
                await self.turns_back(key, name, now)
            await self.is_decided(key, name)
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

    async def turns_back(self, key: str, name: str, met: LevelVerdict) -> None:
        """Takes back a record of some of the requirements that are met: each time the verdict and the page say so."""
        level, turned = self.pathway.levels[name], 0
        nodes = [node for node in (*met.entry, *met.requires) if not node.advisory and self.own_records(node)]
        for node in nodes[:: len(nodes) // MOST_TAKEN_BACK + 1]:
            record = self.own_records(node)[-1]
            assert "You have done all of it" in await self.page(key, level)
            await self.door.takes_back(self.entered[record].taken_back_by, record)
            now = await self.level(key, name)
            left = next(one for one in (*now.entry, *now.requires) if one.id == node.id)
            if left.result is not Result.MET:
                turned += 1
                assert now.result is not Result.MET
                page = await self.page(key, level)
                assert "You have done all of it" not in page
                word = "To do" if left.result is Result.NOT_MET else "Cannot tell yet"
                assert re.search(rf"{word} {re.escape(node.title)}", page), (node.title, page)
            await self.restores(record)
            now = await self.level(key, name)
            assert now.result is Result.MET, (node.id, describe([*now.entry, *now.requires]))
        assert turned or not nodes, f"{name}: nothing that was taken back was missed"

    def own_records(self, node: Node) -> list[str]:
        """The records that a requirement rests on and that were entered here, the latest last."""
        used = {one[7:43] for leaf in node.walk() for one in leaf.used if one.startswith("record-")}
        return [one for one in self.entered if one in used and self.entered[one].form.type != "award"]

    async def restores(self, record: str) -> None:
        """Enters once more what was taken back, with what was about it."""
        again = await self.enters(self.entered.pop(record))
        for other, one in list(self.entered.items()):
            if one.given.get("about") == record:
                del self.entered[other]
                await self.enters(replace(one, given=one.given | {"about": again}))

    async def page(self, key: str, level: Level) -> str:
        """What My pathway says of a level, in one line."""
        sections = re.findall(
            r'<section class="app-level[^"]*">(.*?)</section>', await self.door.get(key, "/pathways"), re.S
        )
        texts = [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in sections]
        return next(one for one in texts if one.startswith(level.title or plain(level.id)))

    async def goes_on(self, key: str, name: str, nodes: Sequence[Node]) -> None:
        """Does all that can be done today for what is not met yet, or else waits for the first day on which it can."""
        later: list[date] = []
        done = False
        for node in list(unmet(nodes)):
            leaf = node.requirement.ask if node.requirement else None
            assert isinstance(leaf, Leaf)
            if node.late:
                raise NoWay(f"{name}/{node.id}: too late")
            if self.waives and node.requirement and node.requirement.waivable_by:
                await self.is_recognised(key, f"{name}/{node.id}", node.requirement)
                done = True
            elif leaf.every and leaf.lasting and not node.waits_for:
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

    async def is_lifted(self, key: str, name: str) -> None:
        """Meets what a condition asks, until the award stands without it."""
        for _ in range(MOST_TURNS):
            now = await self.level(key, name)
            if now.standing.state in LIVE_STANDINGS:
                return
            assert now.standing.state == "provisional" and now.lifted_by, now.standing
            await self.goes_on(key, name, now.lifted_by.requires)
        raise NoWay(f"{name}: the condition stays")

    async def may_work(self, key: str, name: str) -> None:
        """Meets what each permit of a level asks from day to day."""
        for number in range(len(self.pathway.levels[name].permits)):
            for _ in range(MOST_TURNS):
                now = (await self.level(key, name)).permits[number]
                if now.result is Result.MET:
                    break
                await self.goes_on(key, name, now.requires)
            else:
                raise NoWay(f"{name}: {now.may}")

    async def leads(self, key: str, name: str) -> None:
        """Leads and logs a group of a name so that all rules on it are met, with what has to be recorded about it."""
        rules = [one for top in self.pathway.deliveries[name] for one in top.walk() if not one.advisory]
        form = next(one for one in record_forms([self.pathway]) if (one.type, one.what) == ("delivery", name))
        for ask in (one.ask for one in rules if isinstance(one.ask, Team) and one.ask.holds):
            for who in (key, CO_LEADER)[: ask.at_least or 1]:
                await self.is_holder(who, ask.holds[0])
        record = await self.logs(key, form, values_for_delivery(rules, form), "")
        for rule in rules:
            if isinstance(rule.ask, Leaf):
                bare = bare_node(rule)
                for _ in range(int(dict(rule.ask.at_least).get("records", 1))):
                    await self.meets(key, next(iter(self.pathway.levels)), bare, rule.ask, about=record, once=True)
                    self.door.move_to(self.door.today + DAY)
        person = await Person.get(id=known(key))
        verdict = (await judge(person, self.version, as_of=self.door.today)).verdict
        found = next(one for one in verdict.deliveries if one.record.startswith(f"record-{record}"))
        assert found.result is Result.MET, f"{name}: {describe(found.requires)}"

    async def holds(self, key: str, leaf: Leaf, node: Node, later: list[date]) -> bool:
        """Wins an award of this pathway that another level asks for; tells whether something was done for it."""
        name = leaf.names[0]
        key = SITE if self.pathway.levels[name].holder == "site" else key
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

    async def is_decided(self, key: str, name: str) -> None:
        """Whoever the rules name finds the case in their list and certifies; without a rule the service does."""
        level, before = self.pathway.levels[name], await self.level(key, name)
        if level.decision:
            who = [await self.signer(level.decision.by or SignatoryRule(), of=key, decides=True)]
            who = who if level.decision.by and level.decision.by.holds else [CENTRAL]
            if level.decision.at_least > 1:
                assert level.decision.by, "whoever decides in the service votes, and there is one of them"
                free = [one for one in PANEL if one not in (key, *who)]
                who += [await self.holds_what(one, level.decision.by) for one in free[: level.decision.at_least - 1]]
            await self.door.work()
            for one in who:
                await self.decides(one, key, level)
        await self.door.work()
        now = await self.level(key, name)
        live = (*LIVE_STANDINGS, "provisional")
        assert now.decision != before.decision and now.standing.state in live, (name, now.standing)
        if key == HOLDER:
            assert (level.title or plain(level.id)) in unescape(await self.door.get(key, "/certificates"))

    async def decides(self, who: str, key: str, level: Level) -> None:
        """Finds the case of somebody in the list of decisions, and certifies them, or votes for it."""
        person = (await holder_named(key)).name
        page = await self.door.get(who, "/certificates/decisions")
        for path in dict.fromkeys(re.findall(f"/certificates/decisions/{ID}", page)):
            case = unescape(await self.door.get(who, path))
            if person in case and (level.title or plain(level.id)) in case:
                known_outcomes = level.decision.outcomes if level.decision else ()
                outcome = self.outcome if self.outcome in known_outcomes else "certified"
                given = values_for_award(self.pathway, level)
                assert all(f' name="{name}"' in case for name in given), f"the decision does not ask {[*given]}"
                await self.door.post(who, path, {"outcome": outcome, "reasons": "All is met.", **given})
                return
        raise NoWay(f"{level.id}: {who} finds no case of {person} to decide")
