"""Developers find the API described as its routes declare it, and a page with examples that run as they stand."""

import asyncio
import json
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import httpx2
import jsonschema

from tests.certificates.world import TODAY
from tests.conftest import ORIGIN
from tests.training.clients.test_records import GROUP
from training.app.routes import ROUTES
from training.clients.examples import SECTIONS
from training.clients.models import ApiClient
from training.clients.operations import ApiRoute
from training.clients.scopes import SCOPES
from training.core import clock
from training.demo.cast import known
from training.people.text_messages.webhook_signatures import signed, written_secret


async def test_every_operation_is_described_with_its_scope(outside):
    told = (await outside.get("/openapi.json")).json()
    assert told["openapi"].startswith("3.1")
    doors = {
        (door.path, door.operation.method.lower()): door.operation for door in ROUTES if isinstance(door, ApiRoute)
    }
    described = {(path, method) for path, methods in told["paths"].items() for method in methods}
    assert described == set(doors)
    for (path, method), operation in doors.items():
        one = told["paths"][path][method]
        assert one["security"] == [{"token": [operation.scope]}] and one["operationId"] and one["summary"]
        assert operation.scope in SCOPES
    flow = told["components"]["securitySchemes"]["token"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == set(SCOPES) and flow["tokenUrl"] == f"{ORIGIN}/api/token"
    assert {door.operation.scope for door in ROUTES if isinstance(door, ApiRoute)} == set(SCOPES), "one opens nothing"


async def test_what_is_answered_is_what_the_description_says(program, outside):
    told = (await outside.get("/openapi.json")).json()
    hr = await program()
    for path in ("/api/v1/register", "/api/v1/sites", "/api/v1/programmes"):
        door = next(one for one in ROUTES if one.path == path)
        answer = await hr.get(path, door.operation.scope)
        shape = told["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json(), shape | {"components": told["components"]})


async def test_developers_find_the_page_from_the_list_of_programs_and_need_no_account(browse):
    assert 'href="/developers"' in (await (await browse("farah")).get("/clients")).text
    page = await (await browse()).get("/developers")
    assert page.status_code == 200
    for title, _, code in SECTIONS:
        assert title in page.text and code.replace("HOME", ORIGIN).strip() in unescape(page.text)
    for door in ROUTES:
        assert not isinstance(door, ApiRoute) or f"{door.operation.method} {door.path}" in page.text


async def test_the_examples_run_as_they_stand(browse, service, growing, tmp_path, monkeypatch, capsys):
    """The page's own text is run, in a thread, with a connection to this service in place of the network."""
    monkeypatch.chdir(tmp_path)
    loop = asyncio.get_running_loop()

    def send(method, url, **named):
        async def sent():
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=service)) as http:
                return await http.request(method, url, **named)

        return asyncio.run_coroutine_threadsafe(sent(), loop).result()

    web = SimpleNamespace(get=lambda url, **it: send("GET", url, **it), post=lambda url, **it: send("POST", url, **it))
    monkeypatch.setitem(sys.modules, "httpx", web)
    code = "".join(code for _, _, code in SECTIONS).replace("HOME", ORIGIN)
    names: dict = {}
    await asyncio.to_thread(exec, code, names)
    key = json.loads(capsys.readouterr().out)
    assert Path("key.pem").exists()
    farah = await browse("farah")
    form = {"name": "HR", "contact": "x", "scopes": list(SCOPES), "keys": json.dumps(key)}
    assert (await farah.post("/clients/new", data=form)).status_code == 303
    client = str((await ApiClient.get()).id)
    entries = await asyncio.to_thread(lambda: names["read_register"](client, as_of=TODAY.isoformat(), limit=1))
    assert entries == []
    counted = await asyncio.to_thread(lambda: names["read_figures"](client, show="standing", as_of=TODAY.isoformat()))
    assert counted["rows"][0]["figures"]["good"] == 0 and len(counted["digest"]) == 64
    place = (str(known("emre")), "growing-together", "HAR", TODAY.isoformat())
    made = await asyncio.to_thread(lambda: names["enrol"](client, *place))
    assert (made["person"], made["programme"], made["site"], made["starts"]) == place
    told = await asyncio.to_thread(lambda: names["tell_record"](client, GROUP, "1"))
    assert (told["person"], told["state"]) == (str(known("amina")), "waiting")
    told = await asyncio.to_thread(lambda: names["tell_record"](client, GROUP | {"name": ""}, "2"))
    assert [one["field"] for one in told] == ["name"]
    secret, body = written_secret(b"k" * 32), b'{"type": "certificate.awarded"}'
    told = signed("msg_1", body, secrets=[secret], now=clock.now())
    assert names["is_ours"](told, body, secret) and not names["is_ours"](told, body + b" ", secret)
