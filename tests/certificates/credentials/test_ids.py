"""The ids: time-sorted, unguessable, readable."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from certificates.credentials import facts
from certificates.verification.typed_codes import read_tokens

NOW = datetime(2027, 3, 3, 14, 0, tzinfo=UTC)


def test_a_uuid7_tells_its_time_and_its_version():
    made = facts.uuid7(NOW, random=secrets.token_bytes)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(NOW.timestamp() * 1000)


def test_uuids_sort_by_time():
    later = [facts.uuid7(NOW + timedelta(milliseconds=step), random=secrets.token_bytes) for step in range(50)]
    assert sorted(later) == later


def test_a_token_is_26_letters_of_130_random_bits():
    made = {facts.verify_token(random=secrets.token_bytes) for _ in range(500)}
    assert len(made) == 500
    assert all(len(each) == 26 and read_tokens(each)[0] == each for each in made)
    assert facts.verify_token(random=lambda size: b"\xff" * size) == "7" * 26


@pytest.mark.parametrize(
    ("title", "letters"),
    [
        ("Growing Together", "GT"),
        ("Świat Rodziny", "SR"),
        ("Łódź Ørsted ŷ", "LOY"),
        ("a b c d e f", "ABCD"),
        ("Świat", "S"),
        ("Έλα μαζί", "C"),
        ("أسرة", "C"),
        ("1 2 3 (go)", "C"),
        ("", "C"),
    ],
)
def test_a_serial_begins_with_letters_that_everybody_can_type(title, letters):
    assert facts.initials(title) == letters
    assert facts.serial(facts.initials(title), year=2027, number=1).isascii()
