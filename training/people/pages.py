"""Pages of people: the list of those one may see, and one person."""

from collections import defaultdict
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.core import clock
from training.core.dates import local_day
from training.core.errors import Invalid, NotFound
from training.people import actions
from training.people.actor import Actor
from training.people.authentication.invitations import may_let_in
from training.people.contact.emails import known_addresses
from training.people.models import Membership, Permission, Person, Phone, has_in_name
from training.people.names import has_name
from training.people.relations.actions import standing_relations
from training.people.role_choices import gives, may_end
from training.people.roles import ROLES
from training.people.sessions import open_ones
from training.people.visibility import active_on, may_for, visible_to
from training.web.exports import KINDS, spreadsheet
from training.web.render import actor, form_data, identity, redirect, render, validate

PAGE_SIZE = 50
COLUMNS = ("name", "roles", "sites", "permission_today", "extracted")
RELATIONS = {
    "supervisor": "Supervisor",
    "trainer": "Trainer",
    "co_leader": "Co-leader",
    "assessor": "Assessor",
    "manager": "Manager",
    "relative": "Relative",
}


class RoleEndForm(BaseModel):
    """The form that ends a role."""

    membership: UUID = Field(title="which role ends")
    ends: date = Field(title="the last day")


class MoveForm(BaseModel):
    """The form that moves a role to another site."""

    moves: UUID = Field(title="which role moves")
    to_site: UUID = Field(title="which site they move to")
    from_day: date = Field(title="the first day there")


class RoleForm(BaseModel):
    """The form that gives somebody a role."""

    role: str = Field(title="a role")
    site_id: UUID | None = None
    starts: date = Field(title="the first day")


async def people(request: Request) -> Response:
    """Lists the people one may see, by name, found by a part of the name and by role."""
    me, asked = actor(request), request.query_params
    query, role, after = asked.get("query", ""), asked.get("role", ""), asked.get("after", "")
    found = visible_to(me)
    if query:
        found = found.filter(has_in_name(query))
    if role in ROLES:
        held = Membership.filter(active_on(me.today), role=role).values("person_id")
        found = found.filter(id__in=Subquery(held))
    if (kind := asked.get("format", "")) in KINDS:
        return await _file(found, me, kind)
    total = await found.count()
    if after:
        found = found.filter(_beyond(after))
    rows: list[dict[str, Any]] = list(await found.order_by("name", "id").limit(PAGE_SIZE + 1).values("id", "name"))
    among = Q(person_id__in=[row["id"] for row in rows])
    shown = await _with_memberships(rows[:PAGE_SIZE], among, today=me.today)
    choices = [("", "Any role"), *ROLES.items()]
    filters = urlencode({"query": query, "role": role})
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    onward = urlencode({"after": f"{last['id']} {last['name']}"}) if last else ""
    told: dict[str, Any] = {
        "total": total,
        "query": query,
        "role": role,
        "roles": choices,
        "next_path": f"/people?{filters}&{onward}" if onward else "",
        "files": [(f"Get these people as {kind.upper()}", f"/people?{filters}&format={kind}") for kind in KINDS],
        "previous_path": f"/people?{filters}" if after else "",
    }
    return render(request, "people/people.html", people=shown, **told)


def _beyond(after: str) -> Q:
    # By name and then id: people of one name may stand on both sides of the end of a page.
    last, _, name = after.partition(" ")
    try:
        return Q(name__gt=name) | Q(name=name, id__gt=UUID(last))
    except ValueError as error:
        raise NotFound("There is no such page.", "Go back to the first page of the list.") from error


async def _file(found: QuerySet[Person], me: Actor, kind: str) -> Response:
    """Exactly the people that the filters find, with the time of the extract."""
    rows: list[dict[str, Any]] = list(await found.order_by("name", "id").values("id", "name"))
    among = Q(person_id__in=Subquery(found.values("id")))  # not by their ids: no query may name so many
    now = clock.now()
    people = await _with_memberships(rows, among, today=local_day(now, me.zone))
    lines = [(one["name"], one["roles"], one["site"], one["permission"], now.isoformat()) for one in people]
    return await spreadsheet("people", kind, (COLUMNS, *lines))


