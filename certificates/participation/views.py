"""What pages show of somebody's part in programmes: places, roles, and what the actor may give and change."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery

from certificates.evaluations.collect_evidence import ROLE_NAMES
from certificates.evaluations.pathway_versions import read, versions_of
from certificates.pathways.forms import record_forms
from training.core.dates import day
from training.people.actor import Actor
from training.people.lists.shortlists import site_shortlist
from training.people.models import Person
from training.people.visibility import active_on, may_for, sites_for
from training.programmes.actions import MANAGE, may_place
from training.programmes.models import Adoption, Place, ProgrammeRole
from training.programmes.roles import may_give_at
from training.programmes.rules import END_REASONS, Days, role_words
from training.sites.models import Area, Programme
from training.web.shortlists import Shortlist

Choices = list[tuple[str, str]]
WHOLE_UNIT = "The whole unit"
ENDED = {"finished": "finished", "moved": "moved", "left": "left", "not_continued": "not continued"}
UNIT_ROLES = frozenset({"central", "auditor", "administrator", *ROLE_NAMES.values()})
"""Names that a pathway may use for roles of the whole service: these are given as such, and in no programme."""


async def places_shown(person: Person, me: Actor) -> list[dict[str, Any]]:
    """Lists the places of a person, the newest first, with the page that changes each one where the actor may."""
    manages = await may_for(me, MANAGE, person.id)
    rows = await Place.filter(person=person).order_by("-starts", "-recorded").prefetch_related("programme", "site")
    return [
        {
            "id": str(row.id),
            "programme": row.programme.title,
            "where": row.site.name if row.site else WHOLE_UNIT,
            "starts": day(row.starts),
            "ends": day(row.ends) if row.ends else "no end",
            "state": place_state(row, me.today),
            "version": row.version,
            "funding": row.funding,
            "route": row.route,
            "note": row.note,
            "path": f"/people/{person.id}/programmes/{row.id}"
            if manages and row.taken_back is None and may_place(me, row.site_id)
            else "",
        }
        for row in rows
    ]


def place_state(row: Place, today: date) -> str:
    """Says in a word or two how a place stands on a day."""
    return state_of((row.starts, row.ends), today, end_reason=row.end_reason, taken_back=bool(row.taken_back))


def state_of(days: Days, today: date, *, end_reason: str, taken_back: bool) -> str:
    """Says the same of a place by its first and last day, why it ended, and whether it was taken back."""
    starts, ends = days
    if taken_back:
        return "Taken back"
    if starts > today:
        return "Begins later"
    return "Holds" if ends is None or ends >= today else f"Over: {ENDED.get(end_reason, 'ended')}"


async def roles_shown(person: Person, me: Actor) -> list[dict[str, Any]]:
    """Lists the roles of a person in programmes, the newest first, with the page that changes each where one may."""
    manages = await may_for(me, MANAGE, person.id)
    found = ProgrammeRole.filter(person=person).order_by("-starts", "-recorded")
    rows = await found.prefetch_related("programme", "site", "area")
    return [
        {
            "id": str(row.id),
            "role": role_words(row.role),
            "programme": row.programme.title,
            "where": row.site.name if row.site else row.area.name if row.area else WHOLE_UNIT,
            "starts": day(row.starts),
            "ends": day(row.ends) if row.ends else "no end",
            "taken_back": row.taken_back is not None,
            "note": row.note,
            "path": f"/people/{person.id}/programme-roles/{row.id}"
            if manages and row.taken_back is None and may_give_at(me, row.site_id)
            else "",
        }
        for row in rows
    ]


async def place_choices(person: Person, me: Actor, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Lists the programmes and sites of which the actor may give a person a place; None where none."""
    if not await may_for(me, MANAGE, person.id):
        return None
    ours, sites = Programme.filter(unit_id=me.unit_id), sites_for(me, MANAGE)
    if not me.everywhere(MANAGE) and await Adoption.filter(site__unit_id=me.unit_id).exists():
        adopted = Adoption.filter(active_on(me.today), site_id__in=Subquery(sites.values("id")))
        ours = ours.filter(id__in=Subquery(adopted.values("programme_id")))
    programmes = [(str(key), title) for key, title in await ours.order_by("title").values_list("id", "title")]
    return {"programmes": programmes, "sites": await _sites(me, values)}


async def role_choices(person: Person, me: Actor, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Lists the roles in programmes that the actor may give a person, and where; None where none."""
    roles = await roles_to_give(person, me)
    if not roles:
        return None
    wide: Choices = []
    if me.may("give every role"):
        areas = await Area.filter(unit_id=me.unit_id).order_by("path").values_list("id", "name")
        wide = [*((f"area {key}", f"{name} and all within") for key, name in areas), ("unit", WHOLE_UNIT)]
    where = await site_shortlist(sites_for(me, MANAGE), values, "where", prefix="site ", last=wide)
    return {"roles": roles, "where": where}


async def roles_to_give(person: Person, me: Actor) -> Choices:
    """Lists the roles in programmes that the actor may give a person."""
    if not await may_for(me, MANAGE, person.id) or (person.id == me.person_id and not me.may("give every role")):
        return []
    roles: Choices = []
    for programme in await Programme.filter(unit_id=me.unit_id).order_by("title"):
        names = await role_names(programme.id, me.unit_id, today=me.today)
        roles += [(f"{programme.id} {name}", f"{role_words(name)}, {programme.title}") for name in names]
    return roles


async def role_names(programme_id: UUID, unit_id: UUID, *, today: date) -> tuple[str, ...]:
    """Names the roles that the rules of a unit's programme know and that are given in it."""
    versions = await versions_of(programme_id, unit_id, today=today)
    if not versions:
        return ()
    pathway = read(versions[0])
    asked = (form.what for form in record_forms([pathway]) if form.type == "role" and form.what not in pathway.levels)
    return tuple(name for name in dict.fromkeys((*pathway.roles, *asked)) if name and name not in UNIT_ROLES)


async def move_choices(place: Place, me: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists where a place may be moved to, and by which versions of the rules it may go on."""
    versions = await versions_of(place.programme_id, me.unit_id, today=me.today)
    named: Choices = [(row.version, f"Version {row.version}") for row in versions]
    any_version = [("", "The rules that are in force")] if not place.version else []
    return {"sites": await _sites(me, values), "versions": [*any_version, *named]}


async def _sites(me: Actor, values: Mapping[str, Any]) -> Shortlist:
    whole = [("", WHOLE_UNIT)] if me.everywhere(MANAGE) else []
    return await site_shortlist(sites_for(me, MANAGE), values, "site_id", last=whole)


def reason_choices(chosen: tuple[str, ...]) -> Choices:
    """Lists why a place may end, as a form asks it."""
    return [(key, END_REASONS[key]) for key in chosen]
