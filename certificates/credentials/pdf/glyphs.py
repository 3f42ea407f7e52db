"""The letters that the shipped typefaces can print: Latin, Greek and Cyrillic, with the signs around them."""

from itertools import chain

RANGES = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x259, 0x259), (0x2B9, 0x2DD), (0x300, 0x377), (0x37A, 0x37F), (0x384, 0x38A),
    (0x38C, 0x38C), (0x38E, 0x3A1), (0x3A3, 0x3E1), (0x3F0, 0x52F), (0x1E00, 0x1EFF), (0x2010, 0x2027),
    (0x2030, 0x203A), (0x2044, 0x2044), (0x20A0, 0x20BF), (0x2116, 0x2116), (0x2122, 0x2122), (0xFB01, 0xFB02),
)  # fmt: skip

_PRINTABLE = frozenset(map(chr, chain.from_iterable(range(first, last + 1) for first, last in RANGES)))


def unprintable(text: str) -> str:
    """Gives the letters of a text that would print as empty boxes, each once."""
    return "".join(sorted(set(text) - _PRINTABLE - {"\n", "\t"}))
