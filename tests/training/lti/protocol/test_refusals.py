"""Every way in which a launch must fail, with the code of its refusal; and that nothing is written then."""

import json
import re
from pathlib import Path
from typing import Any

import jwt
import pytest
from jwt.algorithms import RSAAlgorithm

from tests.training.lti.conftest import Side
from tests.training.lti.forging import (
    GONE,
    LTI,
    STRANGER,
    Change,
    after,
    claim,
    header,
    hmac_with_public_key,
    honest,
    raw_claims,
    shifted,
    signed_by_stranger,
    unsigned,
)
from training.lti.models import Context, Identity, LaunchTrace, Nonce, ResourceLink
from training.lti.protocol.refusals import REFUSALS
from training.people.models import Person, Session

LONG = "x" * 256
STRANGERS_JWK = RSAAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True) | {"kid": "stranger"}


def link(**members: Any) -> Change:
    return claim("resource_link", {"id": "a-course", **members})


CASES: dict[str, tuple[Change, str]] = {
    # form
    "two parts": (after(lambda token: token.rpartition(".")[0]), "token_malformed"),
    "one part": (after(lambda token: token.split(".")[0]), "token_malformed"),
    "five parts, as of an encrypted token": (after(lambda token: token + ".AA.AA"), "token_malformed"),
    "empty": (after(lambda token: ""), "token_malformed"),
    "an empty signature": (after(lambda token: token.rpartition(".")[0] + "."), "token_malformed"),
    "padding": (after(lambda token: token + "="), "token_malformed"),
    "letters outside of base64url": (after(lambda token: token.replace(".", ".+/", 1)), "token_malformed"),
    "a blank": (after(lambda token: token + " "), "token_malformed"),
    "a line break": (after(lambda token: token + "\n"), "token_malformed"),
    "a header that is no JSON": (after(lambda token: "AAAA" + token[token.index(".") :]), "token_malformed"),
    "a header that is a list": (after(lambda token: "W10" + token[token.index(".") :]), "token_malformed"),
    "a header of impossible length": (after(lambda token: "A" + token[token.index(".") :]), "token_malformed"),
    "claims that are no JSON": (raw_claims("not json"), "token_malformed"),
    "claims that are a list": (raw_claims("[1]"), "token_malformed"),
    "claims that are a text": (raw_claims('"text"'), "token_malformed"),
    "claims nested without end": (raw_claims('{%s, "deep": ' + "[" * 8000 + "]" * 8000 + "}"), "token_malformed"),
    "a claim said twice": (raw_claims('{%s, "sub": "somebody else"}'), "token_malformed"),
    "a number that is none": (raw_claims('{%s, "nbf": NaN}'), "token_malformed"),
    "an endless number": (raw_claims('{%s, "nbf": Infinity}'), "token_malformed"),
    "a number of ten thousand digits": (raw_claims('{%s, "nbf": ' + "9" * 10000 + "}"), "token_malformed"),
    "half a letter": (raw_claims('{%s, "name": "\\ud800"}'), "token_malformed"),
    "a NUL letter": (raw_claims('{%s, "name": "a\\u0000b"}'), "token_malformed"),
    "a token too large": (claim("padding", "x" * 70_000), "token_too_large"),
    # algorithm and key
    "no signature": (unsigned, "alg_forbidden"),
    "alg none in capitals": (header(alg="NONE"), "alg_forbidden"),
    "an HMAC with the public key": (hmac_with_public_key, "alg_forbidden"),
    "RS384": (header(alg="RS384"), "alg_forbidden"),
    "RS512": (header(alg="RS512"), "alg_forbidden"),
    "PS256": (header(alg="PS256"), "alg_forbidden"),
    "ES256": (header(alg="ES256"), "alg_forbidden"),
    "alg in small letters": (header(alg="rs256"), "alg_forbidden"),
    "alg that is a list": (header(alg=["RS256"]), "alg_forbidden"),
    "alg that is nothing": (header(alg=None), "alg_forbidden"),
    "critical extensions": (header(crit=["b64"], b64=False), "token_malformed"),
    "no kid": (header(kid=GONE), "kid_missing"),
    "an empty kid": (header(kid=""), "kid_missing"),
    "a kid that is a number": (header(kid=7), "token_malformed"),
    "a kid that nobody published": (header(kid="nobody"), "kid_unknown"),
    "a kid that is a path": (header(kid="../../etc/passwd"), "kid_unknown"),
    "a stranger's signature": (signed_by_stranger(), "signature_invalid"),
    "a stranger's key by name": (signed_by_stranger(kid="stranger"), "kid_unknown"),
    "a stranger's key in the header": (signed_by_stranger(jwk=STRANGERS_JWK), "signature_invalid"),
    "a stranger's key by address": (signed_by_stranger(jku="http://127.0.0.1:9/keys"), "signature_invalid"),
    "a stranger's certificate": (signed_by_stranger(x5c=["MIIB"], x5u="http://127.0.0.1:9/c"), "signature_invalid"),
    "a claim changed after signing": (after(lambda token: _resub(token)), "signature_invalid"),
    "a signature cut short": (after(lambda token: token[:-8]), "signature_invalid"),
    # parties
    "another issuer": (claim("iss", "https://elsewhere.example"), "issuer_mismatch"),
    "an issuer with a slash more": (lambda forged: _append(forged, "iss", "/"), "issuer_mismatch"),
    "an issuer in capitals": (lambda forged: _upper(forged, "iss"), "issuer_mismatch"),
    "no issuer": (claim("iss", GONE), "claim_missing:iss"),
    "an issuer that is a list": (claim("iss", ["x"]), "claim_type:iss"),
    "another audience": (claim("aud", "somebody"), "audience_mismatch"),
    "an audience in capitals": (claim("aud", "TRAINING"), "audience_mismatch"),
    "no audience": (claim("aud", GONE), "claim_missing:aud"),
    "an empty list of audiences": (claim("aud", []), "audience_mismatch"),
    "a list without us": (claim("aud", ["a", "b"]), "audience_mismatch"),
    "a list with us and a stranger": (claim("aud", ["training", "stranger"]), "audience_mismatch"),
    "us and a stranger, with azp": (
        lambda forged: forged.claims.update(aud=["training", "stranger"], azp="training"),
        "audience_mismatch",
    ),
    "an audience that is an object": (claim("aud", {"training": 1}), "claim_type:aud"),
    "audiences that are numbers": (claim("aud", [1]), "claim_type:aud"),
    "us twice without azp": (claim("aud", ["training", "training"]), "azp_mismatch"),
    "azp is somebody else": (claim("azp", "somebody"), "azp_mismatch"),
    "azp is a list": (claim("azp", ["training"]), "azp_mismatch"),
    "azp is empty": (claim("azp", ""), "azp_mismatch"),
    # times
    "expired": (shifted(exp=-61, iat=-120), "token_expired"),
    "expired long ago": (claim("exp", 1), "token_expired"),
    "no exp": (claim("exp", GONE), "claim_missing:exp"),
    "exp is a text": (claim("exp", "tomorrow"), "claim_type:exp"),
    "exp is true": (claim("exp", True), "claim_type:exp"),
    "exp is below zero": (claim("exp", -1), "claim_type:exp"),
    "issued in the future": (shifted(iat=120, exp=300), "issued_in_future"),
    "no iat": (claim("iat", GONE), "claim_missing:iat"),
    "iat is a text": (claim("iat", "now"), "claim_type:iat"),
    "not yet valid": (shifted(nbf=120), "not_yet_valid"),
    "nbf is a text": (claim("nbf", "later"), "claim_type:nbf"),
    # nonce
    "no nonce": (claim("nonce", GONE), "claim_missing:nonce"),
    "an empty nonce": (claim("nonce", ""), "claim_missing:nonce"),
    "a nonce of another login": (claim("nonce", "another"), "nonce_unknown"),
    "a nonce that is a number": (claim("nonce", 5), "claim_type:nonce"),
    # message
    "no version": (claim("version", GONE), f"claim_missing:{LTI}version"),
    "version 1.3": (claim("version", "1.3"), "version_unsupported"),
    "version 1.1": (claim("version", "LTI-1p1"), "version_unsupported"),
    "version 1.3.1": (claim("version", "1.3.1"), "version_unsupported"),
    "a version that is a number": (claim("version", 1.3), f"claim_type:{LTI}version"),
    "no message type": (claim("message_type", GONE), f"claim_missing:{LTI}message_type"),
    "a message type nobody knows": (claim("message_type", "LtiUnheardOf"), "message_type_unsupported"),
    "a message type in small letters": (claim("message_type", "ltiresourcelinkrequest"), "message_type_unsupported"),
    "a message type that is a list": (claim("message_type", ["x"]), f"claim_type:{LTI}message_type"),
    "no deployment": (claim("deployment_id", GONE), f"claim_missing:{LTI}deployment_id"),
    "an empty deployment": (claim("deployment_id", ""), f"claim_missing:{LTI}deployment_id"),
    "a deployment that is a number": (claim("deployment_id", 1), f"claim_type:{LTI}deployment_id"),
    "a deployment too long": (claim("deployment_id", LONG), f"claim_type:{LTI}deployment_id"),
    "a deployment nobody approved": (claim("deployment_id", "new one"), "deployment_pending"),
    "no target": (claim("target_link_uri", GONE), f"claim_missing:{LTI}target_link_uri"),
    "a target that is an object": (claim("target_link_uri", {}), f"claim_type:{LTI}target_link_uri"),
    "a target elsewhere": (claim("target_link_uri", "https://evil.example/"), "target_not_ours"),
    "a target on another port": (claim("target_link_uri", "http://testserver:81/"), "target_not_ours"),
    "a target over another scheme": (claim("target_link_uri", "https://testserver/"), "target_not_ours"),
    "a target with a user": (claim("target_link_uri", "http://u@testserver/"), "target_not_ours"),
    "a target with us as the user": (claim("target_link_uri", "http://testserver@evil.example/"), "target_not_ours"),
    "a target with us as a part": (claim("target_link_uri", "http://testserver.evil.example/"), "target_not_ours"),
    "a target with two slashes": (claim("target_link_uri", "http://testserver//evil.example"), "target_not_ours"),
    "a target with a backslash": (claim("target_link_uri", "http://testserver/\\evil.example"), "target_not_ours"),
    "a target that is a script": (claim("target_link_uri", "javascript:alert(1)"), "target_not_ours"),
    "a target without a host": (claim("target_link_uri", "/courses"), "target_not_ours"),
    "a target with a line break": (claim("target_link_uri", "http://testserver/a\r\nX: y"), "target_not_ours"),
    "a target in a frame session": (claim("target_link_uri", "http://testserver/~token/x"), "target_not_ours"),
    "a target with a broken port": (claim("target_link_uri", "http://testserver:x/"), "target_not_ours"),
    "no resource link": (claim("resource_link", GONE), f"claim_missing:{LTI}resource_link"),
    "a resource link that is a text": (claim("resource_link", "a-course"), f"claim_type:{LTI}resource_link"),
    "a resource link without an id": (claim("resource_link", {"title": "x"}), f"claim_missing:{LTI}resource_link.id"),
    "a resource link id too long": (link(id=LONG), f"claim_type:{LTI}resource_link.id"),
    "a resource link id that is a number": (link(id=7), f"claim_type:{LTI}resource_link.id"),
    "a resource link title that is a list": (link(title=[]), f"claim_type:{LTI}resource_link.title"),
    "no sub": (claim("sub", GONE), "claim_missing:sub"),
    "an empty sub": (claim("sub", ""), "claim_missing:sub"),
    "a sub that is a number": (claim("sub", 12), "claim_type:sub"),
    "a sub too long": (claim("sub", LONG), "claim_type:sub"),
    "no roles": (claim("roles", GONE), f"claim_missing:{LTI}roles"),
    "roles that are a text": (claim("roles", "Instructor"), f"claim_type:{LTI}roles"),
    "roles that are numbers": (claim("roles", [1]), f"claim_type:{LTI}roles"),
    "a context that is a text": (claim("context", "c"), f"claim_type:{LTI}context"),
    "a context without an id": (claim("context", {"title": "x"}), f"claim_missing:{LTI}context.id"),
    "a context id too long": (claim("context", {"id": LONG}), f"claim_type:{LTI}context.id"),
    "a name that is an object": (claim("name", {}), "claim_type:name"),
    "custom values that are a list": (claim("custom", ["x"]), f"claim_type:{LTI}custom"),
}


