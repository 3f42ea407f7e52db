"""Says in plain words what a module asks for, how long things are, and how far somebody is."""

from babel import Locale, UnknownLocaleError
from babel.numbers import format_percent

from courses.learning import rules
from courses.learning.marking import needed_right
from courses.learning.outline import Chapter, OutlineActivity
from training.core.languages import translations, with_unit
from training.parsing.plurals import many

KINDS = {"page": "Page", "video": "Video", "quiz": "Quiz", "task": "Task", "scorm": "Lesson"}


def asks_for(chapter: Chapter, language: str = "en") -> str:
    """The completion rule: "Read all 8 pages, get 4 of 5 right in the quiz and do the task."."""
    say, plan, parts = translations(language).gettext, chapter.plan, chapter.parts
    asked: list[str] = []
    if plan.pages:
        count = sum(part.kind in ("page", "video") for part in parts)
        if count:
            asked.append(say("read the page") if count == 1 else say("read all %(count)s pages") % {"count": count})
        lessons = sum(part.kind == "scorm" for part in parts)
        if lessons:
            asked.append(say("do the lesson") if lessons == 1 else say("do each lesson"))
    if plan.quiz_pass is not None:
        quizzes = [part for part in parts if part.kind == "quiz"]
        words = "get %(to_pass)s right in the quiz" if len(quizzes) == 1 else "get %(to_pass)s right in each quiz"
        asked += [say(words) % {"to_pass": to_pass(chapter, quiz, language)} for quiz in quizzes[:1]]
    if plan.tasks:
        count = sum(part.kind == "task" for part in parts)
        asked.append(say("do the task") if count == 1 else say("do each task"))
    return sentence(asked, language)


def to_pass(chapter: Chapter, quiz: OutlineActivity, language: str = "en") -> str:
    """How much of a quiz must be right: "4 of 5"."""
    maximum = len(quiz.questions(""))
    return score(needed_right(maximum, pass_percent=chapter.pass_percent(quiz)), maximum, language)


def score(given: int, maximum: int, language: str = "en") -> str:
    """How much of how much: "4 of 5"."""
    return translations(language).gettext("%(given)s of %(maximum)s") % {"given": given, "maximum": maximum}


def percent(value: float, language: str = "en") -> str:
    """A score in percent: "80 %"."""
    return format_percent(value / 100, "#,##0.#\xa0%", locale=language)


def sentence(phrases: list[str], language: str = "en") -> str:
    """Joins phrases to a sentence: "Read all pages and do the task."."""
    if not phrases:
        return ""
    last_joined = translations(language).gettext(" and ")
    text = phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])}{last_joined}{phrases[-1]}"
    return f"{text[0].upper()}{text[1:]}."


def left_in(plan: rules.ModulePlan, reached: rules.Reached, language: str = "en") -> str:
    """What is still to do in a module: "Still to do: 3 pages and the quiz."."""
    left = rules.left_to_do(plan, reached)
    counts = ((left.pages, "page", "pages"), (left.lessons, "lesson", "lessons"), (left.quizzes, "quiz", "quizzes"),
              (left.tasks, "task", "tasks"))  # fmt: skip
    phrases = [with_unit(count, word, language, words) for count, word, words in counts if count]
    said = translations(language).gettext("Still to do:")
    return f"{said} {sentence(phrases, language)}" if phrases else ""


def minutes(count: int, language: str = "en") -> str:
    """A length in words: "40 minutes", "2 hours 10 minutes"."""
    hours, rest = divmod(count, 60)
    parts = [with_unit(hours, "hour", language)] * bool(hours)
    parts += [with_unit(rest, "minute", language)] * bool(rest or not hours)
    return " ".join(parts)


def seconds(count: int, language: str = "en") -> str:
    """The length of a film: "1 minute 30 seconds"."""
    whole, rest = divmod(count, 60)
    parts = [with_unit(whole, "minute", language)] * bool(whole)
    return " ".join([*parts, *[with_unit(rest, "second", language)] * bool(rest or not whole)])


def size(count: int) -> str:
    """A size that tells whether to wait for Wi-Fi: "4.2 MB"."""
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{max(1, round(count / 1000))} KB"


def tries_left(left: int | None, language: str = "en") -> str:
    """The tries left at a quiz, as a sentence."""
    say = translations(language).gettext
    if left is None:
        return say("You can try as often as you like.")
    if left == 0:
        return say("You have no tries left.")
    return say("You have %(tries)s left.") % {"tries": with_unit(left, "try", language)}


def language_name(code: str) -> str:
    """A language in its own words: "Cymraeg"."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(code)
    except (UnknownLocaleError, ValueError):
        return code
    return f"{name[0].upper()}{name[1:]}" if name else code


__all__ = [
    "KINDS", "asks_for", "language_name", "left_in", "many", "minutes", "percent", "score", "seconds", "sentence",
    "size", "to_pass", "tries_left",
]  # fmt: skip
