"""How far abilities go: where the other person is, today; two roles of one person do not lend each other anything."""

import uuid
from datetime import timedelta

import pytest

from certificates.evidence.actions import record_evidence
from certificates.evidence.rules import TypedEvidence
from courses.cohorts.actions import NewCohort, make, place_one
from courses.cohorts.attendance import note_attendance
from courses.cohorts.models import Attendance, Cohort, Seat
from courses.cohorts.rules import Presence, SessionPlan
from courses.cohorts.sessions import add_session
from courses.packages.publish import load
from tests.certificates.world import BY_RULES, TODAY, at, certified, publish_pathway
from tests.courses.course_files import write
from training.core.dates import day
from training.core.errors import Invalid, NotFound
from training.demo.cast import known
from training.demo.doing import being
from training.people.models import Membership
from training.records.models import Record

LEFT = TODAY - timedelta(days=20)
WAYS = ("/people/{}", "/courses/of/{}", "/practice/of/{}", "/assessments/of/{}", "/pathways/of/{}")
RIV, HAR = known("site/RIV"), known("site/HAR")
MAREK, JUDE = known("marek"), known("jude")


async def leaves(key: str, *, for_site=None) -> None:
    """Ends what somebody held 20 days ago; perhaps they went on at another site."""
    await Membership.filter(person_id=known(key)).update(ends=LEFT)
    if for_site:
        await Membership.create(id=uuid.uuid4(), person_id=known(key), role="trainee", site_id=for_site, starts=LEFT)


@pytest.fixture
async def chloe(database):
    """Coordinates Riverside, and assesses in the whole unit."""
    await Membership.create(id=uuid.uuid4(), person_id=known("chloe"), role="assessor", starts=TODAY)
    return await being("chloe", TODAY)


@pytest.mark.by_hand
async def test_who_manages_one_site_and_assesses_everywhere_records_nothing_for_another_site(chloe, browse, growing):
    browser, today = await browse("chloe"), TODAY.isoformat()
    assert (await browser.get(f"/people/{MAREK}")).status_code == 200, "an assessor sees everybody"
    for type_, what in (
        ("signoff", "ready to coach"), ("waiver", "group_leader/course"), ("check", "dbs enhanced"),
        ("qualification", "first aid"),
    ):  # fmt: skip
        form = {"key": str(uuid.uuid4()), "type": type_, "what": what, "on": today, "reason": "Seen."}
        answer = await browser.post(f"/practice/of/{MAREK}/new", data=form)
        assert answer.status_code == 404
        with pytest.raises(NotFound):
            await record_evidence(MAREK, TypedEvidence(type_, what, TODAY), actor=chloe, now=at(TODAY))
    assert not await Record.exists()
    shown = [(await browser.get(f"/{room}/of/{MAREK}")).text for room in ("pathways", "practice")]
    assert all(f"/practice/of/{MAREK}/new" not in text for text in shown), "nothing is offered that would be refused"
    assert f"/practice/of/{MAREK}" not in shown[0]
    assert f"/practice/of/{JUDE}" in (await browser.get(f"/pathways/of/{JUDE}")).text
    assert f"/practice/of/{JUDE}/new" in (await browser.get(f"/practice/of/{JUDE}")).text


@pytest.fixture
async def course(chloe, tmp_path, settings):
    """A course that cohorts can be made for."""
    await load(write(tmp_path / "small"), actor=await being("dara", TODAY), now=at(TODAY), storage=settings.storage)
    return "small-steps"


@pytest.mark.by_hand
async def test_who_manages_one_site_and_assesses_everywhere_trains_nobody_of_another_site(chloe, course):
    for site in (HAR, None):
        with pytest.raises(Invalid):
            await make(course, NewCohort("Theirs", TODAY, None, site), actor=chloe, now=at(TODAY))
    ours = await make(course, NewCohort("Ours", TODAY, None, RIV), actor=chloe, now=at(TODAY))
    with pytest.raises(NotFound):
        await place_one(ours, MAREK, actor=chloe, now=at(TODAY))
    session = await add_session(ours, SessionPlan("Day", TODAY, 60), actor=chloe, now=at(TODAY))
    for who in (JUDE, MAREK):
        await Seat.create(id=uuid.uuid4(), cohort=ours, person_id=who, starts=TODAY)
    await note_attendance(session, dict.fromkeys((JUDE, MAREK), Presence("present")), actor=chloe, now=at(TODAY))
    assert [row.person_id for row in await Attendance.all()] == [JUDE]
    assert await Cohort.all().count() == 1


@pytest.mark.by_hand
async def test_a_site_sees_nobody_and_writes_for_nobody_who_has_left(browse, cast, growing):
    await leaves("jude")
    browser = await browse("chloe")
    assert "Jude Mensah" not in (await browser.get("/people")).text
    assert "jude@together.example" not in (await browser.get("/people?format=csv")).text
    for way in WAYS:
        assert (await browser.get(way.format(JUDE))).status_code == 404, way
    check = TypedEvidence("check", "dbs enhanced", TODAY)
    with pytest.raises(NotFound):
        await record_evidence(JUDE, check, actor=await cast("chloe"), now=at(TODAY))
    assert not await Record.exists()


@pytest.mark.by_hand
async def test_the_new_site_of_somebody_sees_them_and_the_former_one_does_not(browse):
    await leaves("jude", for_site=HAR)
    chloe, emre, dara = await browse("chloe"), await browse("emre"), await browse("dara")
    for way in WAYS:
        answers = [(await one.get(way.format(JUDE))).status_code for one in (chloe, emre, dara)]
        assert answers == [404, 200, 200], way


@pytest.mark.by_hand
async def test_a_site_reads_of_the_register_the_days_on_which_somebody_belonged_to_it(browse, tmp_path):
    await publish_pathway(tmp_path, BY_RULES)
    found = await certified("jude", TODAY - timedelta(days=60))
    await leaves("jude", for_site=HAR)
    chloe, emre = await browse("chloe"), await browse("emre")
    days = {"before": LEFT - timedelta(days=1), "after": LEFT + timedelta(days=1)}
    read = {
        (who, when): (await browser.get(f"/register?as_of={moment}")).text
        for who, browser in (("chloe", chloe), ("emre", emre))
        for when, moment in days.items()
    }
    assert {key for key, text in read.items() if "Jude Mensah" in text} == {("chloe", "before"), ("emre", "after")}
    assert f"/register/{found.id}" not in read["chloe", "before"], "what would be refused is no link"
    assert (await chloe.get(f"/register/{found.id}")).status_code == 404
    assert f"/register/{found.id}" in read["emre", "after"]
    assert (await emre.get(f"/register/{found.id}")).status_code == 200


@pytest.mark.by_hand
async def test_a_site_knows_who_was_there_from_when_to_when_and_no_more(browse):
    await leaves("jude", for_site=HAR)
    text = (await (await browse("chloe")).get(f"/sites/{RIV}")).text
    was_here = text.partition("Was here")[2].partition("</section>")[0]
    assert "Jude Mensah" in was_here and "Trainee" in was_here and day(LEFT) in was_here
    assert "<a" not in was_here and "Amina Yusuf" not in was_here
