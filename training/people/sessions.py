"""Sessions on the server: opened at sign-in, looked up once a request, ended at sign-out; only hashes are stored."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from training.core.dates import local_day
from training.database.connection import connection, on_postgres
from training.people.actor import Actor, LtiContext
from training.people.authentication.models import TextCode
from training.people.authentication.rules import is_asked_for_second_step
from training.people.models import Session, SignInLink

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
NOTED_EVERY = timedelta(minutes=5)
"""How often use of a session is written down: often enough for the idle limit, and seldom enough for the database."""

KEY_LETTERS = 16
KEPT = timedelta(days=30)
"""How long it is known who was signed in and who asked for a link, after the end."""

# Written out, as every request asks it, and Tortoise takes longer to write it than a database to answer.
_WHO = """
SELECT s.seen, s.lti, s.lms_staff, s.strong, s.person_id, p.name, p.language, p.unit_id, u.zone, u.name AS unit_name,
  u.contact, t.waiting, y.second_step_roles, y.second_step_from, m.role, m.site_id, m.starts, m.ends,
  EXISTS (SELECT 1 FROM people_factor f WHERE f.person_id = p.id AND f.removed IS NULL) AS has_factor
FROM people_session s
JOIN people_person p ON p.id = s.person_id AND p.merged_into_id IS NULL
JOIN sites_central_unit u ON u.id = p.unit_id
LEFT JOIN people_sign_in_policy y ON y.unit_id = p.unit_id
LEFT JOIN people_task_list t ON t.person_id = p.id
LEFT JOIN people_membership m ON m.person_id = p.id
WHERE s.token_hash = $1 AND s.ended IS NULL AND s.expires > $2 AND s.seen > $3
"""
_READ: Mapping[str, Callable[[Any], Any]] = {
    "seen": fields.DatetimeField().to_python_value,
    "lti": fields.JSONField[dict[str, str] | None]().to_python_value,
    "second_step_roles": fields.JSONField[list[str] | None]().to_python_value,
    **dict.fromkeys(("lms_staff", "strong", "has_factor"), bool),
    **dict.fromkeys(("person_id", "unit_id", "site_id"), fields.UUIDField().to_python_value),
    **dict.fromkeys(("starts", "ends", "second_step_from"), fields.DateField().to_python_value),
}
"""Column → how what a database gives is read; the others are text."""


def token_hash(token: str) -> str:
    """Hashes a session token the way it is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(
    person_id: UUID,
    *,
    token: str,
    now: datetime,
    browser: str = "",
    lti: LtiContext | None = None,
    lms_staff: bool = False,
    way: str = "",
    strong: bool = False,
    replaces: str | None = None,
) -> None:
    """Opens a session for a fresh random token of 256 bits, and ends the browser's earlier one."""
    if replaces:
        await end_session(replaces, now=now)
    await Session.create(
        token_hash=token_hash(token),
        person_id=person_id,
        created=now,
        seen=now,
        expires=now + ABSOLUTE,
        browser=browser,
        lti=asdict(lti) if lti else None,
        registration_id=UUID(lti.registration_id) if lti else None,
        lms_staff=lms_staff,
        way=way,
        strong=strong,
    )


async def continue_session(known_hash: str, *, token: str, now: datetime, replaces: str | None = None) -> bool:
    """Opens the session of an LMS's frame once more, for a window of the same browser; tells whether it still lives.

    Who it is, where they came from and when it ends stay the same.
    """
    known = await open_ones(now=now).get_or_none(token_hash=known_hash)
    if known is None or known.lti is None:
        return False
    if replaces:
        await end_session(replaces, now=now)
    await Session.create(
        token_hash=token_hash(token),
        person_id=known.person_id,
        created=now,
        seen=now,
        expires=known.expires,
        browser=known.browser,
        lti=known.lti | {"agent": ""},
        registration_id=known.registration_id,
        lms_staff=known.lms_staff,
        way=known.way,
    )
    return True


async def lms_of_ended(token: str) -> LtiContext | None:
    """Gives the LMS that a session came from which is over, for as long as that is known."""
    found = await Session.get_or_none(token_hash=token_hash(token))
    return LtiContext(**found.lti) if found and found.lti else None


