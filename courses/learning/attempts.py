"""What learners do in a quiz: begin a try, answer, hand in once; and a trainer's leave to try again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from courses.learning import rules
from courses.learning.actions import check_own, hold, places, set_done, tell
from courses.learning.journey import Position
from courses.learning.marking import QuizResult, mark, unanswered
from courses.learning.models import Answer, Enrolment, Progress, QuizAttempt
from courses.learning.outline import outline_of
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.visibility import reach


@dataclass(frozen=True)
class Tries:
    """The tries of one person at one quiz: the one that is open, those handed in, and how many are left."""

    open: QuizAttempt | None
    handed_in: tuple[QuizAttempt, ...]
    left: int | None

    @property
    def may_begin(self) -> bool:
        """Another try may begin."""
        return self.open is None and self.left != 0


async def tries_at(spot: Position) -> Tries:
    """All tries of the person at this quiz."""
    enrolment_id, activity_id = spot.journey.enrolment.id, spot.part.id
    attempts = await QuizAttempt.filter(enrolment_id=enrolment_id, activity_id=activity_id).order_by("number")
    progress = await Progress.get_or_none(enrolment_id=enrolment_id, activity_id=activity_id)
    handed_in = tuple(attempt for attempt in attempts if attempt.state == "handed_in")
    left = rules.tries_left(spot.part.tries, more=progress.more_tries if progress else 0, handed_in=len(handed_in))
    return Tries(next((attempt for attempt in attempts if attempt.state == "open"), None), handed_in, left)


async def answers_of(attempt: QuizAttempt) -> dict[str, list[str]]:
    """The choices of an attempt by question."""
    rows = await Answer.filter(attempt_id=attempt.id).values("question", "choices")
    return {str(row["question"]): row["choices"] for row in rows}


async def begin(spot: Position, *, actor: Actor, now: datetime) -> QuizAttempt:
    """Begins a try at the quiz, or goes on with the open one."""
    check_own(spot, actor)
    if spot.part.kind != "quiz":
        raise NotFound("This is not a quiz.", "Go to the course page and choose one from its list.")
    async with transaction():
        await hold(spot.journey.enrolment.id, now)
        tries = await tries_at(spot)
        if tries.open:
            return tries.open
        if not tries.may_begin:
            raise NotAllowed(
                "You have used all your tries.", "Ask your trainer to allow one more.", title="No tries left"
            )
        return await QuizAttempt.create(
            id=uuid4(),
            enrolment_id=spot.journey.enrolment.id,
            activity_id=spot.part.id,
            # Not how many there are: one that lay open came along from an earlier version with its number.
            number=max((one.number for one in tries.handed_in), default=0) + 1,
            state="open",
            opened=now,
        )


async def look_at(attempt: QuizAttempt, *, number: int) -> None:
    """Saves which question the person looks at."""
    if attempt.position != number:
        await QuizAttempt.filter(id=attempt.id, state="open").update(position=number)


async def answer(
    spot: Position, attempt: QuizAttempt, *, number: int, choices: Sequence[str], actor: Actor, now: datetime
) -> None:
    """Keeps the choices for one question of an open try; a later answer takes the place of an earlier one."""
    check_own(spot, actor)
    questions = spot.part.questions("")
    if not 1 <= number <= len(questions):
        raise NotFound("There is no such question.", "Go back to the quiz.")
    question = questions[number - 1]
    if fault := question.fault(choices):
        raise Invalid("There is a problem", problems={"choices": fault})
    kept = list(choices) if question.kind == "order" else sorted(set(choices))
    async with transaction():
        if not await QuizAttempt.filter(id=attempt.id, state="open").update(position=number):
            raise Conflict("This try is already handed in.", "Look at its result, or begin another try.")
        own = Answer.filter(attempt_id=attempt.id, question=question.id)
        if not await own.update(choices=kept, answered=now):
            await Answer.create(attempt_id=attempt.id, question=question.id, choices=kept, answered=now)


async def hand_in(spot: Position, attempt: QuizAttempt, *, actor: Actor, now: datetime) -> QuizResult:
    """Hands in a try and marks it; handed in twice, even at once, it has one result."""
    check_own(spot, actor)
    async with transaction():
        await hold(spot.journey.enrolment.id, now)
        taken = await QuizAttempt.filter(id=attempt.id, state="open").update(state="handed_in", handed_in=now)
        answers = await answers_of(attempt)
        result = marked(spot, answers)
        if taken == 0:
            return result
        if missing := unanswered(spot.part.questions(""), answers):
            words = ", ".join(str(number) for number in missing)
            raise Invalid("There is a problem", problems={"form": f"Answer question {words} first"})
        await QuizAttempt.filter(id=attempt.id).update(given=result.given, maximum=result.maximum, passed=result.passed)
        earlier = (await tries_at(spot)).handed_in
        detail = {
            **places(spot),
            "attempt": attempt.number,
            "given": result.given,
            "maximum": result.maximum,
            "passed": result.passed,
            "best_given": max([result.given, *(one.given for one in earlier if one.given is not None)]),
        }
        enrolment, outline = spot.journey.enrolment, spot.journey.outline
        await tell("quiz.handed_in", enrolment, outline, actor=actor, now=now, detail=detail, rows=[attempt])
        if result.passed:
            await set_done(spot, actor=actor, now=now)
    return result


def marked(spot: Position, answers: Mapping[str, Sequence[str]], language: str = "") -> QuizResult:
    """Marks answers by this quiz's own rule."""
    return mark(spot.part.questions(language), answers, pass_percent=spot.chapter.pass_percent(spot.part))


async def allow_try(enrolment_id: UUID, activity_id: UUID, *, actor: Actor, now: datetime) -> Enrolment:
    """Lets a learner whose tries are used up try the quiz once more."""
    enrolment = await Enrolment.filter(reach(actor, "see people")).get_or_none(id=enrolment_id)
    if enrolment is None:
        raise NotFound("There is no such learner.", "Choose one from the list of the course.")
    words, remedy = "You cannot allow yourself another try.", "Ask your own trainer."
    await refuse_own(enrolment.person_id, actor.person_id, words, remedy)
    outline = await outline_of(enrolment.version_id)
    here = outline.where(activity_id)
    if here is None:
        raise NotFound("There is no such quiz.", "Choose one from the list of the course.")
    tries = outline.chapter(here.module).part(here.activity).tries
    own: dict[str, Any] = {"enrolment_id": enrolment.id, "activity_id": activity_id}
    async with transaction():
        await hold(enrolment.id, enrolment.seen)
        await Progress.bulk_create([Progress(**own, opened=now)], ignore_conflicts=True)
        progress = await Progress.get(**own)
        handed_in = await QuizAttempt.filter(**own, state="handed_in").count()
        if rules.tries_left(tries, more=progress.more_tries, handed_in=handed_in) != 0:
            raise Conflict("This learner can try again already.", "Nothing more is needed.")
        await Progress.filter(id=progress.id).update(more_tries=progress.more_tries + 1)
        detail = {"course": outline.slug, "module": here.module, "activity": here.activity}
        await tell("quiz.try_allowed", enrolment, outline, actor=actor, now=now, detail=detail)
    return enrolment
