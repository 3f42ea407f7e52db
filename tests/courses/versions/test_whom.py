"""What becomes of whom when a version of a course comes: counted before, chosen, done, told, and chosen otherwise."""

from datetime import timedelta

import pytest
import time_machine

from courses.learning.evidence import learning_evidence
from courses.learning.models import Answer, Completion, Enrolment, Progress, QuizAttempt
from courses.packages.models import CourseVersion
from courses.versions.models import TopUp, VersionChoice
from tests.courses.versions.conftest import AT, BECAUSE, DUE, SECOND, TOP_UP, does, finishes, publishes
from tests.mails import sent_mails
from tests.today import NOW, TODAY
from tests.training.drafts.conftest import begun
from training.core.dates import day
from training.demo.cast import known
from training.people.models import Person
from training.trail.models import Fact

TOP_UP_PAGE = f"{AT}/top-up"


async def test_groups_are_counted_before_publishing_and_a_wrong_choice_publishes_nothing(browse, small_steps):
    await finishes(await browse("amina"))
    await (await browse("jude")).post(f"{AT}/start")
    dara = await browse("dara")
    page = (await dara.get(f"{await begun(dara, 'course', 'small-steps')}/publish")).text
    assert "In the middle: <b>1</b>. Have done it: <b>1</b>, of whom 0 hold a certificate" in page
    refused = await publishes(browse, done="top_up", done_by=TODAY.isoformat(), because="", middle="day")
    assert refused.status_code == 422
    for words in ("leaves them 7 days", "the day on which they move", "Say what changed and why"):
        assert words in refused.text
    assert not await VersionChoice.exists() and not await CourseVersion.filter(number="2").exists()


async def test_whoever_is_in_the_middle_moves_at_once_with_place_and_answers_and_is_told(
    browse, small_steps, work, settings
):
    jude = await browse("jude")
    await jude.post(f"{AT}/start", data={"language": "cy"})
    await does(jude, "hearing/first", "hearing/02-second", "hearing/film")
    await jude.get(f"{AT}/hearing/quiz")
    await jude.post(f"{AT}/hearing/quiz/begin")
    await jude.post(f"{AT}/hearing/quiz/questions/1", data={"choices": "face"})
    await jude.get(f"{AT}/hearing/quiz/questions/2")
    await Person.filter(id=known("jude")).update(language="cy")
    assert (await publishes(browse, middle="now")).status_code == 303
    await work()
    fresh = await Enrolment.get(version__number="2")
    attempt = await QuizAttempt.get(enrolment_id=fresh.id, state="open")
    assert (await Answer.get(attempt_id=attempt.id)).choices == ["face"]
    page = (await jude.get(f"{AT}/continue")).headers["location"]
    assert page.endswith("/hearing/quiz/questions/2"), "the exact place, in the quiz that lay open"
    shown = (await jude.get(f"{AT}/versions/2")).text
    assert BECAUSE in shown and "Arhoswch" in shown
    [mail] = [one for one in sent_mails(settings) if BECAUSE in one.text]
    assert "fersiwn" in mail.text and "Rhannau ar ôl i’w gwneud: 4" in mail.text
    assert await Fact.filter(kind="course.moved", actor_id=None).count() == 1
    await work()
    assert await Enrolment.filter(person_id=known("jude")).count() == 2


