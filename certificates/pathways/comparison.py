"""Two versions of the rules compared, rule by rule, in words: added, removed, changed from one to the other; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from certificates.pathways.language.schema import Pathway, Requirement
from certificates.pathways.rule_tree import DELIVERIES, LevelTree, RuleLine, facts_of, rule_tree

IN_DETAIL = "in a detail that only the file says"


@dataclass(frozen=True)
class RuleChange:
    """One difference: in which level, of which rule, what it was and what it is; one is "" where there is none."""

    level: str
    rule: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """Names the change in a word."""
        return "Changed" if self.before and self.after else "Added" if self.after else "Removed"

    def __str__(self) -> str:
        where = f"{self.level}: {self.rule}" if self.level else self.rule
        if self.before and self.after:
            return f"{where}: changed from “{self.before}” to “{self.after}”"
        return f"{where}: {self.kind.lower()}: “{self.after or self.before}”"


def compare(before: Pathway, after: Pathway) -> list[RuleChange]:
    """Lists what another version asks otherwise, in the order of its rules; nothing where all is the same."""
    old, new = ({one.id: one for one in rule_tree(pathway)} for pathway in (before, after))
    exact = [_exactly(pathway) for pathway in (before, after)]
    found = list(_of_facts("", dict(facts_of(before)), dict(facts_of(after))))
    for name in dict.fromkeys((*new, *old)):
        if name not in old:
            found.append(RuleChange("", new[name].title, "", "a new level"))
            found += _of_level(_emptied(new[name]), new[name], exact)
        elif name not in new:
            found.append(RuleChange("", old[name].title, "the whole level", ""))
        else:
            found += _of_level(old[name], new[name], exact)
    return found


def _emptied(level: LevelTree) -> LevelTree:
    return LevelTree(level.id, level.title, (), (), level.place)


def _of_level(old: LevelTree, new: LevelTree, exact: list[dict[tuple[str, str], Requirement]]) -> Iterator[RuleChange]:
    if old.title != new.title:
        yield RuleChange(new.title, "what it is called", old.title, new.title)
    yield from _of_facts(new.title, dict(old.facts), dict(new.facts))
    before, after = (dict(_lines(one)) for one in (old, new))
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key), after.get(key)
        section, _ = key
        if was is None or now is None or was.title != now.title:
            yield RuleChange(new.title, section, *(_whole(one) if one else "" for one in (was, now)))
        elif was.words != now.words:
            yield RuleChange(new.title, now.title, was.words, now.words)
        elif exact[0].get((new.id, now.id)) != exact[1].get((new.id, now.id)) and not now.parts:
            yield RuleChange(new.title, now.title, now.words, f"{now.words}, {IN_DETAIL}")


def _whole(line: RuleLine) -> str:
    return line.words if line.title == line.asks else f"{line.title}: {line.words}"


def _of_facts(level: str, old: dict[str, str], new: dict[str, str]) -> Iterator[RuleChange]:
    for label in dict.fromkeys((*new, *old)):
        if old.get(label) != new.get(label):
            yield RuleChange(level, label, old.get(label, ""), new.get(label, ""))


def _lines(level: LevelTree) -> Iterator[tuple[tuple[str, str], RuleLine]]:
    for section, lines in level.sections:
        for top in lines:
            for one in top.walk():
                yield (section, one.id), one


def _exactly(pathway: Pathway) -> dict[tuple[str, str], Requirement]:
    found: dict[tuple[str, str], Requirement] = {}
    for level in pathway.levels.values():
        lifted = level.decision.lifted_by if level.decision else ()
        parts = (level.entry, level.requires, lifted, level.renewal, level.keep, level.return_)
        for part in (*parts, *(permit.requires for permit in level.permits)):
            for top in part or ():
                found.update({(level.id, one.id): one for one in top.walk()})
    for name, requirements in pathway.deliveries.items():
        for top in requirements:
            found.update({(f"{DELIVERIES}{name}", one.id): one for one in top.walk()})
    return found
