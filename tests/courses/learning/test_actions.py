"""Learning writes rows and facts: once each, in order, against the version that was started."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from courses.learning import actions, attempts
from courses.learning.evidence import learning_evidence
from courses.learning.journey import Journey, Position, own_journey, spot_on
from courses.learning.models import Answer, Completion, Enrolment, QuizAttempt, TaskEntry, visible_to
from courses.packages.publish import load
from tests.copies import NOW
from tests.courses.course_files import COURSE, PAGE, write
from training.core import handed_files
from training.core.dates import DEFAULT_ZONE
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.core.settings import Settings
from training.people.actor import Actor
from training.trail.models import Fact

Cast = Callable[[str], Awaitable[Actor]]
JPEG = b"\xff\xd8\xff picture"
RIGHT = {1: ["face"], 2: ["open", "quiet"]}
WRONG = {1: ["phone"], 2: ["advice"]}


async def journey(actor: Actor) -> Journey:
    """The actor's journey through the small course as it stands now."""
    found = await own_journey(actor, "small-steps")
    assert found is not None
    return found


async def at(actor: Actor, activity: str, module: str = "hearing") -> Position:
    """An activity of the small course."""
    return spot_on(await journey(actor), module=module, activity=activity)


async def take_quiz(actor: Actor, answers: dict[int, list[str]]) -> bool:
    """Takes one try at the quiz."""
    spot = await at(actor, "quiz")
    attempt = await attempts.begin(spot, actor=actor, now=NOW)
    for number, choices in answers.items():
        await attempts.answer(spot, attempt, number=number, choices=choices, actor=actor, now=NOW)
    return (await attempts.hand_in(spot, attempt, actor=actor, now=NOW)).passed


async def do_all(actor: Actor, storage: Path) -> None:
    """Does the whole small course."""
    for page in ("first", "02-second", "film"):
        await actions.mark_read(await at(actor, page), actor=actor, now=NOW)
    assert await take_quiz(actor, RIGHT)
    await actions.hand_in_task(await at(actor, "task"), note="I did it.", actor=actor, now=NOW, storage=storage)
    await actions.mark_read(await at(actor, "01-plan", "leading"), actor=actor, now=NOW + timedelta(days=1))


async def kinds() -> list[str]:
    """The kinds of all facts about learning, in order."""
    rows = await Fact.filter(kind__not="course.published").order_by("id").values_list("kind", flat=True)
    return [str(kind) for kind in rows if str(kind).split(".")[0] in ("course", "module", "quiz", "task")]


async def test_a_course_done_leaves_dated_completions_and_facts(
    small_steps: str, cast: Cast, settings: Settings
) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    await do_all(amina, settings.storage)
    assert await kinds() == [
        "course.started",
        "quiz.handed_in",
        "task.handed_in",
        "module.completed",
        "module.completed",
        "course.completed",
    ]
    done = await Completion.all().order_by("happened", "module").values_list("module", "happened")
    assert [(str(module), happened) for module, happened in done] == [
        ("hearing", NOW),
        ("", NOW + timedelta(days=1)),
        ("leading", NOW + timedelta(days=1)),
    ]
    score = await Fact.get(kind="quiz.handed_in")
    assert (score.person_id, score.version) == (amina.person_id, "1")
    assert score.detail | {"given": 2, "maximum": 2, "passed": True} == score.detail
    assert score.detail["target"] == "/courses/small-steps/hearing/quiz"
    assert (await journey(amina)).next is None


async def test_completions_are_evidence_with_hours_and_scores(small_steps: str, cast: Cast, settings: Settings) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    await do_all(amina, settings.storage)
    quiz, learning = await learning_evidence(amina.person_id, DEFAULT_ZONE)
    assert (quiz["type"], quiz["what"], quiz["score"], quiz["result"]) == ("quiz", "hearing", 100.0, "passed")
    assert (learning["type"], learning["what"], learning["hours"]) == ("learning", "small steps course", 1.5)
    assert learning["on"] == (NOW + timedelta(days=1)).date()
    assert [record["id"] for record in await learning_evidence(amina.person_id, DEFAULT_ZONE)] == [
        quiz["id"],
        learning["id"],
    ]
    assert await learning_evidence((await cast("jude")).person_id, DEFAULT_ZONE) == []


