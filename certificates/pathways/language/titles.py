"""What people call a requirement: its title, or words made from its rule where nobody wrote one."""

from collections.abc import Iterable
from dataclasses import replace

from certificates.pathways.language.schema import (
    Condition,
    Group,
    Leaf,
    Level,
    Pathway,
    Requirement,
    Requirements,
    Team,
    This,
)
from training.parsing.keywords import HELD_TYPES
from training.parsing.labels import NAMES, plain, unit_of
from training.parsing.lengths import Length
from training.parsing.plurals import has_plural, many, plural
from training.parsing.values import Value, number

TYPES = {
    "learning": "Course",
    "quiz": "Quiz",
    "delivery": "Delivery",
    "assessment": "Assessment",
    "supervision": "Supervision",
    "feedback": "Feedback",
    "signoff": "Sign-off",
    "calibration": "Rating test",
    "portfolio": "Portfolio",
    "experience": "Experience",
    "fee": "Fee",
    "return": "Data handed in",
    "event": "Event",
    "qualification": "Qualification",
    "registration": "Registration",
    "check": "Check",
    "background": "Profession",
    "agreement": "Agreement",
    "membership": "Membership",
    "award": "Holds",
    "role": "Role",
    "relation": "Works with",
}
LED = ("group", "course", "class", "session", "workshop", "programme")
"""What one leads; all else that is delivered is done."""
SPEAKS = {
    "learning": ("course", "training", "workshop", "education", "day", "sessions", "introduction", "trainers"),
    "quiz": ("quiz",),
    "supervision": ("supervision", "consultation", "intervision", "meeting", "coaching"),
    "feedback": ("evaluation", "evaluations", "feedback", "parents", "video"),
    "portfolio": ("portfolio", "workbook", "tasks", "reflection", "report", "self-report"),
    "agreement": ("agreement", "contract", "licence", "code"),
    "check": ("check", "reference", "vetting", "membership"),
}
"""Last words of names that say by themselves of which type they are; a check is always called so."""
LONGEST = 90
"""A group whose title would be longer is told by the number of its parts."""
MOST_NAMES = 3
"""Of more names than one more than that, the others are counted."""
AS_SAID = {
    ("consent", True): "with consent",
    ("recorded", True): "filmed or taped",
    ("observed", True): "observed",
    ("medium", "live"): "seen live",
    ("medium", "video"): "seen on video",
    ("medium", "audio"): "heard on tape",
}
SAID_ALONE = ("mode", "medium", "status", "topic", "gender")
"""Attributes whose values say by themselves what they are of."""
UNITS = {"cohort_size": "people trained together", "group_size": "people in the group"}
JOINED = {"all_of": " and ", "any_of": " or ", "none_of": " or "}


def titled(pathway: Pathway) -> Pathway:
    """Returns a pathway in which every requirement has a title, so that no page shows an id to people."""
    levels = {name: _level(level, pathway) for name, level in pathway.levels.items()}
    deliveries = {name: _all(requirements, pathway) for name, requirements in pathway.deliveries.items()}
    return replace(pathway, levels=levels, deliveries=deliveries)


def _level(level: Level, pathway: Pathway) -> Level:
    decision = level.decision
    return replace(
        level,
        entry=_all(level.entry, pathway),
        requires=_all(level.requires, pathway),
        renewal=None if level.renewal is None else _all(level.renewal, pathway),
        keep=None if level.keep is None else _all(level.keep, pathway),
        return_=None if level.return_ is None else _all(level.return_, pathway),
        permits=tuple(replace(permit, requires=_all(permit.requires, pathway)) for permit in level.permits),
        decision=decision and replace(decision, lifted_by=_all(decision.lifted_by, pathway)),
    )


def _all(requirements: Requirements, pathway: Pathway) -> Requirements:
    return tuple(_titled(one, pathway) for one in requirements)


def _titled(requirement: Requirement, pathway: Pathway) -> Requirement:
    ask = requirement.ask
    if isinstance(ask, Group):
        requirement = replace(requirement, ask=replace(ask, children=_all(ask.children, pathway)))
    elif isinstance(ask, Leaf) and ask.each_with:
        requirement = replace(requirement, ask=replace(ask, each_with=_all(ask.each_with, pathway)))
    return replace(requirement, title=title_of(requirement, pathway))


def title_of(requirement: Requirement, pathway: Pathway) -> str:
    """Returns the title that was given to a requirement, or words made from its rule."""
    if requirement.title:
        return requirement.title
    ask = requirement.ask
    if isinstance(ask, Group):
        words = _of_group(ask, pathway)
    elif isinstance(ask, This):
        words = " and ".join(condition_words(one) for one in ask.where)
    elif isinstance(ask, Team):
        words = _of_team(ask, pathway)
    else:
        words = _of_leaf(ask, pathway)
    return words[:1].upper() + words[1:]


