"""Who is in a course of an LMS: the roster is read page by page, compared, shown, and then applied."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

from training.database.opening import transaction
from training.errors import Conflict, NotFound, Upstream
from training.lti import roles
from training.lti.arrivals import learn_name, meet
from training.lti.models import Context, ContextRole, Identity, Registration
from training.lti.platform import MEMBERS, Platform, check_host, with_query
from training.lti.profiles import PROFILES
from training.lti.refusals import Refused
from training.lti.visits import Named
from training.outbound import Reply

ACCEPT = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
OPEN_FIRST = "Open an activity of the course once, then try again."
MOST_PAGES = 200
PAGE_SIZE = 500
RANK = {roles.NONE: 0, roles.LEARNER: 1, roles.INSTRUCTOR: 2}


@dataclass(frozen=True)
class Member:
    """One person of a roster, as the LMS tells it."""

    sub: str
    name: str
    email: str
    role: str
    status: str
    named_roles: tuple[str, ...] = ()
    test_user: bool = False


@dataclass(frozen=True)
class Roster:
    """What was read: its members, whether every page was read, and where to ask for differences the next time."""

    members: tuple[Member, ...]
    whole: bool
    differences_url: str = ""


@dataclass(frozen=True)
class Change:
    """What applying a roster would do to one person: add, change or leave; `gone` only after a whole roster."""

    sub: str
    name: str
    what: str
    before: str = ""
    after: str = ""


async def read(
    registration: Registration,
    context: Context,
    platform: Platform,
    *,
    now: datetime,
    since_last: bool = False,
    resource_link_id: str = "",
) -> Roster:
    """Reads a roster to its end, the differences since the last time, or who may open one activity.

    Source: NRPS 2.0, 2.4 and 3.2.
    """
    profile = PROFILES.get(registration.profile, PROFILES["other"])
    url = context.differences_url if since_last and context.differences_url else context.roster_url
    if not url:
        raise NotFound("The LMS gave no roster for this course.", OPEN_FIRST)
    partial = bool(resource_link_id) or (since_last and url == context.differences_url)
    url = with_query(url, {"rlid": resource_link_id}) if resource_link_id else url
    if not partial:
        url = url if profile.roster_unpaged else with_query(url, {"limit": str(PAGE_SIZE)})
    members: dict[str, Member] = {}
    seen: set[str] = set()
    differences = ""
    while url:
        if url in seen or len(seen) >= MOST_PAGES:
            raise Upstream("The LMS's roster goes round in circles.", "Tell the LMS's administrator.")
        seen.add(url)
        reply = await _page(registration, platform, url, now)
        members |= {member.sub: member for member in _members(reply)}
        links = read_links(reply.headers.get_list("link"), url)
        differences = links.get("differences", differences)
        url = "" if profile.roster_unpaged else links.get("next", "")
    return Roster(tuple(members.values()), whole=not partial, differences_url=differences)


async def _page(registration: Registration, platform: Platform, url: str, now: datetime) -> Reply:
    check_host(registration, url)
    reply = await platform.call("GET", registration, url, scopes=(MEMBERS,), now=now, headers={"Accept": ACCEPT})
    if reply.status in (401, 403):
        raise Refused("service_scope_missing", f"the roster answers {reply.status}")
    if not reply.ok:
        raise Upstream(f"The LMS could not give its roster ({reply.status}).", "Nobody was removed. Try again later.")
    return reply


def _members(reply: Reply) -> list[Member]:
    document = reply.json()
    listed = document.get("members") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise Upstream("The LMS's roster has no members.", "Nobody was removed. Try again later.")
    return [member for one in listed if isinstance(one, dict) and (member := read_member(one))]


def read_member(told: Mapping[str, Any]) -> Member | None:
    """Reads one member; names, address and status may be missing, and an absent status means active."""
    sub, named = told.get("user_id"), told.get("roles")
    if not isinstance(sub, str) or not 0 < len(sub) <= 255:
        return None
    held = tuple(one for one in named if isinstance(one, str)) if isinstance(named, list) else ()
    parts = [_text(told, "given_name"), _text(told, "family_name")]
    return Member(
        sub=sub,
        name=(_text(told, "name") or " ".join(part for part in parts if part))[:200],
        email=_text(told, "email").lower()[:254],
        role=roles.role_in_context(held),
        status=_text(told, "status") or "Active",
        named_roles=held,
        test_user=roles.is_test_user(held),
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value.strip() if isinstance(value, str) else ""


def read_links(headers: Sequence[str], base: str) -> dict[str, str]:
    """Reads Link headers into relation → address; several relations, relative addresses and odd spacing are usual."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(",".join(headers)):
        for name, quoted, bare in _PARAMETER.findall(parameters):
            if name.lower() == "rel":
                for relation in (quoted or bare).lower().split():
                    found.setdefault(relation, urljoin(base, target.strip()))
    return found