async def test_whoever_is_done_gets_a_top_up_of_the_changed_core_parts_and_does_it_in_the_player(
    browse, small_steps, work, settings
):
    amina, dara = await browse("amina"), await browse("dara")
    await finishes(amina)
    assert (await publishes(browse, **TOP_UP)).status_code == 303
    await work()
    home = (await amina.get("/")).text
    assert "Learn what is new in Small steps" in home and day(DUE) in home
    [mail] = [one for one in sent_mails(settings) if BECAUSE in one.text]
    assert day(DUE) in mail.text and TOP_UP_PAGE in mail.text
    page = (await amina.get(TOP_UP_PAGE)).text
    assert "Hearing people: Wait" in page and "Look up" not in page and BECAUSE in page and "0 of 1 done" in page
    listed = await dara.get("/courses/top-ups")
    assert "Amina" in listed.text and "Not done yet" in listed.text
    begins = await amina.post(TOP_UP_PAGE)
    on = await amina.get(begins.headers["location"])
    assert on.headers["location"] == f"{AT}/hearing/02-second", "straight to the one part that is new"
    assert "breathe" in (await amina.get(on.headers["location"])).text
    await does(amina, "hearing/02-second")
    await work()
    assert (await TopUp.get()).state == "done" and await Fact.filter(kind="top_up.done").count() == 1
    assert "Learn what is new" not in (await amina.get("/")).text
    records = [one for one in await learning_evidence(known("amina"), "Europe/London") if one["type"] == "learning"]
    assert sorted((one["version"], one["on"]) for one in records) == [("1", TODAY), ("2", TODAY)]
    assert await Completion.filter(module="", person_id=known("amina")).count() == 2
    hours = {one["version"]: one["hours"] for one in records}
    assert 0 < hours["2"] < hours["1"] / 2, "as long as what she did, not as long as all of it"


async def test_a_change_of_words_only_and_of_what_is_not_core_asks_for_nothing(browse, small_steps, work):
    await finishes(await browse("amina"))
    key = "class hearing/02-second"
    assert (await publishes(browse, **TOP_UP, **{key: "wording"})).status_code == 303
    await work()
    assert not await TopUp.exists()
    safer = "---\ntitle: Wait\ncompetency: hearing\n---\nStop, if a child is hurt.\n"
    assert (await publishes(browse, "3", safer, **TOP_UP, **{key: "safety"})).status_code == 303
    await work()
    assert (await TopUp.get()).state == "open"


async def test_whoever_is_late_is_reminded_listed_and_still_certified(browse, small_steps, work, settings):
    amina, dara, chloe = await browse("amina"), await browse("dara"), await browse("chloe")
    await finishes(amina)
    await publishes(browse, **TOP_UP, late="remind")
    await work()
    told = []
    for on in (DUE - timedelta(14), DUE - timedelta(3), DUE + timedelta(1), DUE + timedelta(8)):
        with time_machine.travel(NOW + (on - TODAY), tick=True):
            await work()
            await work()
            told.append(len([one for one in sent_mails(settings) if BECAUSE in one.text]))
    assert told == [2, 3, 4, 5]
    with time_machine.travel(NOW + (DUE - TODAY) + timedelta(2), tick=True):
        dara, chloe = await browse("dara"), await browse("chloe")
        for who in (dara, chloe):
            assert "Late" in (await who.get("/courses/top-ups?state=late")).text
    assert await Fact.filter(kind="top_up.missed").count() == 1
    row = await TopUp.get()
    assert row.state == "open" and row.missed


async def test_a_later_choice_holds_and_the_page_of_the_version_shows_both(browse, small_steps, work):
    amina, jude, dara = await browse("amina"), await browse("jude"), await browse("dara")
    await finishes(amina)
    await jude.post(f"{AT}/start")
    on = TODAY + timedelta(10)
    await publishes(browse, **TOP_UP, middle="day", middle_on=on.isoformat())
    await work()
    assert f"You move to version 2 on {day(on)}" in (await jude.get(AT)).text
    otherwise = {"middle": "stay", "done": "none", "late": "list", "because": BECAUSE}
    assert (await jude.post(f"{AT}/versions/2/choice", data=otherwise)).status_code == 403
    assert (await dara.post(f"{AT}/versions/2/choice", data=otherwise)).status_code == 303
    await work()
    page = (await dara.get(f"{AT}/versions/2")).text
    assert "A short top-up" in page and "They stay in theirs" in page and await VersionChoice.all().count() == 2
    assert (await TopUp.get()).state == "called off"
    with time_machine.travel(NOW + timedelta(11), tick=True):
        await work()
        assert not await Enrolment.filter(version__number="2").exists()
    again = otherwise | {"done": "again", "done_by": DUE.isoformat(), "middle": "day", "middle_on": on.isoformat()}
    assert (await dara.post(f"{AT}/versions/2/choice", data=again)).status_code == 303
    await work()
    assert (await TopUp.get()).whole
    assert "You do the whole course again" in (await amina.get(TOP_UP_PAGE)).text
    with time_machine.travel(NOW + timedelta(11), tick=True):
        await work()
        assert (await Enrolment.get(version__number="2")).person_id == known("jude")


