"""What is worth a look while somebody writes: hard sentences, pictures without words, a quiz that gives itself away."""

import re
from collections.abc import Mapping

from courses.editor.quiz_form import kind_of, questions_in
from courses.editor.reading_grade import grade, hard_sentences
from courses.packages.markdown import split
from training.drafts.kinds import Advice
from training.drafts.rules import line_of
from training.parsing.yaml_edits.places import NotByButton

HIGHEST_GRADE, HARD_GRADE, HARD_WORDS = 6.0, 9.0, 8
"""A page is for a reading age of 11; a sentence of its own is marked above, where it has so many words."""
FEW_QUESTIONS = 3
_NO_WORDS = re.compile(r"!\[\s*\]\([^)]*\)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"^[>\s]*(?:#+|[-*]|\d+\.)?\s*|[*_`]", re.MULTILINE)


def advice(texts: Mapping[str, str], path: str) -> list[Advice]:
    """Lists what is worth a look in one file of a course; nothing of it stands in the way."""
    text = texts.get(path, "")
    if path.endswith(".yaml"):
        return _of_quiz(text)
    parts = split(text.removeprefix("\ufeff"))
    if not path.endswith(".md") or parts is None:
        return []
    silent = "Say between [ and ] what is on this picture, for those who do not see it"
    found = [Advice(line_of(text, one[0]), one[0], silent) for one in _NO_WORDS.finditer(text)]
    languages = re.search(r"^languages:\s*\[?\s*([a-z]+)", texts.get("course.yaml", ""), re.MULTILINE)
    if languages and languages[1] == "en" and path.count(".") == 1:
        found += _of_words(text, _MARKS.sub("", _LINK.sub(r"\1", parts.body)))
    return sorted(found, key=lambda one: one.line)


def _of_words(text: str, plain: str) -> list[Advice]:
    found = [
        Advice(line_of(text, one), one, f"This sentence is hard to read: “{one}” Make two of it, or use shorter words")
        for one in hard_sentences(plain, above=HARD_GRADE, words=HARD_WORDS)
    ]
    if (asked := grade(plain)) > HIGHEST_GRADE:
        words = f"The whole page asks for school grade {asked:.0f}; plain is {HIGHEST_GRADE:.0f} or less"
        found.insert(0, Advice(1, "", words))
    return found


def _of_quiz(text: str) -> list[Advice]:
    try:
        questions = questions_in(text)
    except NotByButton:
        return []
    found, longest, asked = [], 0, 0
    for question in questions:
        lengths = {str(one.get("id")): len(str(one.get("text") or "")) for one in question["choices"]}
        right = [str(one.get("id")) for one in question["choices"] if one.get("right") is True]
        silent = [str(one.get("id")) for one in question["choices"] if not one.get("why")]
        name = str(question.get("id"))
        if silent and kind_of(question) in ("one", "many"):
            words = f"Question {name}: say after each choice why it is right or not ({', '.join(silent)} has no why)"
            found.append(Advice(line_of(text, f"id: {name}"), "", words))
        if len(right) == 1 and len(lengths) > 1 and kind_of(question) == "one":
            asked += 1
            longest += all(lengths[right[0]] > size for one, size in lengths.items() if one != right[0])
    if asked >= FEW_QUESTIONS and 2 * longest > asked:
        words = f"In {longest} of {asked} questions the longest choice is the right one. Make others as long"
        found.insert(0, Advice(1, "", words))
    return found
