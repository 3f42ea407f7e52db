"""Writes an event as a file that calendars take in, change and strike out (RFC 5545, RFC 5546); pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

LINE_OCTETS = 75
"""Longer lines are folded. Source: https://www.rfc-editor.org/rfc/rfc5545#section-3.1"""


@dataclass(frozen=True)
class CalendarEvent:
    """An event as it stands: `id` for ever, `sequence` one more with each change, `stamped` when it was changed last.

    `path` is its page here.
    """

    id: str
    sequence: int
    stamped: datetime
    starts: datetime
    ends: datetime
    title: str
    place: str
    words: str
    path: str
    called_off: bool = False


@dataclass(frozen=True)
class CalendarFile:
    """A file for calendars, and what it asks of them: REQUEST and CANCEL by mail, PUBLISH where it is downloaded."""

    method: str
    content: bytes


def calendar_file(event: CalendarEvent, *, home: str, sender: tuple[str, str], to: str = "") -> CalendarFile:
    """Returns the file of an event; `sender` is a name and an address, `to` whom it is mailed to.

    A file that is downloaded names nobody who is asked. Source: https://www.rfc-editor.org/rfc/rfc5546#section-3.2.1
    """
    page = f"{home}{event.path}"
    words = _text(f"{event.words}\n{page}".strip())
    method = "CANCEL" if event.called_off else "REQUEST" if to else "PUBLISH"
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Facilitator training and certification//EN", f"METHOD:{method}",
        "BEGIN:VEVENT", f"UID:{event.id}", f"SEQUENCE:{event.sequence}", f"DTSTAMP:{_moment(event.stamped)}",
        f"DTSTART:{_moment(event.starts)}", f"DTEND:{_moment(event.ends)}", f"SUMMARY:{_text(event.title)}",
        f"LOCATION:{_text(event.place)}", f"DESCRIPTION:{words}", f"URL:{page}",
        f"STATUS:{'CANCELLED' if event.called_off else 'CONFIRMED'}",
        f"ORGANIZER;CN={_quoted(sender[0])}:mailto:{quote(sender[1], safe=_PLAIN)}",
    ]  # fmt: skip
    if to:
        asked = "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE"
        lines.append(f"{asked}:mailto:{quote(to, safe=_PLAIN)}")
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return CalendarFile(method, b"".join(_folded(line) + b"\r\n" for line in lines))


_PLAIN = "@!$'*+-._~"
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """Escapes a text. Source: https://www.rfc-editor.org/rfc/rfc5545#section-3.3.11"""
    plain = _UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _quoted(value: str) -> str:
    """Writes a name as the value of a parameter. Source: https://www.rfc-editor.org/rfc/rfc6868#section-3.1"""
    line = " ".join(_UNSEEN.sub("", value).split())
    return '"' + line.replace("^", "^^").replace('"', "^'") + '"'


def _folded(line: str) -> bytes:
    """Folds a line between two letters, never within the octets of one."""
    pieces, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LINE_OCTETS:
            pieces.append(" ")
            size = 1
        pieces[-1] += letter
        size += octets
    return "\r\n".join(pieces).encode()
