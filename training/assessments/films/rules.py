"""What holds for films: which are taken, who may watch one, until when it is kept, how seconds are written; pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MOST_BYTES = 2 * 1024**3
MOST_BYTES_AT_ONCE = 50_000_000
"""Bytes of a film that a form without script may send."""
MOST_SECONDS = 4 * 3600
MOST_CAPTIONS = 500_000
MOST_UNFINISHED = 5
"""Films that one person may have begun to send."""
UNFINISHED_DAYS, UNSTATED_DAYS, WITHDRAWN_DAYS, ADDRESS_DAYS = 7, 30, 7, 7
"""Days for which a film is kept that does not arrive, of which nobody says that all consented, or that is withdrawn;
and for which an address is kept to which no mail goes."""
LONGEST_DAYS = 3 * 365
"""Days for which a consent may hold at most."""

PARTS = {"parent": "Parent", "child": "Child", "co_leader": "Co-leader", "leader": "Leader", "other": "Somebody else"}
PURPOSES = {
    "assessment": "To assess how the group is led",
    "supervision": "To assess it, and to talk about it in supervision",
}
WAYS = {"paper": "Signed on paper", "link": "By a link"}
REMOVED = {
    "no room": "The disk was full.",
    "unfinished": "It did not arrive whole in time.",
    "unstated": "Nobody said in time that everyone on it had consented.",
    "withdrawn": "Somebody on it withdrew their consent.",
    "purpose": "The time had come until which everyone had consented.",
    "taken back": "It was taken back.",
    "cancelled": "The assessment that it was for was cancelled, or not signed in time.",
    "erased": "The person it shows was erased.",
}
"""Why a film is gone."""

VIDEO_CODECS = {"h264", "vp8", "vp9", "av1"}
SOUND_CODECS = {"aac", "mp3", "opus", "vorbis"}
"""What browsers play: https://developer.mozilla.org/en-US/docs/Web/Media/Guides/Formats"""
KINDS = {"mp4": "video/mp4", "webm": "video/webm"}
MOST_PIXELS = 4096 * 2304
MOST_STREAMS = 16

BOXES = frozenset(b"ftyp moov mdat free skip wide uuid moof mfra sidx styp pdin meta udta emsg prft ssix".split())
"""Boxes that may stand side by side in a film (ISO 14496-12, QuickTime); anything else is none, or more than one."""
MOST_FREE = 4_000_000
"""Bytes of a film that may be empty room: phones leave some, hidden files need more."""


@dataclass(frozen=True)
class ConsentRow:
    """One consent as the rules see it."""

    until: date
    given: datetime | None
    withdrawn: datetime | None


def all_consented(stated: datetime | None, consents: Iterable[ConsentRow]) -> bool:
    """Tells whether others than its uploader may watch: it was said that all consented, and each of them did."""
    rows = list(consents)
    return stated is not None and bool(rows) and all(one.given and not one.withdrawn for one in rows)


def kept_until(consents: Iterable[ConsentRow]) -> date | None:
    """Returns the last day of a film: the first on which somebody's consent ends."""
    return min((one.until for one in consents), default=None)


def why_remove(
    state: str,
    *,
    cancelled: bool,
    touched: datetime,
    stated: datetime | None,
    consents: Iterable[ConsentRow],
    now: datetime,
    today: date,
) -> str:
    """Returns the word of `REMOVED` for a film that is to go, or "" for one that stays.

    Of one whose assessment is `cancelled` the purpose has ended: it was all that people consented to.
    """
    rows = list(consents)
    if cancelled:
        return "cancelled"
    if state == "uploading":
        return "unfinished" if now - touched > timedelta(days=UNFINISHED_DAYS) else ""
    withdrawn = min((one.withdrawn for one in rows if one.withdrawn), default=None)
    if withdrawn and now - withdrawn > timedelta(days=WITHDRAWN_DAYS):
        return "withdrawn"
    until = kept_until(rows)
    if until and until < today:
        return "purpose"
    return "unstated" if stated is None and now - touched > timedelta(days=UNSTATED_DAYS) else ""


def time_in_words(seconds: float) -> str:
    """Writes seconds as 4:05, or 1:04:05."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def second_of(typed: str) -> int | None:
    """Reads 4:05, 1:04:05 or 245 as seconds; None where it is none of them."""
    if not re.fullmatch(r"\d{1,5}|\d{1,3}:[0-5]\d|\d:[0-5]\d:[0-5]\d", typed.strip()):
        return None
    seconds = 0
    for part in typed.strip().split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def size_in_words(size: int) -> str:
    """Writes bytes as 1.2 GB, 45 MB or less than 1 MB."""
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else "less than 1 MB"


def fault_of_size(size: int) -> str:
    """Says what is wrong with the size of a film, or ""."""
    if size <= 0:
        return "This film is empty. Choose another one"
    return "This film is larger than 2 GB. Cut it, or film with a lower quality" if size > MOST_BYTES else ""


def fault_of_captions(text: str) -> str:
    """Says what is wrong with captions, or "". Source: https://www.w3.org/TR/webvtt1/#file-structure"""
    if len(text.encode()) > MOST_CAPTIONS:
        return f"Captions may have {MOST_CAPTIONS // 1000} kB at most. Choose a shorter file"
    first = text.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r")
    if not re.fullmatch(r"WEBVTT([ \t].*)?", first) or "-->" not in text or "\0" in text:
        return "Choose a file with captions in the format WebVTT: its first line is WEBVTT"
    return ""


def fault_of_film(video: str, sounds: Iterable[str], *, pixels: int, seconds: float, streams: int) -> str:
    """Says why a film that was read is not taken, or ""."""
    if streams > MOST_STREAMS or pixels > MOST_PIXELS:
        return "This film is made in a way that browsers do not play. Film with an ordinary phone or camera"
    if video == "hevc":
        return (
            "This film is in HEVC, which many browsers do not play. On an iPhone choose Settings, Camera, Formats, "
            "“Most Compatible”, and film again, or save it as MP4 (H.264)"
        )
    if video not in VIDEO_CODECS or not set(sounds) <= SOUND_CODECS:
        return "Browsers do not play this film. Save it as MP4 (H.264) or WebM, and send that"
    if seconds <= 0:
        return "This film has no length. Send another one"
    return f"This film is longer than {MOST_SECONDS // 3600} hours. Cut it" if seconds > MOST_SECONDS else ""
