"""Each night the record is compared with itself; where other hands were at it, those who answer for it are told."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.mails import sent_mails
from training.app.consequences import CHECK, EVERY, HANDLERS
from training.app.resources import open_resources
from training.app.trail.reports import SHOWN
from training.database.connection import connection
from training.demo.cast import known
from training.people.authentication.operator import OPERATOR
from training.people.models import Email, Membership, Person
from training.trail.baseline import accept
from training.trail.models import Fact, Followup
from training.trail.row_check import Pace
from training.trail.worker import Worker

SUBJECT = "The record was changed by other hands"
NIGHT = timedelta(days=1)


@pytest.fixture
async def night(settings, database):
    """Does the check of a night, counted from today's, and what comes of it."""
    async with open_resources(settings) as things:

        async def done(number=0):
            moment = datetime.now(UTC) + number * NIGHT
            then = replace(things, now=lambda: moment)
            await Worker(HANDLERS, then, repeats={CHECK: EVERY[CHECK]}, now=lambda: moment).work_once()

        yield done


def mails(settings):
    return [one for one in sent_mails(settings) if one.subject == SUBJECT]


async def dara_reads(browse):
    return (await (await browse("dara")).get("/trail")).text


async def changed_by_hand():
    role = await Membership.get(person_id=known("jude"))
    await connection().execute_query(f"UPDATE people_membership SET starts = '2001-02-03' WHERE id = '{role.id}'")
    return role


async def test_a_sound_record_is_said_to_be_sound_and_nobody_is_written_to(browse, night, settings):
    assert "It has not been checked yet" in await dara_reads(browse)
    await night()
    assert "Yes. Checked" in (shown := await dara_reads(browse)) and "Do not rely" not in shown
    assert mails(settings) == []
    assert (await Fact.get(kind="trail.checked")).detail["rows"] > 50


@pytest.mark.by_hand
async def test_what_was_changed_by_hand_is_shown_and_written_each_night_until_it_is_settled(browse, night, settings):
    role = await changed_by_hand()
    named = f"people_membership {role.id}: starts changed since entry"
    await night()
    shown = await dara_reads(browse)
    assert "Do not rely on what is named here" in shown and named in shown and "Yes. Checked" not in shown
    to = {one.to for one in mails(settings)}
    assert to == {(await Email.get(person_id=known(who))).address for who in ("dara", "farah")}
    assert all(named in one.text.replace("\n", " ") for one in mails(settings))
    await night()
    assert len(mails(settings)) == 2, "once a night"
    await night(1)
    assert len(mails(settings)) == 4
    await accept([(Membership, str(role.id))], because="So it was on paper.", actor=OPERATOR, now=datetime.now(UTC))
    await night(2)
    assert len(mails(settings)) == 4 and "Yes. Checked" in await dara_reads(browse)


@pytest.mark.by_hand
async def test_whoever_keeps_the_end_of_the_trail_is_told_too(browse, night, settings):
    await (await browse("dara")).post("/trail", data={"address": "keeper@audit.example"})
    await changed_by_hand()
    await night()
    assert "keeper@audit.example" in {one.to for one in mails(settings)}


async def test_a_check_that_is_done_again_after_a_crash_says_it_once(night, settings, database):
    await night()
    await Followup.filter(kind=CHECK).update(state="queued", ended=None)
    await night()
    assert await Fact.filter(kind="trail.checked").count() == 1


@pytest.mark.by_hand
async def test_many_findings_are_counted_and_the_first_are_named(browse, night, settings):
    await connection().execute_query("UPDATE people_membership SET starts = '2001-02-03'")
    await connection().execute_query("UPDATE people_person SET language = 'cy', created = '2001-02-03 00:00:00+00:00'")
    count = await Membership.all().count() + await Person.all().count()
    await night()
    assert f"and {count - SHOWN} more" in (shown := await dara_reads(browse))
    assert shown.count("changed since entry") == SHOWN


async def test_a_check_leaves_half_of_the_time_to_others():
    pace, begun = Pace(0.5), time.perf_counter()
    while time.perf_counter() - begun < 0.05:
        pass
    await pace.rest()
    assert time.perf_counter() - begun >= 0.1
