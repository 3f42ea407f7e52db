"""Gives people who are loaded from a table their places: in the programmes that the row names, else in the only one."""

from training.database.load_report import By
from training.people.load import PersonLine
from training.people.models import Person
from training.programmes.actions import PlaceWish, adopted_at, join
from training.programmes.models import Place
from training.sites.models import Programme
from training.trail import facts

UNASKED = ("trainee", "facilitator")
"""Roles whose holders take part in the unit's programme where there is only one, though the row does not say so."""


async def place_loaded(row: PersonLine, person: Person, by: By) -> list[str]:
    """Gives and ends the places of a row that was loaded, and says in words what has changed."""
    titles = {one.id: one.slug for one in await Programme.filter(unit_id=by.unit_id)}
    wanted = row.programmes
    if not wanted and row.role in UNASKED and len(titles) == 1:
        wanted = tuple(set(await adopted_at(row.site_id, by.unit_id, on=row.starts)) & set(titles))
    changes = []
    for programme_id in wanted:
        wish = PlaceWish(programme_id, row.site_id, row.starts)
        if await join(person, wish, because="load", actor_id=by.actor_id, now=by.now):
            changes.append(f"joins {titles[programme_id]}")
        if row.ends:
            changes += await _end(row, person, wish, by, slug=titles[programme_id])
    return changes


async def _end(row: PersonLine, person: Person, wish: PlaceWish, by: By, *, slug: str) -> list[str]:
    """Ends the place that a role which ends was loaded with."""
    held = await Place.get_or_none(
        person_id=person.id, programme_id=wish.programme_id, site_id=wish.site_id, starts=row.starts, ends__isnull=True,
        taken_back__isnull=True,
    )  # fmt: skip
    if held is None or row.ends is None:
        return []
    await Place.filter(id=held.id).update(ends=row.ends, end_reason="left", end_recorded=by.now)
    await facts.record(
        "programme.left", held, actor=by.actor_id, person=person.id, unit=by.unit_id, now=by.now,
        detail={"ends": row.ends.isoformat(), "reason": "left"},
    )  # fmt: skip
    return [f"leaves {slug}"]
