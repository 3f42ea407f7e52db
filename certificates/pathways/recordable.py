"""Requirements that nobody can record, and why; and levels that need a first holder from elsewhere; pure."""

from collections.abc import Iterator

from certificates.pathways.asked import AskedRequirement
from certificates.pathways.language.schema import (
    Amounts,
    Condition,
    Group,
    Leaf,
    Level,
    Pathway,
    Requirement,
    SignatoryRule,
    Team,
)
from training.parsing.findings import as_day
from training.parsing.keywords import CONFIRMATIONS, GRANTS, STANDINGS, YES_OR_NO
from training.parsing.lengths import Length, add, subtract
from training.parsing.values import Value

ONE_DAY = Length(months=0, days=1)
NEVER_GRANTED = frozenset({"ready", "in_training", "not_started"})
"""Standings before a first grant: there is no award yet that could have them."""


def why_not(spot: AskedRequirement) -> tuple[str, str] | None:
    """Returns why nobody can record what a requirement asks, and what to do about it; None: somebody can."""
    return next(_reasons(spot), None)


def _reasons(spot: AskedRequirement) -> Iterator[tuple[str, str]]:
    ask, pathway = spot.requirement.ask, spot.pathway
    if isinstance(ask, Group):
        return
    if isinstance(ask, Leaf):
        yield from _of_award(ask, spot) if ask.type == "award" else ()
        if ask.type == "role" and spot.holder == "site":
            yield "roles are given to people, and this looks at a site", "ask it of a person, or ask for a relation"
        yield from _signing(ask.by, pathway)
        yield from _amounts(ask, pathway)
        yield from _days(ask)
        yield from _passing(ask)
        conditions = (*ask.where, *(one for part in ask.of_which for one in part.where))
    else:
        conditions = ask.where
    if isinstance(ask, Team) and ask.holds:
        yield from _signing(SignatoryRule(holds=ask.holds), pathway)
    for one in conditions:
        yield from _condition(one, is_award=isinstance(ask, Leaf) and ask.type == "award")


def _of_award(leaf: Leaf, spot: AskedRequirement) -> Iterator[tuple[str, str]]:
    """An award of a level that is held by the other kind of holder, or that no decision grants, or held twice."""
    pathway = spot.pathway
    known = [pathway.levels[name] for name in leaf.names if name in pathway.levels]
    need, single = dict(leaf.at_least).get("records", 0), not any(level.per for level in known)
    if single and _more(need, len(leaf.names)):
        yield f"{need} awards are asked and {len(leaf.names)} can be held", "name more levels"
    own = [name for name in leaf.names if name.startswith(f"{pathway.id}/")]
    if len(known) + len(own) < len(leaf.names):
        return  # a level of another pathway: its awards are imported
    levels = [level for level in known if level.holder == spot.holder]
    if not known:
        yield f"{own[0]} is a level of this pathway", f"write {own[0].partition('/')[2]}"
    elif not levels and spot.holder == "person":
        yield f"{known[0].id} is held by sites, and this looks at a person", "write whose: site"
    elif not levels:
        yield f"{known[0].id} is held by people, and this looks at a site", "ask for a level of a site"
    elif all(why_never_awarded(level, pathway) for level in levels):
        yield why_never_awarded(levels[0], pathway) or ("", "")


def why_never_awarded(level: Level, pathway: Pathway) -> tuple[str, str] | None:
    """Returns why nobody can ever be awarded a level, and what to do about it; None: somebody can."""
    decision = level.decision
    if decision and not any(one in GRANTS for one in decision.outcomes):
        return f"no decision on {level.id} grants it", "add certified to its outcomes"
    return next(_signing(decision.by, pathway), None) if decision else None


def _signing(by: SignatoryRule | None, pathway: Pathway) -> Iterator[tuple[str, str]]:
    names = by.holds if by else ()
    sites = [one for one in names if one not in pathway.roles and one in pathway.levels
             and pathway.levels[one].holder == "site"]  # fmt: skip
    own = [one for one in names if one.startswith(f"{pathway.id}/")]
    if sites and len(sites) + len(own) == len(names):
        yield f"{' and '.join(sites)}: held by sites, and people sign", "name a role, or a level of people"
    elif own and len(own) == len(names):
        yield f"{own[0]} is a level of this pathway", f"write {own[0].partition('/')[2]}"