def _resub(token: str) -> str:
    first, _, last = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False}) | {"sub": "tutor"}
    return f"{first}.{jwt.utils.base64url_encode(json.dumps(claims).encode()).decode()}.{last}"


def _append(forged: Any, name: str, text: str) -> None:
    forged.claims[name] += text


def _upper(forged: Any, name: str) -> None:
    forged.claims[name] = forged.claims[name].upper()


def test_there_are_at_least_ninety_cases() -> None:
    assert len(CASES) >= 90


def test_every_code_is_raised_somewhere_and_met_by_a_test() -> None:
    """A code that nothing raises is a promise that nobody keeps; one that no test meets may be broken unseen."""
    root = Path(__file__).parents[4]
    code = "".join(file.read_text() for file in (root / "training/lti").rglob("*.py") if file.name != "refusals.py")
    tests = "".join(file.read_text() for file in (root / "tests/training/lti").rglob("*.py"))
    assert not [name for name in REFUSALS if not re.search(rf"[\"'(]{name}\b", code)], "raised by nothing"
    assert not [name for name in REFUSALS if not re.search(rf"\b{name}\b", tests)], "met by no test"


def test_every_refusal_has_a_status_of_its_kind_and_words_for_both_readers() -> None:
    for name, words in REFUSALS.items():
        assert words.status in (400, 401, 403, 409, 413, 503), name
        assert words.happened.endswith(".") and words.remedy.endswith(".") and words.admin.endswith("."), name


