"""The rules of learning, as tables: what is left, what is open, where to go on, how many tries."""

from uuid import UUID, uuid4

import pytest

from courses.learning import rules
from courses.learning.rules import CoursePlan, Here, Kind, Left, ModulePlan, Reached, State, Step

KINDS = {"a": Kind.PAGE, "b": Kind.PAGE, "film": Kind.VIDEO, "quiz": Kind.QUIZ, "task": Kind.TASK}
IDS: dict[str, UUID] = {name: uuid4() for name in (*KINDS, "c")}
STEPS = tuple(Step(IDS[name], name, kind) for name, kind in KINDS.items())
FIRST = rules.plan_from("first", STEPS, needs=[], complete={"pages": "all", "quiz": {"pass": 80}, "task": "done"})
SECOND = ModulePlan("second", (Step(IDS["c"], "c", Kind.PAGE),), needs=("first",))
COURSE = CoursePlan((FIRST, SECOND))


def reached(done: str = "", *, opened: str = "", completed: str = "") -> Reached:
    """What is reached, from names with spaces between them."""
    return Reached(
        opened=frozenset(IDS[name] for name in opened.split()),
        done=frozenset(IDS[name] for name in done.split()),
        completed=frozenset(completed.split()),
    )


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ("", Left(pages=3, quizzes=1, tasks=1)),
        ("a film", Left(pages=1, quizzes=1, tasks=1)),
        ("a b film quiz", Left(tasks=1)),
        ("a b film quiz task", Left()),
    ],
)
def test_what_is_left_of_a_module_counts_pages_quizzes_and_tasks(done: str, left: Left) -> None:
    assert rules.left_to_do(FIRST, reached(done)) == left
    assert left.nothing == (done == "a b film quiz task")


def test_a_module_that_asks_for_pages_only_is_done_without_its_quiz() -> None:
    plan = rules.plan_from("m", STEPS, needs=[], complete={"pages": "all"})
    assert rules.left_to_do(plan, reached("a b film")).nothing


@pytest.mark.parametrize(
    ("plan", "so_far", "state"),
    [
        (FIRST, reached(), State.NOT_STARTED),
        (FIRST, reached(opened="a"), State.STARTED),
        (FIRST, reached("a b", completed="first"), State.DONE),
        (SECOND, reached("a b"), State.LOCKED),
        (SECOND, reached(completed="first"), State.NOT_STARTED),
    ],
)
def test_the_state_of_a_module(plan: ModulePlan, so_far: Reached, state: State) -> None:
    assert rules.state_of(plan, so_far) is state


@pytest.mark.parametrize(
    ("so_far", "last", "expected"),
    [
        (reached(), None, Here("first", "a")),
        (reached(opened="a b"), Here("first", "b"), Here("first", "b")),
        (reached("a", opened="a"), Here("first", "a"), Here("first", "b")),
        (reached("a b film quiz task", completed="first"), Here("first", "task"), Here("second", "c")),
        (reached("a b film quiz task c", completed="first second"), Here("second", "c"), None),
        (reached(opened="c"), Here("second", "c"), Here("first", "a")),
        (reached(), Here("gone", "x"), Here("first", "a")),
    ],
)
def test_continue_leads_to_the_exact_place_left_or_the_next_open_work(
    so_far: Reached, last: Here | None, expected: Here | None
) -> None:
    assert rules.next_place(COURSE, so_far, last=last) == expected


@pytest.mark.parametrize(("completed", "done"), [((), False), (("first",), False), (("first", "second"), True)])
def test_a_course_is_done_when_every_module_is(completed: tuple[str, ...], done: bool) -> None:
    assert rules.course_done(COURSE, completed) is done


@pytest.mark.parametrize(
    ("tries", "more", "handed_in", "left"), [(None, 0, 9, None), (3, 0, 1, 2), (3, 0, 3, 0), (3, 1, 3, 1), (1, 0, 2, 0)]
)
def test_tries_left(tries: int | None, more: int, handed_in: int, left: int | None) -> None:
    assert rules.tries_left(tries, more=more, handed_in=handed_in) == left
