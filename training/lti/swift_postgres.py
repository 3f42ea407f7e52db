"""An ordinary launch as one statement of PostgreSQL, over the tables of `models`, people and the trail."""

import re
from collections.abc import Mapping
from typing import Any

_TYPES = {
    "timestamptz": "now nonce_until session_until",
    "date": "today",
    "uuid": "registration unit site person identity membership context link context_role trace",
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
), known AS (
  SELECT i.id, i.person_id, i.name, i.email FROM lti_identity i JOIN people_person p ON p.id = i.person_id
  WHERE i.registration_id = :registration AND i.sub = :sub AND p.erased_at IS NULL
    AND (:name IN ('', i.name) OR p.name NOT IN (i.name, 'Learner ' || upper(left(p.id::text, 4))))
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
), told_anew AS (
  UPDATE lti_identity i SET name = coalesce(nullif(:name, ''), i.name), email = coalesce(nullif(:email, ''), i.email),
    former_emails = CASE WHEN :email IN ('', k.email) THEN i.former_emails
      ELSE trim(i.former_emails || ' ' || k.email) END
  FROM known k
  WHERE i.id = k.id AND ((:name <> '' AND :name <> k.name) OR (:email <> '' AND :email <> k.email))
), known_place AS (
  SELECT c.id, c.title, c.label, c.roster_url FROM lti_context c JOIN gate ON c.deployment_id = gate.id
  WHERE c.context_id = :context_id
), new_place AS (
  INSERT INTO lti_context (id, deployment_id, context_id, title, label, roster_url, differences_url)
  SELECT :context, gate.id, :context_id, :title, :label, :roster_url, '' FROM gate
  WHERE NOT EXISTS (SELECT FROM known_place) RETURNING id
), place_anew AS (
  UPDATE lti_context c SET title = coalesce(nullif(:title, ''), c.title),
    label = coalesce(nullif(:label, ''), c.label), roster_url = coalesce(nullif(:roster_url, ''), c.roster_url)
  FROM known_place k
  WHERE c.id = k.id AND ((:title <> '' AND :title <> k.title) OR (:label <> '' AND :label <> k.label)
    OR (:roster_url <> '' AND :roster_url <> k.roster_url))
), place AS (
  SELECT id FROM known_place UNION ALL SELECT id FROM new_place
), known_link AS (
  SELECT l.* FROM lti_resource_link l JOIN known_place k ON l.context_id = k.id
  WHERE l.resource_link_id = :resource_link_id
), new_link AS (
  INSERT INTO lti_resource_link
    (id, context_id, resource_link_id, title, target, line_item_url, line_items_url, scopes, copied_from)
  SELECT :link, place.id, :resource_link_id, :link_title, :target, :line_item_url, :line_items_url, :scopes, ''
  FROM place WHERE NOT EXISTS (SELECT FROM known_link)
), link_anew AS (
  UPDATE lti_resource_link l SET title = coalesce(nullif(:link_title, ''), l.title), target = :target,
    line_item_url = coalesce(nullif(:line_item_url, ''), l.line_item_url),
    line_items_url = coalesce(nullif(:line_items_url, ''), l.line_items_url),
    scopes = CASE WHEN :scopes = '[]' THEN l.scopes ELSE :scopes END
  FROM known_link k
  WHERE l.id = k.id AND (:target <> k.target OR (:link_title <> '' AND :link_title <> k.title)
    OR (:line_item_url <> '' AND :line_item_url <> k.line_item_url)
    OR (:line_items_url <> '' AND :line_items_url <> k.line_items_url)
    OR (:scopes <> '[]' AND :scopes <> k.scopes))
), seen_as AS (
  INSERT INTO lti_context_role (id, identity_id, context_id, role, status, launched)
  VALUES (:context_role, (SELECT id FROM who), (SELECT id FROM place), :role, 'Active', :now)
  ON CONFLICT (identity_id, context_id) DO UPDATE SET role = EXCLUDED.role, launched = EXCLUDED.launched
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
    target, person_id, clock_skew, rung, browser)
  VALUES (:trace, :reference, :registration, :now, 'accepted', '', :deployment, :message_type,
    :target, (SELECT person_id FROM who), :clock_skew, :rung, :browser)
)
SELECT person_id FROM who
"""

_NAME = re.compile(r"(?<!:):([a-z_]+)")
NAMES = tuple(dict.fromkeys(_NAME.findall(_NAMED)))
STATEMENT = _NAME.sub(lambda found: f"${NAMES.index(found[1]) + 1}::{_TYPE_OF.get(found[1], 'text')}", _NAMED)


def ordered(values: Mapping[str, Any]) -> list[Any]:
    """Lists the values in the order in which the statement counts them."""
    return [values[name] for name in NAMES]
