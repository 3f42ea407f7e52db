"""Imports sites and the areas that they lie in: adds them, and changes names, areas, addresses and telephones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from training.database.name_search import called
from training.imports.columns import Column
from training.imports.kinds import ImportRequest, RowPlan
from training.parsing.csv import CsvLine
from training.people.actor import Actor
from training.sites.actions import CODE, LONGEST
from training.sites.history import keep_former
from training.sites.models import Area, FormerValue, Site
from training.trail import facts

LETTERS = {"name": LONGEST, "area_name": LONGEST, "contact": LONGEST, "telephone": 40}
SHOWN = {"name": "name", "contact": "e-mail address", "telephone": "telephone"}


async def columns(actor: Actor) -> tuple[Column, ...]:
    """Lists the columns of a table of sites."""
    return (
        Column("site", "Site code", known_as=("code", "site id"), hint="A short code of letters and digits, like RIV. "
               "Leave it empty in a row that is about an area."),
        Column("name", "Name", known_as=("site name", "organisation")),
        Column("area", "Area code", needed=True, known_as=("area", "region", "region code")),
        Column("area_name", "Name of the area", known_as=("region name", "local authority")),
        Column("area_path", "Where the area lies", known_as=("path",),
               hint="The codes from the top down, like WLS/CDF. Needed for an area that is new."),
        Column("contact", "E-mail address", known_as=("e-mail", "mail", "email")),
        Column("telephone", "Telephone", known_as=("phone", "tel")),
    )  # fmt: skip


@dataclass
class SiteTodo:
    """What a row of sites does: areas to make, an area to call anew, and a site with its columns."""

    areas: list[Area] = field(default_factory=list)
    renamed: tuple[Area, str] | None = None
    site: Site | None = None
    given: dict[str, Any] = field(default_factory=dict)


@dataclass
class SitesImport:
    """Knows all areas and sites of the unit: there are few."""

    asked: ImportRequest
    areas: dict[str, Area]
    sites: dict[str, Site]
    ahead: dict[str, str] = field(default_factory=dict)
    """Area code → where it lies, as some row of the table says."""
    names: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    async def learn(self, lines: Sequence[CsvLine]) -> None:
        """Notes where areas lie, and what they are called, wherever in the table that stands."""
        self.ahead |= {line["area"]: line["area_path"] for line in lines if line["area_path"]}
        self.names |= {line["area"]: line["area_name"] for line in lines if line["area_name"]}

    def plan(self, line: CsvLine, choice: str) -> RowPlan:
        """Says what a row would do."""
        plan, code, todo = RowPlan(line), line["site"], SiteTodo()
        plan.words = (
            f"Site {code}, {line['name']}" if code else f"Area {line['area']}, {line['area_name']}".rstrip(", ")
        )
        plan.limit(LETTERS)
        if code and not CODE.fullmatch(code):
            plan.refuse("site", f"{code} is no code of a site", "Write letters and digits, like RIV")
        if code and not line["name"]:
            plan.refuse("name", "it is empty", "Write the name of the site")
        if code and code in self.lines:
            plan.refuse("site", f"line {self.lines[code]} is about this site already", "Take one of them out")
        area = self._area(plan, todo)
        if plan.problems or area is None:
            return plan
        plan.todo = todo
        if code:
            self.lines[code] = line.number
            self._site(plan, todo, area)
        plan.outcome = plan.outcome or ("changed" if plan.changes else "same")
        return plan

    def _area(self, plan: RowPlan, todo: SiteTodo) -> Area | None:
        """Finds the area of a row, with those above it; what is missing is planned."""
        code, said = plan.line["area"], plan.line["area_path"]
        there = self.areas.get(code)
        codes = [part for part in (said or self.ahead.get(code, "")).split("/") if part] or [code]
        path = f"/{'/'.join(codes)}/"
        if wrong := [one for one in {code, *codes} if not CODE.fullmatch(one)]:
            plan.refuse("area", f"{wrong[0] or 'nothing'} is no code of an area", "Write one like CDF")
        elif codes[-1] != code:
            plan.refuse("area_path", f"it ends in {codes[-1]}, and not in {code}", f"End it with {code}")
        elif there and said and there.path != path:
            plan.refuse("area_path", f"the area {code} lies at {there.path}", "Leave it out, or write that one")
        elif there is None and not said and code not in self.ahead:
            plan.refuse("area", f"there is no area {code}", "Write where it lies, like WLS/CDF")
        if plan.problems:
            return None
        for depth, one in enumerate(codes if there is None else (), 1):
            if one not in self.areas:
                parent = self.areas[codes[depth - 2]] if depth > 1 else None
                self.areas[one] = Area(
                    id=uuid4(), unit_id=self.asked.actor.unit_id, code=one, name=self.names.get(one, one)[:LONGEST],
                    parent_id=parent.id if parent else None, path=f"/{'/'.join(codes[:depth])}/",
                )  # fmt: skip
                todo.areas.append(self.areas[one])
                plan.changes.append(f"area {one} is new")
        plan.outcome = "new" if todo.areas and not plan.line["site"] else ""
        area, name = self.areas[code], plan.line["area_name"]
        if name and area.name != name:
            plan.changes.append(f"area {code}: name {area.name} → {name}")
            todo.renamed, area.name = (area, area.name), name
        return area

    def _site(self, plan: RowPlan, todo: SiteTodo, area: Area) -> None:
        line, known = plan.line, self.sites.get(plan.line["site"])
        given = {name: line[name] for name in SHOWN if line[name]} | {"area_id": area.id}
        if known is None:
            plan.outcome = "new"
            todo.site = Site(id=uuid4(), unit_id=self.asked.actor.unit_id, code=line["site"], **given)
            self.sites[line["site"]] = todo.site
            return
        todo.given = {name: value for name, value in given.items() if getattr(known, name) != value}
        todo.site = known if todo.given else None
        plan.changes += [f"{word} {getattr(known, name) or 'none'} → {given[name]}"
                         for name, word in SHOWN.items() if name in todo.given]  # fmt: skip
        plan.changes += ["moves to another area"] if "area_id" in todo.given else []

    async def write(self, plans: Sequence[RowPlan]) -> None:
        """Writes one row after the other: each may need the areas of those before it."""
        for plan in plans:
            todo: SiteTodo = plan.todo
            for area in todo.areas:
                await area.save(force_create=True)
                plan.made(area)
                await self._tell("area.added", area)
            if todo.renamed:
                await self._rename(plan, *todo.renamed)
            if todo.site and todo.given:
                await self._change(plan, todo.site, todo.given)
            elif todo.site:
                await todo.site.save(force_create=True)
                plan.made(todo.site)
                await self._tell("site.added", todo.site)

    async def _rename(self, plan: RowPlan, area: Area, before: str) -> None:
        # Until somebody names it, an area is called by its code; that was never its name.
        former = [await self._keep(plan, area, "name", before)] if before != area.code else []
        await Area.filter(id=area.id).update(name=area.name)
        plan.changed(area, {"name": before}, {"name": area.name})
        await self._tell("area.changed", area, detail={"columns": ["name"]}, rows=former)

    async def _change(self, plan: RowPlan, site: Site, given: dict[str, Any]) -> None:
        former = [await self._keep(plan, site, "name", site.name)] if "name" in given else []
        if "area_id" in given:
            path = next(one.path for one in self.areas.values() if one.id == site.area_id)
            former.append(await self._keep(plan, site, "area", path))
        after = given | called(given["name"]) if "name" in given else given
        plan.changed(site, {name: getattr(site, name) for name in after}, after)
        await Site.filter(id=site.id).update(**after)
        for name, value in after.items():
            setattr(site, name, value)
        await self._tell("site.changed", site, detail={"columns": [*given]}, rows=former)

    async def _keep(self, plan: RowPlan, row: Area | Site, what: str, value: str) -> FormerValue:
        former = await keep_former(row, what, value, unit_id=self.asked.actor.unit_id, now=self.asked.now)
        plan.made(former)
        return former

    async def _tell(self, kind: str, row: Area | Site, **more: Any) -> None:
        actor = self.asked.actor
        await facts.record(kind, row, actor=actor.person_id, now=self.asked.now, unit=actor.unit_id, **more)


async def begin(asked: ImportRequest) -> SitesImport:
    """Begins an import of sites."""
    unit_id: UUID = asked.actor.unit_id
    areas = {row.code: row for row in await Area.filter(unit_id=unit_id)}
    return SitesImport(asked, areas, {row.code: row for row in await Site.filter(unit_id=unit_id)})
