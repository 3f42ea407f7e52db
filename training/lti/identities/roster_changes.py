"""What a roster does here: each change is told before it is made, and rights are never given or taken by it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from training.core.errors import Conflict, NotFound
from training.database.connection import transaction
from training.lti.identities.actions import find_or_create_identity, learn_name
from training.lti.models import Context, ContextRole, Identity, Registration
from training.lti.platform.client import Platform
from training.lti.platform.roster import OPEN_FIRST, Roster, RosterMember, read
from training.lti.protocol import roles
from training.lti.protocol.types import UserClaims

RANK = {roles.NONE: 0, roles.LEARNER: 1, roles.INSTRUCTOR: 2}
DELETED = "Deleted"


@dataclass(frozen=True)
class RosterChange:
    """What applying a roster would do to one person: add, change or leave; `gone` only after a whole roster."""

    sub: str
    name: str
    what: str
    before: str = ""
    after: str = ""


async def preview(context: Context, roster: Roster) -> list[RosterChange]:
    """Tells what applying a roster would change, and changes nothing."""
    held = {row.identity.sub: row for row in await ContextRole.filter(context_id=context.id).select_related("identity")}
    changes = []
    for member in roster.members:
        row = held.pop(member.sub, None)
        after = _words(role_then(member, row), member.status)
        if row is None and member.status != DELETED:
            changes.append(RosterChange(member.sub, member.name, "add", "", after))
        elif row is not None and (before := _words(row.role, row.status)) != after:
            changes.append(RosterChange(member.sub, row.identity.name or member.name, "change", before, after))
    if roster.whole:
        gone = [row for row in held.values() if row.status != DELETED and row.listed is not None]
        changes += [
            RosterChange(row.identity.sub, row.identity.name, "gone", _words(row.role, row.status)) for row in gone
        ]
    return changes


def role_then(member: RosterMember, held: ContextRole | None) -> str:
    """Tells the role after a roster, which lowers nobody: Moodle lists a non-editing teacher as a learner.

    Only a launch lowers a role: that is the person's own word of today.
    """
    return held.role if held and RANK[held.role] > RANK[member.role] else member.role


def _words(role: str, status: str) -> str:
    return f"{role}, {status.lower()}"


async def apply(registration: Registration, context: Context, roster: Roster, *, now: datetime) -> dict[str, UUID]:
    """Writes a roster: people who are new become trainees here; gives sub → person."""
    people: dict[str, UUID] = {}
    async with transaction():
        for member in roster.members:
            if person_id := await _write(registration, context, member, now):
                people[member.sub] = person_id
        if roster.whole:
            rows = await ContextRole.filter(context_id=context.id, listed__isnull=False).select_related("identity")
            gone = [row.id for row in rows if row.identity.sub not in people]
            await ContextRole.filter(id__in=gone).update(status=DELETED)
        told = {"synced": now} | ({"differences_url": roster.differences_url} if roster.differences_url else {})
        await Context.filter(id=context.id).update(**told)
    return people


async def _write(registration: Registration, context: Context, member: RosterMember, now: datetime) -> UUID | None:
    named = UserClaims(member.name, member.email)
    known = await Identity.get_or_none(registration_id=registration.id, sub=member.sub).select_related("person")
    if known is None and member.status == DELETED:
        return None  # differences also name people who left before we ever heard of them
    if known is None:
        known, _ = await find_or_create_identity(
            registration, member.sub, named, role=member.role, test_user=member.test_user, now=now
        )
    else:
        await learn_name(known, named, now=now)
    held = await ContextRole.get_or_none(identity_id=known.id, context_id=context.id)
    told = {"role": role_then(member, held), "status": member.status, "listed": now}
    if held is None:
        row = ContextRole(id=uuid4(), identity=known, context=context, **told)
        await ContextRole.bulk_create([row], ignore_conflicts=True)
    else:
        await ContextRole.filter(id=held.id).update(**told)
    return known.person_id


async def sync(
    registration: Registration, context_id: str, platform: Platform, *, now: datetime
) -> Sequence[Mapping[str, Any]]:
    """Reads and applies the roster of a course named by the LMS's own id; gives its people as rows.

    Rows carry sub, name, email, roles and status.
    """
    context = await find_context(registration, context_id)
    roster = await read(registration, context, platform, now=now)
    await apply(registration, context, roster, now=now)
    kept = ("sub", "name", "email", "status")
    return [{name: asdict(one)[name] for name in kept} | {"roles": list(one.named_roles)} for one in roster.members]


async def find_context(registration: Registration, context_id: str) -> Context:
    """Finds a course by the LMS's own id."""
    found = await Context.filter(deployment__registration_id=registration.id, context_id=context_id).limit(2)
    if not found:
        raise NotFound("This course is not known here.", OPEN_FIRST)
    if len(found) > 1:
        raise Conflict("Several deployments have a course with this id.", "Ask for one deployment's course.")
    return found[0]
