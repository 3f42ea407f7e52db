"""How a panel comes to its decision: who stays out, how many votes it takes, and what is a majority; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from certificates.evaluations.standing import GRANTING

RECUSED, NO = "recused", "no"
"""Choices beside the outcomes: to stay out of a case, and to be against where the pathway knows no refusal."""
CHOICE_WORDS: Mapping[str, str] = {
    "certified": "Certified",
    "conditional": "Conditional",
    "deferred": "Deferred",
    "declined": "Declined",
    NO: "No",
    RECUSED: "I stay out of this case",
}


def choices_beside(outcomes: Iterable[str]) -> tuple[str, ...]:
    """Returns what a member of a panel may choose beside the outcomes that the pathway knows."""
    return (RECUSED,) if any(one not in GRANTING for one in outcomes) else (NO, RECUSED)


def majority(choices: Iterable[str], at_least: int) -> str | None:
    """Returns what more than half of the votes are for, once there are enough that are no recusals; None before."""
    cast = [one for one in choices if one != RECUSED]
    if not cast or len(cast) < at_least:
        return None
    (choice, number) = Counter(cast).most_common(1)[0]
    return choice if 2 * number > len(cast) else None


def why_it_waits(choices: Iterable[str], at_least: int) -> str:
    """Says why votes make no decision yet."""
    cast = [one for one in choices if one != RECUSED]
    if len(cast) < at_least:
        return f"{at_least - len(cast)} more {'vote is' if at_least - len(cast) == 1 else 'votes are'} needed."
    if majority(cast, at_least) == NO:
        return "Most are against. The rules know no refusal here, so the case waits until votes change."
    return "No outcome has more than half of the votes. Somebody else votes, or somebody changes their vote."
