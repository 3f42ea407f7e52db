"""A program proves who it is by a signed assertion, once; all else is refused, by the words of RFC 6749."""

import asyncio
import re

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.training.clients.programs import PUBLIC_RSA, RSA_KEY, TOKEN_URL, later
from training.app.routes import ROUTES
from training.clients import actions
from training.clients.models import ApiClient, UsedAssertion
from training.clients.operations import ApiRoute
from training.clients.scopes import SCOPES
from training.clients.tokens import forget_used
from training.core import clock
from training.demo.cast import known


async def test_a_signed_assertion_gets_a_token_that_reads_the_register(program):
    hr = await program()
    for assertion in (hr.signed(hr.claims()), hr.signed(hr.claims(), RSA_KEY, "RS256", kid="rsa")):
        answer = await hr.ask(assertion, scope="register.readonly")
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        told = answer.json()
        assert told["token_type"] == "Bearer" and told["expires_in"] <= 3600 and told["scope"] == "register.readonly"
        page = await hr.http.get("/api/v1/register", headers={"Authorization": f"Bearer {told['access_token']}"})
        assert page.status_code == 200 and "entries" in page.json()


OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
FAULTY = {
    "nobody signed it": lambda hr: jwt.encode(hr.claims(), None, "none", headers={"kid": "ec"}),
    "another key signed it": lambda hr: hr.signed(hr.claims(), OTHER_KEY),
    "a secret signed it, such as our public key": lambda hr: hr.signed(hr.claims(), PUBLIC_RSA["n"], "HS256"),
    "the key is not known": lambda hr: hr.signed(hr.claims(), kid="elsewhere"),
    "the key is not named": lambda hr: hr.signed(hr.claims(), kid=""),
    "an RSA key is named": lambda hr: hr.signed(hr.claims(), kid="rsa"),
    "it is for somebody else": lambda hr: hr.signed(hr.claims(aud="https://elsewhere.example/token")),
    "it is for others, too": lambda hr: hr.signed(hr.claims(aud=[TOKEN_URL, "https://elsewhere.example"])),
    "it has run out": lambda hr: hr.signed(hr.claims(iat=later(-10), exp=later(-5))),
    "it lives too long": lambda hr: hr.signed(hr.claims(exp=later(60))),
    "it lives for ever": lambda hr: hr.signed(hr.claims(exp=None)),
    "it was made long before": lambda hr: hr.signed(hr.claims(iat=later(-60))),
    "it is not good yet": lambda hr: hr.signed(hr.claims(iat=later(3), exp=later(5))),
    "it has no name": lambda hr: hr.signed(hr.claims(jti=None)),
    "its name is a number": lambda hr: hr.signed(hr.claims(jti=7)),
    "its name has half a letter": lambda hr: hr.signed(hr.claims(jti="\ud800")),
    "issuer and subject differ": lambda hr: hr.signed(hr.claims(iss="somebody")),
    "nobody is called so": lambda hr: hr.signed(hr.claims(iss=str(known("x")), sub=str(known("x")))),
    "the subject is no text": lambda hr: hr.signed(hr.claims(), typ="JWT") + "x",
    "it is no token": lambda hr: "a.b.c",
    "it is far too long": lambda hr: hr.signed(hr.claims(more="x" * 20_000)),
}


@pytest.mark.parametrize("fault", FAULTY)
async def test_a_faulty_assertion_gets_no_token(program, fault):
    hr = await program()
    answer = await hr.ask(FAULTY[fault](hr))
    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client", answer.text


