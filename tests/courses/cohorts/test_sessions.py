"""Sessions of a cohort: planned with all that evidence needs, who came noted by the trainer, corrected and made up."""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from certificates.evaluations.pathway_versions import load_pathway
from courses.cohorts.models import Attendance, TrainingSession
from tests.courses.cohorts.conftest import DAY, EXAMPLES, Browse, Training, added, made, seen
from tests.today import NOW, TODAY
from training.core.settings import Settings
from training.demo.cast import known
from training.demo.doing import being
from training.people.actor import LtiContext
from training.people.authentication.middleware import cookie_name
from training.people.models import Membership, Relation
from training.people.sessions import open_session
from training.trail.models import Fact

AMINA, JUDE, HANA = known("amina"), known("jude"), known("hana")
Work = Callable[[], Awaitable[int]]


async def noted() -> dict[Any, tuple[str, int]]:
    """Gives what is noted of each person now."""
    rows = await Attendance.all().order_by("number")
    return {row.person_id: (row.came, row.minutes) for row in rows}


async def test_a_session_carries_all_that_rules_ask_of_a_training_day(training: Training, browse: Browse) -> None:
    chloe = await browse("chloe")
    form = (await chloe.get(f"{training.cohort}/sessions")).text
    assert 'value="group leader days"' in form and "Hearing people" in form and "Hana Nowak" in form
    place = await training.session(
        last_day="2026-03-05", hours="24", days="4", topics=["Hearing people"], other_topics="culture\n ethics \n"
    )
    held = await TrainingSession.get()
    assert (held.minutes, held.days, held.mode, held.trainer_id) == (1440, 4, "in_person", HANA)
    assert held.topics.splitlines() == ["Hearing people", "culture", "ethics"]
    page = (await chloe.get(place)).text
    for words in ("2 March 2026 to 5 March 2026", "24 hours, counts for 4 days", "group leader days", "In person",
                  "Hearing people, culture, ethics", "Hana Nowak"):  # fmt: skip
        assert words in page, words
    again = (await chloe.get(f"{training.cohort}/sessions")).text
    assert 'value="24"' in again, "the next session begins with what the last one was"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "Say what the session is called"),
        ({"hours": "x"}, "as a number"),
        ({"hours": "0"}, "how many hours"),
        ({"days": "-1"}, "how many days"),
        ({"last_day": "2026-03-01"}, "not before the first"),
        ({"mode": "by post"}, "how people meet"),
        ({"trainer_id": str(known("kiran"))}, "Choose a trainer"),
        ({"trainer_id": str(known("hana")), "trainer_name": "Jo"}, "not both"),
    ],
)
async def test_a_session_that_cannot_be_is_refused_with_what_was_typed(
    training: Training, browse: Browse, changed: dict[str, str], words: str
) -> None:
    answer = await (await browse("chloe")).post(f"{training.cohort}/sessions", data=DAY | changed)
    assert answer.status_code == 422 and words in answer.text and 'value="2026-03-02"' in answer.text
    assert not await TrainingSession.exists()


async def test_the_trainer_notes_everybody_on_one_page(training: Training, browse: Browse) -> None:
    session = await training.session()
    page = (await (await browse("hana")).get(session)).text
    assert page.count('type="radio"') == 6 and page.count('value="6"') == 2, "three choices each, the hours filled in"
    assert (await training.note(session, amina="present", jude="absent The train stood still")).status_code == 303
    assert await noted() == {AMINA: ("present", 360), JUDE: ("absent", 0)}
    assert (await training.note(session, amina="part 4.5")).status_code == 303
    assert await noted() == {AMINA: ("part", 270), JUDE: ("absent", 0)}
    part = await Attendance.filter(person_id=AMINA).order_by("-number").first()
    assert part is not None and part.days == 0.75, "its share of the day"
    assert await Fact.filter(kind="attendance.recorded").count() == 3, "what stays as it is is not noted again"
    for who in ("chloe", "hana"):
        shown = (await (await browse(who)).get(training.cohort)).text
        assert "1 of 1" in shown and "0 of 1" in shown
    mine = [(await (await browse(who)).get("/courses")).text for who in ("amina", "jude")]
    assert ">Part<" in mine[0] and "4 hours 30 minutes" in mine[0]
    assert ">Not there<" in mine[1] and "The train stood still" in mine[1]
    theirs = (await (await browse("chloe")).get(f"/courses/of/{AMINA}")).text
    assert "Spring group" in theirs and ">Part<" in theirs
    assert "Training days" not in (await (await browse("ivan")).get("/courses")).text


