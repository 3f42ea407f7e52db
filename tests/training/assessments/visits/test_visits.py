"""A visit is planned, changed and called off; everybody who comes is told, with a file for their calendar."""

import asyncio
import email
import re
from datetime import UTC, date, datetime, timedelta
from email import policy
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine

from certificates.erase_person import erase_record
from tests.training.assessments.conftest import NOW, Rated, permit
from training.assessments.actions import Opening, open_assessment
from training.assessments.models import Assessment, Visit
from training.assessments.visits.actions import change_visit
from training.assessments.visits.rules import VisitPlan
from training.core.errors import Conflict
from training.demo.cast import known
from training.people.models import Letter, Permission, Person
from training.sites.models import CentralUnit
from training.trail.models import Fact

PLAN = {"observed": "2026-12-08", "starts": "14:00", "ends": "16:00", "place": "Riverside Hall; back door"}
DAY_BEFORE = datetime(2026, 12, 7, 9, 30, tzinfo=UTC)


@pytest.fixture
async def planned(rated: Rated, browse, work, settings):
    """Bruno plans a visit to Amina with Gwen."""
    bruno = await browse("bruno")
    answer = await bruno.post("/assessments/new", data=opening(rated))
    assert answer.status_code == 303
    row = await Assessment.get()
    assert f"/assessments/{row.id}/visit" in answer.headers["location"]
    return row


def opening(rated: Rated, **more: str) -> dict[str, str]:
    given = {"key": str(uuid4()), "person": str(known("amina")), "version": str(rated.version.id)}
    return {**given, "other": str(known("gwen")), **PLAN, "directions": "Ring twice, ask for Nadia", **more}


def letters(settings) -> dict[str, tuple[str, str, str]]:
    """Reads whom mails went to, with subject, text and the lines for calendars, and forgets them."""
    told = {}
    for path in sorted(Path(settings.mail_url.removeprefix("file:")).glob("*.eml")):
        found = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        parts = [part for part in found.walk() if part.get_content_type() in ("text/calendar", "application/ics")]
        files = [part.get_payload(decode=True) for part in parts]
        assert len(files) in (0, 2) and len(set(files)) <= 1
        content = files[0].replace(b"\r\n ", b"").decode() if files else ""
        if files:
            assert f"METHOD:{parts[0].get_param('method')}" in content
        text = found.get_body(("plain",)).get_content()
        assert str(found["To"]) not in told, "told twice"
        told[str(found["To"]).partition("@")[0]] = (str(found["Subject"]), text, content)
        path.unlink()
    return told


def said(content: str, name: str) -> str:
    return re.search(rf"^{name}[:;](.*)\r$", content, re.M)[1]


async def test_everybody_who_comes_is_told_once_each_with_a_file_of_their_own(planned, work, settings):
    await work()
    told = letters(settings)
    assert set(told) == {"bruno", "gwen", "amina"}
    subject, text, content = told["amina"]
    assert subject == "A visit is planned" and "Tuesday 8 December 2026, 2pm to 4pm" in text
    assert "Bruno Costa, Gwen Llŷr will come" in text and "Ring twice, ask for Nadia" in text
    assert said(content, "DTSTART") == "20261208T140000Z" and said(content, "SEQUENCE") == "0"
    assert "Amina" not in content and "amina@" in content and "bruno@" not in content
    assert "Amina Yusuf" in told["bruno"][2] and told["gwen"][0] == "Mae ymweliad wedi’i drefnu"
    assert "Ymweliad: Amina Yusuf" in told["gwen"][2]
    assert len({said(one[2], "UID") for one in told.values()}) == 1
    assert [one.kind for one in await Fact.filter(kind__startswith="visit.")] == ["visit.planned"]


@pytest.mark.by_hand
async def test_hours_are_those_of_the_unit_in_winter_and_in_summer(rated: Rated, browse):
    await CentralUnit.all().update(zone="Asia/Kathmandu")
    await (await browse("bruno")).post("/assessments/new", data=opening(rated))
    visit = await Visit.get()
    assert (visit.starts, visit.ends) == (
        datetime(2026, 12, 8, 8, 15, tzinfo=UTC), datetime(2026, 12, 8, 10, 15, tzinfo=UTC)
    )  # fmt: skip
    await CentralUnit.all().update(zone="Europe/London")
    form = PLAN | {"observed": "2027-06-08"}
    assert (
        await (await browse("bruno")).post(f"/assessments/{visit.assessment_id}/visit/change", data=form)
    ).is_redirect
    assert (await Visit.get()).starts == datetime(2027, 6, 8, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"observed": "2026-11-24"}, "This day has passed"),
        ({"starts": ""}, "Say when it begins"),
        ({"ends": ""}, "Say when it ends"),
        ({"ends": "14:00"}, "It has to end after it begins"),
        ({"place": " "}, "Say where it is"),
        ({"starts": "25:00"}, "There is a problem"),
        ({"ends": "13:00Z"}, "It has to end after it begins"),
    ],
)
@pytest.mark.by_hand
async def test_what_is_missing_is_said_and_nothing_is_begun(rated: Rated, browse, change, words):
    bruno = await browse("bruno")
    answer = await bruno.post("/assessments/new", data=opening(rated, **change))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "Ring twice, ask for Nadia" in answer.text and not await Assessment.exists()
    row = await rated.open(now=datetime.now(UTC))
    await Assessment.filter(id=row.id).update(observed="2026-11-25")
    answer = await bruno.post(f"/assessments/{row.id}/visit/change", data=PLAN | change)
    assert (answer.status_code, words in answer.text) == (422, True)


