"""The keys of a program that stand at an address of its own: read anew when they change, and safe whatever is there."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tests.training.clients.programs import PUBLIC_EC, PUBLIC_RSA
from training.clients.models import ApiClient

NEXT_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_NEXT = ECAlgorithm.to_jwk(NEXT_KEY.public_key(), as_dict=True) | {"kid": "next"}


@pytest.fixture
async def shown():
    """An address that shows a key set; gives it, and the answer (status, body, more headers), to be changed."""
    answer = {"status": 200, "body": json.dumps({"keys": [PUBLIC_EC]}), "more": "", "asked": 0}

    async def show(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        answer["asked"] += 1
        body = answer["body"].encode()
        head = f"HTTP/1.1 {answer['status']} Shown\r\nContent-Length: {len(body)}\r\n{answer['more']}"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        writer.close()

    async with await asyncio.start_server(show, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys", answer


async def test_a_program_changes_its_keys_at_its_own_address(program, shown):
    address, answer = shown
    hr = await program(keys=[], key_set_url=address)
    for _ in range(3):
        assert (await hr.ask()).status_code == 200
    assert answer["asked"] == 1, "it is kept"
    answer["body"] = json.dumps({"keys": [PUBLIC_EC, PUBLIC_NEXT]})
    assert (await hr.ask(hr.signed(hr.claims(), NEXT_KEY, kid="next"))).status_code == 200
    answer["body"] = json.dumps({"keys": [PUBLIC_NEXT]})
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert (await hr.ask(hr.signed(hr.claims(), NEXT_KEY, kid="next"))).status_code == 200
        refused = await hr.ask()
    assert refused.status_code == 401 and "kid_unknown" in refused.json()["error_description"]


WRONG = {
    "gone": {"status": 404},
    "moved to another host": {"status": 302, "more": "Location: http://10.0.0.1/keys\r\n"},
    "no JSON": {"body": "[" * 100_000},
    "far too large": {"body": json.dumps({"keys": [PUBLIC_EC], "more": "x" * 600_000})},
    "far too many": {"body": json.dumps({"keys": [PUBLIC_EC | {"kid": str(number)} for number in range(101)]})},
    "a private key": {"body": json.dumps({"keys": [PUBLIC_EC | {"d": "AA"}]})},
    "broken keys": {"body": json.dumps({"keys": [7, {}, PUBLIC_EC | {"x": 5}, PUBLIC_RSA | {"n": "AA"}]})},
    "two keys of one name": {"body": json.dumps({"keys": [PUBLIC_EC, PUBLIC_EC]})},
}


@pytest.mark.parametrize("fault", WRONG)
async def test_what_is_no_key_set_gets_no_token_and_does_no_harm(program, shown, fault):
    address, answer = shown
    answer |= WRONG[fault]
    hr = await program(keys=[], key_set_url=address)
    refused = await hr.ask()
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client"), refused.text


@pytest.mark.by_hand
@pytest.mark.parametrize(
    "address", ["https://10.0.0.1/keys", "https://169.254.169.254/keys", "https://localhost:99999/x"]
)
async def test_an_address_that_must_not_be_called_gets_no_token(program, address):
    hr = await program()
    await ApiClient.filter(id=hr.client_id).update(keys=[], key_set_url=address)
    refused = await hr.ask()
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client"), refused.text