async def test_one_button_notes_all_others_as_present(training: Training, browse: Browse) -> None:
    session, hana = await training.session(), await browse("hana")
    form = {"seen": seen(await hana.get(session)), f"came-{JUDE}": "absent", "step": "rest"}
    assert (await hana.post(session, data=form)).status_code == 303
    assert await noted() == {AMINA: ("present", 360), JUDE: ("absent", 0)}


@pytest.mark.parametrize(
    ("came", "words"),
    [("part 6", "fewer than 6"), ("part 7", "up to 6"), ("part", "for how many hours"), ("part two", "as a number"),
     ("present 0", "up to 6"), ("perhaps", "Choose present, part or absent")],
)  # fmt: skip
async def test_hours_that_cannot_be_are_refused_beside_the_person(training: Training, came: str, words: str) -> None:
    answer = await training.note(await training.session(), amina=came)
    assert answer.status_code == 422 and words in answer.text and f'id="came-{AMINA}-error"' in answer.text
    assert not await Attendance.exists()


async def test_who_may_note_who_came(training: Training, browse: Browse, database: None) -> None:
    session = await training.session()
    seen_by = {who: (await (await browse(who)).get(session)).status_code for who in ("hana", "gwen", "emre", "amina")}
    assert seen_by == {"hana": 200, "gwen": 200, "emre": 404, "amina": 403}
    assert (await training.note(session, "chloe", amina="present")).status_code == 303
    for who, status in (("gwen", 403), ("emre", 404)):
        form = {"seen": f"{AMINA} 0", f"came-{AMINA}": "absent"}
        assert (await (await browse(who)).post(session, data=form)).status_code == status
    elsewhere = await training.session("farah", trainer_id=str(known("bruno")), title="A guest's day")
    assert (await training.note(elsewhere, "bruno", jude="present")).status_code == 303, "who leads this session"
    assert await noted() == {AMINA: ("present", 360), JUDE: ("present", 360)}


async def test_a_facilitator_who_leads_a_cohort_trains_it_and_sees_no_more_than_that(
    small_steps: str, browse: Browse, settings: Settings
) -> None:
    chloe, ivan, nadia = await browse("chloe"), await browse("ivan"), await browse("nadia")
    assert "Ivan Petrov" in (await chloe.get("/courses/cohorts/new")).text
    cohort = await made(chloe, small_steps, trainer_id=str(known("ivan")))
    await chloe.post(f"{cohort}/places", data={"person": str(AMINA)})
    session = await added(chloe, cohort, trainer_id=str(known("ivan")))
    home = (await ivan.get("/")).text
    assert "Note who came" in home and session in home and "Note who came" not in (await nadia.get("/")).text
    assert "Cohorts that you lead" in (await ivan.get("/courses")).text
    assert "Cohorts that you lead" not in (await nadia.get("/courses")).text
    assert "Spring group" in (await ivan.get("/courses/cohorts")).text
    page = (await ivan.get(cohort)).text
    assert (
        "Amina Yusuf" in page and f"/courses/of/{AMINA}" not in page and f"/courses/{small_steps}/cohorts" not in page
    )
    form = {"seen": f"{AMINA} 0", f"came-{AMINA}": "present"}
    assert (await ivan.post(session, data=form)).status_code == 303
    assert await noted() == {AMINA: ("present", 360)}
    assert "Note who came" not in (await ivan.get("/")).text
    for path in (cohort, session, f"{cohort}/tasks"):
        assert (await nadia.get(path)).status_code == 404, path
    assert (await nadia.post(session, data=form)).status_code == 404
    assert (await ivan.get(f"{session}/change")).status_code == 403, "that is for who looks after the people"
    token, lms = "t" * 40, LtiContext(str(uuid4()), "https://lms.example", "1")
    await open_session(known("ivan"), token=token, now=NOW, lti=lms)
    ivan.cookies.set(cookie_name(settings.secure), token)
    assert (await ivan.get(session)).status_code == 403, "staff sign in directly"