async def end_session(token: str, *, now: datetime) -> None:
    """Ends a session; ending it twice does no harm."""
    await Session.filter(token_hash=token_hash(token), ended__isnull=True).update(ended=now)


async def people_behind(tokens: Iterable[str]) -> frozenset[UUID]:
    """Names the people whose sessions these tokens opened, whether or not they have ended."""
    hashes = [token_hash(token) for token in tokens]
    found = await Session.filter(token_hash__in=hashes).values_list("person_id", flat=True) if hashes else ()
    return frozenset(UUID(str(one)) for one in found)


async def end_sessions_of(person_id: UUID, *, now: datetime) -> int:
    """Ends every session of a person, and says how many there were."""
    return await Session.filter(person_id=person_id, ended__isnull=True).update(ended=now)


async def end_sessions_through(registration_id: UUID, *, now: datetime) -> int:
    """Ends every session that came through an LMS, and says how many there were."""
    return await Session.filter(registration_id=registration_id, ended__isnull=True).update(ended=now)


async def let_staff(registration_id: UUID, *, may: bool) -> None:
    """Sets for the sessions that came through an LMS whether the abilities of staff may be used in them."""
    await Session.filter(registration_id=registration_id, ended__isnull=True).update(lms_staff=may)


def open_ones(*, now: datetime) -> QuerySet[Session]:
    """Lists the sessions that can be used."""
    return Session.filter(ended__isnull=True, expires__gt=now, seen__gt=now - IDLE)


async def open_sessions(person_id: UUID, *, now: datetime) -> list[dict[str, Any]]:
    """Lists where a person is signed in, the one used last first."""
    rows = open_ones(now=now).filter(person_id=person_id).order_by("-seen")
    return list(await rows.values("token_hash", "created", "seen", "browser", "lti", "way"))


def key_of(stored: str) -> str:
    """Names a session on the page that ends it, by a part of the hash of its token."""
    return stored[:KEY_LETTERS]


async def forget_sign_ins(*, now: datetime) -> int:
    """Removes sessions and links that ended 30 days ago, and tells how many."""
    long_ago = now - KEPT
    gone = await Session.filter(Q(ended__lt=long_ago) | Q(expires__lt=long_ago)).delete()
    gone += await TextCode.filter(expires__lt=long_ago).delete()
    return gone + await SignInLink.filter(expires__lt=long_ago).delete()


async def actor_of(token: str, *, now: datetime, second_step: bool = True) -> Actor | None:
    """Finds who is signed in under a token, with roles and sites of today, in one query.

    In the demo, where anybody is anybody with one click, nobody is asked for a `second_step`.
    """
    asked = _WHO if on_postgres() else _WHO.replace("$", "?")
    found = await connection().execute_query_dict(asked, [token_hash(token), now, now - IDLE])
    if not found:
        return None
    rows = [{name: _READ[name](value) if name in _READ else value for name, value in row.items()} for row in found]
    if now - rows[0]["seen"] > NOTED_EVERY:
        await Session.filter(token_hash=token_hash(token)).update(seen=now)
    day = local_day(now, rows[0]["zone"])
    first = rows[0]
    lti = LtiContext(**first["lti"]) if first["lti"] else None
    live = [row for row in rows if row["role"] and row["starts"] <= day and (row["ends"] is None or row["ends"] >= day)]
    held = frozenset((row["role"], row["site_id"]) for row in live)
    needs = first["has_factor"] or is_asked_for_second_step(
        {role for role, _ in held}, asked_roles=first["second_step_roles"], since=first["second_step_from"], today=day
    )
    weak = second_step and lti is None and not first["strong"] and needs
    return Actor(
        person_id=first["person_id"],
        name=first["name"],
        unit_id=first["unit_id"],
        language=(lti and lti.language) or first["language"],
        zone=first["zone"],
        held=held,
        today=day,
        unit_name=first["unit_name"],
        contact=first["contact"],
        lti=lti,
        staff=not weak if lti is None else first["lms_staff"],
        weak=weak,
        tasks=first["waiting"] or 0,
    )
