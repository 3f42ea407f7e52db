"""Fills in the forms of a requirement: records that hold what the forms ask and nothing else, as evidence rows."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import ceil
from typing import Any

from certificates.pathways.asked import Kind
from certificates.pathways.forms import RecordForm
from certificates.pathways.language.schema import Condition, Leaf, Pathway, Team, This
from training.parsing.keywords import HELD_TYPES, JUDGED_TYPES, NAMES_OF_RECORDS
from training.parsing.lengths import add

DAY = date(2026, 3, 1)
HOLDER, PLACE, SIGNS = "amina", "leeds", ("bruno", "chloe", "dara")
Row = dict[str, Any]
Forms = Mapping[tuple[str, str, str], RecordForm]


class Filling:
    """The rows that were filled in so far, with those that say what signatories and a team hold."""

    def __init__(self, pathway: Pathway, forms: Forms) -> None:
        self.pathway, self.forms = pathway, forms
        self.rows: list[Row] = []

    def leaf(self, leaf: Leaf, holder: str, about: str = "") -> None:
        """Fills in the forms of a leaf as often as its rule asks."""
        parts = [ask for ask in leaf.of_which if ask.at_least or ask.different]
        different = dict([*leaf.different, *leaf.new])
        many = max([1, *(count for name, count in leaf.at_least if name == "records"), *map(int, different.values())])
        days = self._days(leaf, ceil(many))
        for index, day in enumerate(days):
            part = parts[index % len(parts)] if parts else None
            given: Row = {one.attribute: _fitting(one) for one in (*leaf.where, *(part.where if part else ()))}
            sums = [*leaf.at_least, *(part.at_least if part else ())]
            for name, count in sums:
                given |= {name: max(ceil(count), given.get(name, 0))} if name != "records" else {}
            given |= {name: f"{name} {index}" for name in different if name not in (*NAMES_OF_RECORDS, *given)}
            if leaf.each:
                given[leaf.each[0]] = list(leaf.each[1])
            self.record(leaf, (leaf.type, leaf.names[0] if leaf.names else ""), day, given, holder=holder, about=about)
            record = self.rows[-1]
            if leaf.by or "by" in different:
                assert "by" in self.forms[holder, leaf.type, leaf.names[0] if leaf.names else ""].parts
                record["by"] = SIGNS[index % len(SIGNS)] if "by" in different else SIGNS[0]
            if leaf.by and leaf.by.holds:
                self.held(record["by"], leaf.by.holds[0], day)
            for below in leaf.each_with:
                if isinstance(below.ask, Leaf):
                    self.leaf(below.ask, holder, about=str(record["id"]))

    def delivery(self, name: str) -> None:
        """Fills in the form of a delivery so that all rules on it are met: itself, its team, and what is about it."""
        rules = [one for top in self.pathway.deliveries[name] for one in top.walk()]
        given: Row = {}
        for rule in rules:
            for ask in (rule.applies_when.ask if rule.applies_when else None, rule.ask):
                for one in ask.where if isinstance(ask, This) else ():
                    given.setdefault(one.attribute, _fitting(one))
        self.record(None, ("delivery", name), DAY, given, holder="person")
        delivery, team = self.rows[-1], []
        asked = {one.name for one in self.forms["person", "delivery", name].team}
        for ask in (rule.ask for rule in rules if isinstance(rule.ask, Team)):
            for _ in range(ask.at_least or 0):
                member: Row = {"who": f"member {len(team)}"} | {one.attribute: _fitting(one) for one in ask.where}
                member |= {"role": ask.roles[0]} if ask.roles else {}
                assert {*member} - {"who"} <= asked
                team.append(member)
                if ask.holds:
                    self.held(member["who"], ask.holds[0], DAY)
        delivery |= {"team": team} if team else {}
        for ask in (rule.ask for rule in rules if isinstance(rule.ask, Leaf)):
            self.leaf(ask, "person", about=delivery["id"])

    def record(self, leaf: Leaf | None, kind: Kind, day: date, given: Row, *, holder: str, about: str = "") -> None:
        """Writes one record; whatever its form does not ask is refused."""
        form = self.forms[holder, *kind]
        unknown = {*given} - {one.name for one in (*form.fields, *form.told)}
        assert not unknown, f"{form.name} does not ask {unknown}"
        row = {"id": f"r{len(self.rows)}", "type": kind[0], "what": kind[1] or "anything", "on": day, **given}
        passing = {one.form: one.value for one in leaf.passing.forms} if leaf and leaf.passing else {}
        row |= {name: value for name, value in passing.items() if name in {one.name for one in form.fields}}
        if kind[0] in JUDGED_TYPES:
            assert "result" in form.parts
            row["result"] = "passed"
        if kind[0] == "relation":
            assert "who" in form.parts
            row["who"] = f"{kind[1]} {len(self.rows)}"
        elif holder == "site":
            row["who"] = PLACE
        if about:
            assert "about" in form.parts, form.name
            row["about"] = about
        self.rows.append(row)

    def held(self, person: str, name: str, day: date) -> None:
        """Says that somebody holds a role or a level from a day on."""
        kind = "role" if name in self.pathway.roles else "award"
        self.rows.append({"id": f"h{len(self.rows)}", "type": kind, "what": name, "who": person, "on": day})

    def _days(self, leaf: Leaf, many: int) -> list[date]:
        if leaf.every and leaf.lasting:
            first = add(DAY, leaf.lasting, -1) + timedelta(1)
            periods = leaf.lasting.about_days() // leaf.every.about_days() + 1
            return [add(first, leaf.every, at) for at in range(periods)]
        if leaf.type in HELD_TYPES and leaf.held_for:
            return [add(DAY, leaf.held_for, -1)] * many
        return [DAY - timedelta(at % 3) for at in range(many)]


def _fitting(one: Condition) -> Any:
    """A value for which a condition holds."""
    if one.one_of:
        return one.one_of[0]
    if one.least is not None or one.most is not None:
        return one.least if one.least is not None else one.most
    return "something else" if isinstance(one.none_of[0], str) else 0
