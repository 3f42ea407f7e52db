"""The next steps of a holder in plain words with numbers, for the page "my pathway"."""

from collections.abc import Iterator
from datetime import date

from certificates.pathways.engine.context import counting
from certificates.pathways.engine.nodes import Count, Node
from certificates.pathways.engine.reasons import shown
from certificates.pathways.engine.verdict import LevelVerdict
from certificates.pathways.language.schema import Group, Leaf
from training.parsing.plurals import has_plural, many, plural
from training.parsing.values import Result

_TOLD = {
    "ready": "You have done all of it. Now somebody has to decide. You need do no more.",
    "ready by rules": "You have done all of it. This is being decided by the rules alone, within a day. You need do no "
    "more.",
    "suspended": "Your certificate is on hold. Ask your central unit what to do.",
    "withdrawn": "Your certificate was taken back. Ask your central unit what to do.",
    "replaced": "You have a new certificate in place of this one.",
}
_NOT_YOUR = {
    "supervisor": "has not supervised you",
    "trainer": "has not taught you",
    "co_leader": "has not led a group with you",
    "assessor": "has not assessed you before",
    "manager": "is not your manager",
    "relative": "is not in your family",
}
_NOUNS = {
    "learning": ("course", "courses"),
    "quiz": ("quiz", "quizzes"),
    "assessment": ("assessment", "assessments"),
    "supervision": ("supervision session", "supervision sessions"),
    "feedback": ("feedback form", "feedback forms"),
    "signoff": ("sign-off", "sign-offs"),
    "calibration": ("rating test", "rating tests"),
    "check": ("check", "checks"),
    "fee": ("fee", "fees"),
}
FOR = " It is for: "
"""What stands before the titles of the requirements that a sentence is about; what several need is said once."""
STILL, BEFORE, WAITS = "Still to do:", "Before this counts", "may then count."
"""How sentences begin or end: of what is left, of what has to wait, and of what is waited for."""
LONGEST = 150
"""Letters of a choice that are read at once; of a longer one each thing is named in short."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def next_steps(level: LevelVerdict, *, by_rules: bool = False) -> dict[str, str]:
    """What the holder has to do next at a level: sentence → id of the requirement that can be recorded now, or "".

    `by_rules` says that no named person decides on this level.
    """
    state = level.standing.state
    if state == "ready" and by_rules:
        return {_TOLD["ready by rules"]: ""}
    if state in _TOLD:
        return {_TOLD[state]: ""}
    part = {
        "renewal_due": level.renewal,
        "in_grace": level.renewal,
        "provisional": level.lifted_by,
        "lapsed": level.return_,
        "certified": None,
    }
    after_grant = part.get(state)
    nodes = after_grant.requires if after_grant else () if state in part else level.entry + level.requires
    titles: dict[tuple[str, str], list[str]] = {}
    ids: dict[tuple[str, str], str] = {}
    for node in counting(nodes):
        for line in _steps(node, level):
            said, for_, title = line.removesuffix(".").partition(FOR)
            known = node.id in ids.values() or said.startswith(BEFORE) or said.endswith(WAITS)
            ids.setdefault((said, for_), "" if known else node.id)
            titles.setdefault((said, for_), []).append(title)
    return {f"{''.join(key)}{'; '.join(dict.fromkeys(titles[key]))}.": ids[key] for key in titles}


def _steps(node: Node, level: LevelVerdict) -> Iterator[str]:
    if node.result in (Result.MET, Result.NOT_APPLICABLE) or node.requirement is None:
        return
    ask = node.requirement.ask
    if node.late and not isinstance(ask, Group):
        yield f"It is too late for this: {node.title}. Ask your coordinator what you can do."
    elif isinstance(ask, Group):
        yield from _of_group(node, ask, level)
    elif isinstance(ask, Leaf):
        yield from _of_leaf(node, ask, level)
    else:
        yield f"{STILL} {node.title}."


def _of_group(node: Node, group: Group, level: LevelVerdict) -> Iterator[str]:
    members = counting(node.children)
    if group.kind == "none_of":
        yield f"This stands in your way: {node.title}. Talk to your coordinator."
    elif group.kind == "all_of":
        for child in members:
            yield from _steps(child, level)
    else:
        met = sum(child.result is Result.MET for child in members)
        choices = [_choice(child) for child in members if child.result is not Result.MET]
        words = " or ".join(choices)
        if len(words) > LONGEST:
            words = "; or ".join(one.partition(",")[0] for one in choices)
        yield f"Do {group.at_least - met} of these: {words}."


def _choice(node: Node) -> str:
    """What one may choose: its title, or of several things without one of their own the first."""
    members = counting(node.children)
    if not members or not node.title.endswith("of these"):
        return node.title
    return f"{members[0].title.partition(',')[0]} and {many(len(members) - 1, 'more thing')}"


def _of_leaf(node: Node, leaf: Leaf, level: LevelVerdict) -> Iterator[str]:
    if leaf.by and leaf.by.not_own and not node.maybe:
        yield _by_somebody_else(node, leaf, level)
        yield from _waits(node, level)
        return
    if any(count.at_most and count.result is Result.NOT_MET for count in node.counts):
        yield f"This is more than you may have: {node.title}. Talk to your coordinator."
        return
    said = [_count(count, leaf, node) for count in _telling(node)] or [f"{STILL} {node.title}."]
    yield from (line for line in said if not (line.startswith(STILL) and (node.waits_for or node.maybe)))
    if node.waits_for:
        yield from _waits(node, level)
    elif node.maybe:
        waits = "1 of yours waits" if len(node.maybe) == 1 else f"{len(node.maybe)} of yours wait"
        yield f"{waits} to be confirmed or filled in, and {WAITS}{FOR}{node.title}."
    elif node.result is Result.CANNOT_TELL:
        yield f"We do not know enough. Ask your coordinator to add what is missing.{FOR}{node.title}."
    elif node.earliest and (leaf.held_for or leaf.every or len(leaf.within) > 1):
        yield f"The first day for this is {_day(node.earliest)}.{FOR}{node.title}."


def _telling(node: Node) -> list[Count]:
    """The counts that lack something, without the plain number where as many different ones are to be found."""
    lacking = [count for count in node.counts if count.result is not Result.MET]
    most = max((count.left for count in lacking if count.of.startswith("different ")), default=0)
    return [count for count in lacking if count.of != "records" or count.left > most]


def _waits(node: Node, level: LevelVerdict) -> Iterator[str]:
    if node.waits_for:
        known = {one.id: one.title for one in level.nodes()}
        titles = [known.get(name, name.replace("_", " ")) for name in node.waits_for]
        yield f"{BEFORE}, finish: {', '.join(titles)}.{FOR}{node.title}."


def _count(count: Count, leaf: Leaf, node: Node) -> str:
    """One quantity with what is left: 6 of 8 hours of supervision: 2 hours left."""
    value, parted, of = count.of.rpartition(": ")
    front = value + parted  # the value or part in front of a quantity
    have, need, left = shown(count.have), shown(count.need), shown(count.left)
    if of == "periods":
        return f"{node.title}: {have} of {need} done so far."
    if of.startswith(("different ", "new ")):
        kind, what = of.split(" ", 1)
        return f"{front}{have} of {need} {kind} {_people(what)}: {left} more to find.{FOR}{node.title}."
    if of == "records":
        if count.need == 1:
            return f"{STILL} {front}{node.title}."
        one, several = _noun(leaf)
        if not has_plural(one):
            return f"{front}{node.title}: {have} of {need} so far, {left} left."
        return f"{front}{have} of {need} {several}: {left} {one if count.left == 1 else several} left."
    unit = of.removesuffix("s") if count.left == 1 else of
    return f"{front}{have} of {need} {of} of {_thing(leaf)}: {left} {unit} left."


def _by_somebody_else(node: Node, leaf: Leaf, level: LevelVerdict) -> str:
    """Who must sign what is still open, with how many there are already."""
    assert leaf.by is not None
    not_your = " and ".join(_NOT_YOUR[one] for one in leaf.by.not_own)
    alike = [one for one in level.nodes() if _asks_alike(one, leaf)]
    done = len({record for one in alike for record in one.used})
    total = max((int(count.need) for one in alike for count in one.counts if count.of == "records"), default=1)
    noun, nouns = _noun(leaf)
    if not done:
        which = f"Your {noun}" if total == 1 else f"One of your {total} {nouns}"
    else:
        which = f"Your {_ORDINALS[done] if done < len(_ORDINALS) else 'next'} {noun}"
    return f"{which} must be by somebody who {not_your}."


def _asks_alike(node: Node, leaf: Leaf) -> bool:
    ask = node.requirement.ask if node.requirement else None
    return isinstance(ask, Leaf) and ask.type == leaf.type and ask.names == leaf.names


def _noun(leaf: Leaf) -> tuple[str, str]:
    if leaf.type in _NOUNS and leaf.names != ("reference",):
        return _NOUNS[leaf.type]
    name = leaf.names[0] if len(leaf.names) == 1 else leaf.type
    return name, plural(name)


def _thing(leaf: Leaf) -> str:
    return leaf.names[0] if leaf.type == "learning" and len(leaf.names) == 1 else leaf.type


def _people(attribute: str) -> str:
    return {"by": "people who sign", "client": "families", "family": "families", "who": "people"}.get(
        attribute, plural(attribute.replace("_", " "))
    )


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
