"""How hard a text is to read: the Flesch-Kincaid grade, counted with the hyphenation patterns that we ship anyway."""

import html
import re

import pyphen  # type: ignore[import-untyped]

ENGLISH = pyphen.Pyphen(lang="en_GB")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.S)
VALUE = re.compile(r"\{\{.*?\}\}", re.S)
SENTENCE_WORDS = 4
"""Fewer words are a label, not a sentence; labels would flatter the grade."""
ENDS = re.compile(r"</(p|li|h\d|td|th|dt|dd|label|legend|caption|button|option|div|summary)>|<br>")


def grade(text: str) -> float:
    """Gives the school grade that a text asks for; 6 is a reading age of about 11."""
    parts = [re.findall(r"[A-Za-z'’]+", part) for part in re.split(r"[.!?:;\n]+", text)]
    sentences = [words for words in parts if len(words) >= SENTENCE_WORDS]
    if not sentences:
        return 0.0
    words = [word for sentence in sentences for word in sentence]
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def shown(template: str) -> str:
    """Gives the words that a template shows by itself, a sentence a line; a handed-in value counts as a short word."""
    text = VALUE.sub("it", JINJA.sub(" ", template.replace("{% endblock %}", "<br>")))
    text = re.sub(r"\s+", " ", text)
    return html.unescape(re.sub(r"<[^>]*>", " ", ENDS.sub("\n", text)))


def _syllables(word: str) -> int:
    """Counts places to hyphenate, or groups of vowels where there are more: patterns keep short syllables together."""
    vowels = len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))
    return max(1, vowels, len(ENGLISH.positions(word)) + 1)