async def test_an_assertion_gets_one_token_however_many_ask_at_once(program):
    hr = await program()
    assertion = hr.signed(hr.claims())
    answers = await asyncio.gather(*(hr.ask(assertion) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 401, 401, 401, 401]
    other = await program()
    assert (await other.ask(other.signed(other.claims(jti="1")))).status_code == 200
    assert (await hr.ask(hr.signed(hr.claims(jti="1")))).status_code == 200, "names are each program's own"
    await UsedAssertion.all().update(expires=clock.now())
    assert await forget_used(now=clock.now()) == 3


async def test_what_is_asked_wrongly_is_named_as_oauth_names_it(program):
    hr = await program(scopes=["register.readonly"])
    for form, error in (
        ({"scope": "enrolments"}, "invalid_scope"),
        ({"scope": "register.readonly everything"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"client_assertion_type": "other"}, "invalid_client"),
        ({"client_id": str(known("x"))}, "invalid_client"),
    ):
        answer = await hr.ask(**form)
        assert (answer.status_code, answer.json()["error"]) == (401 if error == "invalid_client" else 400, error), form


async def test_who_asks_for_tokens_too_often_or_sends_too_much_is_told_in_problem_details(outside):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for status, content in ((413, b"x" * 300_000), *[(400, b"")] * 119, (429, b"")):
        answer = await outside.post("/api/token", content=content, headers=form)
        assert answer.status_code == status
        assert status == 400 or answer.headers["content-type"] == "application/problem+json", answer.text
    assert 0 < int(answer.headers["retry-after"]) <= 61
    elsewhere = await outside.post("/api/nothing", content=b"x")
    assert (elsewhere.status_code, elsewhere.headers["content-type"]) == (403, "application/problem+json")


async def test_a_token_of_another_scope_kind_or_maker_opens_nothing(program, settings):
    hr = await program()
    headers = await hr.headers("sites.readonly")
    refused = await hr.http.get("/api/v1/register", headers=headers)
    assert refused.status_code == 403 and 'scope="register.readonly"' in refused.headers["www-authenticate"]
    assert refused.headers["content-type"] == "application/problem+json"
    token = headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = [
        "",
        "nonsense",
        token[:-4] + "AAAA",
        jwt.encode(claims, None, "none", headers={"kid": "x", "typ": "at+jwt"}),
        jwt.encode(claims, RSA_KEY, "RS256", headers=jwt.get_unverified_header(token)),
        hr.signed(hr.claims()),
    ]
    for one in forged:
        answer = await hr.http.get("/api/v1/sites", headers={"Authorization": f"Bearer {one}"})
        assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer"), one
    assert (await hr.http.get("/api/v1/sites")).status_code == 401


async def test_every_operation_refuses_strangers_tokens_of_nobody_and_foreign_scopes(program):
    hr, let_in = await program(), []
    tokens = {scope: (await hr.headers(scope))["Authorization"].removeprefix("Bearer ") for scope in SCOPES}
    for door in (one for one in ROUTES if isinstance(one, ApiRoute)):
        path = re.sub(r"{\w+}", str(known("nobody")), door.path)
        claims = jwt.decode(tokens[door.operation.scope], options={"verify_signature": False})
        sent = [(None, 401), (jwt.encode(claims, None, "none", headers={"kid": "x", "typ": "at+jwt"}), 401)]
        sent += [(token, 403) for scope, token in tokens.items() if scope != door.operation.scope]
        for token, status in sent:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            answer = await hr.http.request(door.operation.method, path, headers=headers)
            if answer.status_code != status:
                let_in.append((door.operation.method, path, status, answer.status_code))
    assert let_in == []


async def test_what_is_stopped_opens_nothing_at_once_and_comes_back(program, cast):
    hr, farah = await program(), await cast("farah")
    assert (await hr.get("/api/v1/sites", "sites.readonly")).status_code == 200
    for stop in ("suspend", "end"):
        await actions.take_step(hr.client_id, stop, actor=farah, now=clock.now())
        assert (await hr.get("/api/v1/sites", "sites.readonly")).status_code == 401
        assert (await hr.ask()).json()["error"] == "invalid_client"
        await actions.take_step(hr.client_id, "resume", actor=farah, now=clock.now())
        assert (await hr.get("/api/v1/sites", "sites.readonly")).status_code == 200


async def test_a_scope_that_is_taken_away_is_gone_from_tokens_that_are_out(program, cast):
    hr = await program()
    assert (await hr.get("/api/v1/sites", "sites.readonly")).status_code == 200
    row = await ApiClient.get(id=hr.client_id)
    entry = actions.ClientEntry(row.name, row.contact, ["register.readonly"], keys=[PUBLIC_RSA])
    await actions.change(row.id, entry, actor=await cast("farah"), now=clock.now())
    assert (await hr.get("/api/v1/sites", "sites.readonly")).status_code == 403
    assert (await hr.ask()).json()["error"] == "invalid_client", "the key is another one now"
    await actions.restore_keys(row.id, actor=await cast("farah"), now=clock.now())
    assert (await hr.ask()).status_code == 200


async def test_a_session_of_the_browser_opens_nothing_of_the_api(browse):
    dara = await browse("dara")
    assert (await dara.get("/api/v1/register")).status_code == 401
    assert (await dara.post("/api/v1/enrolments", json={})).status_code == 401
