"""What may be said of a place: why it ends, from when it holds, and which of two overlap."""

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

END_REASONS = MappingProxyType(
    {
        "finished": "They finished",
        "moved": "They moved to another site",
        "left": "They left",
        "not_continued": "It was not continued",
    }
)
"""Why a place ended → how a form says it."""

CHOSEN_END_REASONS = ("finished", "left", "not_continued")
"""Those to choose from: who moves has their place moved."""

Days = tuple[date, date | None]


def overlap(first: Days, second: Days) -> bool:
    """Tells whether two periods share a day; without a last day there is no end."""
    return first[0] <= (second[1] or date.max) and second[0] <= (first[1] or date.max)


def overlaps_any(period: Days, others: Iterable[Days]) -> bool:
    """Tells whether a period shares a day with one of the others."""
    return any(overlap(period, other) for other in others)


def role_words(name: str) -> str:
    """Returns the name of a role as people read it: "hub_coordinator" is a hub coordinator."""
    return name.replace("_", " ").strip().capitalize()
