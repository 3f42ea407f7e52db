"""The demo can be played to its end: group leader, assessor and peer coach, through the front door alone."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from certificates.evaluations.models import Certification
from tests.certificates.world import TODAY
from training.demo.cast import known
from training.demo.seed import LEADER_PARTS

RECORD = f"/practice/of/{known('amina')}/new"
YESTERDAY = str(TODAY - timedelta(days=1))
WHY = "Seen at the site, with the papers."


@pytest.fixture
async def played(browse, work, growing):
    """Makes Amina a group leader: her check is recorded, prior learning is recognised, Dara decides."""
    chloe, dara = await browse("chloe"), await browse("dara")
    check = {"type": "check", "what": "dbs enhanced", "on": YESTERDAY, "key": str(uuid4())}
    assert (await chloe.post(RECORD, data=check)).status_code == 303
    for part in LEADER_PARTS:
        waiver = {"type": "waiver", "what": f"group_leader/{part}", "on": YESTERDAY, "reason": WHY}
        assert (await dara.post(RECORD, data=waiver | {"key": str(uuid4())})).status_code == 303
    await decided(dara, work, "group_leader")
    return dara


async def decided(dara, work, level: str) -> None:
    """Dara finds the case in her list and certifies Amina."""
    await work()
    found = re.findall(r"/certificates/decisions/[0-9a-f-]{36}", (await dara.get("/certificates/decisions")).text)
    assert len(found) == 1, level
    answer = await dara.post(found[0], data={"outcome": "certified", "reasons": WHY})
    assert answer.status_code == 303
    assert await Certification.filter(person_id=known("amina"), level=level).count() == 1


async def records(dara, type_: str, what: str, **given: str) -> None:
    """Dara finds the form of a thing in the list, and fills in what it asks for."""
    form = f"type={type_}&amp;what={what.replace(' ', '+')}&amp;"
    assert form in (await dara.get(RECORD)).text
    page = (await dara.get(f"{RECORD}?type={type_}&what={what}&pathway=growing_together")).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert set(given) <= set(re.findall(r'name="(\w+)"', page))
    answer = await dara.post(RECORD, data=hidden | given)
    assert answer.status_code == 303, answer.text


async def test_somebody_becomes_an_assessor(played, work):
    await records(played, "learning", "assessor training", on=YESTERDAY, days="2")
    await records(played, "signoff", "ready to assess", on=str(TODAY), reason=WHY)
    await decided(played, work, "assessor")


async def test_somebody_becomes_a_peer_coach(played, browse, work):
    amina, nadia = await browse("amina"), await browse("nadia")
    for number in range(4):
        ended = TODAY - timedelta(days=10 + number)
        group = {
            "key": str(uuid4()), "type": "delivery", "what": "group", "name": f"Group {number}",
            "from": str(ended - timedelta(days=50)), "on": str(ended), "sessions": "8", "hours": "16", "role": "lead",
            "co_leader": str(known("nadia")), "parents": "9", "completed": "8", "mode": "in_person",
        }  # fmt: skip
        assert (await amina.post("/practice/new", data=group)).status_code == 303
    asked = (await nadia.get("/practice/confirmations")).text
    for path in set(re.findall(r"/practice/confirmations/[0-9a-f-]{36}", asked)):
        assert (await nadia.post(path, data={"answer": "yes"})).status_code == 303
    await records(played, "learning", "peer coach training", on=YESTERDAY, days="2")
    await records(played, "signoff", "ready to coach", on=str(TODAY), reason=WHY)
    await decided(played, work, "peer_coach")