async def _with_memberships(rows: list[dict[str, Any]], among: Q, *, today: date) -> list[dict[str, Any]]:
    held = await Membership.filter(active_on(today), among).values("person_id", "role", site="site__name")
    roles, sites = defaultdict[UUID, set[str]](set), defaultdict[UUID, set[str]](set)
    for one in held:
        roles[one["person_id"]].add(ROLES[one["role"]])
        sites[one["person_id"]].update([one["site"]] if one["site"] else [])
    may = set(await Permission.filter(active_on(today), among).values_list("person_id", flat=True))
    return [
        {
            "name": row["name"],
            "path": f"/people/{row['id']}",
            "site": ", ".join(sorted(sites[row["id"]])),
            "roles": ", ".join(sorted(roles[row["id"]])),
            "permission": "May deliver" if row["id"] in may else "",
        }
        for row in rows
    ]


async def person(request: Request) -> Response:
    """Shows one person: addresses, roles, relations, what they may do."""
    return await _shown(request, await _visible(actor(request), request))


async def _shown(request: Request, found: Person, status: int = 200, **told: Any) -> Response:
    me: Actor = actor(request)
    today = me.today
    memberships = (
        await Membership.filter(person=found).order_by("starts").values("role", "starts", "ends", site="site__name")
    )
    permissions = await Permission.filter(active_on(today), person=found).values(
        "what", "may", "ends", site="site__name"
    )
    given = await gives(me, found.id)
    return render(
        request,
        "people/person.html",
        status,
        person={"name": found.name, "path": f"/people/{found.id}", "language": found.language},
        emails=[
            f"{one}{'' if works else ' (this address does not work)'}" for one, works in await known_addresses(found.id)
        ],
        phones=await Phone.filter(person=found).order_by("number").values_list("number", flat=True),
        memberships=[
            {"role": ROLES[row["role"]], "where": row["site"] or "the whole unit", **_from_to(row)}
            for row in memberships
        ],
        programmes=await _programmes(found, today),
        relations=await _relations(found),
        permissions=[
            {"what": row["may"], "where": row["site"] or "", "until": _day(row["ends"]) if row["ends"] else ""}
            for row in permissions
        ],
        actions=await _ways_on(me, found),
        told_names=await _told_names(found) if given else [],
        own=found.id == me.person_id,
        gives=given,
        may_end=await may_end(me, found.id) if given else [],
        sessions=await open_ones(now=clock.now()).filter(person_id=found.id).count() if given else 0,
        back=("People", "/people"),
        **told,
    )


async def _programmes(found: Person, today: date) -> list[str]:
    """Says in which programmes somebody has a place today, and which roles they hold there."""
    # The tables of programmes stand on this room; what points to a person is reached from it.
    here = Q(places__taken_back__isnull=True, places__starts__lte=today)
    here &= Q(places__ends__isnull=True) | Q(places__ends__gte=today)
    places = await Person.filter(here, id=found.id).order_by("places__starts").values_list(
        "places__programme__title", "places__site__name", "places__starts"
    )  # fmt: skip
    there = Q(programme_roles__taken_back__isnull=True, programme_roles__starts__lte=today)
    there &= Q(programme_roles__ends__isnull=True) | Q(programme_roles__ends__gte=today)
    roles = await Person.filter(there, id=found.id).order_by("programme_roles__starts").values_list(
        "programme_roles__role", "programme_roles__programme__title", "programme_roles__site__name",
        "programme_roles__area__name",
    )  # fmt: skip
    return [
        *(f"{title}, {site or 'the whole unit'}, since {_day(starts)}" for title, site, starts in places),
        *(f"{role.replace('_', ' ').capitalize()} in {title}, {site or area or 'the whole unit'}"
          for role, title, site, area in roles),
    ]  # fmt: skip


async def _told_names(found: Person) -> list[dict[str, Any]]:
    """Lists what learning systems call somebody whose name is settled here, until the site has answered."""
    waiting = Person.filter(id=found.id, identities__proposed_name__isnull=False).order_by("identities__created")
    rows = await waiting.values(
        told_by="identities__id",
        name="identities__proposed_name",
        lms="identities__registration__name",
        issuer="identities__registration__issuer",
    )
    return [row | {"lms": row["lms"] or row["issuer"]} for row in rows if row["name"] != found.name]


