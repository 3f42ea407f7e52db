"""Which published keys may be used, and why the others may not."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from training.lti.platform.jwks_cache import read_keys
from training.lti.protocol.refusals import Refused

GOOD = RSAAlgorithm.to_jwk(generate_private_key(65537, 2048).public_key(), as_dict=True) | {"kid": "k"}
SHORT = RSAAlgorithm.to_jwk(generate_private_key(65537, 1024).public_key(), as_dict=True)
PRIVATE = RSAAlgorithm.to_jwk(generate_private_key(65537, 2048), as_dict=True)
CURVE = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)

UNFIT: dict[str, dict[str, Any]] = {
    "of a curve": CURVE,
    "a shared secret": {"kty": "oct", "k": "c2VjcmV0"},
    "without a type": {"kty": None},
    "of 1024 bits": SHORT,
    "of 20000 bits": {"n": "A" * 3400},
    "without a modulus": {"n": None},
    "with a modulus that is a number": {"n": 65537},
    "with a modulus that is no base64url": {"n": "+/+/"},
    "with an exponent of one": {"e": "AQ"},
    "with an exponent of three": {"e": "Aw"},
    "with an even exponent": {"e": "AQAA"},
    "with a giant exponent": {"e": GOOD["n"]},
    "without an exponent": {"e": None},
    "with its private members": PRIVATE,
    "with one private member": {"d": "AQ"},
    "for encryption": {"use": "enc"},
    "with an odd use": {"use": ["sig"]},
    "for RS512": {"alg": "RS512"},
    "for HS256": {"alg": "HS256"},
    "for signing only": {"key_ops": ["sign"]},
    "with odd operations": {"key_ops": "verify"},
}


@pytest.mark.parametrize("name", UNFIT)
def test_an_unfit_key_is_refused_by_name(name: str) -> None:
    keys = read_keys({"keys": [GOOD | UNFIT[name] | {"kid": "k"}]})
    with pytest.raises(Refused) as refused:
        keys.find("k")
    assert refused.value.code == "key_unusable"


def test_two_keys_with_one_name_are_both_refused_and_the_others_stay() -> None:
    keys = read_keys({"keys": [GOOD, GOOD | {"kid": "other"}, GOOD]})
    with pytest.raises(Refused) as refused:
        keys.find("k")
    assert refused.value.code == "key_unusable"
    assert keys.find("other")


def test_a_key_without_use_and_alg_is_good() -> None:
    assert read_keys({"keys": [{name: GOOD[name] for name in ("kty", "n", "e", "kid")}]}).find("k")


def test_a_key_set_may_hold_keys_of_other_kinds_and_without_names() -> None:
    assert read_keys({"keys": [CURVE | {"kid": "c"}, {"kty": "RSA"}, "odd", None, GOOD]}).find("k")


@pytest.mark.parametrize("document", [None, [], "keys", {}, {"keys": {}}, {"keys": None}, {"keys": [GOOD] * 101}])
def test_what_is_no_key_set_is_refused(document: object) -> None:
    with pytest.raises(Refused) as refused:
        read_keys(document)
    assert refused.value.code == "jwks_invalid"
