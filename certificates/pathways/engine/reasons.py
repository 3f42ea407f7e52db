"""The plain words of a requirement: its reason, with the numbers."""

from certificates.pathways.engine.nodes import Count, Node
from certificates.pathways.language.schema import Group, Leaf, Requirement, Team, This
from training.parsing.values import Result, number

_GROUP_WORDS = {
    "all_of": "{met} of {all} are met",
    "any_of": "{met} met, {need} needed",
    "none_of": "none of {all} may be met, {met} met",
}


def reason(node: Node) -> str:
    """Why the requirement is met, not met, or why nobody can tell."""
    requirement = node.requirement
    if requirement is None:
        return ""
    said = f"{asked(requirement)}: {_numbers(node, requirement)}"
    return "; ".join([said, *_remarks(node)])


def asked(requirement: Requirement) -> str:
    """What a requirement asks for, in two or three words."""
    ask = requirement.ask
    if isinstance(ask, Leaf):
        return f"{ask.type} ({', '.join(ask.names) or 'any'})"
    if isinstance(ask, Group):
        return ask.kind.replace("_", " ")
    return "this record" if isinstance(ask, This) else "team"


def count_words(count: Count) -> str:
    """One quantity in words: 5 of 6 records."""
    have, need = shown(count.have), shown(count.need)
    if count.at_most:
        return f"{have} {count.of}, at most {need}"
    return f"{have} of {need} {count.of}"


def shown(value: object) -> str:
    """A number as people write it."""
    return str(number(value))


def _numbers(node: Node, requirement: Requirement) -> str:
    ask = requirement.ask
    if isinstance(ask, Group):
        members = [one for one in node.children if not one.advisory and one.result is not Result.NOT_APPLICABLE]
        met = sum(one.result is Result.MET for one in members)
        return _GROUP_WORDS[ask.kind].format(met=met, all=len(members), need=ask.at_least)
    if isinstance(ask, This):
        return {Result.MET: "as asked", Result.NOT_MET: "not as asked"}.get(node.result, "does not say enough")
    if isinstance(ask, Team) and node.counts and node.counts[0].might_have is None:
        return "no team is named"
    return "; ".join(count_words(count) for count in node.counts)


def _remarks(node: Node) -> list[str]:
    said = []
    if node.waived:
        said.append("waived")
    if node.waits_for:
        said.append(f"waits for {', '.join(node.waits_for)}")
    if node.late:
        said.append("too late")
    if node.maybe and node.result is Result.CANNOT_TELL:
        said.append(f"{', '.join(node.maybe)} may count")
    elif node.result is Result.CANNOT_TELL and not node.waits_for:
        said.append("the records do not say enough")
    if node.result is Result.MET and not node.waived and any(count.result is Result.NOT_MET for count in node.counts):
        said.append("not due yet")
    return said
