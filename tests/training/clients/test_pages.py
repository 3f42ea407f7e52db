"""An administrator adds a program, sees what it may, changes its keys and goes back, stops it and takes it up again."""

import json
import re

import pytest

from tests.training.clients.programs import PUBLIC_EC, PUBLIC_RSA, RSA_KEY, Program
from training.clients.models import ApiClient
from training.demo.cast import known
from training.trail.models import Fact

FORM = {
    "name": "HR of Leeds",
    "contact": "HR team",
    "scopes": ["register.readonly", "enrolments"],
    "area": "WLS",
    "keys": json.dumps(PUBLIC_EC),
}


@pytest.mark.parametrize("who", ["amina", "chloe", "dara", ""])
async def test_only_administrators_see_programs(browse, who):
    for path in ("/clients", "/clients/new"):
        assert (await (await browse(who)).get(path)).status_code in (303, 403)


async def test_a_program_is_found_from_the_menu_added_changed_stopped_and_taken_up_again(browse, outside):
    farah = await browse("farah")
    assert 'href="/clients"' in (await farah.get("/")).text
    assert "No program is registered yet" in (await farah.get("/clients")).text
    added = await farah.post("/clients/new", data=FORM)
    page = await farah.get(added.headers["location"])
    assert "Give its client id to whoever looks after it" in page.text and "http://testserver/api/token" in page.text
    made = await ApiClient.get()
    assert str(made.id) in page.text and (made.scopes, made.keys) == (["register.readonly", "enrolments"], [PUBLIC_EC])
    hr = Program(str(made.id), outside)
    assert (await hr.ask()).status_code == 200
    path = f"/clients/{made.id}"
    entered = await farah.get(f"{path}/change")
    assert "HR of Leeds" in entered.text and re.search(r'value="enrolments" checked', entered.text)
    await farah.post(f"{path}/change", data=FORM | {"keys": json.dumps({"keys": [PUBLIC_RSA]})})
    assert (await hr.ask()).status_code == 401
    assert (await hr.ask(hr.signed(hr.claims(), RSA_KEY, "RS256", kid="rsa"))).status_code == 200
    assert "Give it those keys back" in (await farah.get(path)).text
    for do, gets in (("restore keys", 200), ("suspend", 401), ("resume", 200), ("end", 401), ("resume", 200)):
        assert (await farah.post(path, data={"do": do})).status_code == 303
        assert (await hr.ask()).status_code == gets, do
    assert (await farah.post(path, data={"do": "resume"})).status_code == 409
    kinds = (
        await Fact.filter(subject_id=str(made.id), actor_id=known("farah"))
        .order_by("id")
        .values_list("kind", flat=True)
    )
    assert list(kinds) == [
        "client.added", "client.changed", "client.changed", "client.suspended", "client.resumed", "client.ended",
        "client.resumed",
    ]  # fmt: skip
    assert "Taken up again" in (await farah.get(path)).text


FAULTS = {
    "keys": [
        ({"keys": "-----BEGIN PUBLIC KEY-----"}, "Paste the public key as JSON"),
        ({"keys": json.dumps(PUBLIC_EC | {"d": "x"})}, "This is a private key"),
        ({"keys": json.dumps({"kty": "oct", "k": "x", "kid": "1"})}, "cannot be used"),
        ({"keys": json.dumps({**PUBLIC_EC, "x": "AAAA"})}, "not a key"),
        ({"keys": json.dumps({**PUBLIC_EC, "kid": ""})}, "Each key needs a name"),
        ({"keys": json.dumps({**PUBLIC_EC, "kid": "a\0b"})}, "Each key needs a name"),
        ({"keys": json.dumps({**PUBLIC_EC, "kid": "\ud800"})}, "Each key needs a name"),
        ({"keys": "[1]"}, "Paste one key"),
    ],
    "key_set_url": [
        ({"keys": ""}, "one of the two"),
        ({"key_set_url": "https://x.example/keys"}, "one of the two"),
        ({"keys": "", "key_set_url": "nonsense"}, "https://host/path"),
        ({"keys": "", "key_set_url": "https://x.example:99999/keys"}, "https://host/path"),
        ({"keys": "", "key_set_url": "https://[x/keys"}, "https://host/path"),
    ],
    "scopes": [
        ({"scopes": []}, "Choose what the program may do"),
        ({"scopes": ["x"]}, "Choose what the program may do"),
    ],
    "name": [({"name": " "}, "Say what to call it")],
    "area": [({"site": "RIV"}, "an area or a site"), ({"area": "XXX"}, "Choose an area")],
}


async def test_what_cannot_be_used_is_said_beside_its_field_and_what_was_typed_stays(browse):
    farah = await browse("farah")
    for field, faults in FAULTS.items():
        for other, words in faults:
            answer = await farah.post("/clients/new", data=FORM | other)
            assert answer.status_code == 422 and f'href="#{field}"' in answer.text and words in answer.text, (
                other,
                words,
            )
            assert "HR team" in answer.text
    assert not await ApiClient.exists()
