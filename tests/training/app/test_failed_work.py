"""Work that failed is on a list with its reason, for whoever runs the service, and is done again on request."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from training.database.connection import transaction
from training.demo.cast import known
from training.people.models import Person
from training.sites.models import CentralUnit
from training.trail import facts
from training.trail.models import Fact, Followup

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


@pytest.fixture
async def failed(database):
    """Two pieces of work that were given up: one of a fact, one that comes by the clock."""
    async with transaction():
        person = await Person.get(id=known("amina"))
        await facts.record("person.exported", person, actor=None, unit=person.unit_id, person=person.id, now=NOW)
    fact = await Fact.get(kind="person.exported")
    given = {"payload": {}, "due": NOW, "attempts": 8, "ended": NOW}
    kinds = [("plan reminders", "dead", fact.id, "disk full"), ("seal trail", "refused", None, "no key")]
    for kind, state, fact_id, why in kinds:
        await Followup.create(kind=kind, key=kind, state=state, fact_id=fact_id, last_error=why, **given)
    await Followup.create(kind="lti score", key="s", state="dead", last_error="has its own page", **given)


async def test_the_list_tells_what_failed_and_why(failed, browse):
    shown = (await (await browse("farah")).get("/work")).text
    assert all(words in shown for words in ("Plan reminders", "Given up: disk full", "Refused: no key", "2 pieces"))
    assert "has its own page" not in shown


async def test_one_piece_or_all_of_it_is_done_again(failed, browse):
    farah = await browse("farah")
    row = await Followup.get(key="plan reminders")
    assert (await farah.post("/work", data={"again": str(row.id)})).status_code == 303
    await row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 0)
    assert (await farah.post("/work", data={"again": str(row.id)})).status_code == 404, "it is not on the list any more"
    assert (await farah.post("/work", data={"again": "all"})).status_code == 303
    assert (await Followup.get(key="seal trail")).state == "queued"
    assert (await Followup.get(key="s")).state == "dead"
    assert "No work has failed" in (await farah.get("/work")).text


@pytest.mark.by_hand
async def test_another_unit_reads_neither_the_work_nor_a_reason_that_may_name_somebody(failed, browse):
    await CentralUnit.create(id=uuid4(), slug="other", name="Other", contact="x@example.org")
    await Followup.filter(key="plan reminders").update(fact_id=None)
    shown = (await (await browse("farah")).get("/work")).text
    assert "disk full" not in shown and "The log of the service says why" in shown
    await Fact.filter(kind="person.exported").update(unit_id=uuid4())
    await Followup.filter(key="plan reminders").update(fact_id=(await Fact.get(kind="person.exported")).id)
    assert "Plan reminders" not in (await (await browse("farah")).get("/work")).text


@pytest.mark.parametrize("who", ["dara", "chloe", "amina", "bruno"])
async def test_nobody_else_opens_it(failed, browse, who):
    assert (await (await browse(who)).get("/work")).status_code == 403