async def test_nobody_notes_for_themselves_whether_they_came(training: Training, browse: Browse) -> None:
    chloe, session = await browse("chloe"), await training.session()
    await chloe.post(f"{training.cohort}/places", data={"person": str(known("chloe"))})
    form = {"seen": f"{known('chloe')} 0", f"came-{known('chloe')}": "present"}
    assert f"came-{AMINA}" in (page := (await chloe.get(session)).text) and f"came-{known('chloe')}" not in page
    await chloe.post(session, data=form)
    assert not await Attendance.exists()
    assert (await training.note(session, "hana", chloe="present")).status_code == 303
    assert await noted() == {known("chloe"): ("present", 360)}


async def test_the_trainer_of_a_session_becomes_a_trainer_of_who_came(training: Training) -> None:
    session = await training.session("farah", trainer_id=str(known("bruno")))
    await training.note(session, "bruno", amina="present", jude="absent")
    relations = Relation.filter(kind="trainer", other_id=known("bruno"))
    assert await relations.values_list("person_id", flat=True) == [AMINA]


async def test_a_session_is_noted_once_it_is_over(training: Training, browse: Browse) -> None:
    chloe = await browse("chloe")
    for later in ({"held_on": date.max.isoformat()}, {"last_day": "2027-03-01"}):
        session = await training.session(**later)
        page = (await chloe.get(session)).text
        assert "when it is over" in page and "radio" not in page
        form = {"seen": f"{AMINA} 0", f"came-{AMINA}": "present"}
        answer = await chloe.post(session, data=form)
        assert answer.status_code == 422 and not await Attendance.exists()
    assert "To come" in (await chloe.get(training.cohort)).text
    assert "To come" in (await (await browse("amina")).get("/courses")).text


async def test_a_page_from_before_does_not_write_over_what_was_noted_since(training: Training, browse: Browse) -> None:
    session, chloe, hana = await training.session(), await browse("chloe"), await browse("hana")
    old = seen(await chloe.get(session))
    assert old == [f"{AMINA} 0", f"{JUDE} 0"]
    both = {f"came-{AMINA}": "present", f"came-{JUDE}": "present"}
    assert (await hana.post(session, data={"seen": old, **both})).status_code == 303
    stale = await chloe.post(session, data={"seen": old, **both, f"came-{JUDE}": "absent", f"note-{JUDE}": "Ill"})
    assert stale.status_code == 409 and "Nothing was saved" in stale.text and "Jude Mensah: came" in stale.text
    assert "Amina Yusuf: came" not in stale.text, "both say the same of her"
    assert re.search(rf'name="came-{JUDE}"[^>]*value="absent" checked', stale.text) and 'value="Ill"' in stale.text
    assert await noted() == {AMINA: ("present", 360), JUDE: ("present", 360)}
    again = seen(stale)
    assert again == [f"{AMINA} 1", f"{JUDE} 1"]
    assert (await chloe.post(session, data={"seen": again, f"came-{JUDE}": "absent"})).status_code == 303
    assert await noted() == {AMINA: ("present", 360), JUDE: ("absent", 0)}
    assert await Attendance.filter(person_id=JUDE).count() == 2, "what was noted before stays"


