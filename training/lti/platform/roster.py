"""Reads who is in a course of an LMS, page by page, to the end of the roster or not at all."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from training.core.errors import NotFound, Upstream
from training.core.outbound import Reply
from training.lti.models import Context, Registration
from training.lti.platform.client import MEMBERS, Platform, check_host, with_query
from training.lti.protocol import roles
from training.lti.protocol.profiles import PROFILES
from training.lti.protocol.refusals import Refused
from training.parsing.text import clean_line

ACCEPT = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
OPEN_FIRST = "Open an activity of the course once, then try again."
STATUSES = frozenset({"Active", "Inactive", "Deleted"})
MOST_PAGES = 200
PAGE_SIZE = 500


@dataclass(frozen=True)
class RosterMember:
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

    members: tuple[RosterMember, ...]
    whole: bool
    differences_url: str = ""

    @property
    def fingerprint(self) -> str:
        """Gives a text that differs when anything told of anybody differs: what was shown is what is applied."""
        told = sorted(repr(member) for member in self.members)
        return hashlib.sha256("\n".join([str(self.whole), *told]).encode()).hexdigest()


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
    members: dict[str, RosterMember] = {}
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
        onward = "" if profile.roster_unpaged else links.get("next", "")
        if onward and urlsplit(onward)[:2] != urlsplit(url)[:2]:
            raise Refused("service_host_forbidden", f"the roster goes on at {urlsplit(onward).hostname}")
        url = onward
    return Roster(tuple(members.values()), whole=not partial, differences_url=differences)


async def _page(registration: Registration, platform: Platform, url: str, now: datetime) -> Reply:
    check_host(registration, url)
    reply = await platform.call("GET", registration, url, scopes=(MEMBERS,), now=now, headers={"Accept": ACCEPT})
    if reply.status in (401, 403):
        raise Refused("service_scope_missing", f"the roster answers {reply.status}")
    if not reply.ok:
        raise Upstream(f"The LMS could not give its roster ({reply.status}).", "Nobody was removed. Try again later.")
    return reply


def _members(reply: Reply) -> list[RosterMember]:
    document = reply.json()
    listed = document.get("members") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise Upstream("The LMS's roster has no members.", "Nobody was removed. Try again later.")
    return [member for one in listed if isinstance(one, dict) and (member := read_member(one))]


def read_member(told: Mapping[str, Any]) -> RosterMember | None:
    """Reads one member; names, address and status may be missing, and an absent status means active."""
    sub, named = told.get("user_id"), told.get("roles")
    if not isinstance(sub, str) or not 0 < len(sub) <= 255:
        return None
    held = tuple(one for one in named if isinstance(one, str)) if isinstance(named, list) else ()
    parts = [_text(told, "given_name"), _text(told, "family_name")]
    status = _text(told, "status").capitalize() or "Active"
    return RosterMember(
        sub=sub,
        name=(_text(told, "name") or " ".join(part for part in parts if part))[:200],
        email=_text(told, "email").lower()[:254],
        role=roles.role_in_context(held),
        status=status if status in STATUSES else "Inactive",
        named_roles=held,
        test_user=roles.is_test_user(held),
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return clean_line(value) if isinstance(value, str) else ""


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
