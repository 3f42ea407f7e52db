"""What a session may look like, and what coming to it counts for; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from training.parsing.labels import MODES
from training.parsing.text import typed_number

PRESENT, PART, ABSENT, MADE_UP = "present", "part", "absent", "made_up"
CHOICES = {PRESENT: "Present", PART: "Part", ABSENT: "Absent"}
"""What is noted of somebody → its word."""
LONGEST_HOURS, MOST_DAYS, LONGEST_SPAN_DAYS = 400, 60, 400
MOST_TOPICS, LONGEST_TOPIC, LONGEST_NOTE = 40, 100, 300


@dataclass(frozen=True)
class LearningField:
    """What rules read of a training beside its hours, days, mode and topics: a part of it, its edition, its level."""

    name: str
    label: str
    hint: str = ""
    is_number: bool = False
    values: tuple[str, ...] = ()
    """Those that the rules know."""


@dataclass(frozen=True)
class LearningName:
    """What rules know of a training of one name: its topics, and what else they read of it."""

    topics: tuple[str, ...] = ()
    fields: tuple[LearningField, ...] = ()


@dataclass(frozen=True)
class SessionPlan:
    """What is entered of a session. `learning` names what coming to it counts as; empty where it is no evidence."""

    title: str
    held_on: date
    minutes: int
    last_day: date | None = None
    days: float | None = None
    mode: str = ""
    topics: tuple[str, ...] = ()
    learning: str = ""
    trainer_id: UUID | None = None
    trainer_name: str = ""
    attributes: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Presence:
    """What is noted of one person; without minutes those of the session, `note` says why somebody was absent."""

    came: str
    minutes: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Counted:
    """What a presence comes to."""

    came: str
    minutes: int
    days: float | None
    note: str = ""


def faults_of_session(plan: SessionPlan) -> dict[str, str]:
    """Returns what is wrong with a session, by field."""
    problems: dict[str, str] = {}
    if not 0 < plan.minutes <= LONGEST_HOURS * 60:
        problems["hours"] = f"Enter how many hours it takes, up to {LONGEST_HOURS}"
    if plan.last_day and not 0 <= (plan.last_day - plan.held_on).days <= LONGEST_SPAN_DAYS:
        problems["last_day"] = "Enter a last day that is not before the first, and within a year"
    if plan.days is not None and not 0 < plan.days <= MOST_DAYS:
        problems["days"] = "Enter how many days it counts for, such as 0.5 or 1"
    if plan.mode and plan.mode not in MODES:
        problems["mode"] = "Choose how people meet"
    if len(plan.topics) > MOST_TOPICS or any(len(one) > LONGEST_TOPIC for one in plan.topics):
        problems["other_topics"] = f"Enter up to {MOST_TOPICS} topics of up to {LONGEST_TOPIC} letters each"
    if plan.trainer_id and plan.trainer_name:
        problems["trainer_name"] = "Choose a trainer from the list or type a name, not both"
    return problems


def fault_of_presence(presence: Presence, session_minutes: int) -> str:
    """Returns what is wrong with what is noted of a person, or "" where it can be so."""
    if presence.came not in CHOICES:
        return "Choose present, part or absent"
    if len(presence.note) > LONGEST_NOTE:
        return f"Shorten the note to {LONGEST_NOTE} letters or fewer"
    if presence.came == ABSENT or (presence.minutes is None and presence.came == PRESENT):
        return ""
    hours = hours_of(session_minutes)
    if presence.minutes is None or not 0 < presence.minutes <= session_minutes:
        return f"Enter for how many hours, up to {hours}"
    if presence.came == PART and presence.minutes == session_minutes:
        return f"Enter for how many hours they were there, fewer than {hours}. Or choose Present"
    return ""


def counted(presence: Presence, *, minutes: int, days: float | None) -> Counted:
    """Returns what a presence comes to at a session of so many minutes and days; a part counts for its share."""
    if presence.came == ABSENT:
        return Counted(ABSENT, 0, None, presence.note)
    there = minutes if presence.minutes is None else min(presence.minutes, minutes)
    if there == minutes:
        return Counted(PRESENT, minutes, days, presence.note)
    return Counted(PART, there, None if days is None else round(days * there / minutes, 2), presence.note)


def topics_of(lines: str) -> tuple[str, ...]:
    """Returns the topics that stand one on a line, each once."""
    return tuple(dict.fromkeys(one for line in lines.splitlines() if (one := " ".join(line.split()))))


def attribute_of(asked: LearningField, typed: str) -> str | int | float | None:
    """Reads what was typed for a field; None where it cannot be: a number that is none, or below 0."""
    return typed_number(typed) if asked.is_number else typed[:LONGEST_TOPIC]


def hours_of(minutes: int) -> str:
    """Returns minutes as hours, as people type them: "1.5"."""
    return f"{round(minutes / 60, 2):g}"
