"""What differs between the files of two versions: which are new, changed or gone, and the lines that changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff

from training.drafts.kinds import Files
from training.drafts.rules import as_text

AROUND, MOST_LINES, MOST_LETTERS = 2, 300, 200_000
WORDS = {"+": "new", "-": "gone", " ": ""}


@dataclass(frozen=True)
class DifferentLine:
    """A line: its words, and whether it is `new`, `gone` or neither."""

    what: str
    text: str


@dataclass(frozen=True)
class FileDifference:
    """A file that is new, changed or gone; `lines` is empty where it is no text, `more` says that not all are shown."""

    path: str
    what: str
    lines: Sequence[DifferentLine] = ()
    more: bool = False


def differences(before: Files, now: Files) -> list[FileDifference]:
    """Lists the files that differ, by path, each with its changed lines and some around them."""
    return [
        _difference(path, before.get(path), now.get(path))
        for path in sorted({*before, *now})
        if before.get(path) != now.get(path)
    ]


def _difference(path: str, before: bytes | None, now: bytes | None) -> FileDifference:
    what = "new" if before is None else "gone" if now is None else "changed"
    texts = [as_text(path, one or b"") for one in (before, now)]
    if None in texts or any(len(text or "") > MOST_LETTERS for text in texts):
        return FileDifference(path, what)
    old, new = ((text or "").splitlines() for text in texts)
    found = list(unified_diff(old, new, n=AROUND, lineterm=""))[2:]  # the first two name the files
    lines = [DifferentLine(WORDS[line[0]], line[1:]) for line in found if line[0] in WORDS]
    return FileDifference(path, what, lines[:MOST_LINES], len(lines) > MOST_LINES)