async def test_every_spoilt_launch_is_refused_with_its_code_and_writes_nothing(side: Side) -> None:
    people, found = await Person.all().count(), {}
    for name, (change, _) in CASES.items():
        query = await side.begin()
        forged = honest(side.world, query["nonce"], "grace")
        change(forged)
        answer = await side.post(forged.write(), query["state"])
        found[name] = answer.headers.get("X-Refusal", "admitted")
        assert answer.status_code in (400, 401, 403, 413), name
        trace = await LaunchTrace.get()
        assert trace.outcome == found[name] and trace.reference in answer.text, name
        await trace.delete()
    assert found == {name: code for name, (_, code) in CASES.items()}
    assert await Person.all().count() == people and not await Session.all().exists()
    assert not await Context.all().exists() and not await ResourceLink.all().exists()
    assert not await Identity.filter(sub="grace").exists() and not await Nonce.all().exists()


async def test_a_refusal_uses_nothing_up(side: Side) -> None:
    for name in ("a stranger's signature", "expired", "a nonce of another login", "no sub", "a target elsewhere"):
        query = await side.begin()
        forged = honest(side.world, query["nonce"], "grace")
        CASES[name][0](forged)
        assert (await side.post(forged.write(), query["state"])).headers["X-Refusal"] == CASES[name][1]
        honest_one = honest(side.world, query["nonce"], "grace").write()
        assert (await side.post(honest_one, query["state"])).status_code == 303, name


