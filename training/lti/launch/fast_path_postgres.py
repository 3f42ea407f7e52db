"""An ordinary launch as one statement of PostgreSQL, over the tables of `models`, people and the trail."""

import re
from collections.abc import Mapping
from typing import Any

_TYPES = {
    "timestamptz": "now nonce_until session_until",
    "date": "today",
    "uuid": "registration unit site person identity membership context_role trace",
    "boolean": "test_user",
    "jsonb": "scopes came_from first_detail again_detail given_detail met_rows met_seals",
    "double precision": "clock_skew",
}
_TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in names.split()}

# All parts see the tables as they were before; a part that finds nothing to do writes nothing. Whoever is not active,
# not approved, erased or called anew, and somebody new whose rows are not digested yet, leaves a NULL or a double where
# there may be none; then nothing at all is written.
_NAMED = """
WITH spent AS (
  INSERT INTO lti_nonce (nonce, digest, expires) VALUES (:nonce, :digest, :nonce_until)
), gate AS (
  SELECT d.id, r.staff_sessions FROM lti_registration r JOIN lti_deployment d ON d.registration_id = r.id
  WHERE r.id = :registration AND r.state = 'active' AND d.deployment_id = :deployment AND d.state = 'approved'
), place AS (
  SELECT c.id FROM lti_context c JOIN gate ON c.deployment_id = gate.id
  WHERE c.context_id = :context_id AND :title IN ('', c.title) AND :label IN ('', c.label)
    AND :roster_url IN ('', c.roster_url)
), link AS (
  SELECT l.context_id FROM lti_resource_link l JOIN place ON l.context_id = place.id
  WHERE l.resource_link_id = :resource_link_id AND l.target = :opens AND :link_title IN ('', l.title)
    AND :line_item_url IN ('', l.line_item_url) AND :line_items_url IN ('', l.line_items_url)
    AND :scopes IN ('[]', l.scopes)
), known AS (
  SELECT i.id, i.person_id, h.id AS held FROM lti_identity i
  JOIN people_person p ON p.id = i.person_id AND p.erased_at IS NULL
  JOIN link ON TRUE
  JOIN lti_context_role h ON h.identity_id = i.id AND h.context_id = link.context_id AND h.role = :role
  WHERE i.registration_id = :registration AND i.sub = :sub AND :name IN ('', i.name) AND :email IN ('', i.email)
), met AS (
  INSERT INTO people_person (id, unit_id, name, folded, language, created)
  SELECT :person, :unit, :called, :folded, :language, :now
  WHERE NOT EXISTS (SELECT FROM known) AND :met_rows IS NOT NULL RETURNING id
), named AS (
  INSERT INTO lti_identity (id, registration_id, sub, person_id, name, email, test_user, created)
  SELECT :identity, :registration, :sub, id, :name, :email, :test_user, :now FROM met RETURNING id, person_id
), who AS (
  SELECT id, person_id, FALSE AS fresh FROM known UNION ALL SELECT id, person_id, TRUE FROM named
), joined AS (
  INSERT INTO people_membership (id, person_id, role, site_id, starts, recorded)
  SELECT :membership, person_id, 'trainee', :site, :today, :now FROM named
), digested AS (
  INSERT INTO trail_row (id, salt, marks)
  SELECT s.id, s.salt, s.marks FROM named, jsonb_to_recordset(:met_seals) AS s (id text, salt text, marks jsonb)
), seen_again AS (
  UPDATE lti_context_role h SET launched = :now FROM known WHERE h.id = known.held
), seen_first AS (
  INSERT INTO lti_context_role (id, identity_id, context_id, role, status, launched)
  SELECT :context_role, id, (SELECT context_id FROM link), :role, 'Active', :now FROM named
), noted AS (
  INSERT INTO trail_fact
    (kind, subject_kind, subject_id, person_id, unit_id, actor_id, happened, recorded, version, detail, rows)
  SELECT 'membership.given', 'people.Membership', (:membership)::text, person_id, :unit, NULL::uuid, :now, :now, '',
    :given_detail, :met_rows FROM named
  UNION ALL
  SELECT 'person.launched', 'lti.Identity', id::text, person_id, :unit, person_id, :now, :now, '',
    CASE WHEN fresh THEN :first_detail ELSE :again_detail END, NULL::jsonb FROM who
), left_behind AS (
  UPDATE people_session SET ended = :now WHERE token_hash = :replaces AND ended IS NULL
), opened AS (
  INSERT INTO people_session
    (token_hash, person_id, created, seen, expires, lti, registration_id, lms_staff, browser)
  VALUES (:session, (SELECT person_id FROM who), :now, :now, :session_until, :came_from, :registration,
    (SELECT staff_sessions FROM gate), :browser)
), traced AS (
  INSERT INTO lti_launch_trace (id, reference, registration_id, at, outcome, detail, deployment_id, message_type,
    target, person_id, clock_skew, state_proof, browser)
  VALUES (:trace, :reference, :registration, :now, 'accepted', '', :deployment, :message_type,
    :target, (SELECT person_id FROM who), :clock_skew, :state_proof, :browser)
)
SELECT person_id FROM who
"""

_NAME = re.compile(r"(?<!:):([a-z_]+)")
NAMES = tuple(dict.fromkeys(_NAME.findall(_NAMED)))
STATEMENT = _NAME.sub(lambda found: f"${NAMES.index(found[1]) + 1}::{_TYPE_OF.get(found[1], 'text')}", _NAMED)


def ordered(values: Mapping[str, Any]) -> list[Any]:
    """Lists the values in the order in which the statement counts them."""
    return [values[name] for name in NAMES]
