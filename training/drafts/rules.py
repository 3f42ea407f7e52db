"""What a file of a draft may be called, what counts as text, and when two changes are one."""

import re
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from unicodedata import category

from training.parsing.text import plain_words

ONE_CHANGE = timedelta(minutes=10)
"""So long somebody's own words in one file are one change, where nobody else wrote there meanwhile."""
TEXTS = (".md", ".yaml", ".yml", ".vtt", ".txt")
MOST_TEXT_BYTES = 1_000_000
LONGEST_PATH = 300
LONGEST_NOTE = 2_000
LONGEST_NUMBER = 40
ASIDE, NUMBERED = "aside", "numbered"
"""What a change can be beside one of the words: kept beside them, or the number written when they are published."""
EDIT_CLASSES = {
    "wording": "words only; it means what it meant",
    "content": "something is taught or asked in another way",
    "requirement": "something more, or something else, has to be done",
    "safety": "somebody could come to harm who goes on by the earlier version",
}
"""How much a version changes, and what that means."""


def fault_of_path(path: str) -> str:
    """Tells what is wrong with the name of a file, or "" where it can be one of a package."""
    parts = PurePosixPath(path).parts
    hidden = any(part.startswith((".", "__MACOSX", "__pycache__")) for part in parts)
    strange = any(category(letter)[0] == "C" for letter in path)
    if not parts or path != "/".join(parts) or hidden or strange or re.search(r"[\\:]", path):
        return "A file is named by words with / between folders, and by nothing else"
    return "" if len(path) <= LONGEST_PATH else f"Its name is longer than {LONGEST_PATH} letters"


def as_text(path: str, content: bytes) -> str | None:
    """Gives the content as text where it is one that people write; its bytes are those of the text again."""
    if not path.lower().endswith(TEXTS) or len(content) > MOST_TEXT_BYTES or b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def typed_text(typed: str, before: str) -> str:
    """Gives what a browser sent as it stands in the file: with the ends of lines that the file had."""
    plain = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if before.startswith("\ufeff") and not plain.startswith("\ufeff"):
        plain = f"\ufeff{plain}"
    return plain.replace("\n", "\r\n") if "\r\n" in before else plain


def line_of(text: str, words: str) -> int:
    """Gives the line on which words stand first; 1 where they do not."""
    return text[: max(0, text.find(words))].count("\n") + 1


def goes_on(*, same_hand: bool, before: datetime, now: datetime) -> bool:
    """Tells whether words go on with the change before them."""
    return same_hand and now - before <= ONE_CHANGE


def why_not_publish(*, may: bool, wrote: bool) -> str:
    """Says why somebody may not publish a draft, or "": `wrote` is told where a unit asks for a second person."""
    if not may:
        return "You may write here, and somebody else publishes it."
    return "You wrote in this draft. Your unit asks that somebody else publishes it." if wrote else ""


def file_name(words: str, ending: str) -> str:
    """Makes the name of a file of words: small plain letters with `-` between."""
    return ("-".join(plain_words(words))[:60] or "new") + ending


def next_number(version: str) -> str:
    """Proposes the version after one: the last number in it, and one more."""
    found = re.search(r"\d+(?=\D*$)", version)
    return version[: found.start()] + str(int(found[0]) + 1) + version[found.end() :] if found else f"{version}.1"