def _passing(leaf: Leaf) -> Iterator[tuple[str, str]]:
    for one in leaf.passing.forms if leaf.passing else ():
        if one.form in ("percent", "agreement") and _more(one.value, 100):
            yield f"{one.form} is {one.value}, above 100", "write 100 or less"


def _amounts(leaf: Leaf, pathway: Pathway) -> Iterator[tuple[str, str]]:
    """More different values than an attribute can have, and a part that must be larger than the whole may be."""
    parts: list[Amounts] = [leaf.different, leaf.new, *(part.different for part in leaf.of_which)]
    for name, count in (one for part in parts for one in part):
        values = len(_values(name, pathway) or ())
        if values and _more(count, values):
            yield f"{count} different {name} are asked and it has {values} values", f"write {values} or less"
    most = dict(leaf.at_most)
    for portion in leaf.of_which:
        for name, count in portion.at_least:
            if name in most and _more(count, most[name]):
                yield f"{portion.name} asks for more {name} than all may have", "change one of the two"


def _values(attribute: str, pathway: Pathway) -> tuple[Value, ...] | None:
    """The only values that an attribute can have; None: any."""
    if pathway.attributes.get(attribute) == YES_OR_NO or attribute in ("consent", "recorded", "observed", "new"):
        return (True, False)
    own = pathway.own_attributes.get(attribute)
    return CONFIRMATIONS if attribute == "confirmed" else own.one_of if own and own.one_of else None


def _more(one: Value, other: Value) -> bool:
    return not isinstance(one, str) and not isinstance(other, str) and one > other  # type: ignore[operator]


def _days(leaf: Leaf) -> Iterator[tuple[str, str]]:
    """Fixed days between which no day lies."""
    first = [day for one in leaf.since if (day := as_day(one))]
    first += [add(day, ONE_DAY) for one in leaf.after if (day := as_day(one))]
    last = [day for one in leaf.up_to if (day := as_day(one))]
    last += [subtract(day, ONE_DAY) for one in leaf.before if (day := as_day(one))]
    if first and last and max(first) > min(last):
        yield "no day lies between its days", "change one of the two days"


def _condition(one: Condition, *, is_award: bool) -> Iterator[tuple[str, str]]:
    known: tuple[str, ...] = ()
    if one.attribute == "confirmed":
        known = CONFIRMATIONS
    elif is_award and one.attribute == "standing":
        known = tuple(state for state in STANDINGS if state not in NEVER_GRANTED)
    elif is_award and one.attribute == "outcome":
        known = GRANTS
    fitting = [value for value in known if not one.one_of or value in one.one_of]
    if known and not any(value not in one.none_of for value in fitting):
        yield f"{one.attribute} is never that", f"use one of: {', '.join(known)}"


def first_holders(pathway: Pathway) -> frozenset[str]:
    """Returns the levels of people that nobody here can be first to hold, as each way to them needs such a holder.

    Their first holders come from elsewhere: by an award that is imported.
    """
    held = {name for name, level in pathway.levels.items() if level.holder == "site"}
    found = -1
    while found < len(held):
        found = len(held)
        for level in pathway.levels.values():
            asked = (*level.entry, *level.requires)
            by = level.decision.by if level.decision else None
            if _can_sign(by, pathway, held) and all(_can_be_met(one, pathway, held) for one in asked):
                held.add(level.id)
    return frozenset(pathway.levels) - held


def _can_be_met(requirement: Requirement, pathway: Pathway, held: set[str]) -> bool:
    ask = requirement.ask
    if requirement.advisory or requirement.applies_when:
        return True
    if requirement.waivable_by and _can_sign(SignatoryRule(holds=requirement.waivable_by), pathway, held):
        return True
    if isinstance(ask, Group):
        met = [_can_be_met(one, pathway, held) for one in ask.children if not one.advisory]
        return ask.kind == "none_of" or (sum(met) >= ask.at_least if ask.kind == "any_of" else all(met))
    if not isinstance(ask, Leaf):
        return True
    awarded = ask.type != "award" or any(name in held or name not in pathway.levels for name in ask.names)
    below = all(_can_be_met(one, pathway, held) for one in ask.each_with)
    return awarded and below and _can_sign(ask.by, pathway, held)


def _can_sign(by: SignatoryRule | None, pathway: Pathway, held: set[str]) -> bool:
    names = by.holds if by else ()
    return not names or any(name in pathway.roles or name in held or name not in pathway.levels for name in names)
