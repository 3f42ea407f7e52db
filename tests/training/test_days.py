"""Today is the day that the clocks of the unit show, for everybody who does something around midnight."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from tests.training.lti.conftest import Side, side
from tests.training.records.test_actions import SESSION
from training.core.errors import Invalid
from training.demo.cast import known
from training.lti.models import Identity
from training.people.models import Membership
from training.records import actions
from training.records.evidence import evidence_of
from training.records.models import Record
from training.sites.models import CentralUnit, zone_of

__all__ = ["side"]
DAY = timedelta(days=1)
MIDNIGHTS = [
    ("2026-07-01T23:30", date(2026, 7, 2)),
    ("2026-07-02T00:30", date(2026, 7, 2)),
    ("2026-03-29T00:30", date(2026, 3, 29)),
    ("2026-03-29T23:30", date(2026, 3, 30)),
    ("2026-10-24T23:30", date(2026, 10, 25)),
    ("2026-10-25T23:30", date(2026, 10, 25)),
    ("2028-02-29T23:30", date(2028, 2, 29)),
]
AROUND_MIDNIGHT = pytest.mark.parametrize(("moment", "today"), MIDNIGHTS)


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@AROUND_MIDNIGHT
async def test_a_session_of_today_has_been_held_and_one_of_tomorrow_has_not(cast, moment, today):
    now = utc(moment)
    with time_machine.travel(now):
        amina = await cast("amina")
    await actions.log(replace(SESSION, on=today), key=uuid4(), actor=amina, now=now)
    with pytest.raises(Invalid):
        await actions.log(replace(SESSION, on=today + DAY), key=uuid4(), actor=amina, now=now)
    (record,) = await evidence_of(known("amina"), await zone_of(known("together")))
    assert (record["on"], record["recorded_at"]) == (today, today)


@AROUND_MIDNIGHT
async def test_a_form_takes_today_and_refuses_tomorrow(browse, growing, moment, today):
    with time_machine.travel(utc(moment)):
        amina = await browse("amina")
        sent = {
            "key": str(uuid4()), "type": "supervision", "what": "reflective", "by": str(known("hana")),
            "on": today.isoformat(), "minutes": "60", "mode": "online", "topic": "A quiet one",
        }  # fmt: skip
        tomorrow = sent | {"key": str(uuid4()), "on": (today + DAY).isoformat()}
        refused = await amina.post("/practice/new", data=tomorrow)
        assert (refused.status_code, 'href="#on"' in refused.text) == (422, True)
        assert (await amina.post("/practice/new", data=sent)).status_code == 303
    assert (await Record.get()).on == today


@AROUND_MIDNIGHT
@pytest.mark.by_hand
async def test_a_role_begins_and_ends_at_midnight_where_the_unit_is(browse, moment, today):
    held = Membership.filter(person_id=known("dara"))
    for starts, ends, holds in ((today, today, True), (today + DAY, None, False), (today - DAY, today - DAY, False)):
        await held.update(starts=starts, ends=ends)
        with time_machine.travel(utc(moment)):
            assert ((await (await browse("dara")).get("/audits")).status_code == 200) is holds


@AROUND_MIDNIGHT
async def test_whoever_comes_by_a_launch_belongs_here_from_today_on(side: Side, moment, today):
    with time_machine.travel(utc(moment)):
        answer = await side.launch("grace")
        assert answer.status_code == 303
    person = (await Identity.get(sub="grace")).person_id
    assert (await Membership.get(person_id=person)).starts == today


@pytest.mark.by_hand
@pytest.mark.by_hand
async def test_a_launch_in_the_evening_of_the_americas_begins_that_day_and_not_tomorrow(side: Side):
    await CentralUnit.filter(id=known("together")).update(zone="America/New_York")
    with time_machine.travel(utc("2026-07-02T01:00")):
        assert (await side.launch("grace")).status_code == 303
    person = (await Identity.get(sub="grace")).person_id
    assert (await Membership.get(person_id=person)).starts == date(2026, 7, 1)
