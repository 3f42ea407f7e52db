"""One entry of the register, opened: standing, decision, the rules' verdict, the evidence, every change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from certificates.changes import changes_of, period_of
from certificates.models import StateChange, certifications_visible_to
from certificates.rules import WORDS, standing_on
from training.errors import NotFound
from training.people.actor import Actor
from training.people.models import Person

HIDDEN = frozenset({"id", "type", "what", "on", "recorded_at", "ratings"})
"""Keys of an evidence record that the page shows elsewhere."""


async def entry_of(actor: Actor, certification_id: UUID, now: datetime) -> dict[str, Any]:
    """Gathers what the page of an entry shows; raises NotFound for what the actor may not see."""
    found = (
        await certifications_visible_to(actor)
        .get_or_none(id=certification_id)
        .prefetch_related("person", "site__area", "decision__consideration", "decision__pathway", "certificate")
    )
    if found is None:
        raise NotFound("There is no such entry.", "Look for it in the register.")
    decision, basis = found.decision, found.decision.consideration
    names = await _names(basis.evidence, decision.decided_by_id)
    standing = standing_on(period_of(found), await changes_of(found.id), now.date())
    return {
        "certification": found,
        "state": standing or "",
        "standing": WORDS[standing] if standing else "Not begun",
        "decision": decision,
        "decided_by": names.get(str(decision.decided_by_id), "the rules"),
        "verdict": basis.verdict,
        "evidence_sha256": basis.evidence_sha256,
        "evidence": [
            _told(record, names) for record in basis.evidence if "who" not in record or record["type"] == "relation"
        ],
        "changes": await StateChange.filter(certification_id=found.id).order_by("turn"),
    }


def _told(record: dict[str, Any], names: dict[str, str]) -> dict[str, str]:
    more = [f"{key.replace('_', ' ')}: {_words(value, names)}" for key, value in record.items() if key not in HIDDEN]
    return {
        "kind": str(record["type"]),
        "what": _words(record["what"], names),
        "on": str(record["on"]),
        "recorded": str(record.get("recorded_at", "")),
        "more": "; ".join(more),
    }


def _words(value: Any, names: dict[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_words(one, names) for one in value)
    if isinstance(value, dict):
        return " ".join(_words(one, names) for one in value.values())
    return names.get(str(value), str(value))


async def _names(evidence: list[dict[str, Any]], *more: UUID | None) -> dict[str, str]:
    """The names of everybody the evidence speaks of by id."""
    ids = {found for record in evidence for found in _ids(record)} | {str(one) for one in more if one}
    rows = await Person.filter(id__in=sorted(ids)).values_list("id", "name")
    return {str(one): name for one, name in rows}


def _ids(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {found for key, one in value.items() if key != "id" for found in _ids(one)}
    if isinstance(value, list):
        return {found for one in value for found in _ids(one)}
    try:
        return {str(UUID(value))} if isinstance(value, str) else set()
    except ValueError:
        return set()
