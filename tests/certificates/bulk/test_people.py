"""Inviting many, giving and ending their places: from the register, from a cohort, from an import."""

from datetime import timedelta

import pytest

from certificates.evaluations.models import Certificate, Decision
from tests.certificates.bulk.choosing import choose, name_of, press, rows_of
from tests.certificates.world import NAMED, publish_pathway, waiting
from tests.today import TODAY
from tests.training.imports.handing_in import csv_of, do, hand_in
from training.batches.models import Batch, BatchRow
from training.demo.cast import known
from training.people.models import SignInLink
from training.programmes.models import Place
from training.sites.models import Programme

THREE = ("amina", "ivan", "jude")


@pytest.fixture
async def dara(database, tmp_path, browse):
    await publish_pathway(tmp_path, NAMED)
    return await browse("dara")


async def cohort_of(browser, *keys) -> str:
    """Makes a cohort with some of the cast, and gives its id."""
    form = {"name": "Autumn", "starts": TODAY.isoformat(), "learning": "first aid"}
    answer = await browser.post("/courses/cohorts/new", data=form)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].split("?")[0]
    for key in keys:
        assert (await browser.post(f"{path}/places", data={"person": str(known(key))})).status_code == 303
    return path.rsplit("/", 1)[1]


async def programme(slug: str) -> str:
    return str((await Programme.get(unit_id=known("together"), slug=slug)).id)


async def imported_people(dara, work) -> Batch:
    rows = csv_of(
        "Name,Email,Role,Site,Starts", "Una New,una@new.example,Facilitator,RIV,2026-01-01",
        "Vera New,vera@new.example,Facilitator,RIV,2026-01-01",
    )  # fmt: skip
    batch = await hand_in(dara, rows, "people")
    await work()
    await do(dara, batch, "begin")
    await work()
    return await Batch.get(id=batch.id)


async def test_people_of_an_import_are_invited_and_that_cannot_be_undone(dara, work):
    imported = await imported_people(dara, work)
    assert imported.state == "done", [row.problems for row in await BatchRow.filter(batch_id=imported.id)]
    page = (await dara.get(f"/batches/{imported.id}")).text
    assert "Invite to sign in" in page and "All 2 on this list" in page
    assert 'href="/people/' in page.split("<main")[1]
    batch = await choose(dara, "batch", "invite", of=imported.id, asked="show=new")
    await work()
    assert not await SignInLink.filter(way="invitation").exists()
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "Do it: 2 people" in page and "An invitation that was sent cannot be undone" in page
    await press(dara, batch, "begin", work)
    assert await SignInLink.filter(way="invitation").count() == 2
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "Done: 2" in page and "You can undo this batch" not in page and 'value="undo"' not in page
    again = await choose(dara, "batch", "invite", of=imported.id, asked="show=new")
    await work()
    assert {row[2] for row in (await rows_of(again)).values()} == {"They have an invitation that still works"}
    await press(dara, batch, "undo", work)
    assert {row[1:] for row in (await rows_of(batch)).values()} == {("kept", "This cannot be undone")}
    assert await SignInLink.filter(way="invitation").count() == 2


async def test_places_are_given_to_a_cohort_and_taken_back(dara, work):
    cohort, other = await cohort_of(dara, *THREE), await programme("growing-together")
    page = (await dara.get(f"/courses/cohorts/{cohort}")).text
    assert "Give a place in a programme" in page and "All 3 on this list" in page
    ends = {"programme": other, "ends": TODAY.isoformat(), "reason": "finished"}
    ended = await choose(dara, "cohort", "end place", of=cohort, answers=ends)
    await work()
    assert not await Place.filter(ends=TODAY).exists()
    await press(dara, ended, "begin", work)
    assert await Place.filter(ends=TODAY, programme_id=other).count() == 3
    tomorrow = TODAY + timedelta(days=1)
    given = await choose(
        dara, "cohort", "place", of=cohort,
        answers={"programme": other, "site": "theirs", "starts": tomorrow.isoformat()},
    )  # fmt: skip
    await work()
    await press(dara, given, "begin", work)
    assert await Place.filter(programme_id=other, starts=tomorrow, taken_back__isnull=True).count() == 3
    await press(dara, given, "undo", work)
    assert not await Place.filter(programme_id=other, starts=tomorrow, taken_back__isnull=True).exists()
    await press(dara, ended, "undo", work)
    assert await Place.filter(programme_id=other, starts=tomorrow, taken_back__isnull=True).count() == 3


