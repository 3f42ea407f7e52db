"""Whoever has begun a course may go on with a newer version: what was done and is unchanged counts, with its day."""

import asyncio
from datetime import timedelta
from pathlib import Path

from courses.learning.evidence import learning_evidence
from courses.learning.models import Completion, Enrolment, Progress
from courses.packages.publish import load
from tests.copies import NOW
from tests.courses.course_files import COURSE, PAGE, write
from training.demo.cast import known

AT = "/courses/small-steps"
LATER = NOW + timedelta(hours=1)
TWO = {"course.yaml": COURSE.replace('version: "1"', 'version: "2"')}


async def _published(folder: Path, changes, settings, actor) -> None:
    report = await load(write(folder, TWO | changes), actor=actor, now=LATER, storage=settings.storage)
    assert not report.refused, report.mistakes


async def _done(browser, *pages: str) -> None:
    for page in pages:
        await browser.get(f"{AT}/{page}")
        assert (await browser.post(f"{AT}/{page}", data={"note": "I did it."})).status_code == 303


async def test_what_was_done_and_is_unchanged_counts_in_the_newer_version(
    browse, small_steps, settings, cast, tmp_path
):
    amina = await browse("amina")
    await amina.post(f"{AT}/start", data={"language": "cy"})
    assert "Mae fersiwn newydd" not in (await amina.get(AT)).text
    await _done(amina, "hearing/first", "hearing/02-second", "hearing/task")
    changed = {"hearing/02-second.md": PAGE.format(title="Wait", heading="How", text="Count to five.")}
    await _published(tmp_path / "two", changed, settings, await cast("farah"))
    page = (await amina.get(AT)).text
    assert "fersiwn 2. Gallwch aros" in page and "cyfrif: 2. Rhannau ar ôl i’w gwneud: 4." in page
    assert "Fersiwn 1" in page, "nobody is moved who has not pressed"
    answers = await asyncio.gather(*(amina.post(f"{AT}/newer") for _ in range(3)))
    assert {answer.status_code for answer in answers} <= {303, 409}
    fresh = await Enrolment.get(version__number="2")
    assert fresh.language == "cy" and await Enrolment.filter(person_id=known("amina")).count() == 2
    done = await Progress.filter(enrolment_id=fresh.id, done__isnull=False).values_list("activity__slug", flat=True)
    assert sorted(done) == ["first", "task"]
    page = (await amina.get(AT)).text
    assert "Fersiwn 2" in page and "Mae fersiwn newydd" not in page
    assert (await amina.get("/courses")).text.count('href="/courses/small-steps"') == 1, (
        "one course, whatever its version"
    )
    assert (await amina.post(f"{AT}/newer")).status_code == 409


async def test_a_course_that_was_done_stays_done_on_its_day_where_only_its_number_is_new(
    browse, small_steps, settings, cast, tmp_path
):
    amina = await browse("amina")
    await amina.post(f"{AT}/start")
    await _done(amina, "hearing/first", "hearing/02-second", "hearing/film", "hearing/task")
    await amina.post(f"{AT}/hearing/quiz/begin")
    await amina.post(f"{AT}/hearing/quiz/questions/1", data={"choices": "face"})
    await amina.post(f"{AT}/hearing/quiz/questions/2", data={"choices": ["open", "quiet"]})
    await amina.post(f"{AT}/hearing/quiz/hand-in")
    await _done(amina, "leading/01-plan")
    before = await Completion.get(module="")
    await _published(tmp_path / "two", {}, settings, await cast("farah"))
    assert (await amina.post(f"{AT}/newer")).status_code == 303
    after = await Completion.get(module="", version__number="2")
    assert after.happened == before.happened and after.recorded > before.recorded
    [learnt] = [one for one in await learning_evidence(known("amina"), "Europe/London") if one["type"] == "learning"]
    assert learnt["version"] == "2"