async def test_an_honest_token_within_the_leeway_of_sixty_seconds_is_admitted(side: Side) -> None:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    shifted(exp=-50, iat=50, nbf=50)(forged)
    assert (await side.post(forged.write(), query["state"])).status_code == 303


@pytest.mark.parametrize(
    "roles", [[], [""], ["urn:unheard:of"], ["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"]]
)
async def test_empty_and_unknown_roles_are_valid_and_give_least_rights(side: Side, roles: list[str]) -> None:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    claim("roles", roles)(forged)
    assert (await side.post(forged.write(), query["state"])).status_code == 303
    session = await Session.get()
    assert session.lti is not None and session.lti["roles_in_context"] == "none"


async def test_everything_optional_may_be_absent(side: Side) -> None:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    needed = {"iss", "aud", "sub", "nonce", "iat", "exp"} | {
        f"{LTI}{name}"
        for name in ("message_type", "version", "deployment_id", "target_link_uri", "resource_link", "roles")
    }
    forged.claims = {name: value for name, value in forged.claims.items() if name in needed}
    assert (await side.post(forged.write(), query["state"])).status_code == 303


async def test_a_key_address_in_a_header_is_never_called(side: Side) -> None:
    query = await side.begin()
    address = f"{side.world.base_url}/keys?jku"
    for name in ("jku", "x5u"):
        forged = honest(side.world, query["nonce"])
        signed_by_stranger(**{name: address, "kid": "stranger", "jwk": STRANGERS_JWK})(forged)
        assert (await side.post(forged.write(), query["state"])).headers["X-Refusal"] == "kid_unknown"
    assert side.world.calls and not [url for _, url in side.world.calls if "jku" in url]