async def test_who_waits_in_a_cohort_gets_a_certificate(dara, work):
    await waiting("amina")
    cohort = await cohort_of(dara, *THREE)
    batch = await choose(dara, "cohort", "issue", of=cohort, answers={"reasons": "All is met."})
    await work()
    assert [*await rows_of(batch)] == [await name_of(known("amina"))]
    await press(dara, batch, "begin", work)
    assert await Certificate.all().count() == await Decision.all().count() == 1
    suspended = await choose(
        dara, "cohort", "suspend", of=cohort,
        answers={"programme": await programme("chosen"), "reason": "An inquiry.", "effective": TODAY.isoformat()},
    )  # fmt: skip
    await work()
    assert [(name, row[0]) for name, row in (await rows_of(suspended)).items()] == [
        (await name_of(known("amina")), "changed")
    ]


async def test_a_coordinator_reaches_own_people_alone(dara, browse, work):
    cohort = await cohort_of(dara, "amina", "kiran")
    emre = await browse("emre")
    ends = {"programme": await programme("growing-together"), "ends": TODAY.isoformat(), "reason": "left"}
    batch = await choose(emre, "cohort", "end place", of=cohort, answers=ends)
    await work()
    assert [*await rows_of(batch)] == [await name_of(known("kiran"))]
    page = (await emre.get(f"/bulk/{batch.id}")).text
    assert await name_of(known("amina")) not in page


async def test_what_is_asked_is_answered_first_and_nothing_chosen_is_told(dara, work):
    cohort = await cohort_of(dara, "amina")
    batch = await choose(dara, "cohort", "end place", of=cohort)
    answer = await dara.post(f"/bulk/{batch.id}", data={"programme": "x", "ends": "soon", "reason": ""})
    assert (
        answer.status_code == 422
        and "Enter a day, such as" in answer.text
        and "Choose one from the list" in answer.text
    )
    answer = await dara.post("/bulk", data={"on": "cohort", "of": cohort, "do": "bulk invite"})
    assert answer.status_code == 303 and answer.headers["location"].startswith(f"/courses/cohorts/{cohort}?notice=")
    answer = await dara.post("/bulk", data={"on": "cohort", "of": cohort, "all": "yes", "do": ""})
    assert answer.status_code == 303 and answer.headers["location"].startswith(f"/courses/cohorts/{cohort}?notice=")
    listed = (await dara.get("/batches")).text
    assert "End the place in a programme" in listed and "Being prepared" in listed


async def test_nothing_is_answered_for_whoever_asks_and_an_empty_rehearsal_says_so(dara, work):
    cohort = await cohort_of(dara, "amina")
    batch = await choose(dara, "cohort", "suspend", of=cohort)
    page = (await dara.get(f"/bulk/{batch.id}")).text
    assert '<option value="" selected>Choose one</option>' in page
    answers = {"programme": "", "reason": "An inquiry.", "effective": TODAY.isoformat()}
    refused = await dara.post(f"/bulk/{batch.id}", data=answers)
    assert refused.status_code == 422 and "Choose one from the list" in refused.text
    answers["programme"] = await programme("chosen")
    assert (await dara.post(f"/bulk/{batch.id}", data=answers)).status_code == 303
    await work()
    page = (await dara.get(f"/batches/{batch.id}")).text
    assert "None of those you chose has such a certificate. Nothing is changed." in page
    assert "Change what you asked" in page and 'value="begin"' not in page
