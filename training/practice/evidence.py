"""Practice as evidence of the pathway language: deliveries, supervision and checks of one person."""

import hashlib
from math import ceil
from typing import Any
from uuid import UUID

from training.core.dates import local_day
from training.parsing.addresses import plain_address
from training.practice.models import BackgroundCheck, Confirmation, Delivery, DeliveryTeam, Supervision
from training.practice.standing_records import Answer, Logged, Record, records_of


async def practice_evidence(person_id: UUID, zone: str) -> list[Record]:
    """Lists what a person did in practice, as records of the pathway language with days of `zone` as dates.

    Only what somebody confirmed counts for sure and is signed (`by`); the rest has the result pending, so that nobody
    is ever certified on it. Corrected, disputed and taken-back records stay, replaced: `known_at` sees what was known.
    """
    answers = await _answers(person_id)
    deliveries, ids = records_of(await _deliveries(person_id, answers), zone)
    supervisions, _ = records_of(await _supervisions(person_id, answers, ids), zone)
    return deliveries + supervisions + await _checks(person_id, zone)


async def _answers(person_id: UUID) -> dict[UUID, tuple[Answer, ...]]:
    rows = await Confirmation.filter(person_id=person_id).values(
        "delivery_id", "supervision_id", "confirmer_id", "contact", "confirmer_name", "answered", "disputed"
    )
    found: dict[UUID, tuple[Answer, ...]] = {}
    for row in rows:
        about = row["delivery_id"] or row["supervision_id"]
        found[about] = (*found.get(about, ()), Answer(_signer(row), row["answered"], row["disputed"]))
    return found


def _signer(row: dict[str, Any]) -> str:
    """Names the confirmer: their own id, or for somebody from outside the same word each time for one address."""
    if row["confirmer_id"]:
        return str(row["confirmer_id"])
    known_by = plain_address(row["contact"]) or row["confirmer_name"]
    return f"outside-{hashlib.sha256(known_by.encode()).hexdigest()[:16]}"


async def _deliveries(person_id: UUID, answers: dict[UUID, tuple[Answer, ...]]) -> list[Logged]:
    rows = await Delivery.filter(person_id=person_id).values()
    team = await DeliveryTeam.filter(delivery__person_id=person_id).values("delivery_id", "person_id", "role")
    return [_logged("delivery", row, _delivery(row, team), answers) for row in rows]


def _logged(kind: str, row: dict[str, Any], says: Record, answers: dict[UUID, tuple[Answer, ...]]) -> Logged:
    return Logged(
        id=f"{kind}-{row['id']}",
        says=says,
        recorded=row["recorded"],
        corrects=f"{kind}-{row['replaces_id']}" if row["replaces_id"] else None,
        void=row["void"],
        answers=answers.get(row["id"], ()),
    )


def _delivery(row: dict[str, Any], team: list[dict[str, Any]]) -> Record:
    others = [one for one in team if one["delivery_id"] == row["id"]]
    members: list[Record] = [{"who": str(row["person_id"]), "role": row["role"]}]
    members += [{"role": one["role"]} | ({"who": str(one["person_id"])} if one["person_id"] else {}) for one in others]
    return {
        "type": "delivery",
        "what": row["what"],
        "programme": row["programme_id"],
        "from": row["began"],
        "on": row["ended"],
        "sessions": row["sessions"],
        "hours": float(row["hours"]),
        "role": row["role"],
        "parents": row["parents_enrolled"],
        "completed": row["parents_completing"],
        "mode": row["mode"],
        "team": members,
        **{key: row[key] for key in ("language", "protocol") if row[key]},
        **({"site": str(row["site_id"])} if row["site_id"] else {}),
    }


async def _supervisions(
    person_id: UUID, answers: dict[UUID, tuple[Answer, ...]], ids: dict[str, list[str]]
) -> list[Logged]:
    rows = await Supervision.filter(person_id=person_id).values()
    return [_logged("supervision", row, _supervision(row, ids), answers) for row in rows]


def _supervision(row: dict[str, Any], ids: dict[str, list[str]]) -> Record:
    """Says what a supervision was; one about a delivery is about every record of it, whichever is seen on the day."""
    chains = [found for found in ids.values() if f"delivery-{row['delivery_id']}" in found]
    return {
        "type": "supervision",
        "what": row["what"],
        "programme": row["programme_id"],
        "on": row["held"],
        "minutes": row["minutes"],
        "hours": _hours(row["minutes"]),
        **({"mode": row["mode"]} if row["mode"] else {}),
        **({"about": max(chains, key=len)} if chains else {}),
    }


def _hours(minutes: int) -> float:
    """Tells the hours, rounded up far below a minute, so that parts of hours add up to the whole ones they make."""
    return ceil(minutes * 1_000_000 / 60) / 1_000_000


async def _checks(person_id: UUID, zone: str) -> list[Record]:
    rows = await BackgroundCheck.filter(person_id=person_id).values()
    return [
        {
            "id": f"check-{row['id']}",
            "type": "check",
            "what": row["what"],
            "on": row["issued"],
            "recorded_at": local_day(row["recorded"], zone),
            "by": str(row["recorded_by_id"]),
            **({"until": row["ends"]} if row["ends"] else {}),
            **({"replaces": f"check-{row['replaces_id']}"} if row["replaces_id"] else {}),
            **({"void": True} if row["void"] else {}),
        }
        for row in rows
    ]
