"""What a batch may do next, and what its states and outcomes are called; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
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
UNDONE: Mapping[str, str] = MappingProxyType({"undone": "Undone", "kept": "Not undone"})
"""State of a row that a batch has tried to undo → what people call it: its outcome is no longer true."""
GOOD = ("new", "changed")
"""Outcomes of rows that do something."""


@dataclass(frozen=True)
class BatchWords:
    """What the page of a batch calls its rows, their outcomes, and what can be done with it.

    `outcomes` are those of `OUTCOMES` in words of its own, and `once_done` those once it is done. `nothing` is said
    where it has no rows.
    """

    row: str
    rows: str
    number: str
    begin: str
    begin_all: str
    go_on: str
    mend: str
    change: str
    nothing: str
    outcomes: Mapping[str, str]
    once_done: Mapping[str, str]

    def titles(self, state: str) -> Mapping[str, str]:
        """Returns what each outcome is called while a batch is in a state."""
        return {**(self.once_done if state in ("done", "undoing", "undone") else self.outcomes), **UNDONE}


OF_TABLES = BatchWords(
    row="row", rows="rows", number="Line", begin="Take over the good ones", begin_all="Take over all", go_on="Go on",
    mend="Mend them there, and hand that file in.", change="Change how the file is read",
    nothing="There is no row in this file.", outcomes=OUTCOMES, once_done=OUTCOMES,
)  # fmt: skip
"""The words of a table that is imported."""


def counted(counts: Mapping[str, int], titles: Mapping[str, str] = OUTCOMES) -> str:
    """Says in a line how many rows have which outcome."""
    words = (f"{counts[key]:,} {title.lower()}" for key, title in titles.items() if counts.get(key))
    return ", ".join(words) or "nothing yet"


def interrupted(state: str) -> str:
    """Returns the state of a batch whose work does not go on: a rehearsal begins anew, all else can be gone on with."""
    return "new" if state == "rehearsing" else "stopped"
