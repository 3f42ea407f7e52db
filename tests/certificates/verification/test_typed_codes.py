"""What people type from paper is read as it was meant, and a name as it is called."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.credentials import facts
from certificates.verification.typed_codes import (
    LONGEST,
    MOST_SPELLINGS,
    is_family_name,
    read_code,
    read_serials,
    read_tokens,
)

TOKENS = st.text(sorted(facts.TOKEN_LETTERS), min_size=facts.TOKEN_LENGTH, max_size=facts.TOKEN_LENGTH)
PREFIXES = st.text(string.ascii_uppercase, min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"),
        (" abcde-fghij klmno-pqrstuvwxyz ", "abcdefghijklmnopqrstuvwxyz"),
        ("0bcdefgh1jklmnopqrstuvwxyz", "obcdefghijklmnopqrstuvwxyz"),
        ("abc", None),
        ("ábcdefghijklmnopqrstuvwxyz", None),
        ("../../../../../../etc/passw", None),
    ],
)
def test_a_token_is_read_as_people_type_it(typed, read):
    assert next(iter(read_tokens(typed)), None) == read


def test_a_serial_shows_every_wrong_letter():
    good = facts.serial("gt", year=2027, number=42)
    assert good.startswith("GT-2027-00042-")
    assert read_serials(good.lower()) == (good,)
    for place, letter in enumerate(good):
        if letter != "-":
            wrong = good[:place] + ("7" if letter != "7" else "8") + good[place + 1 :]
            assert read_serials(wrong) == ()
    assert read_serials("") == () and read_serials("-") == ()


@given(TOKENS, st.sampled_from(["i1", "l1", "lI", "iL", "o0", "b8", "il", "li"]))
def test_letters_that_look_alike_are_each_meant(token, alike):
    typed = token.replace(alike[0], alike[1])
    readings = read_tokens(typed)
    assert len(readings) <= MOST_SPELLINGS
    if sum(token.count(letter) for letter in "il") <= 6:
        assert token in readings
    assert read_tokens(token)[0] == token


@given(
    PREFIXES,
    st.integers(2020, 2140),
    st.integers(1, 10**7),
    st.sampled_from(["", " ", "-", "–", "—", "‑", " - "]),
    st.sampled_from(["", ".", " ", ",", ")", "\n"]),
    st.booleans(),
)
def test_a_serial_is_read_however_it_is_divided(prefix, year, number, between, behind, small):
    serial = facts.serial(prefix, year=year, number=number)
    typed = serial.replace("-", between) + behind
    for written in (typed, typed.replace("0", "O"), typed.replace("1", "l"), typed.replace("1", "I")):
        read = read_code(written.lower() if small else written)
        assert read is not None and read.kind == "serial" and serial in read.readings


@given(st.text(max_size=3 * LONGEST))
def test_whatever_is_typed_is_read_or_not_and_never_a_fault(text):
    read = read_code(text)
    assert read is None or 0 < len(read.readings) <= MOST_SPELLINGS
    is_family_name(text[:200], text[:200])


@pytest.mark.parametrize(
    ("typed", "name", "fits"),
    [
        ("Llŷr", "Gwen Llyr", True),
        ("llyr", "Gwen Llŷr", True),
        ("Zolkiewska", "Anna Żółkiewska-Şahin", True),
        ("Żółkiewska Şahin", "Anna Żółkiewska-Şahin", True),
        ("ŻÓŁKIEWSKA-ŞAHIN", "Anna Żółkiewska-Şahin", True),
        ("de la Cruz", "Ana de la Cruz Santos", True),
        ("Cruz", "Ana de la Cruz Santos", True),
        ("ONeill", "Dara O'Neill", True),
        ("Strauss", "Jo Strauß", True),
        ("Nagy Anna", "Nagy Anna", True),
        ("Kannan", "Kannan", True),
        ("محمد", "سارة محمد", True),
        ("Dara", "Dara O'Neill", False),
        ("Neil", "Dara O'Neill", False),
        ("O", "Dara O'Neill", False),
        ("J", "Mary J. Jones", False),
        ("la", "Ana de la Cruz Santos", False),
        ("Ng", "Mei Ng", True),
        ("Paz", "Ana Paz Soler", True),
        ("", "Dara O'Neill", False),
        ("-", "Dara O'Neill", False),
        ("Santos Cruz", "Ana de la Cruz Santos", False),
    ],
)
def test_a_holder_is_known_by_the_family_name(typed, name, fits):
    assert is_family_name(typed, name) is fits
