"""The end of the trail for everybody, and the address that it is mailed to each day."""

import json
from datetime import datetime

from certificates.credentials.keys import KeyStore
from training.app.consequences import HEADS
from training.core.dates import moment
from training.core.encryption import Encryptor
from training.demo.cast import known
from training.sites.models import CentralUnit
from training.trail.models import Followup
from training.trail.seals import signed_text


async def work_through(work):
    """The first time sets the timers."""
    for _ in range(3):
        await work()


async def test_anybody_sees_the_newest_seal_and_can_check_who_signed_it(browse, work, settings):
    await work_through(work)
    stranger = await browse()
    told = (await stranger.get("/trail/head", headers={"Accept": "application/json"})).json()
    assert told["number"] >= 1 and len(told["chain"]) == 64
    keys = await KeyStore(Encryptor(settings.secret_key), home=settings.public_url).seal_keys()
    (signed,) = told["signatures"].items()
    keys[signed[0]].public.verify(bytes.fromhex(signed[1]), signed_text(told["number"], told["chain"]))
    shown = await stranger.get("/trail/head", headers={"Accept": "text/html"})
    assert moment(datetime.fromisoformat(told["made"]), "Europe/London") in shown.text and told["made"] in shown.text
    assert told["chain"] in shown.text and f"/keys/{signed[0]}" in shown.text


async def test_before_the_first_seal_there_is_a_page_that_says_so(browse):
    stranger = await browse()
    assert "Nothing has been sealed yet" in (await stranger.get("/trail/head", headers={"Accept": "text/html"})).text
    assert (await stranger.get("/trail/head")).json() == {"number": 0}


async def test_the_central_unit_has_the_end_mailed_where_it_wants_and_may_stop_it(browse, work, settings, tmp_path):
    dara = await browse("dara")
    assert "The record and its seals" in (await dara.get("/audits")).text
    wrong = await dara.post("/trail", data={"address": "nobody"})
    assert wrong.status_code == 422 and "Write one e-mail address" in wrong.text
    assert (await dara.post("/trail", data={"address": " keeper@audit.example "})).status_code == 303
    assert 'value="keeper@audit.example"' in (await dara.get("/trail")).text
    await work_through(work)
    (mail,) = [path.read_text() for path in (tmp_path / "mail").iterdir() if "keeper@audit.example" in path.read_text()]
    seal = (await dara.get("/trail/head", headers={"Accept": "application/json"})).json()
    line = next(line for line in mail.replace("=\n", "").splitlines() if line.startswith("{"))
    assert json.loads(line.replace("=3D", "="))["number"] <= seal["number"]
    assert "training trail verify --head FILE" in mail

    await dara.post("/trail", data={"address": ""})
    assert (await CentralUnit.get(id=known("together"))).head_address == ""
    await Followup.filter(kind=HEADS).delete()
    await work_through(work)
    assert len([path for path in (tmp_path / "mail").iterdir() if "keeper@audit.example" in path.read_text()]) == 1


async def test_a_coordinator_does_not_choose_that_address(browse):
    chloe = await browse("chloe")
    assert (await chloe.get("/trail")).status_code == 403
    assert (await chloe.post("/trail", data={"address": "x@y.example"})).status_code == 403


async def test_the_figures_tell_how_long_ago_the_trail_was_sealed(browse, work):
    await work_through(work)
    told = (await (await browse()).get("/metrics")).text
    ages = dict(line.split() for line in told.splitlines() if line.startswith("training_trail_"))
    assert 0 <= float(ages["training_trail_seal_age_seconds"]) < 120
    assert 0 <= float(ages["training_trail_unsealed_age_seconds"]) < 120