async def test_a_day_to_come_needs_a_visit(rated: Rated, browse):
    form = opening(rated, starts="", ends="", place="", medium="live")
    answer = await (await browse("bruno")).post("/assessments/new", data=form)
    assert answer.status_code == 422 and "Say below when and where the visit is" in answer.text


async def test_a_change_keeps_the_name_of_the_event_and_counts_on_and_the_same_again_tells_nobody(
    planned, browse, work, settings
):
    await work()
    before = letters(settings)["amina"][2]
    gwen, path = await browse("gwen"), f"/assessments/{planned.id}/visit/change"
    page = (await gwen.get(path)).text
    assert 'value="14:00"' in page and 'value="2026-12-08"' in page and "Riverside Hall; back door" in page
    moved = PLAN | {"observed": "2026-12-09", "starts": "09:30", "ends": "11:00", "directions": ""}
    for _ in range(2):
        assert (await gwen.post(path, data=moved)).status_code == 303
    await work()
    told = letters(settings)
    subject, text, after = told["amina"]
    assert subject == "A visit has changed" and "Wednesday 9 December 2026, 9:30am to 11am" in text
    assert said(after, "UID") == said(before, "UID") and said(after, "SEQUENCE") == "1"
    assert set(told) == {"bruno", "gwen", "amina"}
    found = await Assessment.get(id=planned.id)
    assert str(found.observed) == "2026-12-09" and "2026-12-09" in found.slot
    assert await Fact.filter(kind="visit.changed", actor_id=known("gwen")).count() == 1


async def test_a_visit_that_is_called_off_is_struck_out_of_every_calendar(planned, browse, work, settings):
    await work()
    letters(settings)
    bruno = await browse("bruno")
    form = {"step": "cancel", "reason": "Amina is ill."}
    page = (await bruno.get(f"/assessments/{planned.id}/stop")).text
    assert "If you cancel it and a visit was planned, so is the person you watch." in page
    assert (await bruno.post(f"/assessments/{planned.id}/stop", data=form)).status_code == 303
    await work()
    told = letters(settings)
    assert set(told) == {"bruno", "gwen", "amina"}
    for subject, text, content in told.values():
        assert "Amina is ill." in text and subject
        assert (said(content, "METHOD"), said(content, "SEQUENCE")) == ("CANCEL", "1")
    assert told["amina"][0] == "A visit is called off" and "8 December 2026 is called off" in told["bruno"][1]
    page = (await (await browse("amina")).get(f"/assessments/{planned.id}/visit")).text
    assert "This visit is called off. Amina is ill." in page
    file = (await (await browse("amina")).get(f"/assessments/{planned.id}/visit.ics")).text
    assert "METHOD:CANCEL" in file
    with time_machine.travel(DAY_BEFORE):
        await work()
    assert letters(settings) == {}, "nobody is reminded"
    assert await Fact.filter(kind="visit.called_off").count() == 1


async def test_an_hour_of_today_that_has_passed_is_refused_and_a_visit_that_has_begun_keeps_its_own(planned, browse):
    bruno, path = await browse("bruno"), f"/assessments/{planned.id}/visit/change"
    with time_machine.travel(datetime(2026, 12, 8, 15, tzinfo=UTC)):
        bruno = await browse("bruno")
        for starts, status in (("14:30", 422), ("14:00", 303), ("15:30", 303)):
            answer = await bruno.post(path, data=PLAN | {"starts": starts, "place": f"Hall, {starts}"})
            assert (answer.status_code, "This hour has passed" in answer.text) == (status, status == 422)


async def test_two_visits_that_become_one_day_in_the_same_moment_end_in_a_conflict(rated: Rated, cast):
    bruno = await cast("bruno")
    rows = []
    for day in range(4, 12):
        plan = VisitPlan(datetime(2026, 12, day, 14, tzinfo=UTC), datetime(2026, 12, day, 15, tzinfo=UTC), "Hall")
        opening = Opening(
            person=known("amina"), version=rated.version.id, observed=date(2026, 12, day), medium="live", visit=plan
        )
        rows.append(await open_assessment(opening, key=uuid4(), actor=bruno, now=NOW))
    plan = VisitPlan(datetime(2026, 12, 3, 14, tzinfo=UTC), datetime(2026, 12, 3, 15, tzinfo=UTC), "Hall")
    done = await asyncio.gather(
        *[change_visit(row.id, plan, actor=bruno, now=NOW) for row in rows], return_exceptions=True
    )
    assert [type(one) for one in done if one] == [Conflict] * 7 and None in done


