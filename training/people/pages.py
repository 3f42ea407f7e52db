"""Pages of people: the list of those one may see, and one person."""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.database.name_search import has_in_name
from training.people import actions
from training.people.actor import Actor
from training.people.authentication.invitations import may_let_in
from training.people.contact.emails import known_addresses
from training.people.lists.pages import answer_list
from training.people.merging.models import merges_visible_to
from training.people.models import Membership, Permission, Person, Phone
from training.people.names import has_name
from training.people.relations.actions import standing_relations
from training.people.role_choices import gives, may_end
from training.people.roles import ROLES
from training.people.sessions import open_ones
from training.people.visibility import active_on, may_for, visible_to
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList
from training.web.render import actor, form_data, identity, redirect, render, validate

RELATIONS = {
    "supervisor": "Supervisor",
    "trainer": "Trainer",
    "co_leader": "Co-leader",
    "assessor": "Assessor",
    "manager": "Manager",
    "relative": "Relative",
}
RELIANCE = "What relies on their assessments"


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


def _with_role(me: Actor, role: str) -> Q:
    return Q(id__in=Subquery(Membership.filter(active_on(me.today), role=role).values("person_id")))


def with_site(me: Actor, part: str) -> Q:
    """Filters people to those with a role today at a site that has the words in its name."""
    held = Membership.filter(active_on(me.today) & has_in_name(part, "site__"))
    return Q(id__in=Subquery(held.values("person_id")))


def _with_permission(me: Actor, wanted: str) -> Q:
    held = Q(id__in=Subquery(Permission.filter(active_on(me.today)).values("person_id")))
    return held if wanted == "yes" else ~held


HELD_TODAY = """held.person_id = people_person.id
    AND held.starts <= :today AND (held.ends IS NULL OR held.ends >= :today)"""
ROLE_WORDS = " ".join(f"WHEN '{role}' THEN '{words}'" for role, words in ROLES.items())
FIRST_ROLE = f"(SELECT MIN(CASE held.role {ROLE_WORDS} END) FROM people_membership held WHERE {HELD_TODAY})"  # noqa: S608 - no input
FIRST_SITE = f"""(SELECT MIN(LOWER(there.name))
    FROM people_membership held JOIN sites_site there ON there.id = held.site_id WHERE {HELD_TODAY})"""  # noqa: S608 - no input
MAY_DELIVER = f"(CASE WHEN EXISTS (SELECT 1 FROM people_permission held WHERE {HELD_TODAY}) THEN 0 ELSE 1 END)"  # noqa: S608 - no input
PEOPLE = PagedList(
    "/people",
    "People",
    ("person", "people"),
    (
        ListColumn("name", "Name", ListSort("folded", nullable=True),
                   cell=lambda row: {"text": row["name"], "path": f"/people/{row['id']}"}),
        ListColumn("roles", "Role", ListSort(sql=FIRST_ROLE, nullable=True)),
        ListColumn("site", "Site", ListSort(sql=FIRST_SITE, nullable=True)),
        ListColumn("permission", "Permission today", ListSort(sql=MAY_DELIVER, kind="number"),
                   cell=lambda row: {"tag": row["permission"]} if row["permission"] else ""),
    ),
    (
        ListFilter("query", "Name", lambda _, part: has_in_name(part)),
        ListFilter("role", "Role", _with_role, {"": "Any role", **ROLES}),
        ListFilter("site", "Site", with_site),
        ListFilter("may", "May deliver", _with_permission, {"": "Either", "yes": "May deliver today", "no": "May not"}),
    ),
    fields=("name",),
    first_sort="name",
)  # fmt: skip


async def people(request: Request) -> Response:
    """Lists the people one may see, found by name, role, site and permission."""
    me: Actor = actor(request)
    found = visible_to(me)
    return await answer_list(request, "people/people.html", PEOPLE, found, complete=_with_memberships)


async def _with_memberships(rows: list[dict[str, Any]], me: Actor) -> list[dict[str, Any]]:
    """Adds to some people where they belong today, as what, and whether they may deliver."""
    among = Q(person_id__in=[row["id"] for row in rows])  # of one page, or one piece of a file
    held = await Membership.filter(active_on(me.today), among).values("person_id", "role", site="site__name")
    roles, sites = defaultdict[UUID, set[str]](set), defaultdict[UUID, set[str]](set)
    for one in held:
        roles[one["person_id"]].add(ROLES[one["role"]])
        sites[one["person_id"]].update([one["site"]] if one["site"] else [])
    may = set(await Permission.filter(active_on(me.today), among).values_list("person_id", flat=True))
    return [
        row | {
            "site": ", ".join(sorted(sites[row["id"]], key=str.lower)),
            "roles": ", ".join(sorted(roles[row["id"]])),
            "permission": "May deliver" if row["id"] in may else "",
        }
        for row in rows
    ]  # fmt: skip


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
    given = await gives(me, found.id, told.get("values", {}))
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
        merges=await merges_visible_to(me).filter(stays_id=found.id).select_related("shut").order_by("-made"),
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
    if await may_for(me, "see people", found.id):
        ways.append(("Who may assess them", f"/assessments/eligible/{found.id}"))
    if await _leads_to_reliance(me, found):
        ways.append((RELIANCE, f"/certificates/reliance?assessor={found.id}"))
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
        ways.append(("Same person as …", f"/people/{found.id}/merge"))
    naming = "Change the name" if has_name(found.id, found.name) else "Name needed"
    return [*ways, (naming, f"/people/{found.id}/name")]


async def _leads_to_reliance(me: Actor, found: Person) -> bool:
    """Tells whether somebody has signed an assessment and the actor decides what follows if it turns out wrong."""
    return me.may("decide") and await Person.filter(id=found.id, signatures__id__isnull=False).exists()


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
    notice = "The role is ended."
    if await _leads_to_reliance(actor(request), found):
        notice = f"{notice} If their assessments turn out wrong, look below: {RELIANCE}."
    return redirect(request, f"/people/{found.id}", notice=notice)


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
