"""The rules of a pathway as a tree that people read: each level, what it asks, of whom, and who says so; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from certificates.pathways.language.schema import (
    Group,
    Leaf,
    Level,
    Pathway,
    Portion,
    Requirement,
    Requirements,
    SignatoryRule,
)
from certificates.pathways.language.titles import condition_words, named, spelt, title_of
from training.parsing.labels import plain
from training.parsing.plurals import many
from training.parsing.values import number

DELIVERIES = "deliveries/"
"""Before the name of a kind of delivery, where a level has its id."""
SECTIONS: Mapping[str, str] = {
    "entry": "To begin",
    "requires": "To be certified",
    "lifted_by": "To lose the condition",
    "renewal": "To renew",
    "keep": "What has to stay true",
    "return": "To come back after a lapse",
}
"""Section of a level → what it is called."""


@dataclass(frozen=True)
class RuleLine:
    """One requirement in words: what it is called, what it `asks`, `notes` on who signs and when, where that is said.

    `parts` are what hangs on it, under a heading each; `place` is its file and line.
    """

    id: str
    title: str
    asks: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    place: tuple[str, int]
    parts: tuple[tuple[str, tuple["RuleLine", ...]], ...] = ()

    @property
    def words(self) -> str:
        """Says in one line what is asked, without what it is called."""
        return ". ".join((self.asks, *self.notes))

    def walk(self) -> Iterator["RuleLine"]:
        """This line and all that hang on it."""
        yield self
        for _, lines in self.parts:
            for one in lines:
                yield from one.walk()


@dataclass(frozen=True)
class LevelTree:
    """One level in words: what holds of the whole, by label, and its sections with their requirements."""

    id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, tuple[RuleLine, ...]], ...]
    place: tuple[str, int]


def rule_tree(pathway: Pathway) -> list[LevelTree]:
    """Tells the levels of a pathway in written order, and at the end what it asks of each delivery."""
    told = [_level(one, pathway) for one in pathway.levels.values()]
    for name, requirements in pathway.deliveries.items():
        title = f"Each {plain(name).lower()} that is led"
        told.append(LevelTree(f"{DELIVERIES}{name}", title, (), _sections((("", requirements),), pathway), ("", 0)))
    return told


def facts_of(pathway: Pathway) -> tuple[tuple[str, str], ...]:
    """Tells by label what holds of a pathway as a whole."""
    told = [("Title", pathway.title or plain(pathway.id)), ("In force", _period(pathway.effective) or "at once")]
    if pathway.roles:
        told.append(("Roles", ", ".join(plain(one) for one in pathway.roles)))
    return tuple(told)


def _level(level: Level, pathway: Pathway) -> LevelTree:
    lifted = level.decision.lifted_by if level.decision else ()
    asked = (
        ("entry", level.entry), ("requires", level.requires), ("lifted_by", lifted), ("renewal", level.renewal or ()),
        ("keep", level.keep or ()), ("return", level.return_ or ()),
        *((f"To {permit.may}, all the time", permit.requires) for permit in level.permits),
    )  # fmt: skip
    title = level.title or plain(level.id)
    return LevelTree(level.id, title, tuple(_facts(level, pathway)), _sections(asked, pathway), level.place)


def _sections(
    asked: Sequence[tuple[str, Requirements]], pathway: Pathway
) -> tuple[tuple[str, tuple[RuleLine, ...]], ...]:
    return tuple((SECTIONS.get(name, name), _lines(ones, pathway)) for name, ones in asked if ones)


def _facts(level: Level, pathway: Pathway) -> Iterator[tuple[str, str]]:
    if level.holder != "person":
        yield "Held by", f"a {level.holder}"
    if level.per:
        yield "Held for each", plain(level.per).lower()
    rule = level.decision
    if rule is None:
        yield "Decided", "by the rules alone"
    else:
        together = f", {many(rule.at_least, 'person', 'people')} together" if rule.at_least > 1 else ""
        yield "Decided", f"by {_signatory(rule.by, pathway) or 'anybody who may'}{together}"
        yield "Outcomes", ", ".join(plain(one).lower() for one in rule.outcomes)
        if rule.duties:
            yield "On a condition", ", ".join(rule.duties)
        if rule.ends_after:
            yield "A condition ends after", spelt(rule.ends_after)
    yield "Holds", _validity(level)
    if level.opens:
        yield "Renewal opens", f"{spelt(level.opens)} before the end"
    if level.grace:
        yield "Grace after the end", spelt(level.grace)
    for permit in level.permits:
        more = [*permit.duties, *(f"{plain(key).lower()}: {_plainly(one)}" for key, one in permit.scope.items())]
        more += [f"at most {plain(key).lower()}: {_plainly(one)}" for key, one in permit.limit.items()]
        more += [f"while {' or '.join(plain(one).lower() for one in permit.standings)}"] if permit.standings else []
        yield f"Lets somebody {permit.may}", "; ".join(more) or "yes"


def _validity(level: Level) -> str:
    if level.valid is None:
        return "for ever"
    length = f"for {spelt(level.valid.lasting)}" if level.valid.lasting else ""
    until = f"until the next {level.valid.until_next}" if level.valid.until_next else ""
    return " and then ".join(one for one in (length, until) if one) or "for ever"


def _lines(requirements: Requirements, pathway: Pathway) -> tuple[RuleLine, ...]:
    return tuple(_line(one, pathway) for one in requirements)


def _line(one: Requirement, pathway: Pathway) -> RuleLine:
    ask = one.ask
    parts: list[tuple[str, tuple[RuleLine, ...]]] = []
    if isinstance(ask, Group):
        parts.append((_of_group(ask), _lines(ask.children, pathway)))
    if isinstance(ask, Leaf) and ask.each_with:
        parts.append(("Each of them with", _lines(ask.each_with, pathway)))
    if isinstance(ask, Leaf) and ask.by and ask.by.requires:
        parts.append(("Who signs needs", _lines(ask.by.requires, pathway)))
    sources = tuple(pathway.sources.get(key, key) for key in one.source)
    asks = title_of(replace(one, title=""), pathway)
    return RuleLine(one.id, title_of(one, pathway), asks, tuple(_notes(one, pathway)), sources, one.place, tuple(parts))


def _of_group(ask: Group) -> str:
    words = {"all_of": "All of these", "none_of": "None of these"}
    return words.get(ask.kind) or ("One of these" if ask.at_least == 1 else f"{ask.at_least} of these")


def _notes(one: Requirement, pathway: Pathway) -> Iterator[str]:
    ask = one.ask
    if isinstance(ask, Leaf):
        yield from _of_leaf(ask, pathway)
    if isinstance(ask, Group) and ask.once:
        yield "Each record counts for one of them only"
    if one.applies_when:
        yield f"Only where: {title_of(one.applies_when, pathway)}"
    if period := _period(one.effective):
        yield f"Counts {period}"
    if one.tenure:
        first, last = (spelt(end) if end else "" for end in one.tenure)
        yield f"Asked {f'after {first}' if first else 'from the first day'}{f' until {last}' if last else ''} in it"
    if one.waivable_by:
        yield f"{named(one.waivable_by, pathway)} may accept earlier learning in its place"
    if one.advisory:
        yield "Advice only: nothing waits for it"
    if one.note:
        yield one.note


def _of_leaf(ask: Leaf, pathway: Pathway) -> Iterator[str]:
    if who := _signatory(ask.by, pathway):
        yield f"Signed by {who}"
    if len(ask.where) > 2:  # the first two are told with what is asked
        yield f"Where: {'; '.join(condition_words(condition) for condition in ask.where[2:])}"
    yield from (_portion(one) for one in ask.of_which)
    if ask.each and len(ask.each[1]) > 1:
        yield f"Of each {plain(ask.each[0]).lower()}: {', '.join(plain(str(one)) for one in ask.each[1])}"
    for one in ask.passing.forms if ask.passing else ():
        yield f"Passed by {plain(one.form).lower()}: {_plainly(one.value)}"
    if ask.pass_any:
        yield "Passed or not"
    for word, names in (("Since", ask.since), ("After", ask.after), ("Up to", ask.up_to), ("Before", ask.before)):
        if names:
            yield f"{word}: {', '.join(_anchor(name, pathway) for name in names)}"
    if ask.within and (len(ask.within) > 1 or ask.since or ask.after or ask.up_to or ask.before):
        yield f"Within {' and '.join(spelt(length) for length in ask.within)}"


def _portion(one: Portion) -> str:
    what = plain(one.name)
    where = f" ({'; '.join(condition_words(condition) for condition in one.where)})" if one.where else ""
    amounts = [f"at least {_amount(*pair)}" for pair in one.at_least]
    amounts += [f"{_amount(*pair)} different" for pair in one.different]
    amounts += [f"at most {_amount(*pair)} of it" for pair in one.counts_up_to]
    return f"Of that {what.lower()}{where}: {', '.join(amounts) or 'some'}"


def _amount(of: str, count: object) -> str:
    said = _plainly(count)
    return said if of == "records" else f"{said} {plain(of).lower()}"


def _signatory(by: SignatoryRule | None, pathway: Pathway) -> str:
    if by is None:
        return ""
    who = named(by.holds, pathway) if by.holds else "somebody"
    return f"{who}, not their own {' or '.join(plain(one).lower() for one in by.not_own)}" if by.not_own else who


def _anchor(name: str, pathway: Pathway) -> str:
    """A day that a rule counts from: of a level, a requirement, or a word of the language."""
    titles = {one.id: title_of(one, pathway) for level in pathway.levels.values() for one in level.requires}
    return titles.get(name) or named((name,), pathway).lower().replace("_", " ")


def _period(period: tuple[date | None, date | None]) -> str:
    first, last = (f"{one.day} {one:%B %Y}" if one else "" for one in period)
    return " ".join(one for one in (f"from {first} on" if first else "", f"until {last}" if last else "") if one)


def _plainly(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{plain(str(key)).lower()} {_plainly(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plainly(one) for one in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(number(value))
    return plain(str(value))