async def test_a_missed_session_is_made_up_in_another_cohort(training: Training, browse: Browse) -> None:
    chloe = await browse("chloe")
    other = await made(chloe, "small-steps", name="Autumn group")
    led = {"trainer_id": str(known("bruno")), "mode": "online"}
    there = await added(await browse("farah"), other, title="First day again", held_on="2026-05-04", **led)
    session = await training.session()
    await training.note(session, amina="absent", jude="present")
    page = (await (await browse("hana")).get(session)).text
    assert "Amina Yusuf made it up" in page and "Jude Mensah made it up" not in page
    hana, path = await browse("hana"), f"{session}/made-up/{AMINA}"
    assert "First day again, 4 May 2026, Autumn group" in (await hana.get(path)).text
    assert (await hana.post(path, data={"session_id": session.rpartition("/")[2]})).status_code == 422, "of the same"
    assert (await hana.post(path, data={"session_id": there.rpartition("/")[2]})).status_code == 303
    page = (await hana.get(session)).text
    assert "Made up" in page and "With First day again, Autumn group, 4 May 2026" in page
    assert "1 of 1" in (await hana.get(training.cohort)).text
    assert ">Made up<" in (await (await browse("amina")).get("/courses")).text
    row = await Attendance.filter(person_id=AMINA).order_by("-number").first()
    assert row is not None
    assert (row.minutes, row.last_day, row.mode, row.trainer_id) == (360, date(2026, 5, 4), "online", known("bruno"))
    assert (await hana.post(f"{session}/made-up/{JUDE}", data={"work": "x"})).status_code == 422
    await training.note(session, amina="absent")
    assert (await noted())[AMINA] == ("absent", 0), "and it is undone as it is noted"


async def test_one_session_does_not_count_twice(training: Training, browse: Browse) -> None:
    chloe = await browse("chloe")
    other = await made(chloe, "small-steps", name="Autumn group")
    there = await added(chloe, other, title="Again", held_on="2026-05-04", learning="group leader days")
    await chloe.post(f"{other}/places", data={"person": str(AMINA)})
    first, second = await training.session(), await training.session(title="Second day")
    for session in (first, second):
        await training.note(session, amina="absent")
    with_it = {"session_id": there.rpartition("/")[2]}
    assert (await chloe.post(f"{first}/made-up/{AMINA}", data=with_it)).status_code == 303
    again = await chloe.post(f"{second}/made-up/{AMINA}", data=with_it)
    assert again.status_code == 422 and "Choose another" in again.text
    twice = await training.note(there, "chloe", amina="present")
    assert twice.status_code == 422 and "counts already" in twice.text


async def test_a_missed_session_is_made_up_with_a_piece_of_work(training: Training, browse: Browse) -> None:
    session, hana = await training.session(), await browse("hana")
    path = f"{session}/made-up/{JUDE}"
    assert (await hana.post(path, data={"work": "x", "on": "2026-03-09", "mode": "online"})).status_code == 409
    await training.note(session, jude="part 2")
    refused = await hana.post(path, data={"work": "", "on": "2999-01-01"})
    for words in ("say what they did instead", "today or before", "how they did it"):
        assert refused.status_code == 422 and words in refused.text
    done = {"work": "Read module 2 and talked it through", "on": "2026-03-09", "mode": "in_person"}
    assert (await hana.post(path, data=done)).status_code == 303
    page = (await hana.get(session)).text
    assert "With Read module 2 and talked it through, 9 March 2026" in page
    row = await Attendance.filter(person_id=JUDE).order_by("-number").first()
    assert row is not None and (row.came, row.minutes, row.days) == ("made_up", 360, 1)
    assert (await (await browse("gwen")).post(path, data=done)).status_code == 403


async def test_a_session_is_corrected_with_all_that_was_noted_of_it(training: Training, browse: Browse) -> None:
    session, chloe = await training.session(), await browse("chloe")
    await training.note(session, amina="present", jude="part 3")
    form = (await chloe.get(f"{session}/change")).text
    assert 'value="First day"' in form and 'value="6"' in form
    right = DAY | {"held_on": "2026-03-03", "hours": "5", "days": "1", "trainer_name": "Jo Hill from outside"}
    assert (await chloe.post(f"{session}/change", data=right)).status_code == 303
    assert await noted() == {AMINA: ("present", 300), JUDE: ("part", 180)}
    assert "Jo Hill from outside" in (await chloe.get(session)).text
    rows = await Attendance.filter(person_id=JUDE).order_by("number").values_list("last_day", "days")
    assert rows == [(date(2026, 3, 2), 0.5), (date(2026, 3, 3), 0.6)]
    late = await chloe.post(f"{session}/change", data=right | {"held_on": "2999-01-01"})
    assert late.status_code == 422 and "it has been noted who came" in late.text
    assert (await (await browse("hana")).get(f"{session}/change")).status_code == 403


