"""The ids: time-sorted, unguessable, readable."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from certificates import ids

NOW = datetime(2027, 3, 3, 14, 0, tzinfo=UTC)


def test_a_uuid7_tells_its_time_and_its_version():
    made = ids.uuid7(NOW, random=secrets.token_bytes)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(NOW.timestamp() * 1000)


def test_uuids_sort_by_time():
    later = [ids.uuid7(NOW + timedelta(milliseconds=step), random=secrets.token_bytes) for step in range(50)]
    assert sorted(later) == later


def test_a_token_is_26_letters_of_130_random_bits():
    made = {ids.verify_token(random=secrets.token_bytes) for _ in range(500)}
    assert len(made) == 500
    assert all(len(each) == 26 and ids.read_token(each) == each for each in made)
    assert ids.verify_token(random=lambda size: b"\xff" * size) == "7" * 26


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
    assert ids.read_token(typed) == read


def test_a_serial_shows_every_wrong_letter():
    good = ids.serial("gt", year=2027, number=42)
    assert good.startswith("GT-2027-00042-")
    assert ids.read_serial(good.lower()) == good
    for place, letter in enumerate(good):
        if letter != "-":
            wrong = good[:place] + ("7" if letter != "7" else "8") + good[place + 1 :]
            assert ids.read_serial(wrong) is None
    assert ids.read_serial("") is None and ids.read_serial("-") is None
