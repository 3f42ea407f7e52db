"""Changes the unit, and what areas and sites there are; what these were called before is kept."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from training.core.errors import Invalid, NotFound
from training.database.connection import transaction
from training.database.load_report import By
from training.sites.history import keep_former
from training.sites.models import Area, CentralUnit, FormerValue, Site
from training.trail import facts

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
LONGEST, LONGEST_PATH = 200, 300
KINDS = {"unit": ("unit.added", "unit.changed"), "site": ("site.added", "site.changed")}


async def save_unit(
    unit: CentralUnit, *, name: str, contact: str, language: str, second_publisher: bool, by: By
) -> None:
    """Calls the unit anew, says whom its people ask, in which language it writes, and whether two persons publish.

    Certificates stay as they are.
    """
    given = {
        "name": _named(name, "the unit"), "contact": contact, "language": language,
        "second_publisher": second_publisher,
    }  # fmt: skip
    if not contact:
        raise Invalid("There is a problem", problems={"contact": "Say whom people ask for help"})
    async with transaction():
        await write(unit, given, "unit", new=False, by=by)


async def save_area(area_id: UUID | None, *, name: str, code: str, parent_id: UUID | None, by: By) -> Area:
    """Adds an area below another one, or at the top; one that is there gets another name, and stays where it is."""
    name = _named(name, "an area")
    if area_id:
        area = await Area.get_or_none(id=area_id, unit_id=by.unit_id)
        if area is None:
            raise NotFound("There is no such area.", "Look at the list of areas.")
        async with transaction():
            if area.name != name:
                await rename_area(area, name, by)
        return area
    _refuse_code(code, taken=await Area.filter(unit_id=by.unit_id, code=code).exists())
    parent = await Area.get_or_none(id=parent_id, unit_id=by.unit_id) if parent_id else None
    if parent_id and parent is None:
        raise Invalid("There is a problem", problems={"parent": "Choose an area from the list"})
    if parent and len(parent.path) + len(code) + 1 > LONGEST_PATH:
        raise Invalid("There is a problem", problems={"parent": "This lies too deep. Choose an area higher up"})
    async with transaction():
        return await add_area(code, name, parent, by)


async def save_site(site_id: UUID | None, *, code: str, area_id: UUID, given: Mapping[str, str], by: By) -> Site:
    """Adds a site, or changes what is told of one that is there; its code stays."""
    values: dict[str, Any] = {**given, "name": _named(given["name"], "the site")}
    if not await Area.filter(id=area_id, unit_id=by.unit_id).exists():
        raise Invalid("There is a problem", problems={"area": "Choose an area from the list"})
    site = await Site.get_or_none(id=site_id, unit_id=by.unit_id) if site_id else None
    if site_id and site is None:
        raise NotFound("There is no such site.", "Look at the list of sites.")
    if site is None:
        _refuse_code(code, taken=await Site.filter(unit_id=by.unit_id, code=code).exists())
    row = site or Site(id=uuid4(), unit_id=by.unit_id, code=code)
    async with transaction():
        await write(row, values | {"area_id": area_id}, "site", new=site is None, by=by)
    return row


def _named(name: str, what: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST:
        words = f"Enter the name of {what}" if not name else f"Enter a name of at most {LONGEST} letters"
        raise Invalid("There is a problem", problems={"name": words})
    return name


def _refuse_code(code: str, *, taken: bool) -> None:
    if not CODE.fullmatch(code):
        raise Invalid("There is a problem", problems={"code": "Enter a code of letters and digits, such as RIV"})
    if taken:
        raise Invalid("There is a problem", problems={"code": f"{code} is taken. Choose another code"})


async def add_area(code: str, name: str, parent: Area | None, by: By) -> Area:
    """Adds an area in the caller's transaction."""
    path = f"{parent.path if parent else '/'}{code}/"
    area = await Area.create(id=uuid4(), unit_id=by.unit_id, code=code, name=name, parent=parent, path=path)
    await facts.record("area.added", area, actor=by.actor_id, now=by.now, unit=by.unit_id)
    return area


async def rename_area(area: Area, name: str, by: By) -> None:
    """Calls an area anew in the caller's transaction, and keeps the name that it had."""
    # Until somebody names it, an area is called by its code; that was never its name.
    named_before = area.name != area.code
    former = [await keep_former(area, "name", area.name, unit_id=by.unit_id, now=by.now)] if named_before else []
    area.name = name
    await area.save(update_fields=["name"])
    detail = {"columns": ["name"]}
    await facts.record("area.changed", area, actor=by.actor_id, now=by.now, unit=by.unit_id, detail=detail, rows=former)


async def write(row: CentralUnit | Site, given: Mapping[str, Any], kind: str, *, new: bool, by: By) -> list[str]:
    """Writes a unit or a site in the caller's transaction, and gives the columns that were not so before."""
    changed = [name for name, value in given.items() if new or getattr(row, name) != value]
    if not changed:
        return []
    former = await _former(row, changed, by) if isinstance(row, Site) and not new else []
    for name, value in given.items():
        setattr(row, name, value)
    await (row.save(force_create=True) if new else row.save(update_fields=changed))
    unit_id = row.unit_id if isinstance(row, Site) else row.id
    what = KINDS[kind][0 if new else 1]
    await facts.record(
        what, row, actor=by.actor_id, now=by.now, unit=unit_id, detail={"columns": changed}, rows=former
    )  # fmt: skip
    return changed


async def _former(site: Site, changed: list[str], by: By) -> list[FormerValue]:
    """Keeps the name and the area that a site is about to lose."""
    kept: list[FormerValue] = []
    if "name" in changed:
        kept.append(await keep_former(site, "name", site.name, unit_id=by.unit_id, now=by.now))
    if "area_id" in changed:
        path = (await Area.get(id=site.area_id)).path
        kept.append(await keep_former(site, "area", path, unit_id=by.unit_id, now=by.now))
    return kept
