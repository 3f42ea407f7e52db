"""What can be chosen for those who know an earlier version of a course, and until when they have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

CLASSES = ("wording", "content", "requirement", "safety")
"""How much a change changes, the least first."""
MIDDLE = {
    "stay": ("They stay in theirs", "They finish the version that they began. They may go on with this one."),
    "now": ("They move at once", "What they did and is unchanged counts, and they keep their place."),
    "day": ("They move on a day", "Until then they may finish theirs."),
}
DONE = {
    "none": ("Nothing", "What they did stays as good as it was."),
    "top_up": ("A short top-up", "They do only the core parts that changed in more than words."),
    "renewal": ("A top-up when they renew", "Whoever has a certificate does it when it comes to be renewed."),
    "again": ("They do it all again", "Nothing that they did counts towards this version."),
}
LATE = {
    "list": ("They are listed as late", "For the central unit and for their site. They stay certified."),
    "remind": ("They are reminded each week, too", "They stay certified, and on the list, until they have done it."),
}
REMINDERS = (14, 3)
"""So many days before the last one somebody is reminded."""
LEAST_DAYS = 7
"""So long everybody has at least, also who finishes an earlier version when the day is near."""
MOST_YEARS = 10
"""So far away the last day may be; whoever finishes an earlier version later has as long again."""


@dataclass(frozen=True)
class Wish:
    """What somebody chose, as it is kept with a version."""

    middle: str = "stay"
    middle_on: date | None = None
    done: str = "none"
    done_by: date | None = None
    late: str = "list"
    because: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)

    @property
    def concerns_somebody(self) -> bool:
        """Tells whether anything becomes of anybody."""
        return self.middle != "stay" or self.done != "none"


def problems_of(wish: Wish, today: date) -> dict[str, str]:
    """Tells what is wrong with a choice, by field."""
    problems = {}
    if wish.middle not in MIDDLE:
        problems["middle"] = "Choose what becomes of those in the middle"
    if wish.done not in DONE:
        problems["done"] = "Choose what becomes of those who have done it"
    if wish.late not in LATE:
        problems["late"] = "Choose what becomes of those who are late"
    if wish.middle == "day" and not (wish.middle_on and wish.middle_on > today):
        problems["middle_on"] = "Enter the day on which they move, after today"
    soonest = today + timedelta(days=LEAST_DAYS)
    if wish.done in ("top_up", "again") and not (wish.done_by and wish.done_by >= soonest):
        problems["done_by"] = f"Enter a day that leaves them {LEAST_DAYS} days at least"
    elif wish.done_by and wish.done_by.year > today.year + MOST_YEARS:
        problems["done_by"] = f"Enter a day within {MOST_YEARS} years"
    if wish.concerns_somebody and not wish.because:
        problems["because"] = "Say what changed and why: whom it concerns will read it"
    return problems


def in_top_up(tailoring: str, classes: Iterable[str]) -> bool:
    """Tells whether a part belongs into a top-up: it is core, and some change of it was of more than its words."""
    return tailoring == "core" and any(one != "wording" for one in classes)


def due_day(wished: date, *, chosen: date, finished: date, today: date) -> date:
    """Tells until when somebody has: the day that was wished, or as long from when they finished an earlier version."""
    later = finished + (wished - chosen) if finished > chosen else wished
    return max(later, today + timedelta(days=LEAST_DAYS))
