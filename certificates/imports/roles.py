"""Imports roles in programmes: the names that a programme's rules know, given for a site, an area or the unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from certificates.evaluations.pathway_versions import read, standing_versions
from certificates.imports.programmes import words_for
from training.database.name_search import searched
from training.imports.columns import DAY, Column
from training.imports.kinds import ImportRequest, RowPlan, Written, save
from training.imports.people_known import WHO, People, Sites
from training.parsing.csv import CsvLine
from training.people.actor import Actor
from training.programmes.models import ProgrammeRole
from training.programmes.rules import overlaps_any, role_words
from training.sites.models import Area
from training.trail.facts import FactDraft


async def columns(actor: Actor) -> tuple[Column, ...]:
    """Lists the columns of a table of roles in programmes."""
    return (
        *WHO[:2],
        Column("programme", "Programme", known_as=("pathway",), hint="Needed where the unit has more than one."),
        Column("role", "Role in the programme", needed=True, known_as=("role", "title")),
        Column("site", "For the site", known_as=("site", "site code"), hint="Its code or its name."),
        Column("area", "For the area", known_as=("area", "area code", "region"),
               hint="Its code. Without a site and an area it is for the whole unit."),
        Column("starts", "First day", DAY, needed=True, known_as=("start", "start date", "from", "since")),
        Column("ends", "Last day", DAY, known_as=("end", "end date", "until", "to")),
    )  # fmt: skip


@dataclass
class RolesImport:
    """Knows the people, the roles that the rules name, and who holds which."""

    asked: ImportRequest
    people: People
    areas: dict[str, Area]
    names: dict[tuple[str, str], tuple[UUID, str]]
    """Name of a programme and of a role → the programme and the role."""
    held: dict[UUID, list[ProgrammeRole]] = field(default_factory=dict)

    async def learn(self, lines: Sequence[CsvLine]) -> None:
        """Looks up whom these lines name, with the roles that they hold."""
        fresh = await self.people.learn(lines)
        for one in await ProgrammeRole.filter(person_id__in=fresh, taken_back__isnull=True):
            self.held.setdefault(one.person_id, []).append(one)

    def plan(self, line: CsvLine, choice: str) -> RowPlan:
        """Says what a row would do."""
        plan = RowPlan(line, words=f"{line['person'] or line['email']}, {line['role']}")
        known, site = self.people.find(plan), self.people.sites.find(plan)
        area = self.areas.get(line["area"].lower())
        said, role = searched(line["programme"]), searched(line["role"])
        found = {value for (programme, name), value in self.names.items() if name == role and said in ("", programme)}
        if not found:
            plan.refuse("role", f"no programme knows the role {line['role'] or 'nothing'}", "Look at its rules")
        elif len(found) > 1:
            plan.refuse("programme", "several programmes know this role", "Write which one it is in")
        if line["area"] and area is None:
            plan.refuse("area", f"there is no area {line['area']}", "Write the code of an area")
        elif area and site:
            plan.refuse("area", "a role is for a site or for an area", "Leave one of them out")
        starts = plan.first_day(self.asked.actor.today)
        ends = plan.last_day(starts)
        if plan.problems or known is None or starts is None:
            return plan
        plan.person_id = known.id
        [(programme_id, name)] = found
        row = ProgrammeRole(
            id=uuid4(), person_id=known.id, programme_id=programme_id, role=name, area_id=area.id if area else None,
            site_id=site.id if site else None, starts=starts, ends=ends, recorded=self.asked.now,
            recorded_by_id=self.asked.actor.person_id, end_recorded=self.asked.now if ends else None,
        )  # fmt: skip
        here = [one for one in self.held.setdefault(known.id, []) if _what(one) == _what(row)]
        if any((one.starts, one.ends) == (starts, ends) for one in here):
            plan.outcome = "same"
        elif overlaps_any((starts, ends), [(one.starts, one.ends) for one in here]):
            plan.refuse("starts", "they hold this role there already", "End that one first")
        else:
            self.held[known.id].append(row)
            plan.outcome, plan.todo = "new", row
        return plan

    async def write(self, plans: Sequence[RowPlan]) -> None:
        """Writes all roles together."""
        written = Written()
        for plan in plans:
            row: ProgrammeRole = plan.todo
            written.rows.append(plan.made(row))
            detail = {"role": row.role, "programme": str(row.programme_id), "starts": row.starts.isoformat()}
            written.facts.append(FactDraft("programme.role_given", row, person=row.person_id, detail=detail))
        await save(written, self.asked)


def _what(row: ProgrammeRole) -> tuple[UUID, str, UUID | None, UUID | None]:
    return row.programme_id, row.role, row.site_id, row.area_id


async def begin(asked: ImportRequest) -> RolesImport:
    """Begins an import of roles in programmes."""
    unit_id = asked.actor.unit_id
    names: dict[tuple[str, str], tuple[UUID, str]] = {}
    rows = standing_versions().filter(unit_id=unit_id).order_by("published")
    for row in await rows.prefetch_related("programme"):
        for role in read(row).roles:
            for programme in words_for(row):
                for word in (role, role_words(role)):
                    names[programme, searched(word)] = (row.programme_id, role)
    areas = {row.code.lower(): row for row in await Area.filter(unit_id=unit_id)}
    return RolesImport(asked, People(unit_id, await Sites.of(unit_id)), areas, names)
