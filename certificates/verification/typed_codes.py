"""Reads what people type or paste from a certificate: its link, its code, what its square holds, or its serial."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

from certificates.credentials.facts import PREFIX_LENGTH, TOKEN_LENGTH, TOKEN_LETTERS, check_letter
from training.parsing.text import folded

LONGEST = 2_000  # letters; a square of ours holds 400
MOST_SPELLINGS = 64
SHORTEST_IN_THE_MIDDLE = 3  # letters
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_AROUND = " \t\r\n.,;:!?\"'`“”„‘’«»()<>[]{}*_|"
_PLACE = re.compile(r"/([vq])/([^/?#]*)", re.IGNORECASE)

# What looks the same on paper. A token has no 0, 1 or 8 of its own.
_IN_TOKEN = {"0": "o", "1": "il", "8": "b", "i": "il", "l": "il"}
_IN_PREFIX = {"0": "O", "1": "IL"}
_IN_NUMBER = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class Typed:
    """What was typed: each of its readings may be meant, as some letters look the same on paper."""

    kind: Literal["token", "serial", "square"]
    readings: tuple[str, ...]


def read_code(text: str) -> Typed | None:
    """Reads a link, code, square or serial; None when it cannot be any of them."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).translate(_DASHES)
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf").strip(_AROUND)
    if places := _PLACE.findall(plain):
        kind, code = places[-1]
        if kind.lower() == "q":
            return Typed("square", (re.sub(r"\s", "", code).strip(_AROUND),))
        tokens = read_tokens(code)
        return Typed("token", tokens) if tokens else None
    if tokens := read_tokens(plain):
        return Typed("token", tokens)
    serials = read_serials(plain)
    return Typed("serial", serials) if serials else None


def read_tokens(text: str) -> tuple[str, ...]:
    """Gives the tokens that may be meant, the likeliest first; none when it cannot be one."""
    letters = re.sub(r"[\s-]", "", text.strip(_AROUND)).lower()
    if len(letters) != TOKEN_LENGTH:
        return ()
    found = _spellings(letters, _IN_TOKEN)
    return tuple(token for token in found if TOKEN_LETTERS.issuperset(token))


def read_serials(text: str) -> tuple[str, ...]:
    """Gives the serials that may be meant, with or without hyphens; none when its last letter does not fit."""
    letters = re.sub(r"[\s-]", "", folded(text.strip(_AROUND)).upper())
    if not letters.isascii() or not letters.isalnum():
        return ()
    return tuple(
        f"{body}-{check_letter(body)}"
        for length in range(1, PREFIX_LENGTH + 1)
        for body in _bodies(letters[:length], letters[length:-1])
        if letters[-1].translate(_IN_NUMBER) == check_letter(body).translate(_IN_NUMBER)
    )


def _bodies(prefix: str, digits: str) -> Iterable[str]:
    number = digits.translate(_IN_NUMBER)
    if number.isdecimal() and len(number) >= len("202600001") and number[:2] in ("20", "21"):
        for spelt in _spellings(prefix, _IN_PREFIX):
            if spelt.isalpha():
                yield f"{spelt}-{number[:4]}-{number[4:]}"


def _spellings(text: str, alike: dict[str, str]) -> list[str]:
    """Lists the texts that look like this one, that itself first where it may be."""
    choices = [sorted(alike.get(letter, letter), key=letter.__ne__) for letter in text]
    if prod(map(len, choices)) > MOST_SPELLINGS:
        choices = [several[:1] for several in choices]
    return ["".join(letters) for letters in product(*choices)]


def is_family_name(typed: str, name: str) -> bool:
    """Tells whether somebody with this name may be called so: by the whole name, or by any of it after the first word.

    Accents, case, hyphens and spaces do not matter: a name is read off paper, or heard. What is in the middle must be a
    word of some length: an initial, or the O of O'Neill, is no name and soon guessed.
    """
    said, words = "".join(_words(typed)), _words(name)
    places = [(first, last) for first in range(1, len(words)) for last in range(first + 1, len(words) + 1)]
    called = {
        "".join(words[first:last])
        for first, last in places
        if last == len(words) or sum(map(len, words[first:last])) >= SHORTEST_IN_THE_MIDDLE
    }
    return said != "" and said in {"".join(words), *called}


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", folded(name))
