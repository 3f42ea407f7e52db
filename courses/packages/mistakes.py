"""Mistakes in a course package, each with its file, its line and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from training.parsing.messages import Mistake


@dataclass
class Mistakes:
    """Collects every mistake, so that an author sees all of them at once."""

    found: list[Mistake] = field(default_factory=list)

    def add(self, file: str, line: int, what: str, remedy: str) -> None:
        """Keeps one mistake."""
        self.found.append(Mistake(file, line, what, remedy))

    @property
    def sorted(self) -> tuple[Mistake, ...]:
        """All mistakes, by file and line, each once."""
        return tuple(sorted(set(self.found)))


def nearest(word: str, known: Iterable[object]) -> str:
    """Says which of the known words was meant, or lists them all."""
    words = sorted(str(one) for one in known)
    close = get_close_matches(word, words, n=1)
    return f"did you mean {close[0]}?" if close else f"write one of: {', '.join(words)}"
