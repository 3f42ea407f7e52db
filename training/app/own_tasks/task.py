"""What a task is: one thing that waits for somebody, with the page that settles it."""

from dataclasses import dataclass
from datetime import datetime

SHOWN = 5
"""Tasks of one kind in the list; the others are one click away."""


@dataclass(frozen=True)
class Task:
    """One thing that waits: what it is, in a sentence, where it is settled, and since when it waits.

    `turn` is its place among the tasks of an assessor, from 1 on; 0 is none of these. Its words are in `language`.
    """

    title: str
    text: str
    path: str
    button: str = "Look at it"
    since: datetime | None = None
    turn: int = 0
    language: str = "en"
