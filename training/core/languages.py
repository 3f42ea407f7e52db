"""The languages of pages and mails: English stands where it is used, others in gettext catalogues."""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from training.parsing.plurals import plural

CATALOGUES = Path(__file__).resolve().parents[2] / "templates/languages"
SPOKEN = ("en", "cy")


def spoken(language: str) -> str:
    """Returns the language of ours that somebody reads who reads this one: English, if none."""
    code = language.split("-")[0].lower()
    return code if code in SPOKEN else "en"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Returns the catalogue of a language of ours; what it lacks stays in English."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as text:
        catalogue = read_po(text, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def with_unit(number: int, word: str, language: str, words: str = "") -> str:
    """Says a number with its unit in a language of ours: "8 sessions"; `words` is a plural that no rule makes."""
    return f"{number} {translations(language).ngettext(word, words or plural(word), number)}"
