"""What leaders change in a programme: judged against the limits of a core part, and counted by part and site."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count

from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Relation
from training.people.visibility import active_on
from training.programmes.components import Component
from training.records.actions import looks_after
from training.records.models import Record, Tailoring, records_visible_to
from training.records.rules import HOW, JUDGED, TAILORED, TailoringEntry
from training.trail import facts

SLOTS = (1, 2)
"""How many changes to the programme one form takes."""
CHANGED = ("component", "kind", "changed", "for_whom", "why")
COLUMNS = ("part", "kind", "what", "site", "times", "outside", "extracted")


@dataclass(frozen=True)
class Recurring:
    """A change that is made at a site: of which part, what kind of part, changed or left out, how often, how often
    outside of its limits.
    """

    component: str
    kind: str
    how: str
    site: str
    times: int
    outside: int


def typed_tailorings(values: Mapping[str, Any], parts: Sequence[Component]) -> tuple[TailoringEntry, ...]:
    """Reads what was changed: of a part of the programme where its parts are known, else of one that was written."""
    typed = [{name: str(values.get(f"{name}_{slot}", "")).strip() for name in CHANGED} for slot in SLOTS]
    if not parts:
        return tuple(TailoringEntry(**one) for one in typed if one["changed"])
    known = {part.id: part for part in parts}
    problems, found = {}, []
    for slot, one in zip(SLOTS, typed, strict=True):
        part = known.get(one["component"])
        if part is None:
            if one["component"] or one["changed"]:
                problems[f"component_{slot}"] = "Choose which part it was"
            continue
        how = str(values.get(f"how_{slot}", ""))
        if how not in HOW:
            problems[f"how_{slot}"] = "Say whether you changed it or left it out"
        if how == "changed" and not one["changed"]:
            problems[f"changed_{slot}"] = "Say what you changed"
        if part.kind == "core" and not one["why"]:
            problems[f"why_{slot}"] = "This part is what makes it work. Say why"
        found.append(TailoringEntry(**one | {"component": part.title, "kind": part.kind}, how=how, limits=part.limits))
    if problems:
        raise Invalid("There is a problem", problems=problems)
    return tuple(found)


async def may_judge(actor: Actor, row: Record) -> bool:
    """Tells whether the actor judges changes of a record: its holder's supervisor, or who looks after them."""
    if row.person_id is None or row.person_id == actor.person_id:
        return False
    relation = Relation.filter(
        active_on(actor.today) | Q(starts__isnull=True), person_id=row.person_id, other_id=actor.person_id,
        kind="supervisor", taken_back__isnull=True,
    )  # fmt: skip
    return await relation.exists() or await looks_after(actor, row)


async def judge(record_id: UUID, change_id: UUID, *, judged: str, note: str, actor: Actor, now: datetime) -> Record:
    """Says whether a change in a core part is within its limits; once."""
    row = await records_visible_to(actor).get_or_none(id=record_id)
    found = await Tailoring.get_or_none(id=change_id, record_id=row.id, kind="core") if row else None
    if row is None or found is None or not await may_judge(actor, row):
        raise NotFound("There is no such change.", "Look at the record again.")
    if judged not in JUDGED:
        raise Invalid("Choose whether it is within its limits.", problems={"judged": "Choose one"})
    said = {"judged": judged, "judged_by_id": actor.person_id, "judged_note": note.strip()[:1000]}
    async with transaction():
        if not await Tailoring.filter(id=found.id, judged="").update(**said):
            raise Conflict("Somebody has just looked at this.", "Look at the record again.")
        await facts.record(
            "tailoring.judged", found, actor=actor.person_id, now=now, person=row.person_id, unit=row.unit_id,
            detail={"record": str(row.id), "judged": judged},
        )  # fmt: skip
    return row


async def recurring(actor: Actor) -> list[Recurring]:
    """Counts what is changed in the records that the actor may see, most often first."""
    seen = records_visible_to(actor).values("id")
    rows = (
        await Tailoring.filter(record_id__in=Subquery(seen))
        .annotate(times=Count("id"), outside=Count("id", _filter=Q(judged="outside")))
        .group_by("component", "kind", "how", "record__site__name")
        .values("component", "kind", "how", "times", "outside", site="record__site__name")
    )
    found = [
        Recurring(
            row["component"] or "Not said", TAILORED.get(row["kind"], row["kind"]).split(":")[0], HOW[row["how"]],
            row["site"] or "Not said", row["times"], row["outside"],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.times, one.component, one.site))


def as_cells(rows: Iterable[Recurring], *, extracted: datetime) -> Iterator[tuple[str, ...]]:
    """Gives the columns and the changes, with the time of the extract in the last column."""
    yield COLUMNS
    for row in rows:
        yield row.component, row.kind, row.how, row.site, str(row.times), str(row.outside), extracted.isoformat()
