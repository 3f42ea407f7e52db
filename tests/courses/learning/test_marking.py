"""A quiz is marked: exactly the right choices count, and every answer has its reasons."""

from decimal import Decimal

import pytest

from courses.learning.marking import Choice, Question, RightNumber, mark, needed_right, unanswered

ONE = Question(
    "one", "?", "one", (Choice("a", "A", True, "a is right"), Choice("b", "B", False, "b is wrong")), why="because"
)
MANY = Question("many", "?", "many", (Choice("a", "A", True), Choice("b", "B", True), Choice("c", "C", False)))


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
    questions = tuple(Question(str(n), "?", "one", ONE.choices) for n in range(maximum))
    assert needed_right(maximum, pass_percent=percent) == needed
    for right in (needed - 1, needed):
        answers = {str(n): ["a"] for n in range(right)}
        assert mark(questions, answers, pass_percent=percent).passed is (right >= needed)


def test_questions_without_an_answer_are_named_by_number() -> None:
    assert unanswered((ONE, MANY), {"one": ["a"], "many": []}) == (2,)


ORDER = Question("order", "?", "order", tuple(Choice(one, one.upper(), True, f"{one} matters") for one in "abcd"))
MATCH = Question("match", "?", "match", tuple(Choice(one, one, True, f"{one}!", to=one.upper()) for one in "abc"), "so")
NUMBER = Question(
    "number",
    "?",
    "number",
    (),
    "two",
    figure=RightNumber(Decimal("2"), Decimal("0.5"), "hours", below="more", above="less"),
)


@pytest.mark.parametrize(
    ("question", "chosen", "right", "partly", "reasons"),
    [
        (ORDER, list("abcd"), True, False, ()),
        (ORDER, list("acbd"), False, True, ("b matters", "c matters")),
        (ORDER, list("dcba"), False, False, ("a matters", "b matters", "c matters", "d matters")),
        (MATCH, ["a=a", "b=b", "c=c"], True, False, ("so",)),
        (MATCH, ["a=a", "b=c", "c=b"], False, True, ("b!", "c!", "so")),
        (NUMBER, ["2.5"], True, False, ("two",)),
        (NUMBER, ["2,51"], False, False, ("less", "two")),
        (NUMBER, ["-3"], False, False, ("more", "two")),
    ],
)
def test_order_matches_and_numbers_count_as_a_whole_and_say_why_not(question, chosen, right, partly, reasons) -> None:
    (marked,) = mark((question,), {question.id: chosen}, pass_percent=100).marked
    assert (marked.right, marked.partly, marked.reasons) == (right, partly, reasons)
    assert question.fault(chosen) == "" and mark((question,), {question.id: question.right}, pass_percent=100).passed


@pytest.mark.parametrize(
    ("question", "chosen"),
    [(ORDER, list("abc")), (ORDER, list("aabc")), (MATCH, ["a=a", "b=b"]), (MATCH, ["a=a", "b=b", "c=z"]),
     (NUMBER, ["two"]), (NUMBER, []), (ONE, []), (ONE, ["a", "b"]), (MANY, []), (MANY, ["z"])],
)  # fmt: skip
def test_what_is_no_whole_answer_is_sent_back(question, chosen) -> None:
    assert question.fault(chosen)


def test_choices_are_shuffled_alike_in_one_try_and_never_stand_in_their_order() -> None:
    tries = [ORDER.shown(str(number)) for number in range(200)]
    assert all(one != ORDER.choices and set(one) == set(ORDER.choices) for one in tries)
    assert ORDER.shown("7") == tries[7] and len(set(tries)) > 10 and ONE.shown("7") == ONE.choices
