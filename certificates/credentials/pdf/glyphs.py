"""The letters that the shipped typefaces can print, by script, with the signs around them."""

from collections.abc import Iterator
from itertools import chain

EUROPEAN = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x259, 0x259), (0x2B9, 0x2DD), (0x300, 0x377), (0x37A, 0x37F), (0x384, 0x38A),
    (0x38C, 0x38C), (0x38E, 0x3A1), (0x3A3, 0x3E1), (0x3F0, 0x52F), (0x1E00, 0x1EFF), (0x2010, 0x2027),
    (0x2030, 0x203A), (0x2044, 0x2044), (0x20A0, 0x20BF), (0x2116, 0x2116), (0x2122, 0x2122), (0xFB01, 0xFB02),
)  # fmt: skip
"""Latin, Greek and Cyrillic, in each of the three typefaces of the sheet."""
JOINERS = (0x200C, 0x200D)


def _spans(text: str) -> tuple[tuple[int, int], ...]:
    """Reads letters and ranges of them, as hexadecimal numbers."""
    ends = [(part.partition("-")[0], part.rpartition("-")[2]) for part in text.split()]
    return tuple((int(first, 16), int(last, 16)) for first, last in ends)


SCRIPTS = {
    "arabic": _spans("600-604 606-61B 61E-6FF 750-77F"),
    "hebrew": _spans("591-5C7 5D0-5EA 5F0-5F4"),
    "devanagari": _spans("900-97F"),
    "bengali": _spans(
        "980-983 985-98C 98F-990 993-9A8 9AA-9B0 9B2 9B6-9B9 9BC-9C4 9C7-9C8 9CB-9CE 9D7 9DC-9DD 9DF-9E3 9E6-9FE"
    ),
    "gurmukhi": _spans(
        "A01-A03 A05-A0A A0F-A10 A13-A28 A2A-A30 A32-A33 A35-A36 A38-A39 A3C A3E-A42 A47-A48 A4B-A4D A51 "
        "A59-A5C A5E A66-A76"
    ),
    "tamil": _spans(
        "B82-B83 B85-B8A B8E-B90 B92-B95 B99-B9A B9C B9E-B9F BA3-BA4 BA8-BAA BAE-BB9 BBE-BC2 BC6-BC8 BCA-BCD "
        "BD0 BD7 BE6-BFA"
    ),
    "chinese": _spans("B7 3001-3002 3007-300F FF08-FF09 FF0C"),
}
"""Typeface of another script → its letters."""
GB_2312 = (range(0xB0, 0xF8), range(0xA1, 0xFF))  # bytes of its 6,763 characters; five of its last places are empty
BIG_5 = (range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF)))  # of its level 1, the 5,401 most frequent


def chinese() -> frozenset[str]:
    """Gives the characters of the Chinese typeface: what names are mostly written with, new style and old."""
    return frozenset(chain(_of("gb2312", *GB_2312), _of("big5", *BIG_5)))


def _of(encoding: str, first: Iterator[int] | range, second: range | tuple[int, ...]) -> Iterator[str]:
    pairs = (bytes([high, low]) for high in first for low in second)
    return (letter for pair in pairs if "\u4e00" <= (letter := pair.decode(encoding, "ignore") or " ") <= "\u9fff")


_OTHERS = (span for spans in SCRIPTS.values() for span in spans)
_PRINTABLE = frozenset(
    map(chr, chain(JOINERS, chain.from_iterable(range(first, last + 1) for first, last in (*EUROPEAN, *_OTHERS))))
)
_CHINESE = chinese()


def unprintable(text: str) -> str:
    """Gives the letters of a text that would print as empty boxes, each once."""
    return "".join(sorted(set(text) - _PRINTABLE - _CHINESE - {"\n", "\t"}))