def named(names: Iterable[str], pathway: Pathway) -> str:
    """Writes roles and levels as people call them: "Mentor or Trainer"."""
    return " or ".join(_held(one, pathway) for one in names)


def _held(name: str, pathway: Pathway) -> str:
    """A role, a level by its title, or a level of another pathway with its name: "Coach (other)"."""
    other, _, level = name.rpartition("/")
    if other:
        return f"{plain(level)} ({_plain_name(other)})"
    return (pathway.levels[name].title if name in pathway.levels else "") or plain(name)


def _of_group(ask: Group, pathway: Pathway) -> str:
    titles = [_inside(title_of(child, pathway)) for child in ask.children]
    count, leaves = len(titles), [child.ask for child in ask.children if isinstance(child.ask, Leaf)]
    front = {"none_of": "none of: ", "any_of": f"{ask.at_least} of: " if ask.at_least > 1 else ""}.get(ask.kind, "")
    words = front + JOINED[ask.kind].join(titles)
    if len(words) <= LONGEST:
        return words
    which = "one of" if ask.at_least == 1 else f"{ask.at_least} of"
    things = {_noun(leaf)[0] for leaf in leaves}
    if ask.kind == "any_of" and len(leaves) == count and len(things) == 1:
        return f"{things.pop()}, in {which} {count} ways"
    every = "both of these" if count == 2 else f"all {count} of these"
    return {"all_of": every, "any_of": f"{which} these {count} ways"}.get(ask.kind, f"none of these {count}")


def _of_team(ask: Team, pathway: Pathway) -> str:
    least, most = ask.at_least, ask.at_most
    count = f"at least {least}" if most is None else f"at most {most}" if not least else f"{least} to {most}"
    who = " or ".join(plain(role).lower() for role in ask.roles)
    conditions = [named(ask.holds, pathway)] if ask.holds else []
    conditions += [condition_words(one) for one in ask.where]
    return f"{count} {who + ' ' if who else ''}in the team{': ' if conditions else ''}{', '.join(conditions)}"


def _of_leaf(leaf: Leaf, pathway: Pathway) -> str:
    if leaf.type == "award":
        front = f"{'has held' if leaf.ever else 'holds'}{_for(leaf.held_for)}: "
        words = ("the site " if leaf.of_site else "") + front + named(leaf.names, pathway)
    else:
        words = _counted(leaf) + (" (the site’s)" if leaf.of_site else "")
    rest, when = tuple(_rest(leaf)), _when(leaf)
    words = ", ".join((words, *rest))
    apart = rest or ":" in words or leaf.type in HELD_TYPES
    return f"{words}{',' if apart else ''} {when}" if when else words


def _counted(leaf: Leaf) -> str:
    """What is asked for with how much of it: "40 hours of supervision", "led 2 groups", "sign-off: interview"."""
    amounts = leaf.at_least or leaf.at_most
    front = "" if leaf.at_least or not leaf.at_most else "at most "
    of, count = amounts[0] if amounts else ("records", 1)
    thing, things = _noun(leaf)
    led = leaf.type == "delivery" and not front and thing.split(" ")[-1] in LED
    if of != "records":
        unit = unit_of(of) or _plain_name(of)
        thing = _inside(thing).removeprefix(f"{TYPES[leaf.type].lower()}: ")
        return f"{front}{number(count)} {_singular(unit) if count == 1 else unit} of {thing}"
    if leaf.type == "relation":
        return f"{front}{number(count)} {things}" if front or count != 1 else f"works with a {thing}"
    if count == 1 and not front:
        return f"led {'an' if thing[:1] in 'aeiou' else 'a'} {thing}" if led else thing
    if not things:
        return f"{thing}, {front}{number(count)} times"
    return f"{front}{'led ' if led else ''}{number(count)} {_inside(things)}"


