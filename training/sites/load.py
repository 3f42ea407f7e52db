"""Loads central units, areas and sites from CSV files; loading the same file again changes nothing."""

import re
from typing import Any
from uuid import uuid4

from training.core.dates import zones
from training.database.load_report import By, Loading, LoadReport, all_or_nothing
from training.parsing.csv import CsvLine, Sheet
from training.sites.actions import CODE, LONGEST, add_area, rename_area, write
from training.sites.models import Area, CentralUnit, Site

UNIT_COLUMNS = ("unit", "name", "contact", "language", "zone")
SITE_COLUMNS = ("site", "name", "area", "area_name", "area_path", "contact", "telephone")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
SHOWN = ("name", "contact", "telephone", "language")


async def load_units(sheet: Sheet, by: By) -> LoadReport:
    """Adds central units, and changes those that are there."""
    sheet.must_have(("unit", "name"), UNIT_COLUMNS)
    return await all_or_nothing(Loading(sheet, by), _units)


async def load_sites(sheet: Sheet, by: By) -> LoadReport:
    """Adds sites and the areas above them, and changes those that are there; a row without a site names an area."""
    sheet.must_have(("site", "name", "area"), SITE_COLUMNS)
    return await all_or_nothing(Loading(sheet, by), _sites)


async def _units(loading: Loading) -> None:
    for line in loading.sheet.lines:
        slug, given = line["unit"], {"name": line["name"], "contact": line["contact"]}
        given |= {name: line[name] for name in ("language", "zone") if line[name]}
        if _is_unit(line, loading.sheet) and not loading.twice(line, slug):
            unit = await CentralUnit.get_or_none(slug=slug)
            row = unit or CentralUnit(id=uuid4(), slug=slug)
            await _put(loading, line, row, given, new=unit is None, named=f"central unit {slug}", kind="unit")


def _is_unit(line: CsvLine, sheet: Sheet) -> bool:
    if not SLUG.fullmatch(line["unit"]):
        sheet.refuse(line.number, f"{line['unit'] or 'nothing'} is no slug", "write small letters, digits and hyphens")
        return False
    if line["language"] and not LANGUAGE.fullmatch(line["language"]):
        sheet.refuse(line.number, f"{line['language']} is no language", "write a code like en or cy")
        return False
    if line["zone"] and line["zone"] not in zones():
        sheet.refuse(line.number, f"{line['zone']} is no time zone", "write a name like Europe/London")
        return False
    return fits(line, sheet, "name", needed=True) and fits(line, sheet, "contact")


async def _sites(loading: Loading) -> None:
    areas: dict[str, Area] = {row.code: row for row in await Area.filter(unit_id=loading.by.unit_id)}
    # Rows that say where their area lies come first: the others rely on them, wherever they stand in the file.
    named = sorted(loading.sheet.lines, key=lambda line: (not line["area_path"], line.number))
    placed = [line for line in named if await _area(loading, line, areas)]
    for line in sorted(placed, key=lambda line: line.number):
        if line["site"]:
            await _site(loading, line, areas[line["area"]])


async def _area(loading: Loading, line: CsvLine, areas: dict[str, Area]) -> bool:
    """Makes sure that the area of a row is there, with those above it; says whether the row may go on."""
    sheet, code = loading.sheet, line["area"]
    if not fits(line, sheet, "area_name"):
        return False
    codes = [part for part in line["area_path"].split("/") if part] or [code]
    if wrong := [one for one in {code, *codes} if not CODE.fullmatch(one)]:
        sheet.refuse(line.number, f"{wrong[0] or 'nothing'} is no code of an area", "write one like CDF")
        return False
    if codes[-1] != code:
        sheet.refuse(line.number, f"area_path ends in {codes[-1]}, not in {code}", f"end it with {code}")
        return False
    path = f"/{'/'.join(codes)}/"
    there = areas.get(code)
    if there and line["area_path"] and there.path != path:
        sheet.refuse(line.number, f"the area {code} lies at {there.path}", "leave area_path out, or write that one")
        return False
    if there is None and not line["area_path"]:
        sheet.refuse(line.number, f"there is no area {code}", "write where it lies in area_path, like WLS/CDF")
        return False
    await _above(loading, codes, areas)
    if line["area_name"] and areas[code].name != line["area_name"]:
        loading.changed(line, f"area {code}: name {areas[code].name} → {line['area_name']}")
        await rename_area(areas[code], line["area_name"], loading.by)
    return True


async def _above(loading: Loading, codes: list[str], areas: dict[str, Area]) -> None:
    for depth, code in enumerate(codes, 1):
        if code in areas:
            continue
        parent = areas[codes[depth - 2]] if depth > 1 else None
        named = {line["area"]: line["area_name"] for line in loading.sheet.lines if line["area_name"]}
        areas[code] = await add_area(code, named.get(code, code)[:LONGEST], parent, loading.by)


async def _site(loading: Loading, line: CsvLine, area: Area) -> None:
    code, sheet, unit_id = line["site"], loading.sheet, loading.by.unit_id
    if not CODE.fullmatch(code):
        return sheet.refuse(line.number, f"{code} is no code of a site", "write letters and digits, like RIV")
    good = (
        fits(line, sheet, "name", needed=True) and fits(line, sheet, "contact") and fits(line, sheet, "telephone", 40)
    )
    if good and not loading.twice(line, code):
        site = await Site.get_or_none(unit_id=unit_id, code=code)
        named = f"site {code}"
        given = {name: line[name] for name in ("name", "contact", "telephone") if name in sheet.columns}
        row = site or Site(id=uuid4(), unit_id=unit_id, code=code)
        await _put(loading, line, row, given | {"area_id": area.id}, new=site is None, named=named, kind="site")
    return None


async def _put(
    loading: Loading, line: CsvLine, row: CentralUnit | Site, given: dict[str, Any], *, new: bool, named: str, kind: str
) -> None:
    before = {name: getattr(row, name) for name in given if name in SHOWN}
    changed = await write(row, given, kind, new=new, by=loading.by)
    if not changed:
        loading.same += 1
    elif new:
        loading.new(line, f"{named}, {given['name']}")
    else:
        words = [f"{name} {before[name] or 'empty'} → {given[name] or 'empty'}" for name in before if name in changed]
        words += ["area"] if "area_id" in changed else []
        loading.changed(line, f"{named}: {', '.join(words)}")


def fits(line: CsvLine, sheet: Sheet, column: str, longest: int = LONGEST, *, needed: bool = False) -> bool:
    """Checks that a value is there if it must be, and not too long."""
    if needed and not line[column]:
        sheet.refuse(line.number, f"{column} is empty", "write it")
        return False
    if len(line[column]) > longest:
        sheet.refuse(line.number, f"{column} is longer than {longest} letters", "shorten it")
        return False
    return True