_LINK = re.compile(r"<([^>]*)>([^<]*)")
_PARAMETER = re.compile(r";\s*([\w*]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")


async def preview(context: Context, roster: Roster) -> list[Change]:
    """Tells what applying a roster would change, and changes nothing."""
    held = {row.identity.sub: row for row in await ContextRole.filter(context_id=context.id).select_related("identity")}
    changes = []
    for member in roster.members:
        row = held.pop(member.sub, None)
        after = f"{member.role}, {member.status}"
        if row is None:
            changes.append(Change(member.sub, member.name, "add", "", after))
        elif (before := f"{row.role}, {row.status}") != after:
            changes.append(Change(member.sub, member.name, "change", before, after))
    if roster.whole:
        gone = [row for row in held.values() if row.status != "Deleted" and row.listed is not None]
        changes += [Change(row.identity.sub, row.identity.name, "gone", f"{row.role}, {row.status}") for row in gone]
    return changes


async def apply(registration: Registration, context: Context, roster: Roster, *, now: datetime) -> None:
    """Writes a roster: people who are new become trainees here; rights here are never given or taken by it.

    A role seen at a launch of the same day is not lowered, because some rosters show less than a launch.
    """
    async with transaction():
        kept: set[str] = set()
        for member in roster.members:
            kept.add(member.sub)
            await _write(registration, context, member, now)
        if roster.whole:
            rows = await ContextRole.filter(context_id=context.id, listed__isnull=False).select_related("identity")
            gone = [row.id for row in rows if row.identity.sub not in kept]
            await ContextRole.filter(id__in=gone).update(status="Deleted")
        told = {"synced": now} | ({"differences_url": roster.differences_url} if roster.differences_url else {})
        await Context.filter(id=context.id).update(**told)


async def _write(registration: Registration, context: Context, member: Member, now: datetime) -> None:
    named = Named(member.name, member.email)
    known = await Identity.get_or_none(registration_id=registration.id, sub=member.sub).select_related("person")
    if known is None:
        known, _ = await meet(registration, member.sub, named, test_user=member.test_user, now=now)
    else:
        await learn_name(known, named)
    row = ContextRole(id=uuid4(), identity=known, context=context, role=member.role, status=member.status, listed=now)
    await ContextRole.bulk_create([row], ignore_conflicts=True)
    held = await ContextRole.get(identity_id=known.id, context_id=context.id)
    today = held.launched is not None and held.launched.date() == now.date()
    role = held.role if today and RANK[held.role] > RANK[member.role] else member.role
    await ContextRole.filter(id=held.id).update(role=role, status=member.status, listed=now)


async def sync(
    registration: Registration, context_id: str, platform: Platform, *, now: datetime
) -> list[dict[str, Any]]:
    """Reads and applies the roster of a course named by the LMS's own id; gives its people as rows.

    Rows carry sub, name, email, roles and status.
    """
    context = await find_context(registration, context_id)
    roster = await read(registration, context, platform, now=now)
    await apply(registration, context, roster, now=now)
    return [
        {
            **{name: value for name, value in asdict(one).items() if name in ("sub", "name", "email", "status")},
            "roles": list(one.named_roles),
        }
        for one in roster.members
    ]


async def find_context(registration: Registration, context_id: str) -> Context:
    """Finds a course by the LMS's own id."""
    found = await Context.filter(deployment__registration_id=registration.id, context_id=context_id).limit(2)
    if not found:
        raise NotFound("This course is not known here.", OPEN_FIRST)
    if len(found) > 1:
        raise Conflict("Several deployments have a course with this id.", "Ask for one deployment's course.")
    return found[0]
