"""Marks a quiz: which answers are right, the score, and what to read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen, and why it is right or wrong."""

    id: str
    text: str
    right: bool
    why: str = ""


@dataclass(frozen=True)
class Question:
    """A question with its choices; `one` allows a single choice, `many` several."""

    id: str
    ask: str
    many: bool
    choices: tuple[Choice, ...]
    why: str = ""
    reread: str = ""

    @property
    def right(self) -> frozenset[str]:
        """The choices that together are the right answer."""
        return frozenset(choice.id for choice in self.choices if choice.right)


@dataclass(frozen=True)
class Marked:
    """A question as answered: right or not, and the reasons to show."""

    question: Question
    chosen: frozenset[str]
    right: bool

    @property
    def partly(self) -> bool:
        """Some of the right choices are made and no wrong one."""
        return bool(self.chosen) and self.chosen < self.question.right

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why: of the choices made, then of the question."""
        of_choices = [choice.why for choice in self.question.choices if choice.id in self.chosen and choice.why]
        return (*of_choices, self.question.why) if self.question.why else tuple(of_choices)


@dataclass(frozen=True)
class Result:
    """A marked quiz: a point for each right question, and whether that is enough."""

    given: int
    maximum: int
    passed: bool
    marked: tuple[Marked, ...]


def questions_from(content: Mapping[str, object]) -> tuple[Question, ...]:
    """The questions of a quiz from its stored content."""
    rows = content["questions"]
    assert isinstance(rows, list)
    return tuple(_question(row) for row in rows)


def _question(row: Mapping[str, object]) -> Question:
    choices = row["choices"]
    assert isinstance(choices, list)
    return Question(
        id=str(row["id"]),
        ask=str(row["ask"]),
        many=row["kind"] == "many",
        choices=tuple(Choice(**choice) for choice in choices),
        why=str(row.get("why", "")),
        reread=str(row.get("reread", "")),
    )


def mark(questions: Sequence[Question], answers: Mapping[str, Sequence[str]], *, pass_percent: int) -> Result:
    """Marks the answers; a question counts when exactly its right choices are chosen."""
    marked = tuple(
        Marked(question, chosen, chosen == question.right)
        for question in questions
        for chosen in [frozenset(answers.get(question.id, ()))]
    )
    given = sum(one.right for one in marked)
    return Result(given, len(marked), given * 100 >= pass_percent * len(marked), marked)


def needed_right(maximum: int, *, pass_percent: int) -> int:
    """The smallest number of right questions that passes."""
    return -(-pass_percent * maximum // 100)


def unanswered(questions: Sequence[Question], answers: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
    """The numbers, counted from 1, of the questions without an answer."""
    return tuple(number for number, question in enumerate(questions, 1) if not answers.get(question.id))
