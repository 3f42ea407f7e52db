"""Words that people type and paste: letters composed, and none among them that nobody sees."""

import re
import unicodedata
from decimal import Decimal
from uuid import UUID

_JOINERS = {"\u200c", "\u200d", *map(chr, range(0xE0020, 0xE0080))}
"""Persian, Indic scripts, joined emoji and the flag of Wales need them inside of a word; Latin letters never do."""
_STROKES = str.maketrans(
    dict(zip("łŁøØđĐðÐħĦı", "lLoOdDdDhHi", strict=True))
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th"}
)
"""Letters that Unicode does not take apart into a plain letter and an accent."""
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))
_ADDRESS = re.compile(r"://|www\.|@|\w\.[a-z]{2,}(?:/|$)", re.IGNORECASE)
_FIGURE, _THOUSANDS = re.compile(r"-?\d{1,9}(\.\d{1,6})?"), re.compile(r"-?[1-9]\d{0,2}(,\d{3})+")
_UNSEEN = {"Cc", "Cf", "Cs"}
LONGEST_COUNT = 9
"""Digits of a number in an address: as many as a column holds."""


def clean(text: str) -> str:
    """Gives the text with composed letters (NFC), and without control letters and letters that take no room."""
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter for at, letter in enumerate(composed) if _is_seen(composed, at))


def clean_line(text: str) -> str:
    """Gives the text as one line: clean, with single spaces, none of them around it."""
    return " ".join(clean(text).split())


def folded(text: str) -> str:
    """Gives the text as it is compared: without accents, in small letters; `Wójcik` is `wojcik`, `Straße` `strasse`."""
    line = clean_line(text)
    if line.isascii():
        return line.lower()
    plain = unicodedata.normalize("NFKD", line.translate(_STROKES)).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def plain_words(text: str) -> list[str]:
    """Gives the words of a text in small plain letters and digits, as names of files and ids are made of them."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", plain)


def straight(text: str) -> str:
    """Gives the text with straight apostrophes: Excel and phones write curly ones, the next program does not."""
    return text.translate(_APOSTROPHES)


def quotable(text: str, longest: int = 80) -> str:
    """Gives words of one person as they may stand in a letter of ours to another: short, one line, no address in it."""
    words = (word for word in clean_line(text).split(" ") if not _ADDRESS.search(word))
    line = " ".join(words)
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _is_seen(text: str, at: int) -> bool:
    letter = text[at]
    if letter in _JOINERS:
        return at > 0 and ord(text[at - 1]) >= 0x590 and not text[at - 1].isspace()  # Hebrew, and all that follow
    return letter in "\t\n\r" or unicodedata.category(letter) not in _UNSEEN


def uuid_of(text: object) -> UUID | None:
    """Reads an id that came with an address, a form or a command; None where it is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def counting_number(text: str | None) -> int:
    """Reads a number without a sign or a point that came with an address or a form; 0 where it is none."""
    return int(text) if text and text.isdecimal() and len(text) <= LONGEST_COUNT else 0


def figure_of(text: str) -> Decimal | None:
    """Reads a number exactly, below zero too: with a point or a comma, `1,000` as a thousand; None where it is none."""
    words = text.strip().replace("−", "-")
    words = words.replace(",", "") if _THOUSANDS.fullmatch(words) else words.replace(",", ".")
    return Decimal(words) if _FIGURE.fullmatch(words) else None


def exact_number(text: str) -> int | Decimal | None:
    """Reads a number as `figure_of` does; a whole one comes as an int."""
    figure = figure_of(text)
    return int(figure) if figure is not None and figure == int(figure) else figure


def typed_number(text: str, *, below: float = 10**6) -> int | float | None:
    """Reads a number that somebody typed, with a point or a comma; None where it is none, below 0 or too large."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    if not 0 <= number < below:
        return None
    return int(number) if number.is_integer() else number