async def test_both_are_reminded_once_the_day_before_in_the_morning_of_the_unit(planned, browse, work, settings):
    await work()
    letters(settings)
    with time_machine.travel(DAY_BEFORE - timedelta(hours=1)):
        await work()
    assert letters(settings) == {}
    for _ in range(2):
        with time_machine.travel(DAY_BEFORE):
            await work()
            await work()
    told = letters(settings)
    assert {one: told[one][0] for one in ("amina", "bruno")} == dict.fromkeys(("amina", "bruno"), "A visit is tomorrow")
    assert set(told) == {"amina", "bruno", "gwen"} and await Letter.filter(subject="A visit is tomorrow").count() == 2


async def test_a_visit_that_moved_is_not_reminded_of_on_its_old_day(planned, browse, work, settings):
    form = PLAN | {"observed": "2026-12-10"}
    await (await browse("bruno")).post(f"/assessments/{planned.id}/visit/change", data=form)
    await work()
    letters(settings)
    with time_machine.travel(DAY_BEFORE):
        await work()
    assert letters(settings) == {}
    with time_machine.travel(DAY_BEFORE + timedelta(days=2)):
        await work()
        await work()
    assert set(letters(settings)) == {"amina", "bruno", "gwen"}


async def test_a_part_that_is_handed_on_takes_the_visit_along(planned, browse, work, settings):
    await permit(known("hana"))
    await work()
    letters(settings)
    form = {"step": "hand on", "leaves": str(known("gwen")), "comes": str(known("hana")), "reason": "Gwen is away."}
    assert (await (await browse("bruno")).post(f"/assessments/{planned.id}/stop", data=form)).status_code == 303
    await work()
    told = letters(settings)
    assert set(told) == {"amina", "bruno", "gwen", "hana"}
    assert said(told["gwen"][2], "METHOD") == "CANCEL" and "Gwen is away." in told["gwen"][1]
    for one in ("amina", "bruno", "hana"):
        assert (said(told[one][2], "METHOD"), said(told[one][2], "SEQUENCE")) == ("REQUEST", "1")
    assert "Bruno Costa, Hana Nowak will come" in told["amina"][1]


async def test_nobody_hands_in_before_the_visit_and_then_it_cannot_be_moved(planned, rated: Rated, browse):
    answer = None
    bruno = await browse("bruno")
    marks = {"welcome": "3", "listening": "3", "closing": "3", "step": "check"}
    await bruno.post(f"/assessments/{planned.id}/rate", data=marks)
    answer = await bruno.post(f"/assessments/{planned.id}/check")
    assert answer.status_code == 409 and "still to come" in answer.text
    with time_machine.travel(datetime(2026, 12, 8, 17, tzinfo=UTC)):
        bruno = await browse("bruno")
        assert (await bruno.post(f"/assessments/{planned.id}/check")).status_code == 303
        form = PLAN | {"observed": "2026-12-10"}
        answer = await bruno.post(f"/assessments/{planned.id}/visit/change", data=form)
        assert answer.status_code == 409 and "handed in" in answer.text
    assert str((await Assessment.get(id=planned.id)).observed) == "2026-12-08"


async def test_what_was_watched_already_gets_no_visit(rated: Rated, browse):
    row = await rated.open()
    answer = await (await browse("bruno")).post(f"/assessments/{row.id}/visit/change", data=PLAN)
    assert answer.status_code == 409 and "watched already" in answer.text and not await Visit.exists()


@pytest.mark.by_hand
async def test_who_may_not_assess_on_the_new_day_cannot_move_it_there(planned, browse):
    await Permission.filter(person_id=known("gwen")).update(ends="2026-12-31")
    answer = await (await browse("bruno")).post(
        f"/assessments/{planned.id}/visit/change", data=PLAN | {"observed": "2027-02-01"}
    )
    assert answer.status_code == 422 and str((await Assessment.get(id=planned.id)).observed) == "2026-12-08"


async def test_the_page_and_the_file_are_for_whoever_comes_and_who_sees_the_person(planned, browse):
    path = f"/assessments/{planned.id}/visit"
    for who, status in (("bruno", 200), ("gwen", 200), ("amina", 200), ("chloe", 200), ("emre", 404)):
        browser = await browse(who)
        assert (await browser.get(path)).status_code == status, who
        file = await browser.get(f"{path}.ics")
        assert file.status_code == status
        if status == 200:
            assert file.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
            assert "visit.ics" in file.headers["content-disposition"] and "ATTENDEE" not in file.text
    assert "Change the visit" in (await (await browse("bruno")).get(path)).text
    assert "Change the visit" not in (await (await browse("amina")).get(path)).text
    assert (await (await browse("amina")).post(f"{path}/change", data=PLAN)).status_code == 403


async def test_where_somebody_lives_goes_with_their_name(planned, settings):
    await Visit.all().update(place="At Amina Yusuf, 3 Mill Lane", directions="Ring for Amina Yusuf")
    person = await Person.get(id=known("amina"))
    await erase_record(person, actor_id=None, now=datetime.now(UTC), storage=settings.storage)
    visit = await Visit.get()
    assert (visit.place, visit.directions) == ("", "")
