"""When and where somebody is to be watched, as it is typed and checked; pure."""

from dataclasses import dataclass
from datetime import date, datetime, time

from training.core.dates import local_day, moment_at
from training.core.errors import Invalid


@dataclass(frozen=True)
class VisitPlan:
    """When and where somebody is watched; both moments are in UTC and on one day of the unit."""

    starts: datetime
    ends: datetime
    place: str
    directions: str = ""


@dataclass(frozen=True)
class TypedVisit:
    """What is typed of a visit: hours by the clocks of the unit."""

    day: date
    starts: time | None
    ends: time | None
    place: str
    directions: str


def visit_plan(typed: TypedVisit, *, zone: str, now: datetime, planned: datetime | None = None) -> VisitPlan:
    """Returns what was typed as a plan; raises Invalid with what is missing or cannot be.

    `planned` is when the visit begins as it stands: that may have passed.
    """
    problems: dict[str, str] = {}
    first, last = (hour and hour.replace(tzinfo=None) for hour in (typed.starts, typed.ends))
    if typed.day < local_day(now, zone):
        problems["observed"] = "This day has passed. Choose today or a later day"
    if first is None:
        problems["starts"] = "Say when it begins, such as 14:00"
    if last is None:
        problems["ends"] = "Say when it ends, such as 16:00"
    if not typed.place.strip():
        problems["place"] = "Say where it is"
    if first is not None and last is not None and last <= first:
        problems["ends"] = "It has to end after it begins"
    if problems or first is None or last is None:
        raise Invalid("There is a problem", problems=problems)
    starts, ends = (moment_at(typed.day, hour, zone) for hour in (first, last))
    if ends <= starts:  # in the night in which clocks go back or forward
        raise Invalid("There is a problem", problems={"ends": "It has to end after it begins"})
    if starts <= now and starts != planned:
        words = "This hour has passed. Choose a later one. If you have watched already, plan no visit"
        raise Invalid("There is a problem", problems={"starts": words})
    return VisitPlan(starts, ends, typed.place.strip(), typed.directions.strip())
