"""Writes a mail in the reader's language: subject, text and HTML, all from the one template that holds its words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from training.core import dates
from training.core.calendars import CalendarEvent, CalendarFile
from training.core.languages import spoken, translations
from training.parsing.text import quotable

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@dataclass(frozen=True)
class Mail:
    """What a mail says: its template under `emails/`, what that is to be filled with, and the page of its button.

    A template has the blocks `subject`, `body` and, where there is a next step, `button`. `site` is whom it is to, if
    it is no person. An `event` goes with it as a file for calendars.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    site: str = ""
    event: CalendarEvent | None = None


@dataclass(frozen=True)
class Reader:
    """Who reads a mail, in which language, and the unit that it is from; without a name it is somebody outside."""

    name: str = ""
    language: str = "en"
    unit: str = ""
    contact: str = ""
    zone: str = dates.DEFAULT_ZONE


@dataclass(frozen=True)
class WrittenMail:
    """A mail as it goes out; both parts say the same."""

    subject: str
    text: str
    html: str
    calendar: CalendarFile | None = None


def write(mail: Mail, reader: Reader, *, home: str) -> WrittenMail:
    """Returns the mail in the reader's language; `home` is the address of the service, which its links begin with."""
    language = spoken(reader.language)
    found = _environment(language, reader.zone).get_template(f"emails/{mail.template}.txt")
    given = {"reader": reader, "site": mail.site, "home": home, **mail.values}

    def block(name: str) -> str:
        return "".join(found.blocks[name](found.new_context(given))).strip() if name in found.blocks else ""

    subject, button = " ".join(block("subject").split()), block("button")
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", found.render(given)) if part.strip()]
    step = [f"{button}:\n{home}{mail.path}"] if button else []
    framed = _frame().render(
        subject=subject, paragraphs=[_lines(part, home) for part in paragraphs[:-1]], button=button,
        end=_lines(paragraphs[-1], home), language=language, reader=reader,
        link=home + mail.path,
    )  # fmt: skip
    text = "\n\n".join([*paragraphs[:-1], *step, paragraphs[-1]])
    return WrittenMail(f"{mail.site}: {subject}" if mail.site else subject, f"{text}\n", framed)


def _lines(paragraph: str, home: str) -> list[list[str]]:
    """Splits each line where an address of ours begins and ends: those alone become links."""
    return [re.split(rf"({re.escape(home)}/\S*[^\s.,;:)])", line.strip()) for line in paragraph.splitlines()]


@cache
def _environment(language: str, zone: str) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 (plain text; the frame around it escapes)
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]

    def day(value: date | datetime) -> str:
        return dates.day(dates.local_day(value, zone) if isinstance(value, datetime) else value, language)

    made.filters |= {
        "day": day,
        "moment": lambda value: dates.moment(value, zone, language),
        "hours": lambda starts, ends: dates.hours(starts, ends, zone, language),
        "quotable": quotable,
        "translated": translations(language).gettext,
    }
    return made


@cache
def _frame() -> jinja2.Template:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    return made.get_template("core/mail.html")
