"""The forms of practice: what is typed, what it becomes, and what a form shows when a record is corrected."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from training.practice.models import Delivery, DeliveryTeam, Supervision, Tailoring
from training.practice.rules import Confirmer, DeliveryEntry, SupervisionEntry, TailoringEntry

SLOTS = (1, 2)
"""How many tailorings one form takes."""


def _day(value: object) -> object:
    """Reads a day typed by hand, as 27/3/2026 or 27.3.2026, where the browser has no picker."""
    parts = str(value).replace(".", "/").replace(" ", "/").split("/")
    if len(parts) != 3 or len(parts[2]) != 4 or not all(part.isdigit() for part in parts):
        return value
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        return value


Day = Annotated[date, BeforeValidator(_day)]


class DeliveryForm(BaseModel):
    """What is typed about a group."""

    key: UUID
    group_name: str = Field(title="a name for the group", max_length=120)
    began: Day = Field(title="the day of the first session")
    ended: Day = Field(title="the day of the last session")
    sessions: int = Field(title="how many sessions there were")
    hours: Decimal = Field(title="how many hours you led in all", max_digits=6, decimal_places=2)
    role: str = Field(title="what your part was")
    co_leader: str = ""
    co_leader_name: str = Field("", max_length=200)
    co_leader_contact: str = Field("", max_length=254)
    confirmer: str = ""
    confirmer_name: str = Field("", max_length=200)
    confirmer_contact: str = Field("", max_length=254)
    parents_enrolled: int = Field(title="how many parents joined")
    parents_completing: int = Field(title="how many parents stayed to the end")
    mode: str = Field("in_person", title="how the group met")
    language: str = Field("", max_length=40)
    programme: UUID | None = None
    note: str = Field("", max_length=4000)
    component_1: str = Field("", max_length=120)
    kind_1: str = "adaptable"
    changed_1: str = Field("", max_length=2000)
    for_whom_1: str = Field("", max_length=1000)
    why_1: str = Field("", max_length=1000)
    component_2: str = Field("", max_length=120)
    kind_2: str = "adaptable"
    changed_2: str = Field("", max_length=2000)
    for_whom_2: str = Field("", max_length=1000)
    why_2: str = Field("", max_length=1000)

    def entry(self) -> DeliveryEntry:
        """Gives what was typed as an entry."""
        same = ("group_name", "began", "ended", "sessions", "hours", "role", "parents_enrolled", "parents_completing")
        also = ("mode", "language", "programme", "note")
        team = _named(self.co_leader, self.co_leader_name, self.co_leader_contact)
        return DeliveryEntry(
            **{name: getattr(self, name) for name in (*same, *also)},
            team=(team,) if team else (),
            tailorings=tuple(self._tailoring(slot) for slot in SLOTS if getattr(self, f"changed_{slot}").strip()),
        )

    def asked(self) -> Confirmer | None:
        """Gives who else is named to confirm, if anybody."""
        return _named(self.confirmer, self.confirmer_name, self.confirmer_contact)

    def _tailoring(self, slot: int) -> TailoringEntry:
        names = ("component", "kind", "changed", "for_whom", "why")
        return TailoringEntry(**{name: getattr(self, f"{name}_{slot}").strip() for name in names})


class SupervisionForm(BaseModel):
    """What is typed about a supervision session."""

    key: UUID
    supervisor: str = ""
    supervisor_name: str = Field("", max_length=200)
    supervisor_contact: str = Field("", max_length=254)
    what: str = Field(title="what kind of supervision it was", max_length=80)
    held: Day = Field(title="the day")
    minutes: int = Field(title="how many minutes it took")
    mode: str = Field("in_person", title="how you met")
    topics: str = Field("", max_length=4000)
    note: str = Field("", max_length=4000)
    delivery: UUID | None = None
    programme: UUID | None = None

    def entry(self) -> SupervisionEntry:
        """Gives what was typed as an entry."""
        same = ("what", "held", "minutes", "mode", "topics")
        named = _named(self.supervisor, self.supervisor_name, self.supervisor_contact)
        return SupervisionEntry(
            supervisor=named or Confirmer(""),
            **{name: getattr(self, name) for name in (*same, "note", "delivery", "programme")},
        )


class ConfirmerForm(BaseModel):
    """Who is asked to confirm a record."""

    confirmer: str = ""
    confirmer_name: str = Field("", max_length=200)
    confirmer_contact: str = Field("", max_length=254)

    def asked(self) -> Confirmer | None:
        """Gives who is named, if anybody."""
        return _named(self.confirmer, self.confirmer_name, self.confirmer_contact)


def _named(chosen: str, name: str, contact: str) -> Confirmer | None:
    """Takes the person chosen from the list; else the name and address typed."""
    if chosen and chosen != "other":
        try:
            return Confirmer("", UUID(chosen))
        except ValueError:
            return Confirmer(name.strip(), contact=contact.strip())
    if not name.strip() and not contact.strip():
        return None
    return Confirmer(name.strip() or contact.strip(), contact=contact.strip())


async def typed_delivery(row: Delivery) -> Mapping[str, Any]:
    """Gives the values of the form that would make this delivery."""
    same = ("group_name", "sessions", "role", "parents_enrolled", "parents_completing", "mode", "language", "note")
    values = {name: str(getattr(row, name)) for name in same}
    values["programme"] = str(row.programme_id or "")
    values |= {"began": row.began.isoformat(), "ended": row.ended.isoformat(), "hours": f"{row.hours.normalize():f}"}
    if one := await DeliveryTeam.filter(delivery_id=row.id).order_by("id").first():
        values |= {"co_leader": str(one.person_id or "other"), "co_leader_name": "" if one.person_id else one.name}
    tailorings = await Tailoring.filter(delivery_id=row.id).order_by("id").limit(len(SLOTS))
    for slot, tailoring in zip(SLOTS, tailorings, strict=False):
        names = ("component", "kind", "changed", "for_whom", "why")
        values |= {f"{name}_{slot}": getattr(tailoring, name) for name in names}
    return values


def typed_supervision(row: Supervision) -> Mapping[str, Any]:
    """Gives the values of the form that would make this supervision session."""
    values = {name: str(getattr(row, name)) for name in ("what", "minutes", "mode", "topics", "note")}
    return values | {
        "held": row.held.isoformat(),
        "supervisor": str(row.supervisor_id or "other"),
        "supervisor_name": "" if row.supervisor_id else row.supervisor_name,
        "delivery": str(row.delivery_id or ""),
        "programme": str(row.programme_id or ""),
    }
