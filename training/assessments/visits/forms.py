"""The fields of a visit, as they stand in the form that begins an assessment and in that of the visit itself."""

from datetime import date, datetime, time

from pydantic import BaseModel, Field

from training.assessments.visits.rules import TypedVisit, VisitPlan, visit_plan
from training.people.actor import Actor

TOLD = "Everybody who comes is told by mail."


class VisitForm(BaseModel):
    """What is typed of a visit: the day, hours by the clocks of the unit, and the place."""

    observed: date = Field(title="the day")
    starts: time | None = Field(None, title="when it begins")
    ends: time | None = Field(None, title="when it ends")
    place: str = Field("", title="where it is", max_length=200)
    directions: str = Field("", title="how to find it", max_length=2000)

    def plan(self, me: Actor, now: datetime, *, planned: datetime | None = None) -> VisitPlan:
        """Returns what was typed as a plan, in place of one that begins when `planned` says; raises Invalid."""
        typed = TypedVisit(self.observed, self.starts, self.ends, self.place, self.directions)
        return visit_plan(typed, zone=me.zone, now=now, planned=planned)
