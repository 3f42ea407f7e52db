"""Writes an ordinary launch in one go, as it happens most often; whatever is out of the ordinary goes the long way."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from training.core.dates import local_day
from training.database.connection import connection
from training.database.engine_asyncpg import SafeAsyncpgClient
from training.database.engine_sqlite import SafeSqliteClient
from training.database.name_search import searched
from training.lti.identities.actions import language_of, name_of
from training.lti.launch import fast_path_postgres, fast_path_sqlite
from training.lti.models import Identity, Registration
from training.lti.platform.registration_cache import KnownUsers
from training.lti.protocol.roles import LEARNER
from training.lti.protocol.types import Launch, LtiMessage
from training.lti.trace import Notes
from training.people.actor import LtiContext
from training.people.models import Membership, Person
from training.people.sessions import ABSOLUTE, token_hash
from training.trail import facts
from training.trail.row_digests import digested

WRITTEN = ("person.launched", "membership.given")
"""The facts that are written here; where work is to follow one of them, the long way queues it."""
NEW = ("person", "identity", "membership", "context_role", "trace")
"""The rows that a launch may make, each with an id of its own."""
ID_BYTES = 16
NOBODY = {"met_rows": None, "met_seals": None}
"""Stands where the digests of somebody new would."""


@dataclass(frozen=True)
class UsedNonce:
    """What a launch uses up: the nonce of its login, and the token that ended it."""

    nonce: str
    digest: str
    kept: timedelta


@dataclass(frozen=True)
class NewSession:
    """The session that a launch opens, and the one that it takes the place of."""

    token: str = field(repr=False)
    came_from: LtiContext
    replaces: str | None = field(default=None, repr=False)


async def write(
    visit: LtiMessage,
    registration: Registration,
    notes: Notes,
    seen: KnownUsers,
    *,
    spent: UsedNonce,
    opened: NewSession,
    now: datetime,
) -> bool:
    """Writes all of a launch at once, or nothing; tells whether it was written.

    Written are launches of what is known: a place opened before, by somebody known there in the same role, or by a
    learner who is new to us. Whatever is new or told anew goes the long way, which knows what follows from it.
    """
    if type(visit) is not Launch or visit.former or any(facts.after(kind) for kind in WRITTEN):
        return False
    ids = _drawn()
    newcomers = visit.role == LEARNER and not visit.test_user
    values = ids | _of_people(visit, registration, ids["person"], now) | _of_places(visit) | _of_trace(visit, notes)
    values |= _of_session(opened, spent, now)
    client = connection()
    try:
        if isinstance(client, SafeSqliteClient):
            written = await client.at_once(lambda raw: fast_path_sqlite.write(raw, values, _met if newcomers else None))
        else:
            assert isinstance(client, SafeAsyncpgClient)
            # Who is known is known to the statement alone, and digests take longer than all the rest: they are worked
            # out for whom this process has not seen, and left aside where the statement finds somebody.
            values |= _met(values) if newcomers and (registration.id, visit.sub) not in seen else NOBODY
            written = bool(await client.at_once(fast_path_postgres.STATEMENT, fast_path_postgres.ordered(values)))
    except IntegrityError:
        return False
    if written:
        seen.add(registration.id, visit.sub)
        notes.target = visit.landing
    return written


def _met(values: Mapping[str, Any]) -> dict[str, str]:
    """Digests the rows of somebody who was never here, for the fact that speaks of them."""
    person, now = values["person"], values["now"]
    rows = (
        digested(
            Person,
            {
                "id": person, "unit_id": values["unit"], "name": values["called"], "folded": values["folded"],
                "language": values["language"], "created": now, "test_user": False,
            },
        ),
        digested(
            Identity,
            {
                "id": values["identity"], "registration_id": values["registration"], "sub": values["sub"],
                "person_id": person, "test_user": values["test_user"], "created": now,
            },
        ),
        digested(
            Membership,
            {
                "id": values["membership"], "person_id": person, "role": "trainee", "site_id": values["site"],
                "starts": values["today"], "recorded": now,
            },
        ),
    )  # fmt: skip
    return {
        "met_rows": _json({row.table: {row.id: row.said_new()} for row in rows}),
        "met_seals": _json([{"id": row.key, "salt": row.salt, "marks": row.marks} for row in rows]),
    }


def _drawn() -> dict[str, UUID]:
    # All from one drawing: the system takes as long for one id as for seven.
    drawn = secrets.token_bytes(ID_BYTES * len(NEW))
    return {
        name: UUID(bytes=drawn[number * ID_BYTES : (number + 1) * ID_BYTES], version=4)
        for number, name in enumerate(NEW)
    }


def _of_people(visit: Launch, registration: Registration, person: UUID, now: datetime) -> dict[str, Any]:
    detail = {"registration": str(registration.id), "role": visit.role}
    return {
        "now": now,
        "today": local_day(now, registration.unit.zone),
        "registration": registration.id,
        "unit": registration.unit_id,
        "site": registration.site_id,
        "sub": visit.sub,
        "name": visit.person.name,
        "email": visit.person.email,
        "test_user": visit.test_user,
        "called": name_of(person, visit.person),
        "folded": searched(name_of(person, visit.person)),
        "language": language_of(visit.person),
        "first_detail": _json(detail | {"new": True}),
        "again_detail": _json(detail | {"new": False}),
        "given_detail": _json({"role": "trainee", "because": "lti"}),
    }


def _of_places(visit: Launch) -> dict[str, Any]:
    return {
        "deployment": visit.deployment_id,
        "context_id": visit.context_id,
        "title": visit.context_title,
        "label": visit.context_label,
        "roster_url": visit.services.roster,
        "resource_link_id": visit.resource_link_id,
        "link_title": visit.resource_link_title,
        "target": visit.target,
        "opens": visit.opens,
        "line_item_url": visit.services.line_item,
        "line_items_url": visit.services.line_items,
        "scopes": _json(list(visit.services.scopes)),
        "role": visit.role,
    }


def _of_session(opened: NewSession, spent: UsedNonce, now: datetime) -> dict[str, Any]:
    return {
        "nonce": spent.nonce,
        "digest": spent.digest,
        "nonce_until": now + spent.kept,
        "session": token_hash(opened.token),
        "session_until": now + ABSOLUTE,
        "came_from": _json(vars(opened.came_from)),
        "replaces": token_hash(opened.replaces) if opened.replaces else "",
    }


def _of_trace(visit: Launch, notes: Notes) -> dict[str, Any]:
    return {
        "reference": notes.reference,
        "message_type": notes.message_type,
        "clock_skew": notes.clock_skew,
        "state_proof": notes.state_proof,
        "browser": notes.browser,
    }


_json: Callable[[Mapping[str, Any] | list[Any]], str] = json.JSONEncoder(separators=(",", ":")).encode
