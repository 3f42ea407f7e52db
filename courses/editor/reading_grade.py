"""How hard an English text is to read: the Flesch-Kincaid grade, by the hyphenation patterns of pyphen."""

import re
from functools import cache, lru_cache

import pyphen  # type: ignore[import-untyped]

SENTENCE_WORDS = 4
"""Fewer words are a label, not a sentence; labels would flatter the grade."""
_ENDS = re.compile(r"[.!?:;\n]+")
_WORD = re.compile(r"[A-Za-z'’]+")


def grade(text: str) -> float:
    """Gives the school grade that a text asks for; 6 is a reading age of about 11."""
    sentences = [words for part in _ENDS.split(text) if len(words := _WORD.findall(part)) >= SENTENCE_WORDS]
    if not sentences:
        return 0.0
    words = [word for sentence in sentences for word in sentence]
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def hard_sentences(text: str, *, above: float, words: int) -> list[str]:
    """Lists the sentences of at least so many words that ask for more than a grade, as they stand in the text."""
    sentences = [part.strip() for part in re.split(r"(?<=[.!?:;])\s+|\n+", text)]
    return [one for one in sentences if len(_WORD.findall(one)) >= words and grade(one) > above]


@cache
def _english() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_GB")


@lru_cache(maxsize=20_000)
def _syllables(word: str) -> int:
    """Counts places to hyphenate, or groups of vowels where there are more: patterns keep short syllables together."""
    vowels = len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))
    return max(1, vowels, len(_english().positions(word)) + 1)
