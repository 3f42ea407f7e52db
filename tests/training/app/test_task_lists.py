"""How many tasks wait stands in the menu and costs no page a count; a mail tells them on Monday."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.mails import sent_mails
from tests.soundness import without_check
from tests.today import NOW
from tests.training.records.test_actions import SESSION
from training.app import consequences
from training.app.own_tasks.lists import plan_mails
from training.app.resources import open_resources
from training.demo.cast import known
from training.people.models import Letter, Person, TaskList
from training.records import actions as records
from training.trail.models import Followup
from training.trail.worker import Worker

MONDAY = datetime(2026, 11, 30, 7, 30, tzinfo=UTC)


@pytest.fixture
async def waiting(database):
    """A letter to Amina that came back: a task of Chloe's, Dara's and Farah's."""
    return await Letter.create(
        id="00000000-0000-0000-0000-000000000001", key="test/1", person_id=known("amina"), subject="A letter",
        state="returned", made=NOW, ended=NOW, broken="old@post.example", failed=NOW,
    )  # fmt: skip


async def mailed(settings, moment: datetime) -> list[str]:
    await plan_mails(now=moment)
    async with open_resources(settings) as things:
        await without_check(Worker(consequences.HANDLERS, things, now=lambda: moment)).work_once()
    return sorted(one.to.partition("@")[0] for one in sent_mails(settings) if "wait" in one.subject)


async def test_the_menu_shows_the_number_without_a_statement_of_its_own(browse, waiting, caplog):
    chloe = await browse("chloe")

    async def seen(path: str) -> tuple[str, int]:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            page = await chloe.get(path)
        return page.text, len(caplog.records)

    await seen("/people")
    page, before = await seen("/people")
    assert ">Tasks<" in page, "nothing was counted yet"
    assert 'href="/letters/' in (await seen("/"))[0]
    page, after = await seen("/people")
    assert ">Tasks (1)<" in page and after == before > 0
    await chloe.post(f"/letters/{waiting.id}", data={"do": "settle", "note": "By telephone, by Chloe"})
    assert "Nothing waits for you" in (await seen("/tasks"))[0]
    assert ">Tasks<" in (await seen("/people"))[0]


async def test_of_whoever_is_signed_in_it_is_counted_anew_when_they_are_asked(browse, work, cast):
    hana = await browse("hana")
    assert "Nothing waits" in (await hana.get("/tasks")).text and ">Tasks<" in (await hana.get("/sessions")).text
    await records.log(SESSION, key=uuid4(), actor=await cast("amina"), now=NOW)
    await work()
    assert ">Tasks (1)<" in (await hana.get("/sessions")).text
    assert not await TaskList.filter(person_id=known("ivan")).exists(), "he is not here, and is counted when he comes"


async def test_a_mail_tells_them_on_monday_morning_by_the_clocks_of_the_unit_and_once(settings, waiting, browse):
    assert await mailed(settings, MONDAY - timedelta(hours=1)) == []
    assert await mailed(settings, MONDAY - timedelta(days=1)) == []
    assert await mailed(settings, MONDAY) == ["chloe", "dara", "farah"]
    (one,) = [one for one in sent_mails(settings) if one.to.startswith("chloe")]
    assert one.sender == "Parenting Together" and "Hand a letter to Amina Yusuf" in one.text and "/tasks" in one.html
    await mailed(settings, MONDAY + timedelta(hours=3))
    assert await Letter.filter(key__startswith="mail tasks of the week", person_id=known("chloe")).count() == 1


async def test_whoever_stopped_it_gets_none_and_can_have_it_again(settings, waiting, browse):
    chloe = await browse("chloe")
    assert "Stop this mail" in (await chloe.get("/tasks")).text
    assert (await chloe.post("/tasks", data={"weekly": ""})).status_code == 303
    assert (await TaskList.get(person_id=known("chloe"))).weekly is False
    assert await mailed(settings, MONDAY) == ["dara", "farah"]
    await chloe.post("/tasks", data={"weekly": "yes"})
    assert await mailed(settings, MONDAY + timedelta(minutes=1)) == ["chloe", "dara", "farah"]


async def test_a_welsh_reader_is_told_in_welsh(settings, waiting):
    await Person.filter(id=known("chloe")).update(language="cy")
    await mailed(settings, MONDAY)
    (one,) = [one for one in sent_mails(settings) if one.to.startswith("chloe")]
    assert one.subject == "Mae 1 dasg yn aros amdanoch" and 'lang="cy"' in one.html
    assert await Followup.filter(kind="mail tasks of the week", state="done").count() > 3
