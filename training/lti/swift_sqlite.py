"""An ordinary launch as a few statements of SQLite in one transaction, over the same tables."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

Row = Mapping[str, Any]

_FIND = """
SELECT r.staff_sessions, d.id AS deployment,
  i.id AS identity, i.person_id AS person, i.name, i.email, i.former_emails, p.name AS called, p.erased_at,
  c.id AS context, c.title, c.label, c.roster_url,
  l.id AS link, l.title AS link_title, l.target, l.line_item_url, l.line_items_url, l.scopes
FROM lti_registration r
JOIN lti_deployment d ON d.registration_id = r.id AND d.deployment_id = :deployment AND d.state = 'approved'
LEFT JOIN lti_identity i ON i.registration_id = r.id AND i.sub = :sub
LEFT JOIN people_person p ON p.id = i.person_id
LEFT JOIN lti_context c ON c.deployment_id = d.id AND c.context_id = :context_id
LEFT JOIN lti_resource_link l ON l.context_id = c.id AND l.resource_link_id = :resource_link_id
WHERE r.id = :registration AND r.state = 'active'
"""
_SPEND = "INSERT INTO lti_nonce (nonce, digest, expires) VALUES (:nonce, :digest, :nonce_until)"
_MEET = (
    "INSERT INTO people_person (id, unit_id, name, folded, language, created) "
    "VALUES (:person, :unit, :called, :folded, :language, :now)",
    "INSERT INTO lti_identity (id, registration_id, sub, person_id, name, email, test_user, created) "
    "VALUES (:identity, :registration, :sub, :person, :name, :email, :test_user, :now)",
    "INSERT INTO people_membership (id, person_id, role, site_id, starts, recorded) "
    "VALUES (:membership, :person, 'trainee', :site, :today, :now)",
    "INSERT INTO trail_fact "
    "(kind, subject_kind, subject_id, person_id, unit_id, happened, recorded, version, detail, rows) VALUES "
    "('membership.given', 'people.Membership', :membership, :person, :unit, :now, :now, '', :given_detail, :met_rows)",
    "INSERT INTO trail_row (id, salt, marks) SELECT value ->> 'id', value ->> 'salt', value -> 'marks' "
    "FROM json_each(:met_seals)",
)
_PLACE = """
INSERT INTO lti_context (id, deployment_id, context_id, title, label, roster_url, differences_url)
VALUES (:context, :deployment_row, :context_id, :title, :label, :roster_url, '')
"""
_LINK = """
INSERT INTO lti_resource_link
  (id, context_id, resource_link_id, title, target, line_item_url, line_items_url, scopes, copied_from)
VALUES (:link, :context, :resource_link_id, :link_title, :target, :line_item_url, :line_items_url, :scopes, '')
"""
_ALWAYS = (
    "INSERT INTO lti_context_role (id, identity_id, context_id, role, status, launched) "
    "VALUES (:context_role, :identity, :context, :role, 'Active', :now) "
    "ON CONFLICT (identity_id, context_id) DO UPDATE SET role = excluded.role, launched = excluded.launched",
    "INSERT INTO trail_fact "
    "(kind, subject_kind, subject_id, person_id, unit_id, actor_id, happened, recorded, version, detail) "
    "VALUES ('person.launched', 'lti.Identity', :identity, :person, :unit, :person, :now, :now, '', :detail)",
    "INSERT INTO people_session "
    "(token_hash, person_id, created, seen, expires, lti, registration_id, lms_staff, browser) "
    "VALUES (:session, :person, :now, :now, :session_until, :came_from, :registration, :staff_sessions, :browser)",
    "INSERT INTO lti_launch_trace (id, reference, registration_id, at, outcome, detail, deployment_id, message_type, "
    "target, person_id, clock_skew, rung, browser) VALUES (:trace, :reference, :registration, :now, 'accepted', '', "
    ":deployment, :message_type, :target, :person, :clock_skew, :rung, :browser)",
)
_LEAVE = "UPDATE people_session SET ended = :now WHERE token_hash = :replaces AND ended IS NULL"


def write(raw: sqlite3.Connection, told: Row, met: Callable[[Row], Row]) -> bool:
    """Writes a launch in the transaction that is open, and tells whether it could.

    `met` digests the rows of somebody new. A person whose own name would change goes the long way, which tells of it.
    """
    values = {name: str(value) if isinstance(value, UUID) else value for name, value in told.items()}
    raw.execute(_SPEND, values)
    found: Row | None = raw.execute(_FIND, values).fetchone()
    if found is None or found["erased_at"] is not None or _is_called_anew(found, values):
        raw.rollback()
        return False
    values["staff_sessions"] = found["staff_sessions"]
    if not found["identity"]:
        values |= met(told)
    values["detail"] = values["again_detail" if found["identity"] else "first_detail"]
    _write_person(raw, found, values)
    _write_place(raw, found, values)
    if values["replaces"]:
        raw.execute(_LEAVE, values)
    for statement in _ALWAYS:
        raw.execute(statement, values)
    return True


def _is_called_anew(found: Row, values: Row) -> bool:
    if not found["identity"] or values["name"] in ("", found["name"]):
        return False
    return found["called"] in (found["name"], f"Learner {found['person'][:4].upper()}")


def _write_person(raw: sqlite3.Connection, found: Row, values: dict[str, Any]) -> None:
    if not found["identity"]:
        for statement in _MEET:
            raw.execute(statement, values)
        return
    values |= {"identity": found["identity"], "person": found["person"]}
    changed = _changed(found, values, "name", "email")
    if "email" in changed and found["email"]:
        changed["former_emails"] = f"{found['former_emails']} {found['email']}".strip()
    _update(raw, "lti_identity", found["identity"], changed)


def _write_place(raw: sqlite3.Connection, found: Row, values: dict[str, Any]) -> None:
    if not found["context"]:
        raw.execute(_PLACE, values | {"deployment_row": found["deployment"]})
    else:
        values["context"] = found["context"]
        _update(raw, "lti_context", found["context"], _changed(found, values, "title", "label", "roster_url"))
    if not found["link"]:
        raw.execute(_LINK, values)
        return
    changed = _changed(found, values, "link_title", "target", "line_item_url", "line_items_url")
    if values["scopes"] != "[]" and json.loads(values["scopes"]) != json.loads(found["scopes"]):
        changed["scopes"] = values["scopes"]
    _update(raw, "lti_resource_link", found["link"], changed)


def _changed(found: Row, values: Row, *names: str) -> dict[str, Any]:
    """Lists what is told anew, by column; what is left out is kept."""
    return {name.removeprefix("link_"): values[name] for name in names if values[name] and values[name] != found[name]}


def _update(raw: sqlite3.Connection, table: str, identifier: str, changed: Row) -> None:
    if changed:
        columns = ", ".join(f"{name} = :{name}" for name in changed)
        raw.execute(f"UPDATE {table} SET {columns} WHERE id = :id", {**changed, "id": identifier})  # noqa: S608
