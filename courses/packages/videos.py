"""Reads a video of a module: its file, captions and transcript, in each language."""

import re
from typing import Any

from courses.packages.captions import faults_of_captions
from courses.packages.located import Located, read
from courses.packages.markdown import split
from courses.packages.media import beside, fault_of, take
from courses.packages.pages_of_text import front_and_html, render_in
from courses.packages.schema import Reading
from training.parsing.media import type_of

_KNOWN = ("title", "file", "captions", "transcript", "seconds", "bytes")
_FILE_NAME = re.compile(r"[^\n]{1,200}\.(md|txt)", re.IGNORECASE)


def read_video(reading: Reading, name: str, first: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """A video as it is stored; a translation takes file and length from the `first` language."""
    video = read(reading.text(name), file=reading.files.where(name), mistakes=reading.mistakes)
    needed = ("title", "captions", "transcript")
    if video is None or not video.keys(_KNOWN, needed=needed if first else (*needed, "file", "seconds")):
        return None
    content = _film(reading, name, video, first)
    content |= {
        "title": video.text("title"),
        "captions": _captions(reading, name, video),
        "html": _transcript(reading, name, video),
    }
    return content


def _film(reading: Reading, name: str, video: Located, first: dict[str, Any] | None) -> dict[str, Any]:
    film = _media(reading, name, video, "file")
    if not film:
        kept = first or {}
        return {key: kept.get(key, "") for key in ("file", "media_type", "size_bytes", "seconds")}
    media_type = type_of(reading.files.contents[film])
    if not media_type.startswith(("video/", "audio/")):
        (video.get("file") or video).wrong(f"{film} is not a video", "name an .mp4 or .webm file")
    size_bytes = len(reading.files.contents[film])
    said = video.number("bytes")
    if said and said != size_bytes:
        (video.get("bytes") or video).wrong(f"the file has {size_bytes} bytes, not {said}", "mend or remove the line")
    return {
        "file": reading.media[film],
        "media_type": media_type,
        "size_bytes": size_bytes,
        "seconds": video.number("seconds", (first or {}).get("seconds", 0), low=1, high=24 * 3600),
    }


def _media(reading: Reading, name: str, video: Located, key: str) -> str:
    said = video.text(key)
    if not said:
        return ""
    file = beside(name, said)
    if fault := fault_of(reading, file, said):
        (video.get(key) or video).wrong(*fault)
        return ""
    take(reading, file)
    return file


def _captions(reading: Reading, name: str, video: Located) -> str:
    said = video.text("captions")
    file = beside(name, said)
    if not said or not reading.has(file):
        return _media(reading, name, video, "captions")
    faults = faults_of_captions(reading.text(file))
    for fault in faults:
        reading.wrong(file, *fault)
    return "" if faults else take(reading, file)


def _transcript(reading: Reading, name: str, video: Located) -> str:
    said = video.text("transcript")
    where = video.get("transcript") or video
    if not _FILE_NAME.fullmatch(said):
        return render_in(reading, name, said, line=where.line)
    file = beside(name, said)
    if not reading.has(file):
        where.wrong(f"{said} is not in the package", "check the name of the file")
        return ""
    text = reading.text(file)
    if split(text):
        found = front_and_html(reading, file, ("title",))
        return found[1] if found else ""
    return render_in(reading, file, text, line=1)
