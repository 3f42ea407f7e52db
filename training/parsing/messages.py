"""A mistake in a file, with its line and its remedy, and the nearest known word to a wrong one."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

FEW_WORDS = 14  # a list of so many words can still be read in a message


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong in a file, and how to mend it."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.remedy}"


class FileError(Exception):
    """A file that cannot be used, with everything that is wrong in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: tuple[Mistake, ...] = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def nearest(word: object, known: Iterable[str]) -> str:
    """Say which known word comes nearest, or list the known words when none is near."""
    words = list(dict.fromkeys(known))
    few = len(words) <= FEW_WORDS
    close = get_close_matches(str(word), words, n=1, cutoff=0.5 if few else 0.0)
    if close:
        return f"did you mean {close[0]}?"
    return f"use one of: {', '.join(words)}" if few and words else "take it out"
