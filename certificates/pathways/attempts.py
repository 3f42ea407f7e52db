"""What the rules of a pathway ask of an assessment that comes after one that was not passed; pure.

How soon: the first length of `within` since or after a requirement on the same assessment that takes any result. How
often: `where: {attempt: {max: …}}`. By whom: `not_own: assessor`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from certificates.pathways.asked import asked_requirements
from certificates.pathways.language.schema import Leaf, Pathway
from training.parsing.lengths import Length


@dataclass(frozen=True, slots=True)
class AttemptsAsked:
    """What holds for another attempt at an assessment: how long after the first, how many in all, by somebody else."""

    rated: str
    wait: Length | None = None
    most: int | None = None
    other: bool = False


def attempts_asked(pathway: Pathway) -> list[AttemptsAsked]:
    """Lists what every rule on an assessment asks of another attempt; where several do, the mildest of them."""
    leaves = {
        (spot.level.id if spot.level else "", spot.requirement.id): spot.requirement.ask
        for spot in asked_requirements(pathway)
        if isinstance(spot.requirement.ask, Leaf) and spot.requirement.ask.type == "assessment"
    }
    firsts = set()
    of_rules: dict[str, list[AttemptsAsked]] = defaultdict(list)
    for (level, _), leaf in leaves.items():
        before = [(level, name) for name in (*leaf.since, *leaf.after) if _takes_any(leaves, (level, name), leaf)]
        firsts |= set(before)
    for key, leaf in leaves.items():
        for rated in leaf.names if key not in firsts else ():
            of_rules[rated].append(_asked(rated, leaf, key[0], leaves))
    found = [_mildest(rules) for rules in of_rules.values()]
    return [one for one in found if one != AttemptsAsked(one.rated)]


def _takes_any(leaves: Mapping[tuple[str, str], Leaf], key: tuple[str, str], leaf: Leaf) -> bool:
    first = leaves.get(key)
    return first is not None and first.pass_any and first.names == leaf.names


def _asked(rated: str, leaf: Leaf, level: str, leaves: Mapping[tuple[str, str], Leaf]) -> AttemptsAsked:
    after_first = any(_takes_any(leaves, (level, name), leaf) for name in (*leaf.since, *leaf.after))
    wait = leaf.within[0] if after_first and len(leaf.within) > 1 else None
    most = [int(str(one.most)) for one in leaf.where if one.attribute == "attempt" and one.most is not None]
    return AttemptsAsked(rated, wait, min(most, default=None), bool(leaf.by and "assessor" in leaf.by.not_own))


def _mildest(rules: list[AttemptsAsked]) -> AttemptsAsked:
    waits = [one.wait for one in rules if one.wait]
    mosts = [one.most for one in rules if one.most is not None]
    shortest = min(waits, key=Length.about_days) if len(waits) == len(rules) else None
    return AttemptsAsked(
        rules[0].rated, shortest, max(mosts) if len(mosts) == len(rules) else None, all(one.other for one in rules)
    )