async def test_people_keep_the_version_they_started(
    small_steps: str, cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    amina, jude = await cast("amina"), await cast("jude")
    await actions.enrol(amina, small_steps, now=NOW)
    plan = PAGE.format(title="New plan", heading="Plan", text="New words.")
    folder = write(tmp_path / "two", {"course.yaml": COURSE.replace('"1"', '"2"'), "leading/01-plan.md": plan})
    await load(folder, actor=await cast("farah"), now=NOW + timedelta(days=2), storage=settings.storage)
    await actions.enrol(amina, small_steps, now=NOW + timedelta(days=3))
    await actions.enrol(jude, small_steps, now=NOW + timedelta(days=3))
    assert ((await journey(amina)).outline.number, (await journey(jude)).outline.number) == ("1", "2")


async def test_two_starts_at_once_are_one_enrolment(small_steps: str, cast: Cast) -> None:
    amina = await cast("amina")
    first, second = await asyncio.gather(*(actions.enrol(amina, small_steps, now=NOW) for _ in range(2)))
    assert first.id == second.id and await Enrolment.all().count() == 1
    assert await kinds() == ["course.started"]


async def test_continue_leads_to_the_place_left_in_the_language_chosen(small_steps: str, cast: Cast) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    await actions.open_activity(await at(amina, "02-second"), actor=amina, now=NOW, language="cy")
    found = await journey(amina)
    assert found.next is not None and (found.next.module, found.next.activity) == ("hearing", "02-second")
    assert found.enrolment.language == "cy"
    await actions.open_activity(await at(amina, "02-second"), actor=amina, now=NOW, language="xx")
    assert (await journey(amina)).enrolment.language == "cy"


async def test_a_module_opens_only_after_those_it_needs(small_steps: str, cast: Cast) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    with pytest.raises(NotAllowed) as refused:
        await at(amina, "01-plan", "leading")
    assert "Hearing people" in refused.value.remedy


async def test_a_try_handed_in_never_changes(small_steps: str, cast: Cast) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    assert not await take_quiz(amina, WRONG)
    spot, attempt = await at(amina, "quiz"), await QuizAttempt.get(number=1)
    before = await Answer.filter(attempt=attempt).order_by("question").values()
    with pytest.raises(Conflict):
        await attempts.answer(spot, attempt, number=1, choices=["face"], actor=amina, now=NOW)
    assert await Answer.filter(attempt=attempt).order_by("question").values() == before
    assert (attempt.given, attempt.maximum, attempt.passed) == (0, 2, False)


async def test_two_hand_ins_of_one_try_at_once_give_one_result(small_steps: str, cast: Cast) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    spot = await at(amina, "quiz")
    attempt = await attempts.begin(spot, actor=amina, now=NOW)
    for number, choices in RIGHT.items():
        await attempts.answer(spot, attempt, number=number, choices=choices, actor=amina, now=NOW)
    results = await asyncio.gather(*(attempts.hand_in(spot, attempt, actor=amina, now=NOW) for _ in range(5)))
    assert {(result.given, result.maximum, result.passed) for result in results} == {(2, 2, True)}
    assert await Fact.filter(kind="quiz.handed_in").count() == 1


async def test_two_begins_at_once_are_one_try(small_steps: str, cast: Cast) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    spot = await at(amina, "quiz")
    begun = await asyncio.gather(*(attempts.begin(spot, actor=amina, now=NOW) for _ in range(3)))
    assert len({attempt.id for attempt in begun}) == 1


async def test_a_try_with_a_question_open_is_not_handed_in(small_steps: str, cast: Cast) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    with pytest.raises(Invalid) as refused:
        await take_quiz(amina, {1: ["face"]})
    assert refused.value.problems == {"form": "Answer question 2 first"}
    assert (await QuizAttempt.get(number=1)).state == "open"


@pytest.mark.parametrize("choices", [[], ["face", "phone"], ["nothing"]])
async def test_an_answer_must_be_one_of_the_choices(small_steps: str, cast: Cast, choices: list[str]) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    spot = await at(amina, "quiz")
    attempt = await attempts.begin(spot, actor=amina, now=NOW)
    with pytest.raises(Invalid):
        await attempts.answer(spot, attempt, number=1, choices=choices, actor=amina, now=NOW)
    assert await Answer.all().count() == 0


async def test_after_the_last_try_only_somebody_who_looks_after_the_learner_allows_one_more(
    small_steps: str, cast: Cast
) -> None:
    amina, chloe, emre = await cast("amina"), await cast("chloe"), await cast("emre")
    enrolment = await actions.enrol(amina, small_steps, now=NOW)
    for _ in range(2):
        await take_quiz(amina, WRONG)
    with pytest.raises(NotAllowed):
        await take_quiz(amina, RIGHT)
    quiz = (await at(amina, "quiz")).part.id
    for stranger, refusal in ((emre, NotFound), (amina, NotFound)):
        with pytest.raises(refusal):
            await attempts.allow_try(enrolment.id, quiz, actor=stranger, now=NOW)
    twice = [attempts.allow_try(enrolment.id, quiz, actor=chloe, now=NOW) for _ in range(2)]
    answers = await asyncio.gather(*twice, return_exceptions=True)
    assert [type(one) for one in answers if isinstance(one, Exception)] == [Conflict], "pressed twice, it is one try"
    assert await take_quiz(amina, RIGHT)
    assert (await Fact.get(kind="quiz.try_allowed")).actor_id == chloe.person_id


async def test_an_entry_keeps_its_file_wherever_handing_it_in_was_cut_off(
    small_steps: str, cast: Cast, settings: Settings
) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    spot, file = await at(amina, "task"), handed_files.HandedFile("photo.jpg", JPEG)
    given = {"note": "Done.", "file": file, "actor": amina, "now": NOW, "storage": settings.storage}
    cut_off = 0
    for thousandths in range(40):
        handing_in = asyncio.create_task(actions.hand_in_task(spot, **given))
        await asyncio.sleep(thousandths / 1000)
        cut_off += handing_in.cancel()
        await asyncio.gather(handing_in, return_exceptions=True)
    kept = {path.name for path in (settings.storage / handed_files.ENTRIES).iterdir()}
    assert cut_off and {entry.stored for entry in await TaskEntry.all()} <= kept


async def test_a_task_needs_words_and_keeps_each_entry(small_steps: str, cast: Cast, settings: Settings) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    with pytest.raises(Invalid):
        await actions.hand_in_task(await at(amina, "task"), note="  ", actor=amina, now=NOW, storage=settings.storage)
    for note in ("First.", "Second."):
        file = handed_files.HandedFile("../my photo.JPG", JPEG)
        await actions.hand_in_task(
            await at(amina, "task"), note=note, file=file, actor=amina, now=NOW, storage=settings.storage
        )
    entries = await TaskEntry.all().order_by("note")
    assert [entry.note for entry in entries] == ["First.", "Second."]
    assert entries[0].file_name == "my photo.JPG" and "photo" not in entries[0].stored
    assert (settings.storage / handed_files.ENTRIES / entries[0].stored).read_bytes() == JPEG


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.exe", b"MZ"),
        ("page.html", b"<p>"),
        ("big.pdf", b"%PDF-" + bytes(10_000_000)),
        ("script.pdf", b"<script>"),
        ("script.png", b"GIF89a"),
        ("empty.txt", b""),
        ("no ending", b"%PDF-1.7"),
    ],
)
async def test_a_file_of_another_type_or_too_large_is_refused(
    small_steps: str, cast: Cast, settings: Settings, name: str, content: bytes
) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    file = handed_files.HandedFile(name, content)
    with pytest.raises(Invalid) as refused:
        await actions.hand_in_task(
            await at(amina, "task"), note="Here.", file=file, actor=amina, now=NOW, storage=settings.storage
        )
    assert list(refused.value.problems) == ["file"]
    assert await TaskEntry.all().count() == 0 and not (settings.storage / handed_files.ENTRIES).exists()


