"""Imports places in programmes: gives them, and ends those that have a last day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from training.database.name_search import searched
from training.imports.columns import DAY, Column
from training.imports.kinds import ImportRequest, RowPlan, Written, save
from training.imports.people_known import WHO, KnownPerson, People, Sites, programmes_of
from training.parsing.csv import CsvLine
from training.parsing.text import folded
from training.people.actor import Actor
from training.programmes.models import Adoption, Place
from training.programmes.rules import CHOSEN_END_REASONS, END_REASONS, overlaps_any
from training.sites.models import Programme, Site
from training.trail.facts import FactDraft, record_all

REASONS = {folded(word): key for key in CHOSEN_END_REASONS for word in (key, key.replace("_", " "), END_REASONS[key])}
LONGEST = {"funding": 100, "route": 100}


async def columns(actor: Actor) -> tuple[Column, ...]:
    """Lists the columns of a table of places."""
    return (
        *WHO,
        Column("programme", "Programme", needed=True, known_as=("pathway", "course")),
        Column("starts", "First day", DAY, needed=True, known_as=("start", "start date", "from", "since", "joined")),
        Column("ends", "Last day", DAY, known_as=("end", "end date", "until", "to", "left")),
        Column("reason", "Why it ended", known_as=("reason",),
               hint=f"One of: {', '.join(END_REASONS[one] for one in CHOSEN_END_REASONS)}."),
        Column("funding", "Who pays", known_as=("funding", "funding stream", "paid by")),
        Column("route", "Route", known_as=("background",)),
    )  # fmt: skip


@dataclass
class PlaceTodo:
    """A new place, or the last day of one that is there."""

    known: KnownPerson
    place: Place
    ends: date | None = None


@dataclass
class PlacesImport:
    """Knows the people, their places, the programmes and which sites have taken them up."""

    asked: ImportRequest
    people: People
    programmes: dict[str, Programme]
    adopted: list[Adoption]
    places: dict[tuple[UUID, UUID], list[Place]] = field(default_factory=dict)

    async def learn(self, lines: Sequence[CsvLine]) -> None:
        """Looks up whom these lines name, with the places that they have."""
        fresh = await self.people.learn(lines)
        for one in await Place.filter(person_id__in=fresh, taken_back__isnull=True):
            self.places.setdefault((one.person_id, one.programme_id), []).append(one)

    def plan(self, line: CsvLine, choice: str) -> RowPlan:
        """Says what a row would do."""
        plan = RowPlan(line, words=f"{line['person'] or line['email']}, {line['programme']}")
        known, site = self.people.find(plan), self.people.sites.find(plan)
        programme = self.programmes.get(searched(line["programme"]))
        if programme is None:
            plan.refuse("programme", f"there is no programme {line['programme']}", "Write the name of one of yours")
        starts = plan.first_day(self.asked.actor.today)
        ends = plan.last_day(starts)
        if line["reason"] and folded(line["reason"]) not in REASONS:
            plan.refuse("reason", f"{line['reason']} is no reason", f"Write one of {', '.join(CHOSEN_END_REASONS)}")
        plan.limit(LONGEST)
        if not plan.problems and known and programme and starts:
            plan.person_id = known.id
            self._place(plan, known, programme, site or self._only_site(known), starts, ends)
        return plan

    def _only_site(self, known: KnownPerson) -> Site | None:
        here = {one.site_id for one in known.roles if one.site_id}
        return self.people.sites.by_id.get(here.pop()) if len(here) == 1 else None

    def _place(
        self,
        plan: RowPlan,
        known: KnownPerson,
        programme: Programme,
        site: Site | None,
        starts: date,
        ends: date | None,
    ) -> None:
        held, site_id = self.places.setdefault((known.id, programme.id), []), site.id if site else None
        reason = REASONS.get(folded(plan.line["reason"]), "left") if ends else ""
        same = next((one for one in held if (one.site_id, one.starts) == (site_id, starts)), None)
        here = [one for one in self.adopted if (one.site_id, one.programme_id) == (site_id, programme.id)]
        if same and (ends is None or same.ends == ends):
            plan.outcome = "same"
        elif same:
            plan.changes.append(f"last day {same.ends or 'none'} → {ends}")
            plan.outcome, plan.todo = "changed", PlaceTodo(known, same, ends)
        elif overlaps_any((starts, ends), [(one.starts, one.ends) for one in held]):
            plan.refuse("starts", "they have a place in this programme on that day", "End that one first")
        elif site and self.adopted and not overlaps_any((starts, starts), [(one.starts, one.ends) for one in here]):
            plan.refuse(
                "site", f"{site.name} has not taken up this programme on that day", "Take it up on its page first"
            )
        else:
            place = Place(
                id=uuid4(), person_id=known.id, programme_id=programme.id, site_id=site_id, starts=starts, ends=ends,
                end_reason=reason, end_recorded=self.asked.now if ends else None, funding=plan.line["funding"],
                route=plan.line["route"], recorded=self.asked.now, recorded_by_id=self.asked.actor.person_id,
            )  # fmt: skip
            held.append(place)
            plan.words += f" at {site.name}" if site else ""
            plan.outcome, plan.todo = "new", PlaceTodo(known, place)

    async def write(self, plans: Sequence[RowPlan]) -> None:
        """Writes new places together, and ends others."""
        written, ended = Written(), []
        for plan in plans:
            todo: PlaceTodo = plan.todo
            place = todo.place
            if todo.ends is None:
                written.rows.append(plan.made(place))
                detail = {"programme": str(place.programme_id), "site": str(place.site_id) if place.site_id else None,
                          "starts": place.starts.isoformat(), "because": "load"}  # fmt: skip
                written.facts.append(FactDraft("programme.joined", place, person=place.person_id, detail=detail))
                continue
            reason = REASONS.get(folded(plan.line["reason"]), "left")
            given = {"ends": todo.ends, "end_reason": reason, "end_recorded": self.asked.now}
            plan.changed(
                place, {name: getattr(place, name) for name in given}, {"ends": todo.ends, "end_reason": reason}
            )
            await Place.filter(id=place.id, taken_back__isnull=True).update(**given)
            detail = {"ends": todo.ends.isoformat(), "reason": reason}
            ended.append(FactDraft("programme.left", place, person=place.person_id, detail=detail))
        await save(written, self.asked)
        await record_all(ended, actor=self.asked.actor.person_id, unit=self.asked.actor.unit_id, now=self.asked.now)


async def begin(asked: ImportRequest) -> PlacesImport:
    """Begins an import of places."""
    unit_id = asked.actor.unit_id
    programmes, people = await programmes_of(unit_id), People(unit_id, await Sites.of(unit_id))
    return PlacesImport(asked, people, programmes, await Adoption.filter(site__unit_id=unit_id))