async def _relations(found: Person) -> list[dict[str, str]]:
    """One line for each person and kind: every session supervised is a row of its own."""
    rows = (
        await standing_relations()
        .filter(person=found)
        .order_by("starts")
        .values("kind", "starts", "ends", name="other__name")
    )
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        first.setdefault((row["kind"], row["name"]), row)
    return [
        {"kind": RELATIONS[kind], "name": name, "from_to": _since(row["starts"], row["ends"])}
        for (kind, name), row in first.items()
    ]


async def _ways_on(me: Actor, found: Person) -> list[tuple[str, str]]:
    ways = [("Courses", f"/courses/of/{found.id}"), ("Practice", f"/practice/of/{found.id}")]
    ways += [("Programmes and roles", f"/people/{found.id}/programmes")]
    ways += [("Assessments", f"/assessments/of/{found.id}"), ("Pathway and certificates", f"/pathways/of/{found.id}")]
    if not await may_for(me, "manage people", found.id):
        return ways
    ways += [("Letters", f"/people/{found.id}/letters"), ("Addresses", f"/people/{found.id}/contact")]
    ways += [("Signing in", f"/people/{found.id}/sign-in")]
    if await may_let_in(me, found):
        ways.append(("Invite, or print a card", f"/people/{found.id}/ways-in"))
    if found.id == me.person_id:
        return ways  # nobody changes their own name
    if me.may("give every role"):
        ways.append(("What we hold, and erasure", f"/people/{found.id}/data"))
    naming = "Change the name" if has_name(found.id, found.name) else "Name needed"
    return [*ways, (naming, f"/people/{found.id}/name")]


async def membership(request: Request) -> Response:
    """Gives the person a role, as the form says."""
    found, values = await _visible(actor(request), request), await form_data(request)
    try:
        given = validate(RoleForm, values)
        await actions.give_membership(
            found.id, role=given.role, site_id=given.site_id, starts=given.starts, actor=actor(request), now=clock.now()
        )
    except Invalid as error:
        return await _shown(request, found, 422, problems=error.problems, values=values)
    return redirect(request, f"/people/{found.id}", notice="The role is given.")


async def end(request: Request) -> Response:
    """Ends a role of the person, as the form says."""
    found, values = await _visible(actor(request), request), await form_data(request)
    try:
        ended = validate(RoleEndForm, values)
        await actions.end_membership(ended.membership, ends=ended.ends, actor=actor(request), now=clock.now())
    except Invalid as error:
        return await _shown(request, found, 422, problems=error.problems, values=values)
    if not await visible_to(actor(request)).filter(id=found.id).exists():
        return redirect(request, "/people", notice="The role is ended. The person is no longer at your sites.")
    return redirect(request, f"/people/{found.id}", notice="The role is ended.")


async def move(request: Request) -> Response:
    """Moves a role of the person to another site, as the form says."""
    me, values = actor(request), await form_data(request)
    found = await _visible(me, request)
    try:
        wish = validate(MoveForm, values)
        await actions.move_membership(
            wish.moves, site_id=wish.to_site, starts=wish.from_day, actor=me, now=clock.now()
        )  # fmt: skip
    except Invalid as error:
        names = {"site_id": "to_site", "starts": "from_day"}
        problems = {names.get(name, name): words for name, words in error.problems.items()}
        return await _shown(request, found, 422, problems=problems, values=values)
    notice = "The role moves. Places in programmes stay where they are: move them under Programmes and roles."
    return redirect(request, f"/people/{found.id}", notice=notice)


async def _visible(me: Actor, request: Request) -> Person:
    found = await visible_to(me).get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such person.", "Look for them in the list of people.")
    return found


def _from_to(row: dict[str, Any]) -> dict[str, str]:
    return {"starts": _day(row["starts"]), "ends": _day(row["ends"])}


def _day(value: date | None) -> str:
    return f"{value.day} {value:%B %Y}" if value else "no end"


def _since(starts: date | None, ends: date | None) -> str:
    return " ".join(f"{word} {_day(value)}" for word, value in (("since", starts), ("until", ends)) if value)