def _noun(leaf: Leaf) -> tuple[str, str]:
    """The thing itself, and its plural if it has one."""
    kind, names = TYPES[leaf.type], [NAMES.get(name) or _inside(_plain_name(name)) for name in leaf.names]
    if len(names) > MOST_NAMES + 1:
        names = [*names[:MOST_NAMES], f"{len(names) - MOST_NAMES} more"]
    joined = ", ".join(names[:-1]) + (" or " if names[:-1] else "") + names[-1] if names else ""
    alone = len(names) == 1
    if not names:
        return kind, plural(kind) if has_plural(kind) and leaf.type != "supervision" else ""
    if alone and leaf.type in ("delivery", "event", "relation"):
        return joined, plural(joined) if has_plural(joined) else ""
    if alone and leaf.type == "fee":
        return f"{joined} fee", f"{joined} fees"
    if leaf.type == "assessment":
        return f"{kind}: {joined}", f"{plural(kind)}: {joined}"
    last = names[-1].split(" ")[-1].lower()
    if leaf.type == "check" or last in SPEAKS.get(leaf.type, ()):
        before, of, after = joined.partition(" of ")
        counted = alone and not last.endswith("s") and has_plural(before)
        return joined, plural(before) + of + after if counted else ""
    if alone and leaf.type == "supervision" and " " not in joined:
        return f"{joined} supervision", ""
    bracketed = leaf.type in ("supervision", "experience", "portfolio")
    return (f"{kind} ({joined})" if bracketed else f"{kind}: {joined}"), ""


def _rest(leaf: Leaf) -> Iterable[str]:
    """What else a leaf asks, each in a few words; days that it waits for are told elsewhere."""
    yield from (condition_words(one) for one in leaf.where[:2])
    if leaf.each:
        values = len(leaf.each[1])
        yield f"each of {values} {plural(_plain_name(leaf.each[0]))}" if values > 1 else _said(leaf.each[1][0])
    for front, amounts in (("", leaf.different), ("new ", leaf.new)):
        for of, count in amounts:
            kind = front or ("different " if count != 1 else "")
            noun, nouns = ("person", "people") if of in ("by", "who") else (_plain_name(of), plural(_plain_name(of)))
            yield f"{'by' if of == 'by' else 'with'} {number(count)} {kind}{noun if count == 1 else nouns}"
    for one in leaf.passing.forms if leaf.passing else ():
        if one.form in ("score", "percent", "mean", "agreement"):
            percent = one.form in ("percent", "agreement")
            yield f"{number(one.value)} percent or more" if percent else f"a score of {number(one.value)} or more"
    if leaf.held_for and leaf.type != "award":
        yield f"held{_for(leaf.held_for)}"


def _when(leaf: Leaf) -> str:
    if leaf.every:
        return f"every {_last(leaf.every)}{_for(leaf.lasting)}"
    if len(leaf.within) != 1 or leaf.since or leaf.after or leaf.up_to or leaf.before:
        return ""
    if leaf.type in HELD_TYPES:
        return f"not older than {spelt(leaf.within[0])}"
    return f"in the last {_last(leaf.within[0])}"


def condition_words(condition: Condition) -> str:
    """What an attribute must be: "in person", "at least level 6", "8 to 12 parents"."""
    name = condition.attribute
    values = condition.one_of or condition.none_of
    if values and isinstance(values[0], bool):
        yes = values[0] == bool(condition.one_of)
        return AS_SAID.get((name, yes)) or f"{'' if yes else 'not '}{_plain_name(name)}"
    if values:
        words = " or ".join(AS_SAID.get((name, one)) or _inside(_said(one)) for one in values)
        front = "as " if name == "role" else "" if name in SAID_ALONE else f"{_plain_name(name)} "
        return f"{'' if condition.one_of else 'not '}{front}{words}"
    unit = UNITS.get(name) or unit_of(name)
    low, high = (None if one is None else _said(one) for one in (condition.least, condition.most))
    if not unit:
        name = _plain_name(name)
        return f"{name} {low} to {high}" if low and high else f"at {'least' if low else 'most'} {name} {low or high}"
    amount = f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    return f"{amount} {_singular(unit) if (high or low) == '1' else unit}"


def spelt(length: Length) -> str:
    """Writes a length as people say it: "3 years", "1 year and 6 months"."""
    years, months = divmod(length.months, 12)
    weeks, days = divmod(length.days, 7) if length.days % 7 == 0 else (0, length.days)
    parts = ((years, "year"), (months, "month"), (weeks, "week"), (days, "day"))
    return " and ".join(many(count, unit) for count, unit in parts if count)


def _last(length: Length) -> str:
    return spelt(length).removeprefix("1 ")


def _for(length: Length | None) -> str:
    return f" for {spelt(length)}" if length else ""


def _plain_name(attribute: str) -> str:
    return attribute.replace("_", " ")


def _said(value: Value) -> str:
    return plain(value) if isinstance(value, str) else str(number(value))


def _singular(unit: str) -> str:
    return unit.replace("people", "person") if "people" in unit else unit.removesuffix("s")


def _inside(title: str) -> str:
    """A title inside of a sentence; what is written in capitals stays."""
    second = title[1:2]
    return title[:1].lower() + title[1:] if second.islower() or second in ("", " ", "-") else title
