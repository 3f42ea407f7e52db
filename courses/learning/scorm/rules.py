"""What a SCORM lesson says of itself, read as one thing for both versions: how far, how well, where to go on.

Sources: SCORM 1.2 Run-Time Environment, section 3.4; SCORM 2004 4th Edition RTE, section 4.2.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from courses.packages.scorm.manifest import OLD

MOST_SUSPEND_BYTES = 64 * 1024
MOST_LOCATION = 1_000
MOST_SECONDS = 24 * 3600
"""Of one launch; a lesson that was open for longer was left open."""
COMPLETED, PASSED, FAILED, UNKNOWN = "completed", "passed", "failed", "unknown"
NOT_ATTEMPTED = "not attempted"
_OLD_STATES = {
    "passed": (COMPLETED, PASSED),
    "failed": (COMPLETED, FAILED),
    "completed": (COMPLETED, UNKNOWN),
    "incomplete": ("incomplete", UNKNOWN),
    "browsed": ("incomplete", UNKNOWN),
    NOT_ATTEMPTED: (NOT_ATTEMPTED, UNKNOWN),
    "": (NOT_ATTEMPTED, UNKNOWN),
}
_COMPLETIONS = {COMPLETED, "incomplete", NOT_ATTEMPTED, UNKNOWN}
_SUCCESSES = {PASSED, FAILED, UNKNOWN}
_OLD_TIME = re.compile(r"(\d{2,4}):(\d{1,2}):(\d{1,2})(?:\.\d{1,2})?")
_NEW_TIME = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,2})?)S)?)?"
)  # fmt: skip
_OLD_SECONDS = (3_600, 60, 1)
_NEW_SECONDS = (365 * 86_400, 30 * 86_400, 86_400, 3_600, 60, 1)

_EXITS = {"time-out", "suspend", "logout", "normal", ""}
_NAMES = {
    True: {
        "location": "cmi.core.lesson_location", "exit": "cmi.core.exit", "time": "cmi.core.session_time",
        "raw": "cmi.core.score.raw", "min": "cmi.core.score.min", "max": "cmi.core.score.max", "scaled": "",
    },
    False: {
        "location": "cmi.location", "exit": "cmi.exit", "time": "cmi.session_time",
        "raw": "cmi.score.raw", "min": "cmi.score.min", "max": "cmi.score.max", "scaled": "cmi.score.scaled",
    },
}  # fmt: skip
"""Whether it is SCORM 1.2 → what its elements are called."""

Values = Mapping[str, object]
"""Name of an element of the run-time data, as `cmi.core.lesson_status` → its value."""


@dataclass(frozen=True)
class LessonReport:
    """What a lesson has told: completion and success in the words of SCORM 2004, the score as it was given."""

    completion: str = NOT_ATTEMPTED
    success: str = UNKNOWN
    scaled_score: float | None = None
    raw_score: float | None = None
    lowest_score: float | None = None
    highest_score: float | None = None
    location: str = ""
    suspend_data: str = ""
    exit: str = ""
    session_seconds: int = 0

    @property
    def done(self) -> bool:
        """The lesson is behind the learner: completed, and not failed."""
        return self.success == PASSED or (self.completion == COMPLETED and self.success != FAILED)

    @property
    def percent(self) -> float | None:
        """The score from 0 to 100; None where the lesson gave none."""
        if self.scaled_score is not None:
            return round(max(0.0, min(1.0, self.scaled_score)) * 100, 1)
        if self.raw_score is None:
            return None
        low, high = self.lowest_score or 0.0, 100.0 if self.highest_score is None else self.highest_score
        share = (self.raw_score - low) / (high - low) if high > low else 0.0
        return round(max(0.0, min(1.0, share)) * 100, 1)


def report_from(version: str, values: Values, *, passing: str = "", completing: str = "") -> LessonReport:
    """Reads what a lesson has set; raises ValueError with words on what cannot be kept.

    `passing` and `completing` are the score and the progress that the package asks for, as its manifest has them.
    """
    names, (completion, success) = _NAMES[version == OLD], _states(version, values)
    suspend_data, location = _text(values, "cmi.suspend_data"), _text(values, names["location"])
    if len(suspend_data.encode()) > MOST_SUSPEND_BYTES:
        raise ValueError(f"the lesson wants to keep more than {MOST_SUSPEND_BYTES // 1024} kB")
    if len(location) > MOST_LOCATION:
        raise ValueError(f"the lesson names its place with more than {MOST_LOCATION} letters")
    scaled, raw = (_given(values, names[one]) for one in ("scaled", "raw"))
    asked, progress = _number(completing), _given(values, "cmi.progress_measure")
    if version != OLD and asked is not None and progress is not None:
        completion = COMPLETED if progress >= asked else "incomplete"
    asked, got = _number(passing), raw if version == OLD else scaled
    if asked is not None and got is not None and (version != OLD or completion == COMPLETED):
        success = PASSED if got >= asked else FAILED
    word = _text(values, names["exit"])
    return LessonReport(
        completion=completion,
        success=success,
        scaled_score=scaled,
        raw_score=raw,
        lowest_score=_given(values, names["min"]),
        highest_score=_given(values, names["max"]),
        location=location,
        suspend_data=suspend_data,
        exit=word if word in _EXITS else "",
        session_seconds=_seconds(version, _text(values, names["time"]).strip()),
    )


def _states(version: str, values: Values) -> tuple[str, str]:
    if version == OLD:
        found = _OLD_STATES.get(_text(values, "cmi.core.lesson_status").lower())
    else:
        completion, success = (_text(values, f"cmi.{one}_status") or UNKNOWN for one in ("completion", "success"))
        found = (completion, success) if completion in _COMPLETIONS and success in _SUCCESSES else None
    if found is None:
        raise ValueError(f"the lesson gives a state that SCORM {version} does not know")
    return found


def _text(values: Values, name: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError(f"the lesson gives {name} as no text")
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"the lesson gives {name} as no whole text") from error
    if "\0" in text:
        raise ValueError(f"the lesson gives {name} with letters that cannot be kept")
    return text


def _given(values: Values, name: str) -> float | None:
    text = _text(values, name).strip()
    number = _number(text)
    if text and number is None:
        raise ValueError(f"the lesson gives {name} as no number")
    return number


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= 1e9 else None


def _seconds(version: str, text: str) -> int:
    pattern, units = (_OLD_TIME, _OLD_SECONDS) if version == OLD else (_NEW_TIME, _NEW_SECONDS)
    found = pattern.fullmatch(text) if len(text) <= 60 else None
    parts = [float(one or 0) for one in found.groups()] if found else []
    return int(min(sum(one * unit for one, unit in zip(parts, units, strict=False)), MOST_SECONDS))


@dataclass(frozen=True)
class Learner:
    """Whom a lesson meets: a name to greet, and an id that means nothing elsewhere."""

    id: str
    name: str


def start_values(
    version: str, kept: LessonReport, *, learner: Learner, total_seconds: int, saved: bool, launch_data: str = "",
    passing: str = "", completing: str = "",
) -> dict[str, str]:  # fmt: skip
    """What a lesson finds when it begins: all that it told before, and what its package asks for."""
    left = kept.exit == "suspend" or not kept.done
    entry = "ab-initio" if not saved else "resume" if left else ""
    hours, rest = divmod(total_seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    if version == OLD:
        state = kept.success if kept.success != UNKNOWN else kept.completion
        values = {
            "cmi.core.student_id": learner.id, "cmi.core.student_name": learner.name,
            "cmi.core.lesson_location": kept.location, "cmi.core.credit": "credit",
            "cmi.core.lesson_status": "incomplete" if state == UNKNOWN else state, "cmi.core.entry": entry,
            "cmi.core.lesson_mode": "normal", "cmi.core.total_time": f"{hours:04}:{minutes:02}:{seconds:02}",
            "cmi.core.score.raw": _said(kept.raw_score), "cmi.core.score.min": _said(kept.lowest_score),
            "cmi.core.score.max": _said(kept.highest_score), "cmi.suspend_data": kept.suspend_data,
            "cmi.launch_data": launch_data, "cmi.student_data.mastery_score": passing,
        }  # fmt: skip
    else:
        values = {
            "cmi.learner_id": learner.id, "cmi.learner_name": learner.name, "cmi.location": kept.location,
            "cmi.credit": "credit", "cmi.mode": "normal", "cmi.entry": entry,
            "cmi.completion_status": UNKNOWN if kept.completion == NOT_ATTEMPTED else kept.completion,
            "cmi.success_status": kept.success, "cmi.total_time": f"PT{hours}H{minutes}M{seconds}S",
            "cmi.score.scaled": _said(kept.scaled_score), "cmi.score.raw": _said(kept.raw_score),
            "cmi.score.min": _said(kept.lowest_score), "cmi.score.max": _said(kept.highest_score),
            "cmi.suspend_data": kept.suspend_data, "cmi.launch_data": launch_data,
            "cmi.scaled_passing_score": passing, "cmi.completion_threshold": completing,
        }  # fmt: skip
    return {name: value for name, value in values.items() if value}


def _said(number: float | None) -> str:
    if number is None:
        return ""
    return str(int(number)) if number == int(number) else f"{number:.7f}".rstrip("0")
