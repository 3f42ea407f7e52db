"""What is asked of the figures: which of them, by what, where, of which days; read from an address, written to one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from training.core.dates import end_of
from training.people.actor import Actor
from training.sites.history import Moment

PATH = "/figures"
DIMENSIONS = {
    "area": "Area",
    "site": "Site",
    "programme": "Programme",
    "level": "Level",
    "reads": "Language",
    "background": "Background",
    "funding": "Paid by",
}
"""What figures are told apart by → its word, in the order of the form."""
LAST_DAY = date(9000, 1, 1)
"""A later day is taken as this one, as the calendar ends before what is reckoned from it."""

OF_CERTIFICATES = ("area", "site", "programme", "level", "reads", "background")
OF_GROUPS = ("area", "site", "programme", "reads")
OF_PLACES = ("area", "site", "programme", "reads", "background", "funding")


@dataclass(frozen=True)
class FigureQuestion:
    """What is asked: `show` names a table of figures; `against` is an earlier day to compare with.

    `moment_known` says more exactly than `known_at` until when something was known.
    """

    show: str
    by: str
    as_of: date
    known_at: date | None = None
    against: date | None = None
    area: str = ""
    programme: str = ""
    moment_known: datetime | None = None

    def moment(self, zone: str) -> Moment:
        """Gives the day that is asked about, and the last moment of what is to be known."""
        return Moment(self.as_of, self.moment_known or (end_of(self.known_at, zone) if self.known_at else None))

    def earlier(self) -> "FigureQuestion | None":
        """Gives the same question of the day to compare with."""
        return replace(self, as_of=self.against, against=None) if self.against else None

    def query(self) -> dict[str, str]:
        """Gives the question as the filters of an address."""
        return {name: str(value) for name, value in vars(self).items() if value and name != "moment_known"}

    def days(self) -> dict[str, str]:
        """Gives the days alone, for the address of a list behind a figure; they stand there whatever day it is."""
        known = {"known_at": str(self.known_at)} if self.known_at else {}
        return {"as_of": str(self.as_of), **known}

    def where(self) -> dict[str, str]:
        """Gives what narrows the figures, for the address of a list behind one."""
        told = {"area": self.area, "programme": self.programme}
        return {name: value for name, value in told.items() if value}

    def path(self, **more: str) -> str:
        """Gives the address of the page of this question."""
        return f"{PATH}?{urlencode(self.query() | more)}"


def question_of(texts: Mapping[str, str], days: Mapping[str, date | None], me: Actor) -> FigureQuestion:
    """Makes a question of what was read; of what will be known later, today's answer is all that there is."""
    known, against = days.get("known_at"), days.get("against")
    return FigureQuestion(
        texts["show"], texts["by"], min(days.get("as_of") or me.today, LAST_DAY), known and min(known, me.today),
        against and min(against, LAST_DAY), texts["area"], texts["programme"],
    )  # fmt: skip
