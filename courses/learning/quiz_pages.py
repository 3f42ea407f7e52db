"""Pages of a quiz: one question a page, check your answers, and the result with its reasons."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from courses.learning import attempts, views, words
from courses.learning.answers import asked_as, typed_answer
from courses.learning.attempts import Tries, tries_at
from courses.learning.journey import Position
from courses.learning.marking import Marked, unanswered
from courses.learning.models import QuizAttempt
from courses.learning.outline import in_language
from courses.learning.pages import own_spot
from training.core import clock
from training.core.errors import Conflict, Invalid, NotFound
from training.core.languages import translations, with_unit
from training.people.actor import Actor
from training.web.render import actor, form_data, redirect, render


def quiz_values(spot: Position, tries: Tries, language: str) -> dict[str, Any]:
    """What the first page of a quiz shows: its rule, the tries left, and earlier results."""
    asked = len(spot.part.questions(""))
    passed = any(attempt.passed for attempt in tries.handed_in)
    return {
        "asked": with_unit(asked, "question", language),
        "to_pass": words.to_pass(spot.chapter, spot.part, language),
        "tries_left": words.tries_left(tries.left, language),
        "passed": passed,
        "may_begin": tries.may_begin,
        "open": _open_path(spot, tries.open, asked),
        "earlier": [_earlier(spot, attempt, language) for attempt in tries.handed_in],
    }


def _open_path(spot: Position, attempt: QuizAttempt | None, asked: int) -> str:
    if attempt is None:
        return ""
    return f"{spot.path}/check" if attempt.position > asked else f"{spot.path}/questions/{attempt.position}"


def _earlier(spot: Position, attempt: QuizAttempt, language: str) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "score": translations(language).gettext("%(score)s right")
        % {"score": words.score(attempt.given or 0, attempt.maximum or 0, language)},
        "state": "Passed" if attempt.passed else "Not passed",
        "when": attempt.handed_in,
        "path": f"{spot.path}/results/{attempt.number}",
    }


async def _own_quiz(request: Request) -> Position:
    spot = await own_spot(request)
    if spot.part.kind != "quiz":
        raise NotFound("There are no questions here.", "Go back to the module.")
    return spot


async def begin(request: Request) -> Response:
    """Begins a try, or goes on with the open one."""
    spot = await _own_quiz(request)
    attempt = await attempts.begin(spot, actor=actor(request), now=clock.now())
    return redirect(request, _open_path(spot, attempt, len(spot.part.questions(""))))


async def question(request: Request) -> Response:
    """Shows one question with the answer given so far, or takes the answer and goes on."""
    me: Actor = actor(request)
    spot = await _own_quiz(request)
    numbers = {str(number): number for number in range(1, len(spot.part.questions("")) + 1)}
    if (asked := request.path_params["number"]) not in numbers:
        raise NotFound("There is no such question.", "Go back to the quiz.")
    attempt, number = (await tries_at(spot)).open, numbers[asked]
    if attempt is None:
        return redirect(request, spot.path)
    if request.method == "POST":
        typed = await form_data(request)
        try:
            # Another window may still show the form of an earlier try.
            if typed.get("attempt", "") not in ("", str(attempt.number)):
                raise Conflict(
                    f"That page was of try {typed['attempt']}, which is handed in. Nothing was changed.",
                    f"You are at try {attempt.number} now. Open the quiz again to go on with it.",
                )
            chosen = typed_answer(spot.part.questions("")[number - 1], typed, key=str(attempt.id))
            await attempts.answer(spot, attempt, number=number, choices=chosen, actor=me, now=clock.now())
        except Invalid as trouble:
            return await _question_page(request, spot, attempt, number, typed, problems=trouble.problems)
        last = number == len(spot.part.questions(""))
        return redirect(
            request, f"{spot.path}/check" if last or _from_check(request) else f"{spot.path}/questions/{number + 1}"
        )
    await attempts.look_at(attempt, number=number)
    return await _question_page(request, spot, attempt, number)


def _from_check(request: Request) -> bool:
    return request.query_params.get("from") == "check"


async def _question_page(
    request: Request, spot: Position, attempt: QuizAttempt, number: int, typed: Mapping[str, Any] | None = None,
    problems: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    wanted = request.query_params.get("language") or spot.journey.enrolment.language
    around = views.around(spot, wanted)
    questions = spot.part.questions(around["content_lang"])
    path, chosen = f"{spot.path}/questions/{number}", await attempts.answers_of(attempt)
    return render(
        request,
        "learning/question.html",
        422 if problems else 200,
        **around,
        question=questions[number - 1],
        attempt=attempt.number,
        fields=asked_as(
            questions[number - 1], chosen.get(questions[number - 1].id, []), key=str(attempt.id), typed=typed or {}
        ),
        words=translations(around["lang"]).gettext("Question %(number)s of %(total)s")
        % {"number": number, "total": len(questions)},
        number_asked=number,
        asked=len(questions),
        action=f"{path}?from=check" if _from_check(request) else path,
        to_check=_from_check(request),
        before=f"{spot.path}/questions/{number - 1}" if number > 1 else spot.path,
        languages=views.language_switch(spot.chapter.languages, path, around["content_lang"]),
        problems=problems or {},
    )


async def check(request: Request) -> Response:
    """Shows all answers to check before they are handed in."""
    spot = await _own_quiz(request)
    attempt = (await tries_at(spot)).open
    if attempt is None:
        return redirect(request, spot.path)
    await attempts.look_at(attempt, number=len(spot.part.questions("")) + 1)
    return await _check_page(request, spot, attempt)


async def _check_page(
    request: Request, spot: Position, attempt: QuizAttempt, problems: dict[str, str] | None = None
) -> Response:
    around = views.around(spot, request.query_params.get("language") or spot.journey.enrolment.language)
    questions, answers = spot.part.questions(around["content_lang"]), await attempts.answers_of(attempt)
    rows = [
        {"number": number, "ask": one.ask, "chosen": one.in_words(answers.get(one.id, [])),
         "path": f"{spot.path}/questions/{number}?from=check"}
        for number, one in enumerate(questions, 1)
    ]  # fmt: skip
    return render(
        request,
        "learning/check.html",
        422 if problems else 200,
        **around,
        rows=rows,
        attempt=attempt.number,
        missing=unanswered(questions, answers),
        first_missing=next((row["path"] for row in rows if not row["chosen"]), ""),
        before=f"{spot.path}/questions/{len(questions)}",
        languages=views.language_switch(spot.chapter.languages, f"{spot.path}/check", around["content_lang"]),
        problems=problems or {},
    )


async def hand_in(request: Request) -> Response:
    """Hands in the open try and goes to its result."""
    spot = await _own_quiz(request)
    tries, named = await tries_at(spot), str((await form_data(request)).get("attempt", ""))
    attempt = tries.open
    if earlier := next((one for one in tries.handed_in if str(one.number) == named), None):
        return redirect(request, f"{spot.path}/results/{earlier.number}")  # pressed again, or in a window left open
    if attempt is None:
        # A second press comes after the first one handed it in: both lead to the same result.
        return redirect(request, f"{spot.path}/results/{tries.handed_in[-1].number}" if tries.handed_in else spot.path)
    try:
        await attempts.hand_in(spot, attempt, actor=actor(request), now=clock.now())
    except Invalid as trouble:
        return await _check_page(request, spot, attempt, problems=trouble.problems)
    return redirect(request, f"{spot.path}/results/{attempt.number}")


async def result(request: Request) -> Response:
    """Shows how a try went, why, what to read again, and what comes next."""
    spot = await _own_quiz(request)
    tries = await tries_at(spot)
    attempt = next((one for one in tries.handed_in if str(one.number) == request.path_params["number"]), None)
    if attempt is None:
        return redirect(request, spot.path)
    around = views.around(spot, request.query_params.get("language") or spot.journey.enrolment.language)
    marked = attempts.marked(spot, await attempts.answers_of(attempt), around["content_lang"]).marked
    show_right = bool(attempt.passed) or tries.left == 0
    path = f"{spot.path}/results/{attempt.number}"
    return render(
        request,
        "learning/result.html",
        **around,
        attempt=_earlier(spot, attempt, around["lang"]),
        passed=attempt.passed,
        to_pass=words.to_pass(spot.chapter, spot.part, around["lang"]),
        tries_left=words.tries_left(tries.left, around["lang"]),
        may_begin=tries.may_begin,
        rows=[
            _row(spot, one, number, language=around["content_lang"], show_right=show_right)
            for number, one in enumerate(marked, 1)
        ],
        languages=views.language_switch(spot.chapter.languages, path, around["content_lang"]),
    )


def _row(spot: Position, marked: Marked, number: int, *, language: str, show_right: bool) -> dict[str, Any]:
    one = marked.question
    return {
        "number": number,
        "ask": one.ask,
        "right": marked.right,
        "partly": marked.partly,
        "kind": one.kind,
        "chosen": one.in_words(marked.chosen),
        "answer": one.in_words(one.right) if show_right and not marked.right else [],
        "reasons": marked.reasons,
        "reread": f"/courses/{spot.journey.outline.slug}/{one.reread}" if one.reread else "",
        "reread_title": _title_of(spot, one.reread, language),
    }


def _title_of(spot: Position, reread: str, language: str) -> str:
    if not reread:
        return ""
    module, _, activity = reread.partition("/")
    return str(in_language(spot.journey.outline.chapter(module).part(activity).title, language))
