"""Tasks handed in are read by the trainer of the cohort, who writes a word back; the trainee is told and reads it."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from certificates.erase_person import erase
from courses.cohorts.models import Attendance, Seat
from courses.learning.models import TaskEntry, TaskReply
from tests.courses.cohorts.conftest import Browse, Training
from tests.mails import sent_mails
from tests.today import NOW, TODAY
from training.core.settings import Settings
from training.demo.cast import known
from training.people.actor import Actor
from training.people.models import Membership
from training.trail.models import Fact

TASK = "/courses/small-steps/hearing/task"
WORDS = "Lovely. Try it with two people next."


@pytest.fixture
async def handed_in(training: Training, browse: Browse) -> str:
    """Amina has handed in a note with a file; gives the address where her trainer reads it."""
    amina = await browse("amina")
    await amina.post("/courses/small-steps/start")
    file = {"file": ("talk.txt", b"What we said.", "text/plain")}
    answer = await amina.post(TASK, data={"note": "I listened to my sister."}, files=file)
    assert answer.status_code == 303, answer.text
    return f"{training.cohort}/tasks/{(await TaskEntry.get()).id}"


def mails(settings: Settings) -> dict[str, str]:
    """Gives what each person was sent last, by the address."""
    return {one.to: one.text for one in sent_mails(settings)}


async def test_a_trainer_reads_what_was_handed_in_and_writes_a_word_back(
    handed_in: str, training: Training, browse: Browse, work: Callable[[], Awaitable[int]], settings: Settings
) -> None:
    hana, amina = await browse("hana"), await browse("amina")
    page = (await hana.get(training.cohort)).text
    assert "Handed in, not yet read" in page and "Amina Yusuf: Hearing people" in page and handed_in in page
    home = (await hana.get("/")).text
    assert "Read what was handed in" in home and "1 task of Spring group" in home and training.cohort in home
    assert "Read what was handed in" not in (await (await browse("gwen")).get("/")).text
    page = (await hana.get(handed_in)).text
    assert "I listened to my sister." in page and "talk.txt" in page
    assert (await hana.get(f"/courses/entries/{(await TaskEntry.get()).id}")).content == b"What we said."
    assert (await hana.post(handed_in, data={"words": "  "})).status_code == 422
    assert (await hana.post(handed_in, data={"words": WORDS})).status_code == 303
    await work()
    assert TASK in mails(settings)["amina@together.example"] and WORDS not in mails(settings)["amina@together.example"]
    page = (await amina.get(TASK)).text
    assert "Hana Nowak wrote" in page and WORDS in page
    assert WORDS in (await (await browse("chloe")).get(f"/courses/of/{known('amina')}")).text
    assert "Read what was handed in" not in (await hana.get("/")).text
    page = (await hana.get(training.cohort)).text
    assert "not yet read" not in page and "Answered" in (await hana.get(f"{training.cohort}/tasks")).text
    assert await Fact.filter(kind="task.answered", person_id=known("amina"), actor_id=known("hana")).count() == 1


async def test_what_was_only_read_leaves_the_list_and_sends_no_mail(
    handed_in: str, training: Training, browse: Browse, work: Callable[[], Awaitable[int]], settings: Settings
) -> None:
    hana, amina = await browse("hana"), await browse("amina")
    assert (await hana.post(handed_in, data={"step": "read", "words": "unsent"})).status_code == 303
    await work()
    assert "amina@together.example" not in mails(settings) and (await TaskReply.get()).words == ""
    assert "Hana Nowak read it" in (await amina.get(TASK)).text
    assert "not yet read" not in (await hana.get(training.cohort)).text
    await amina.post(TASK, data={"note": "I did it once more."})
    assert "not yet read" in (await hana.get(training.cohort)).text, "what is handed in again is new"


async def test_only_who_trains_or_looks_after_somebody_reads_and_answers(
    handed_in: str, training: Training, browse: Browse
) -> None:
    entry = (await TaskEntry.get()).id
    for who, status in (("gwen", 404), ("emre", 404), ("amina", 403), ("chloe", 200)):
        browser: httpx2.AsyncClient = await browse(who)
        assert (await browser.get(handed_in)).status_code == status, who
        assert (await browser.post(handed_in, data={"words": WORDS})).status_code == (303 if status == 200 else status)
    assert await TaskReply.all().values_list("person_id", flat=True) == [known("chloe")]
    assert (await (await browse("jude")).get(f"/courses/entries/{entry}")).status_code == 404
    held = (await (await browse("chloe")).get(training.cohort)).text
    place = held.partition('name="end" value="')[2].partition('"')[0]
    await (await browse("chloe")).post(f"{training.cohort}/places", data={"end": place})
    assert (await (await browse("hana")).get(handed_in)).status_code == 404, "whoever has left the cohort"


@pytest.mark.by_hand
async def test_a_trainer_reads_files_of_the_cohort_wherever_its_people_are(
    handed_in: str, training: Training, browse: Browse
) -> None:
    await Membership.filter(person_id=known("amina")).update(site_id=known("site/HAR"))
    hana, file = await browse("hana"), f"/courses/entries/{(await TaskEntry.get()).id}"
    assert (await hana.get(f"/courses/of/{known('amina')}")).status_code == 404
    assert (await hana.get(file)).status_code == (await hana.get(handed_in)).status_code == 200
    await Seat.filter(person_id=known("amina")).update(ends=TODAY)
    assert (await hana.get(file)).status_code == (await hana.get(handed_in)).status_code == 404
    await Seat.all().update(ends=None)
    assert (await hana.get(file)).status_code == 200
    await Membership.filter(person_id=known("hana")).update(role="trainee")
    assert (await hana.get(file)).status_code == 404, "who trains nobody any more"


async def test_an_erased_person_leaves_no_words_about_them(
    handed_in: str, training: Training, browse: Browse, cast: Callable[[str], Awaitable[Actor]], settings: Settings
) -> None:
    await training.note(await training.session(), amina="absent Amina Yusuf hurt her knee", jude="absent The train")
    praise = {"words": "Lovely, Amina Yusuf. You spoke with Jude Mensah, then."}
    assert (await (await browse("hana")).post(handed_in, data=praise)).status_code == 303
    await erase(known("amina"), actor=await cast("farah"), now=NOW, storage=settings.storage)
    assert (await TaskReply.get()).words == ""
    notes = dict(await Attendance.all().values_list("person_id", "note"))
    assert notes == {known("amina"): "", known("jude"): "The train"}
