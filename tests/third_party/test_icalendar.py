"""Our file for calendars before icalendar, a library of others: it reads what was written, whatever was typed."""

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.third_party.environments import REQUIREMENTS, python_with
from tests.third_party.programs import bare
from training.core.calendars import CalendarEvent, calendar_file

pytestmark = pytest.mark.timeout(400)  # the first time, the environment is made

READ = """
import json, sys
from icalendar import Calendar
found = []
for content in json.load(sys.stdin):
    (calendar,) = Calendar.from_ical(content.encode(), multiple=True)
    (event,) = calendar.events
    assert not calendar.errors and not event.errors, (calendar.errors, event.errors)
    told = {name: str(event[name]) for name in ("UID", "SEQUENCE", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS")}
    told |= {name: event.decoded(name).isoformat() for name in ("DTSTART", "DTEND", "DTSTAMP")}
    told |= {"METHOD": str(calendar["METHOD"]), "CN": event["ORGANIZER"].params["CN"], "FROM": str(event["ORGANIZER"])}
    found.append(told | {"ATTENDEE": str(event.get("ATTENDEE", ""))})
print(json.dumps(found))
"""
EVENT = CalendarEvent(
    "0c0f2f0e-2c3c-4f6a-9f0a-2b1f0e2c3c4f", 3, datetime(2026, 12, 1, 9, tzinfo=UTC),
    datetime(2026, 12, 8, 14, tzinfo=UTC), datetime(2026, 12, 8, 16, tzinfo=UTC), "Visit: Amina", "The hall", "Ring",
    "/assessments/1/visit",
)  # fmt: skip
HARD = (
    "a;b,c\\d", "\\n is no line end", "one\ntwo\n\nthree", 'say "hello"; ^n', "BEGIN:VEVENT\r\nUID:1", "Ŵyn Llŷr " * 40,
    "👩‍👩‍👧 " * 60, "x" * 74, "x" * 75, "é" * 200, "a: b = c; TZID=Europe/London", "",
)  # fmt: skip


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_the_library_reads_what_was_written(method):
    python = python_with(REQUIREMENTS / "icalendar.txt")
    events = [replace(EVENT, title=one, place=one, words=one, called_off=method == "CANCEL") for one in HARD]
    to = "" if method == "PUBLISH" else "gwen+visits@post.example"
    files = [
        calendar_file(one, home="https://x.example", sender=(one.title, "unit@x.example"), to=to) for one in events
    ]
    given = json.dumps([file.content.decode() for file in files])
    done = subprocess.run([python, "-c", READ], input=given, capture_output=True, text=True, env=bare(), timeout=60)
    assert done.returncode == 0, done.stderr
    for event, told in zip(events, json.loads(done.stdout), strict=True):
        typed = event.title.replace("\r\n", "\n")
        assert (told["UID"], told["SEQUENCE"], told["METHOD"]) == (EVENT.id, "3", method)
        assert (told["SUMMARY"], told["LOCATION"]) == (typed, typed)
        assert told["DESCRIPTION"] == f"{typed}\nhttps://x.example/assessments/1/visit".strip()
        moments = [datetime.fromisoformat(told[name]) for name in ("DTSTART", "DTEND", "DTSTAMP")]
        assert moments == [EVENT.starts, EVENT.ends, EVENT.stamped]
        assert told["STATUS"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
        assert told["FROM"] == "mailto:unit@x.example" and told["CN"] == " ".join(typed.split())
        assert told["ATTENDEE"] == (f"mailto:{to}" if to else "")
