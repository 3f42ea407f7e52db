"""An ordinary launch as a few statements of SQLite in one transaction, over the same tables."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

Row = Mapping[str, Any]

_FIND = """
SELECT r.staff_sessions, l.context_id AS context, i.id AS identity, i.person_id AS person, i.name, i.email,
  p.erased_at, h.id AS held
FROM lti_registration r
JOIN lti_deployment d ON d.registration_id = r.id AND d.deployment_id = :deployment AND d.state = 'approved'
JOIN lti_context c ON c.deployment_id = d.id AND c.context_id = :context_id
  AND :title IN ('', c.title) AND :label IN ('', c.label) AND :roster_url IN ('', c.roster_url)
JOIN lti_resource_link l ON l.context_id = c.id AND l.resource_link_id = :resource_link_id AND l.target = :opens
  AND :link_title IN ('', l.title) AND :line_item_url IN ('', l.line_item_url)
  AND :line_items_url IN ('', l.line_items_url) AND (:scopes = '[]' OR json(:scopes) = json(l.scopes))
LEFT JOIN lti_identity i ON i.registration_id = r.id AND i.sub = :sub
LEFT JOIN people_person p ON p.id = i.person_id
LEFT JOIN lti_context_role h ON h.identity_id = i.id AND h.context_id = c.id AND h.role = :role
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
_SEEN_AGAIN = "UPDATE lti_context_role SET launched = :now WHERE id = :held"
_SEEN_FIRST = (
    "INSERT INTO lti_context_role (id, identity_id, context_id, role, status, launched) "
    "VALUES (:context_role, :identity, :context, :role, 'Active', :now)"
)
_ALWAYS = (
    "INSERT INTO trail_fact "
    "(kind, subject_kind, subject_id, person_id, unit_id, actor_id, happened, recorded, version, detail) "
    "VALUES ('person.launched', 'lti.Identity', :identity, :person, :unit, :person, :now, :now, '', :detail)",
    "INSERT INTO people_session "
    "(token_hash, person_id, created, seen, expires, lti, registration_id, lms_staff, browser) "
    "VALUES (:session, :person, :now, :now, :session_until, :came_from, :registration, :staff_sessions, :browser)",
    "INSERT INTO lti_launch_trace (id, reference, registration_id, at, outcome, detail, deployment_id, message_type, "
    "target, person_id, clock_skew, state_proof, browser) VALUES (:trace, :reference, :registration, :now, "
    "'accepted', '', :deployment, :message_type, :target, :person, :clock_skew, :state_proof, :browser)",
)
_LEAVE = "UPDATE people_session SET ended = :now WHERE token_hash = :replaces AND ended IS NULL"


def write(raw: sqlite3.Connection, told: Row, met: Callable[[Row], Row] | None) -> bool:
    """Writes a launch in the transaction that is open, and tells whether it could.

    `met` digests the rows of somebody new; without it nobody new comes in here.
    """
    values = {name: str(value) if isinstance(value, UUID) else value for name, value in told.items()}
    raw.execute(_SPEND, values)
    found: Row | None = raw.execute(_FIND, values).fetchone()
    if found is None or (_is_odd(found, values) if found["identity"] else met is None):
        raw.rollback()
        return False
    values |= {"staff_sessions": found["staff_sessions"], "context": found["context"]}
    if found["identity"]:
        values |= {"identity": found["identity"], "person": found["person"], "held": found["held"]}
        values["detail"] = values["again_detail"]
        raw.execute(_SEEN_AGAIN, values)
    else:
        assert met is not None
        values |= {**met(told), "detail": values["first_detail"]}
        for statement in (*_MEET, _SEEN_FIRST):
            raw.execute(statement, values)
    if values["replaces"]:
        raw.execute(_LEAVE, values)
    for statement in _ALWAYS:
        raw.execute(statement, values)
    return True


def _is_odd(found: Row, values: Row) -> bool:
    """Tells whether anything about somebody known is not as it was: erased, called anew, or come as something else."""
    anew = any(values[name] not in ("", found[name]) for name in ("name", "email"))
    return found["erased_at"] is not None or anew or found["held"] is None
