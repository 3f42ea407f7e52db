"""A file for calendars is escaped and folded as the format asks, and says what is to become of the event."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from training.core.calendars import CalendarEvent, calendar_file

HOME, SENDER = "https://x.example", ("Parenting, Together", "unit@x.example")
EVENT = CalendarEvent(
    "0c0f2f0e-2c3c-4f6a-9f0a-2b1f0e2c3c4f", 2, datetime(2026, 12, 1, tzinfo=UTC),
    datetime(2026, 7, 8, 15, tzinfo=timezone(timedelta(hours=1))), datetime(2026, 7, 8, 16, tzinfo=UTC), "Visit: Zoë",
    "Hall; 3 Mill Lane, Riverside", "Ring\nat the \\ back", "/assessments/1/visit",
)  # fmt: skip


def lines(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def test_an_event_is_written_with_moments_in_utc_and_its_texts_escaped():
    file = calendar_file(EVENT, home=HOME, sender=SENDER, to="zoë+a@post.example")
    told = lines(file.content)
    assert file.method == "REQUEST" and told[0] == "BEGIN:VCALENDAR" and told[-2:] == ["END:VCALENDAR", ""]
    assert {"METHOD:REQUEST", f"UID:{EVENT.id}", "SEQUENCE:2", "DTSTART:20260708T140000Z", "DTEND:20260708T160000Z",
            "DTSTAMP:20261201T000000Z", "LOCATION:Hall\\; 3 Mill Lane\\, Riverside", "STATUS:CONFIRMED",
            "DESCRIPTION:Ring\\nat the \\\\ back\\nhttps://x.example/assessments/1/visit",
            'ORGANIZER;CN="Parenting, Together":mailto:unit@x.example'} <= set(told)  # fmt: skip
    assert told[-4].endswith("RSVP=FALSE:mailto:zo%C3%AB+a@post.example")


def test_a_file_to_download_names_nobody_and_one_that_is_called_off_strikes_out():
    assert calendar_file(EVENT, home=HOME, sender=SENDER).method == "PUBLISH"
    assert b"ATTENDEE" not in calendar_file(EVENT, home=HOME, sender=SENDER).content
    off = calendar_file(replace(EVENT, called_off=True), home=HOME, sender=SENDER, to="a@b.example")
    assert off.method == "CANCEL" and {"METHOD:CANCEL", "STATUS:CANCELLED"} <= set(lines(off.content))


@given(st.text(), st.text())
def test_whatever_is_typed_no_line_is_too_long_or_cut_within_a_letter_and_nothing_is_added(title, words):
    event = replace(EVENT, title=title.replace("\ud800", ""), words=words)
    content = calendar_file(event, home=HOME, sender=(words, "a@b.example"), to="c@d.example").content
    folded = content.split(b"\r\n")
    assert max(map(len, folded)) <= 75 and all(line.decode() or True for line in folded)
    plain = calendar_file(EVENT, home=HOME, sender=SENDER, to="c@d.example").content
    assert len(lines(content)) == len(lines(plain)), "a typed line end begins no line"
