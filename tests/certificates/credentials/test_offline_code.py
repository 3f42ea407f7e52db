"""The offline code: small enough to print, and no letter of it may be changed."""

import base64

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from certificates.credentials import offline_code
from certificates.credentials.proofs import Unproven
from tests.certificates.examples import ED25519, HOME, facts
from training.core import qr
from training.core.dates import local_day

KID = "0123456789abcdef"
KEYS = {KID: ED25519.public_key()}
FACTS = facts(status_list=f"{HOME}/status-lists/0b4f0c56-0000-4000-8000-000000000001")


def code(given_facts=FACTS, key=ED25519, kid=KID):
    return offline_code.code(given_facts, kid=kid, sign=key.sign)


@pytest.mark.parametrize(
    "changes", [{}, {"valid_until": None}, {"name": "Lowri Ŵyn Żółkiewska-Şahin", "level": "Mentor"}]
)
def test_a_code_proves_what_the_certificate_says(changes):
    said = facts(status_list=FACTS.status_list, **changes)
    found = offline_code.read(code(said), keys=KEYS)
    assert (found.name, found.level, found.issuer_slug) == (said.name, said.level, "together")
    assert local_day(found.starts, said.zone) == said.valid_from
    assert (local_day(found.ends, said.zone) if found.ends else None) == said.valid_until
    assert (found.credential_id, found.index) == (said.credential_id, said.status_index)
    assert said.status_list.endswith(str(found.list_id))


def test_a_code_in_a_link_fits_a_square_of_34_mm():
    made = qr.code(f"{HOME}/q/{code()}".upper())
    assert made.mode == "alphanumeric"
    assert made.version <= 11
    assert 34 / (17 + 4 * made.version) > 0.5  # millimetres a module: what a phone reads


def test_a_code_reads_the_same_in_small_letters():
    assert offline_code.read(code().lower(), keys=KEYS) == offline_code.read(code(), keys=KEYS)


def test_no_letter_of_a_code_may_be_changed():
    good = code()
    for place in range(0, len(good) - 1, 3):
        bad = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        with pytest.raises(Unproven):
            offline_code.read(bad, keys=KEYS)


def test_a_strangers_code_is_refused():
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(Unproven):
        offline_code.read(code(key=stranger), keys=KEYS)
    with pytest.raises(Unproven, match="vouch"):
        offline_code.read(code(kid="ff" * 8), keys=KEYS)


@pytest.mark.parametrize(
    "value",
    [
        1,
        [],
        cbor2.CBORTag(18, [b"", {}, b"", b""]),
        cbor2.CBORTag(18, [1, {}, 2, 3]),
        cbor2.CBORTag(18, [b"\xa0", {}, b"\xa0"]),
        cbor2.CBORTag(18, [cbor2.dumps({1: -8, 4: 10**15}), {}, b"\xa0", b"0" * 64]),
        cbor2.CBORTag(17, [cbor2.dumps({1: -8, 4: b"k"}), {}, b"\xa0", b"0" * 64]),
    ],
)
def test_other_messages_are_refused(value):
    text = base64.b32encode(cbor2.dumps(value)).decode().rstrip("=")
    with pytest.raises(Unproven):
        offline_code.read(text, keys=KEYS)


@given(st.one_of(st.text(max_size=1100), st.binary(max_size=400).map(lambda raw: base64.b32encode(raw).decode())))
def test_whatever_is_sent_is_refused_in_words(text):
    with pytest.raises(Unproven):
        offline_code.read(text, keys=KEYS)
