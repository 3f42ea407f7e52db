"""Says in plain words what a module asks for, how long things are, and how far somebody is."""

from babel import Locale, UnknownLocaleError

from courses.learning import rules
from courses.learning.marking import needed_right
from courses.learning.outline import Chapter, Part
from training.parsing.plurals import many

KINDS = {"page": "Page", "video": "Video", "quiz": "Quiz", "task": "Task"}


def asks_for(chapter: Chapter) -> str:
    """The completion rule: "Read all 8 pages, get 4 of 5 right in the quiz and do the task."."""
    plan, parts = chapter.plan, chapter.parts
    asked: list[str] = []
    if plan.pages:
        count = sum(part.kind in ("page", "video") for part in parts)
        asked.append("read the page" if count == 1 else f"read all {count} pages")
    if plan.quiz_pass is not None:
        quizzes = [part for part in parts if part.kind == "quiz"]
        asked += [f"get {to_pass(chapter, quiz)} right in {_the(quizzes, 'quiz')}" for quiz in quizzes[:1]]
    if plan.tasks:
        asked.append(f"do {_the([part for part in parts if part.kind == 'task'], 'task')}")
    return sentence(asked)


def to_pass(chapter: Chapter, quiz: Part) -> str:
    """How much of a quiz must be right: "4 of 5"."""
    maximum = len(quiz.questions(""))
    return f"{needed_right(maximum, pass_percent=chapter.pass_percent(quiz))} of {maximum}"


def _the(parts: list[Part], word: str) -> str:
    return f"the {word}" if len(parts) == 1 else f"each {word}"


def sentence(phrases: list[str]) -> str:
    """Joins phrases to a sentence: "Read all pages and do the task."."""
    if not phrases:
        return ""
    text = phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"
    return f"{text[0].upper()}{text[1:]}."


def left_in(plan: rules.Plan, reached: rules.Reached) -> str:
    """What is still to do in a module: "Still to do: 3 pages and the quiz."."""
    left = rules.left_to_do(plan, reached)
    found = [many(left.pages, "page"), many(left.quizzes, "quiz", "quizzes"), many(left.tasks, "task")]
    phrases = [phrase for phrase in found if not phrase.startswith("0 ")]
    return f"Still to do: {sentence(phrases)}" if phrases else ""


def minutes(count: int) -> str:
    """A length in words: "40 minutes", "2 hours 10 minutes"."""
    hours, rest = divmod(count, 60)
    parts = [many(hours, "hour")] * bool(hours) + [many(rest, "minute")] * bool(rest or not hours)
    return " ".join(parts)


def seconds(count: int) -> str:
    """The length of a film: "1 minute 30 seconds"."""
    whole, rest = divmod(count, 60)
    return " ".join([many(whole, "minute")] * bool(whole) + [many(rest, "second")] * bool(rest or not whole))


def size(count: int) -> str:
    """A size that tells whether to wait for Wi-Fi: "4.2 MB"."""
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{max(1, round(count / 1000))} KB"


def tries_left(left: int | None) -> str:
    """The tries left at a quiz, as a sentence."""
    if left is None:
        return "You can try as often as you like."
    return "You have no tries left." if left == 0 else f"You have {many(left, 'try', 'tries')} left."


def language_name(code: str) -> str:
    """A language in its own words: "Cymraeg"."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(code)
    except (UnknownLocaleError, ValueError):
        return code
    return f"{name[0].upper()}{name[1:]}" if name else code


__all__ = [
    "KINDS", "asks_for", "language_name", "left_in", "many", "minutes", "seconds", "sentence", "size", "to_pass",
    "tries_left",
]  # fmt: skip
