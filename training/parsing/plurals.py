"""Counts with their words, as people write them: 1 page, 3 pages, 2 families; pure."""

ENDS_IN_ES = ("s", "x", "z", "ch", "sh")
NOT_COUNTED = ("ed", "ing", "given", "led")
"""How names end that say what was done, and have no plural."""


def many(count: int, word: str, words: str = "") -> str:
    """A count with its word: "1 page", "3 pages"."""
    return f"{count} {word}" if count == 1 else f"{count} {words or plural(word)}"


def plural(word: str) -> str:
    """The plural of a noun of a programme's own: groups, families, classes."""
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "i", "o", "u", ""):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(ENDS_IN_ES) else f"{word}s"


def has_plural(name: str) -> bool:
    """Tells whether a name can be counted by its last word, as "home visit"; "trainee supervised" cannot."""
    last = name.rpartition(" ")[2]
    return last.isalpha() and not last.endswith(NOT_COUNTED)
