"""What people call a requirement: its title, or words made from its rule where nobody wrote one."""

from dataclasses import replace

from certificates.pathways.language.schema import Group, Leaf, Level, Pathway, Requirement, Requirements, Team
from training.parsing.plurals import has_plural, plural

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
    "award": "Certified as",
    "role": "Role",
    "relation": "Works with",
}
GROUPS = {"all_of": " and ", "any_of": " or ", "none_of": " or "}


def titled(pathway: Pathway) -> Pathway:
    """Returns a pathway in which every requirement has a title, so that no page shows an id to people."""
    return replace(pathway, levels={name: _level(level) for name, level in pathway.levels.items()})


def _level(level: Level) -> Level:
    decision = level.decision
    return replace(
        level,
        entry=_all(level.entry),
        requires=_all(level.requires),
        renewal=None if level.renewal is None else _all(level.renewal),
        keep=None if level.keep is None else _all(level.keep),
        return_=None if level.return_ is None else _all(level.return_),
        permits=tuple(replace(permit, requires=_all(permit.requires)) for permit in level.permits),
        decision=decision and replace(decision, lifted_by=_all(decision.lifted_by)),
    )


def _all(requirements: Requirements) -> Requirements:
    return tuple(_titled(one) for one in requirements)


def _titled(requirement: Requirement) -> Requirement:
    ask = requirement.ask
    if isinstance(ask, Group):
        requirement = replace(requirement, ask=replace(ask, children=_all(ask.children)))
    return replace(requirement, title=title_of(requirement))


def title_of(requirement: Requirement) -> str:
    """Returns the title that was given to a requirement, or words made from its rule."""
    if requirement.title:
        return requirement.title
    ask = requirement.ask
    if isinstance(ask, Leaf):
        return _of_leaf(ask)
    if isinstance(ask, Group) and ask.children:
        joined = GROUPS[ask.kind].join(_inside(title_of(child)) for child in ask.children)
        front = {"none_of": "None of: ", "any_of": f"{ask.at_least} of: " if ask.at_least > 1 else ""}
        words = front.get(ask.kind, "") + joined
        return words[:1].upper() + words[1:]
    return "Who leads" if isinstance(ask, Team) else "What the record must say"


def _of_leaf(leaf: Leaf) -> str:
    kind, names = TYPES.get(leaf.type, leaf.type.capitalize()), [name.replace("_", " ") for name in leaf.names]
    named = " or ".join(names)
    amount = next((one for one in leaf.at_least if one != ("records", 1)), None)
    if leaf.type == "award":
        return f"{kind} {named}"
    if amount is None:
        return f"{kind}: {named}" if named else kind
    of, count = amount
    if of != "records":
        unit = of.removesuffix("s") if count == 1 else of
        return f"{count} {unit} of {named or kind.lower()}"
    noun = names[0] if len(names) == 1 and leaf.type in ("delivery", "event") else kind.lower()
    if not has_plural(noun):
        return f"{named}, {count} times" if named else f"{kind}, {count} times"
    counted = f"{count} {noun if count == 1 else plural(noun)}"
    return counted if noun == named or not named else f"{counted}: {named}"


def _inside(title: str) -> str:
    """A title inside of a sentence; what is written in capitals stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
