"""A quiz is marked: exactly the right choices count, and every answer has its reasons."""

import pytest

from courses.learning.marking import Choice, Question, mark, needed_right, unanswered

ONE = Question(
    "one", "?", False, (Choice("a", "A", True, "a is right"), Choice("b", "B", False, "b is wrong")), why="because"
)
MANY = Question("many", "?", True, (Choice("a", "A", True), Choice("b", "B", True), Choice("c", "C", False)))


@pytest.mark.parametrize(
    ("answers", "given", "passed"),
    [
        ({}, 0, False),
        ({"one": ["a"]}, 1, True),
        ({"one": ["b"], "many": ["a"]}, 0, False),
        ({"one": ["a"], "many": ["a", "b"]}, 2, True),
        ({"one": ["a"], "many": ["a", "b", "c"]}, 1, True),
        ({"one": ["unknown"], "many": ["b", "a"]}, 1, True),
    ],
)
def test_a_question_counts_when_exactly_its_right_choices_are_chosen(
    answers: dict[str, list[str]], given: int, passed: bool
) -> None:
    result = mark((ONE, MANY), answers, pass_percent=50)
    assert (result.given, result.maximum, result.passed) == (given, 2, passed)


def test_the_reasons_of_the_choice_made_come_before_the_reason_of_the_question() -> None:
    result = mark((ONE,), {"one": ["b"]}, pass_percent=100)
    assert result.marked[0].reasons == ("b is wrong", "because")


@pytest.mark.parametrize(("chosen", "partly"), [(["a"], True), (["a", "b"], False), (["a", "c"], False), ([], False)])
def test_an_answer_is_partly_right_when_only_right_choices_are_missing(chosen: list[str], partly: bool) -> None:
    assert mark((MANY,), {"many": chosen}, pass_percent=100).marked[0].partly is partly


@pytest.mark.parametrize(
    ("maximum", "percent", "needed"), [(5, 80, 4), (10, 75, 8), (3, 66, 2), (3, 67, 3), (4, 100, 4)]
)
def test_the_number_needed_is_the_smallest_that_passes(maximum: int, percent: int, needed: int) -> None:
    questions = tuple(Question(str(n), "?", False, ONE.choices) for n in range(maximum))
    assert needed_right(maximum, pass_percent=percent) == needed
    for right in (needed - 1, needed):
        answers = {str(n): ["a"] for n in range(right)}
        assert mark(questions, answers, pass_percent=percent).passed is (right >= needed)


def test_questions_without_an_answer_are_named_by_number() -> None:
    assert unanswered((ONE, MANY), {"one": ["a"], "many": []}) == (2,)
