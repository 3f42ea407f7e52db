"""Words as they are compared: the short way for plain letters gives what the long way gives."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as some

from training.parsing.text import clean_line, folded


@given(some.text(some.characters(max_codepoint=127)))
def test_plain_letters_are_folded_as_all_others_are(text):
    assert folded(text) == unicodedata.normalize("NFKD", clean_line(text)).casefold()


def test_accents_strokes_and_capitals_do_not_count():
    assert [folded(word) for word in ("Wójcik", "Straße", "ŁUKASZ  Æ", "Siân")] == [
        "wojcik",
        "strasse",
        "lukasz ae",
        "sian",
    ]
