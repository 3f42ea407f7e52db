"""The status list: one bit each, scattered, the same bytes every time."""

import base64
import gzip

import pytest

from certificates.credentials import bitstring
from tests.certificates.examples import NOW, unsigned_list

SECRET = bytes(range(32))


def test_only_the_raised_bits_are_set():
    encoded = bitstring.packed([0, 7, 8, 131_071])
    bits = bitstring.unpacked(encoded)
    assert len(bits) == 16_384
    assert bits[0] == 0b1000_0001 and bits[1] == 0b1000_0000 and bits[-1] == 1
    assert [index for index in range(20) if bitstring.is_raised(encoded, index)] == [0, 7, 8]
    assert bitstring.is_raised(encoded, 131_071) and not bitstring.is_raised(encoded, 131_070)


def test_the_same_bits_give_the_same_text():
    assert bitstring.packed([5, 3]) == bitstring.packed([3, 5, 5])
    raw = base64.urlsafe_b64decode(bitstring.packed([])[1:] + "==")
    assert raw[4:8] == bytes(4)  # no time in the gzip header


def test_indexes_are_scattered_one_to_one():
    found = [bitstring.index_of(position, secret=SECRET) for position in range(bitstring.ENTRIES)]
    assert sorted(found) == list(range(bitstring.ENTRIES))
    assert found[:5] != list(range(5))
    assert bitstring.index_of(0, secret=bytes(32)) != found[0]


@pytest.mark.parametrize(
    "text",
    ["", "zabc", "unotgzip", "u" + base64.urlsafe_b64encode(gzip.compress(b"short", mtime=0)).decode()],
)
def test_a_list_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="status list"):
        bitstring.unpacked(text)


def test_a_list_that_unpacks_without_end_is_refused():
    bomb = "u" + base64.urlsafe_b64encode(gzip.compress(bytes(50_000_000))).decode()
    with pytest.raises(ValueError, match="length"):
        bitstring.unpacked(bomb)


def test_an_entry_outside_the_list_is_refused():
    with pytest.raises(ValueError, match="no such entry"):
        bitstring.is_raised(bitstring.packed([]), 131_072)


def test_the_list_is_valid_for_thirty_days():
    document = unsigned_list()
    assert document["validFrom"] == NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert document["validUntil"].startswith("2027-04-02")
