"""Lays what was counted into rows: by the tree of areas, by site, by programme or whatever it is told apart by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from certificates.figures.questions import FigureQuestion
from certificates.figures.tables import WHOLE, Behind, ColumnTotals, Figure, FigureColumn, FigureRow, FigureTable
from certificates.register.history import Then, places_then
from certificates.register.register import NOWHERE
from training.people.actor import Actor
from training.records.words import plain
from training.sites.models import Area, Programme, Site
from training.web.languages import NAMES

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Ground:
    """What rows are laid on: places as they were on the day, and what areas, sites and programmes are called."""

    asked: FigureQuestion
    places: Then
    within: str | None = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    programmes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    paths: dict[str | None, str] = field(default_factory=dict)

    def inside(self, row: Row) -> bool:
        """Tells whether a row lies in the area that is asked about; without a place it was found there."""
        if "place" not in row:
            return True
        return self.within is not None and self._path(row).startswith(self.within)

    def keys_of(self, row: Row) -> Iterable[str]:
        """Lists the keys of a row that lies there; an area counts what lies in the areas below it."""
        by = self.asked.by
        if by == "area":
            return self._areas(self._path(row))
        return [(row["place"] if by == "site" else str(row[by])) or NOWHERE]

    def _path(self, row: Row) -> str:
        site = row["place"]
        if site not in self.paths:
            self.paths[site] = self.places.place(UUID(site)).path if site else ""
        return self.paths[site]

    def _areas(self, path: str) -> Iterable[str]:
        parts = path.strip("/").split("/")
        above = [f"/{'/'.join(parts[: at + 1])}/" for at in range(len(parts))] if path else [NOWHERE]
        return [one for one in above if one == NOWHERE or one.startswith(self.within or "")]

    def _named(self, key: str) -> tuple[str, str, int, Mapping[str, str]]:
        """Gives by what a row is sorted, what it is called, how deep it stands, and what names it in an address."""
        by = self.asked.by
        if key == NOWHERE and by in ("area", "site"):
            return "~", "No site", 0, {"at": NOWHERE}
        if by == "area":
            codes = key.strip("/").split("/")
            known = self.places.areas.get(key)
            name = self.places.name(known[0], known[1]) if known else codes[-1]
            return key, name, key.count("/") - 2, {"area": codes[-1]}
        if by == "site":
            place = self.places.place(UUID(key))
            return place.site.casefold(), f"{place.site}, {place.area}", 0, {"at": self.codes[key]}
        if by == "programme":
            slug, title = self.programmes[key]
            return title.casefold(), title, 0, {"programme": slug}
        said = {"reads": NAMES.get(key, key), "background": plain(key)}
        name = "Not recorded" if key == NOWHERE else said.get(by, key)
        return name.casefold(), name, 0, {by: key}

    def table(
        self,
        columns: Sequence[FigureColumn],
        now: ColumnTotals,
        before: ColumnTotals | None,
        behind: Behind,
        **more: Sequence[str],
    ) -> FigureTable:
        """Gives the rows in their order, the whole first."""

        def row(key: str, name: str, depth: int, names: Mapping[str, str]) -> FigureRow:
            was = before.of(key) if before else None
            counted = now.of(key)
            figures = {one.key: Figure(counted[one.key], was[one.key] if was is not None else None) for one in columns}
            return FigureRow(key, name, figures, names, depth)

        keys = {*now.parts, *(before.parts if before else ())}
        told = sorted((self._named(key), key) for key in keys)
        rows = [row(key, name, depth, names) for (_, name, depth, names), key in told]
        return FigureTable(columns, [row(WHOLE, "Everything", 0, {}), *rows], behind, **more)


async def ground_of(me: Actor, asked: FigureQuestion) -> Ground:
    """Reads what rows of a question are laid on."""
    places = await places_then(me.unit_id, asked.moment(me.zone))
    area = await Area.get_or_none(unit_id=me.unit_id, code=asked.area) if asked.area else None
    within = None if asked.area and area is None else area.path if area else ""
    sites = await Site.filter(unit_id=me.unit_id).values_list("id", "code") if asked.by == "site" else []
    programmes = await Programme.filter(unit_id=me.unit_id).values_list("id", "slug", "title")
    return Ground(
        asked, places, within, {str(key): code for key, code in sites},
        {str(key): (slug, title) for key, slug, title in programmes},
    )  # fmt: skip


def address(path: str, asked: FigureQuestion, row: FigureRow, **more: str) -> str:
    """Gives the address of a list behind a figure of a row."""
    told = {**asked.days(), **asked.where(), **row.names, **{key: value for key, value in more.items() if value}}
    return f"{path}?{urlencode(told)}"
