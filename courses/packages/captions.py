"""Captions as a browser reads them: a cue that is not written in its way is left out without a word.

Source: WebVTT, section 4 (https://www.w3.org/TR/webvtt1/).
"""

import re
from collections.abc import Iterator

Fault = tuple[int, str, str]
"""The line, what is wrong there, and how to mend it."""
_MOMENT = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_MOMENT}[ \t]*-->[ \t]*{_MOMENT}(?:[ \t].*)?")
_TO_WEBVTT = "save them as WebVTT (.vtt), not as .srt"


def faults_of_captions(text: str) -> list[Fault]:
    """Lists what a browser would not show of a file of captions."""
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        return [(1, "captions begin with the line WEBVTT", _TO_WEBVTT)]
    timings = [(number, line.strip()) for number, line in enumerate(lines, 1) if "-->" in line]
    if not timings:
        return [(1, "there are no words in these captions", "write when each begins and ends, and the words below")]
    return [fault for number, line in timings for fault in _of_timing(number, line)]


def _of_timing(number: int, line: str) -> Iterator[Fault]:
    found = _TIMING.fullmatch(line)
    if found is None:
        comma = " (a comma stands where browsers read a point)" if "," in line else ""
        yield number, f"{line[:60]} is no time of a caption{comma}", "write it like 00:01.500 --> 00:04.000"
        return
    parts = [int(part or 0) for part in found.groups()]
    begins, ends = parts[:4], parts[4:]
    if begins >= ends:
        yield number, "the caption ends before it begins", "put the earlier time first"
