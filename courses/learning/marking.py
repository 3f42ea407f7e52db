"""Marks a quiz: which answers are right, the score, and what to read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from training.parsing.text import figure_of


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen, and why it is right or wrong; `to` is what it is matched with."""

    id: str
    text: str
    right: bool
    why: str = ""
    to: str = ""


@dataclass(frozen=True)
class RightNumber:
    """The number that is right, within a tolerance; what is said to whoever writes one below or above."""

    answer: Decimal
    within: Decimal
    unit: str = ""
    below: str = ""
    above: str = ""


@dataclass(frozen=True)
class Question:
    """A question with its choices, of a `kind`: one, many, order, match or number.

    An answer is the choices that are made, in their order; of a match `PAIR` of what stands left and what it goes with;
    of a number the number alone.
    """

    id: str
    ask: str
    kind: str
    choices: tuple[Choice, ...]
    why: str = ""
    reread: str = ""
    shuffle: bool = False
    figure: RightNumber | None = None

    @property
    def many(self) -> bool:
        """Several choices may be made."""
        return self.kind == "many"

    @property
    def right(self) -> tuple[str, ...]:
        """The right answer."""
        if self.figure:
            return (f"{self.figure.answer}",)
        if self.kind == "match":
            return tuple(PAIR.format(choice.id, choice.id) for choice in self.choices)
        return tuple(choice.id for choice in self.choices if choice.right)

    def is_right(self, chosen: Sequence[str]) -> bool:
        """Tells whether an answer is the right one."""
        if self.figure:
            value = figure_of("".join(chosen))
            return value is not None and abs(value - self.figure.answer) <= self.figure.within
        return tuple(chosen) == self.right if self.kind == "order" else set(chosen) == set(self.right)

    def fault(self, chosen: Sequence[str]) -> str:
        """Tells what is wrong with an answer before it is marked, or ""."""
        known = [choice.id for choice in self.choices]
        if self.figure:
            return "" if figure_of("".join(chosen)) is not None else "Write a number, such as 2 or 2.5"
        if self.kind == "order":
            return "" if sorted(chosen) == sorted(known) else "Give each a place of its own"
        if self.kind == "match":
            pairs = self.pairs(chosen)
            return "" if len(chosen) == len(pairs) == len(known) else "Choose one for each"
        if self.many:
            return "" if chosen and set(known).issuperset(chosen) else "Choose at least one answer"
        return "" if len(chosen) == 1 and chosen[0] in known else "Choose one answer"

    def pairs(self, chosen: Sequence[str]) -> dict[str, str]:
        """Reads an answer to a match: what stands left → the choice whose other side was chosen for it."""
        known = [choice.id for choice in self.choices]
        written = {PAIR.format(left, right): (left, right) for left in known for right in known}
        return dict(written[one] for one in chosen if one in written)

    def in_words(self, chosen: Sequence[str]) -> list[str]:
        """Says an answer, or the right one."""
        if self.figure:
            return [f"{one} {self.figure.unit}".strip() for one in chosen]
        choices = {choice.id: choice for choice in self.choices}
        if self.kind == "order":
            return [f"{place}. {choices[one].text}" for place, one in enumerate(chosen, 1) if one in choices]
        if self.kind == "match":
            pairs = self.pairs(chosen)
            return [f"{one.text} – {choices[pairs[one.id]].to}" for one in self.choices if one.id in pairs]
        return [choice.text for choice in self.choices if choice.id in chosen]

    def shown(self, key: str) -> tuple[Choice, ...]:
        """The choices as they are shown in one try, named by `key`: shuffled where the quiz wants that.

        What is to be put in order never stands in its order already.
        """
        choices = list(self.choices)
        if self.shuffle or self.kind in ("order", "match"):
            Random(f"{key}/{self.id}").shuffle(choices)  # noqa: S311 - the same order again, and no secret
        if self.kind == "order" and choices == list(self.choices):
            choices = [*choices[1:], choices[0]]
        return tuple(choices)


PAIR = "{}={}"


@dataclass(frozen=True)
class Marked:
    """A question as answered: right or not, and the reasons to show."""

    question: Question
    chosen: tuple[str, ...]
    right: bool

    @property
    def partly(self) -> bool:
        """Some of it is right, and of choices no wrong one is made."""
        if self.right or not self.chosen or self.question.figure:
            return False
        if self.question.kind in ("one", "many"):
            return set(self.chosen) < set(self.question.right)
        return 0 < len(self._misplaced) < len(self.question.choices)

    @property
    def _misplaced(self) -> tuple[Choice, ...]:
        """What is not in its place, or not with what it goes with."""
        if self.question.kind == "match":
            pairs = self.question.pairs(self.chosen)
            return tuple(one for one in self.question.choices if pairs.get(one.id) != one.id)
        places = dict(enumerate(self.chosen))
        return tuple(one for at, one in enumerate(self.question.choices) if places.get(at) != one.id)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why: of the choices made, of what is out of its place, or of the number; then of the question."""
        question, figure = self.question, self.question.figure
        if figure:
            value = figure_of("".join(self.chosen))
            low = value is not None and value < figure.answer
            found = [] if self.right or value is None else [figure.below if low else figure.above]
        elif question.kind in ("one", "many"):
            found = [choice.why for choice in question.choices if choice.id in self.chosen]
        else:
            found = [choice.why for choice in self._misplaced]
        return tuple(words for words in (*found, question.why) if words)


@dataclass(frozen=True)
class QuizResult:
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


def _question(row: Mapping[str, Any]) -> Question:
    figure = None
    if row["kind"] == "number":
        words = {key: str(row.get(key, "")) for key in ("unit", "below", "above")}
        figure = RightNumber(figure_of(row["answer"]) or Decimal(0), figure_of(row["within"]) or Decimal(0), **words)
    return Question(
        id=str(row["id"]),
        ask=str(row["ask"]),
        kind=str(row["kind"]),
        choices=tuple(Choice(**choice) for choice in row["choices"]),
        why=str(row.get("why", "")),
        reread=str(row.get("reread", "")),
        shuffle=bool(row.get("shuffle")),
        figure=figure,
    )


def mark(questions: Sequence[Question], answers: Mapping[str, Sequence[str]], *, pass_percent: int) -> QuizResult:
    """Marks the answers; a question counts when its answer is right as a whole."""
    marked = tuple(
        Marked(question, chosen, question.is_right(chosen))
        for question in questions
        for chosen in [tuple(answers.get(question.id, ()))]
    )
    given = sum(one.right for one in marked)
    return QuizResult(given, len(marked), given * 100 >= pass_percent * len(marked), marked)


def needed_right(maximum: int, *, pass_percent: int) -> int:
    """The smallest number of right questions that passes."""
    return -(-pass_percent * maximum // 100)


def unanswered(questions: Sequence[Question], answers: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
    """The numbers, counted from 1, of the questions without an answer."""
    return tuple(number for number, question in enumerate(questions, 1) if not answers.get(question.id))
