"""The printed certificate as markup: frozen facts put into the sheet's template, in the certificate's language."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import shorten

import jinja2
from babel.dates import format_date

from certificates.credentials.facts import CertificateFacts
from certificates.credentials.pdf.glyphs import unprintable
from training.core import qr

CRITERIA_LETTERS = 420  # what the sheet has room for; all of it stands behind the link
NAME_LETTERS, TITLE_LETTERS = 120, 160  # longer ones have no room
NAME_SIZES = (("large", 24), ("medium", 36), ("modest", 70), ("tiny", NAME_LETTERS))
TITLE_SIZES = (("large", 44), ("medium", 80), ("tiny", TITLE_LETTERS))
"""How large a text is set, and how many letters it may have for that."""
KINDS = {".png": "png", ".jpg": "jpeg"}
FOLDER = Path(__file__).resolve().parents[3] / "templates"

WORDS = {
    "en": {
        "certificate": "Certificate",
        "awarded_to": "This certificate is awarded to",
        "certified_as": "certified as",
        "lasts": "Valid from {start} to {end}",
        "stays": "Valid from {start}",
        "check": "Check this certificate",
        "serial": "Certificate number",
        "qr": "QR code that opens the page where this certificate can be checked",
    },
    "cy": {
        "certificate": "Tystysgrif",
        "awarded_to": "Dyfernir y dystysgrif hon i",
        "certified_as": "ardystiwyd fel",
        "lasts": "Yn ddilys o {start} hyd {end}",
        "stays": "Yn ddilys o {start}",
        "check": "Gwiriwch y dystysgrif hon",
        "serial": "Rhif y dystysgrif",
        "qr": "Cod QR sy’n agor y dudalen lle gellir gwirio’r dystysgrif hon",
    },
}

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, auto_reload=False
)


def unfit(facts: CertificateFacts) -> str:
    """Says why the certificate cannot be printed, for its page; "" when it can."""
    worded = [(word, NAME_LETTERS) for word in facts.wording.values()]
    signed = [(word, NAME_LETTERS) for each in facts.signatories for word in (each.name, each.role)]
    named = [(facts.name, NAME_LETTERS), (facts.issuer_name, NAME_LETTERS), (facts.title, TITLE_LETTERS)]
    place = [(facts.level, TITLE_LETTERS), (facts.programme, TITLE_LETTERS)]
    shown = [*named, *place, *signed, *worded]
    words = " ".join([word for word, _ in shown] + [facts.serial, facts.home, _criteria(facts)])
    if missing := unprintable(words):
        return f"The PDF cannot show these letters: {missing}"
    if any(len(word) > most for word, most in shown):
        return "The PDF has no room for a name that is so long"
    return ""


def markup(facts: CertificateFacts, *, code: str = "", pictures: Mapping[str, bytes] | None = None) -> str:
    """Writes the sheet, with the signed `code` in its square if there is one: the same facts give the same text.

    `pictures` has the bytes of those that the facts name.
    """
    shown = {name: _embedded(KINDS[name[-4:]], content) for name, content in (pictures or {}).items()}
    square = f"{facts.home}/q/{code}" if code else facts.verify_url
    words = {**WORDS.get(facts.language, WORDS["en"]), **facts.wording}
    breaks = facts.since(2)  # what was printed before is printed again as it was
    kind, image = ("svg+xml", qr.drawn(square).encode()) if facts.since(3) else ("png", qr.png(square))
    return _templates.get_template("credentials/document.html").render(
        facts=facts,
        words=words,
        moment=facts.issued.strftime("%Y-%m-%dT%H:%M:%SZ"),
        dates=_dates(facts, words),
        place=", ".join(
            each for each in (facts.programme, facts.level) if each and each.casefold() not in facts.title.casefold()
        ),
        host=facts.home.partition("://")[2],
        criteria=_criteria(facts),
        breaks=breaks,
        qr=_embedded(kind, image),
        logo=shown.get(facts.logo, ""),
        signature=shown.get(facts.signature, ""),
        square_size="large" if code else "small",
        name_size=_size(facts.name, NAME_SIZES if breaks else NAME_SIZES[:3]),
        title_size=_size(facts.title, TITLE_SIZES if breaks else TITLE_SIZES[:2]),
    )


def _embedded(kind: str, image: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def _criteria(facts: CertificateFacts) -> str:
    return shorten(facts.criteria, CRITERIA_LETTERS, placeholder=" …")


def _dates(facts: CertificateFacts, words: dict[str, str]) -> str:
    locale = facts.language if facts.language in WORDS else "en"
    start = format_date(facts.valid_from, "d MMMM y", locale=locale)
    if facts.valid_until is None:
        return words["stays"].format(start=start)
    return words["lasts"].format(start=start, end=format_date(facts.valid_until, "d MMMM y", locale=locale))


def _size(text: str, sizes: Sequence[tuple[str, int]]) -> str:
    return next((size for size, letters in sizes if len(text) <= letters), sizes[-1][0])