async def test_a_session_added_by_mistake_is_removed(training: Training, browse: Browse) -> None:
    session, chloe = await training.session(), await browse("chloe")
    assert (await chloe.post(f"{session}/change", data={"step": "remove"})).status_code == 303
    assert (await chloe.get(session)).status_code == 404 and not await TrainingSession.exists()
    session = await training.session()
    await training.note(session, amina="absent")
    kept = await chloe.post(f"{session}/change", data={"step": "remove"})
    assert kept.status_code == 422 and "Note that everybody was absent" in kept.text and await TrainingSession.exists()


async def test_a_cohort_of_a_training_that_is_no_course_of_ours(browse: Browse, small_steps: str) -> None:
    chloe = await browse("chloe")
    assert "/courses/cohorts" in (await chloe.get("/courses")).text
    assert "/courses/cohorts/new" in (await chloe.get("/courses/cohorts")).text
    bare = await chloe.post("/courses/cohorts/new", data={"name": "x", "starts": "2026-03-02"})
    assert bare.status_code == 422 and "Enter what coming to it counts as" in bare.text
    cohort = await made(chloe, name="Practitioners", learning="practitioner training")
    await chloe.post(f"{cohort}/places", data={"person": str(AMINA)})
    page = (await chloe.get(cohort)).text
    assert "practitioner training" in page and "How far" not in page and "1 person" in page
    for path in ("/courses/cohorts", cohort, f"{cohort}/tasks", f"{cohort}/sessions"):
        assert (await chloe.get(path)).status_code == 200, path
    assert "Practitioners" in (await chloe.get("/courses/cohorts")).text
    assert "Practitioners" not in (await (await browse("emre")).get("/courses/cohorts")).text
    session = await added(chloe, cohort, learning="practitioner training")
    await chloe.post(session, data={"seen": f"{AMINA} 0", f"came-{AMINA}": "present"})
    assert await noted() == {AMINA: ("present", 360)}


@pytest.mark.by_hand
async def test_a_trainer_sees_the_people_of_the_cohort_and_no_other_page_of_theirs(
    small_steps: str, browse: Browse
) -> None:
    farah = await browse("farah")
    cohort = await made(farah, small_steps, site_id="", trainer_id=str(known("hana")))
    for who in ("amina", "marek"):
        await farah.post(f"{cohort}/places", data={"person": str(known(who))})
    hana = await browse("hana")
    page = (await hana.get(cohort)).text
    assert "Marek" in page and f"/courses/of/{known('marek')}" not in page
    assert (await hana.get(f"/people/{known('marek')}")).status_code == 404
    await Membership.filter(person_id=HANA).update(ends=date(2026, 1, 1))
    answer: httpx2.Response = await hana.get(cohort)
    assert answer.status_code == 403, "who works here no more leads nothing"


async def test_the_names_and_topics_that_rules_ask_for_are_offered(browse: Browse, small_steps: str) -> None:
    await load_pathway(EXAMPLES / "epec.yaml", actor=await being("dara", TODAY), now=NOW)
    chloe = await browse("chloe")
    assert 'value="parent group leader course"' in (await chloe.get("/courses/cohorts/new")).text
    cohort = await made(chloe, name="Leaders", learning="parent group leader course")
    page = (await chloe.get(f"{cohort}/sessions")).text
    assert 'value="child in danger"' in page and 'value="practitioner training"' in page
    session = await added(chloe, cohort, learning="parent group leader course", topics=["culture", "ethics"])
    assert (await TrainingSession.get()).topics.splitlines() == ["culture", "ethics"]
    page = (await chloe.get(f"{session}/change")).text
    assert re.search(r'value="ethics" checked', page) and not re.search(r'value="listening" checked', page)
