"""How many assessments a draw takes, of which group, and which they are; pure."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from training.core.sampling import draw

FINDINGS = {"accepted": "Accepted", "returned": "Returned", "set_aside": "Set aside"}
"""What is found of a sampled assessment → its word."""
BECAUSE = {"share": "Drawn by the plan", "new": "A new assessor", "complaint": "After a complaint"}
GROUPS = ("share", "new")
"""Groups from which a draw takes a share of its own."""


def size_of(share: int, *, found: int, found_before: int, drawn_before: int) -> int:
    """Tells how many to take, so that all draws together took the share in percent, rounded up: 1 of the first few."""
    wanted = -(-share * (found_before + found) // 100)
    return max(0, min(found, wanted - drawn_before))


def drawn(found: Mapping[str, Sequence[str]], sizes: Mapping[str, int], seed: str) -> list[tuple[UUID, str]]:
    """Draws from each group, in the order of ids, what anybody draws again from the same groups, sizes and seed."""
    return [
        (UUID(sorted(found[group])[at]), group)
        for group in GROUPS
        for at in draw(len(found[group]), size=sizes[group], seed=f"{seed} {group}")
    ]