@pytest.mark.parametrize(
    ("name", "shown"), [("a/b/c.pdf", "c.pdf"), ("C:\\me\\c.pdf", "c.pdf"), ("x" * 300 + ".pdf", "x" * 196 + ".pdf")]
)
def test_a_file_is_shown_by_the_end_of_its_name(name: str, shown: str) -> None:
    assert handed_files.HandedFile(name, b"").shown_name == shown


async def test_nobody_acts_in_the_course_of_somebody_else(small_steps: str, cast: Cast) -> None:
    amina, jude = await cast("amina"), await cast("jude")
    await actions.enrol(amina, small_steps, now=NOW)
    with pytest.raises(NotAllowed):
        await actions.mark_read(await at(amina, "first"), actor=jude, now=NOW)
    assert await Completion.all().count() == 0


@pytest.mark.parametrize(("who", "sees"), [("amina", 1), ("chloe", 1), ("dara", 1), ("emre", 0), ("jude", 0)])
async def test_enrolments_are_seen_by_the_learner_the_own_site_and_the_central_unit(
    small_steps: str, cast: Cast, who: str, sees: int
) -> None:
    await actions.enrol(await cast("amina"), small_steps, now=NOW)
    assert await visible_to(await cast(who)).count() == sees


async def test_reading_everything_twice_completes_once(small_steps: str, cast: Cast, settings: Settings) -> None:
    amina = await cast("amina")
    await actions.enrol(amina, small_steps, now=NOW)
    await do_all(amina, settings.storage)
    spot = await at(amina, "01-plan", "leading")
    await asyncio.gather(*(actions.mark_read(spot, actor=amina, now=NOW + timedelta(days=9)) for _ in range(3)))
    assert await Fact.filter(kind="course.completed").count() == 1
    assert (await Completion.get(module="")).happened == NOW + timedelta(days=1)


async def test_work_after_a_module_is_complete_does_not_complete_it_again(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    amina = await cast("amina")
    changes = {
        "leading/module.yaml": "activities:\n  - {page: 01-plan.md}\n  - {task: task.md}\n",
        "leading/task.md": "---\ntitle: More\nhand_in: note\n---\nIf you like.\n",
        "course.yaml": COURSE.replace("needs: [hearing]", "needs: []"),
    }
    await load(write(tmp_path / "more", changes), actor=await cast("farah"), now=NOW, storage=settings.storage)
    await actions.enrol(amina, "small-steps", now=NOW)
    await actions.mark_read(await at(amina, "01-plan", "leading"), actor=amina, now=NOW)
    later = NOW + timedelta(days=1)
    task = await at(amina, "task", "leading")
    await actions.hand_in_task(task, note="Done.", actor=amina, now=later, storage=settings.storage)
    assert await Fact.filter(kind="module.completed").count() == 1
    assert (await Completion.get()).happened == NOW
