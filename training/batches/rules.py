"""What a batch may do next, and what its states and outcomes are called; pure."""

from collections.abc import Mapping
from types import MappingProxyType

STATES: Mapping[str, str] = MappingProxyType(
    {
        "new": "Being prepared",
        "rehearsing": "Being checked",
        "rehearsed": "Checked",
        "running": "Being done",
        "done": "Done",
        "stopped": "Stopped",
        "undoing": "Being undone",
        "undone": "Undone",
    }
)
"""State of a batch → what people call it."""
WORKING = frozenset({"rehearsing", "running", "undoing"})
"""States in which work goes on in the background."""
FROM: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "new": frozenset({"rehearsing"}),
        "rehearsing": frozenset({"new", "rehearsed", "rehearsing"}),
        "rehearsed": frozenset({"rehearsing"}),
        "running": frozenset({"rehearsed", "stopped"}),
        "done": frozenset({"running"}),
        "stopped": frozenset({"running"}),
        "undoing": frozenset({"done", "stopped"}),
        "undone": frozenset({"undoing"}),
    }
)
"""State → those that it may come after."""
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "new": "New",
        "changed": "Changed",
        "same": "As it is",
        "alike": "Looks like somebody we have",
        "refused": "Refused",
    }
)
"""Outcome of a row → what people call it."""
GOOD = ("new", "changed")
"""Outcomes of rows that do something."""


def counted(counts: Mapping[str, int]) -> str:
    """Says in a line how many rows have which outcome."""
    words = (f"{counts[key]:,} {title.lower()}" for key, title in OUTCOMES.items() if counts.get(key))
    return ", ".join(words) or "nothing yet"


def interrupted(state: str) -> str:
    """Returns the state of a batch whose work does not go on: a rehearsal begins anew, all else can be gone on with."""
    return "new" if state == "rehearsing" else "stopped"