async def test_a_try_that_came_along_keeps_its_number_and_the_next_has_one_of_its_own(browse, small_steps, work):
    jude, quiz = await browse("jude"), f"{AT}/hearing/quiz"
    await jude.post(f"{AT}/start")

    async def answers() -> None:
        await jude.post(f"{quiz}/begin")
        await jude.post(f"{quiz}/questions/1", data={"choices": "phone"})
        await jude.post(f"{quiz}/questions/2", data={"choices": "open"})

    await answers()
    await jude.post(f"{quiz}/hand-in")
    await answers()
    await publishes(browse, middle="now")
    await work()
    assert (await jude.post(f"{quiz}/hand-in")).headers["location"].endswith("/results/2")
    assert (await jude.post(f"{quiz}/begin")).status_code == 303
    assert await QuizAttempt.filter(state="open").values_list("number", flat=True) == [3]


async def test_the_last_day_is_within_years_and_not_at_the_end_of_the_calendar(browse, small_steps):
    refused = await publishes(browse, done="top_up", done_by="9999-12-31")
    assert refused.status_code == 422 and "Enter a day within 10 years" in refused.text


@pytest.mark.by_hand
async def test_of_a_record_that_is_erased_or_merged_nothing_is_asked_any_more(browse, small_steps, work):
    await finishes(await browse("amina"))
    await publishes(browse, **TOP_UP)
    await work()
    await Person.filter(id=known("amina")).update(merged_into_id=known("jude"))
    with time_machine.travel(NOW + timedelta(60), tick=True):
        await work()
    assert (await TopUp.get()).state == "called off" and not await Fact.filter(kind="top_up.missed").exists()


@pytest.mark.by_hand
async def test_whose_other_record_had_done_the_course_begins_with_what_this_one_did(browse, small_steps, work):
    amina, jude = await browse("amina"), await browse("jude")
    await finishes(amina)
    await jude.post(f"{AT}/start")
    await does(jude, "hearing/first")
    await publishes(browse, **TOP_UP)
    await work()
    await TopUp.all().update(person_id=known("jude"))  # as a merge does, which leaves behind what both had begun
    assert (await jude.post(TOP_UP_PAGE)).status_code == 303
    fresh = await Enrolment.get(version__number="2")
    assert await Progress.filter(enrolment_id=fresh.id).values_list("activity__slug", flat=True) == ["first"]


async def test_who_was_asked_by_a_day_is_not_once_only_those_who_renew_are(browse, small_steps, work):
    await finishes(await browse("amina"))
    await publishes(browse, **TOP_UP)
    await work()
    wish = {"middle": "stay", "done": "renewal", "late": "list", "because": BECAUSE}
    assert (await (await browse("dara")).post(f"{AT}/versions/2/choice", data=wish)).status_code == 303
    await work()
    assert (await TopUp.get()).state == "called off", "she holds no certificate"


async def test_what_an_earlier_version_asks_is_taken_back_on_its_page_and_nothing_else_chosen_there(
    browse, small_steps, work
):
    await finishes(await browse("amina"))
    dara, third = await browse("dara"), SECOND.replace("Count to five", "Count to ten")
    await publishes(browse, **TOP_UP)
    await work()
    assert (await publishes(browse, "3", third)).status_code == 303
    await work()
    assert (await TopUp.get()).state == "open" and "Ask nobody" not in (await dara.get(f"{AT}/versions/3")).text
    assert "Ask nobody for this version any more" in (await dara.get(f"{AT}/versions/2")).text
    assert "Ask nobody" not in (await (await browse("amina")).get(f"{AT}/versions/2")).text
    late = await dara.post(f"{AT}/versions/2/choice", data=TOP_UP | {"because": BECAUSE})
    assert late.status_code == 409 and "page of the newest one" in late.text
    assert (await dara.post(f"{AT}/versions/2/choice", data={"because": BECAUSE})).status_code == 303
    await work()
    page = (await dara.get(f"{AT}/versions/2")).text
    assert (await TopUp.get()).state == "called off" and "Ask nobody" not in page and BECAUSE in page
