"""The course that ships: no rule of thumb passes a quiz, and its English is for a reading age of 9 to 11."""

import html
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pytest

from courses.learning.marking import Choice, mark, questions_from
from courses.packages.package import read_package
from tests.reading_age import ENDS, grade
from training.app.unit.material_pages import LIBRARY

HIGHEST_GRADE = 6.0
WORDS = ("title", "html", "transcript", "questions", "ask", "choices", "text", "why")
AND = re.compile(r"\b(and|a|ac)\b")

Rule = Callable[[Sequence[Choice]], Sequence[Choice]]
"""Puts the choices of a question in the order in which somebody who does not know would pick them."""


def _most(measure: Callable[[Choice], float]) -> Rule:
    return lambda choices: sorted(choices, key=measure, reverse=True)


def _least(measure: Callable[[Choice], float]) -> Rule:
    return lambda choices: sorted(choices, key=measure)


def _middle(choices: Sequence[Choice]) -> Sequence[Choice]:
    return sorted(choices, key=lambda choice: abs(choices.index(choice) - (len(choices) - 1) / 2))


def _length(choice: Choice) -> int:
    return len(choice.text)


def _commas(choice: Choice) -> int:
    return choice.text.count(",")


def _ands(choice: Choice) -> int:
    return len(AND.findall(choice.text))


def _stops(choice: Choice) -> int:
    return len(re.findall(r"[.!?:]", choice.text))


RULES_OF_THUMB: dict[str, Rule] = {
    "the first": list,
    "the middle one": _middle,
    "the last": lambda choices: choices[::-1],
    "the longest": _most(_length),
    "the shortest": _least(_length),
    "neither long nor short": lambda choices: _middle(sorted(choices, key=_length)),
    "the longest words": _most(lambda choice: len(choice.text) / len(choice.text.split())),
    "with a comma": _most(_commas),
    "without a comma": _least(_commas),
    "the longest with a comma": _most(lambda choice: (_commas(choice) > 0) * 1000 + _length(choice)),
    "the longest without a comma": _most(lambda choice: (_commas(choice) == 0) * 1000 + _length(choice)),
    "the shortest with a comma": _most(lambda choice: (_commas(choice) > 0) * 1000 - _length(choice)),
    "the shortest without a comma": _most(lambda choice: (_commas(choice) == 0) * 1000 - _length(choice)),
    "with an and": _most(_ands),
    "without an and": _least(_ands),
    "the longest with an and": _most(lambda choice: (_ands(choice) > 0) * 1000 + _length(choice)),
    "the longest without an and": _most(lambda choice: (_ands(choice) == 0) * 1000 + _length(choice)),
    "most sentences": _most(_stops),
    "one sentence": _least(_stops),
}


def shipped(kinds: Collection[str], languages: Collection[str]) -> list[object]:
    """Each activity of these kinds, in each of these languages, of the courses that ship."""
    found: list[object] = []
    for folder in sorted(LIBRARY.iterdir()):
        package, mistakes = read_package(folder)
        assert package is not None, mistakes.found
        found += [
            pytest.param(content, id=f"{module.slug}/{activity.slug}-{language}")
            for module in package.modules
            for activity in module.activities
            if activity.kind in kinds
            for language, content in activity.content.items()
            if language in languages
        ]
    return found


def passing(quiz: Mapping[str, Any]) -> list[str]:
    """The rules of thumb that pass a quiz, though they are told how many choices are right."""
    questions = questions_from(quiz)
    return [
        name
        for name, rule in RULES_OF_THUMB.items()
        for order in (list, reversed)
        if mark(
            questions,
            {q.id: [choice.id for choice in rule(tuple(order(q.choices)))][: len(q.right)] for q in questions},
            pass_percent=quiz["pass"],
        ).passed
    ]


@pytest.mark.parametrize("quiz", shipped({"quiz"}, {"en", "cy"}))
def test_no_rule_of_thumb_passes_a_quiz(quiz: Mapping[str, Any]) -> None:
    assert passing(quiz) == []


@pytest.mark.parametrize("content", shipped({"page", "task", "quiz", "video"}, {"en"}))
def test_each_page_of_the_course_is_easy_to_read(content: Mapping[str, Any]) -> None:
    assert grade(_words(content)) <= HIGHEST_GRADE


def test_each_module_has_a_light_drawing_with_words_for_who_does_not_see_it() -> None:
    for folder in sorted(LIBRARY.iterdir()):
        package, _ = read_package(folder)
        assert package is not None
        drawn = {name.split("/")[0] for name in package.media if name.endswith(".svg")}
        assert drawn == {module.slug for module in package.modules}
        assert all(len(package.files.contents[name]) <= 6_000 for name in package.media if name.endswith(".svg"))
        pages = [page for module in package.modules for part in module.activities for page in part.content.values()]
        pictures = [picture for page in pages for picture in re.findall(r"<img[^>]*>", page.get("html", ""))]
        assert pictures and all(re.search(r'alt="[^"]{20,}"', picture) for picture in pictures)


def _words(content: object) -> str:
    if isinstance(content, str):
        return html.unescape(re.sub(r"<[^>]*>", " ", ENDS.sub("\n", content)))
    if isinstance(content, Mapping):
        kept = [value for key, value in content.items() if key in WORDS]
        return "\n".join(map(_words, kept))
    return "\n".join(map(_words, content)) if isinstance(content, list) else ""
