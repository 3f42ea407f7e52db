"""Records as evidence of the pathway language: what a person, or a site, did and holds."""

import hashlib
from collections.abc import Sequence
from math import ceil
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from training.parsing.addresses import plain_address
from training.records.feedback import feedback_evidence
from training.records.models import Confirmation, Participant, Record
from training.records.rules import NEEDS_A_YES, confirmed_as
from training.records.standing_records import ConfirmerAnswer, Logged, records_of
from training.records.words import TOLD_ELSEWHERE

Row = dict[str, Any]


async def evidence_of(holder: UUID, zone: str, *, of_site: bool = False) -> list[Row]:
    """Lists what a person (or a site) recorded, as records of the pathway language with days of `zone` as dates.

    Only what somebody confirmed, or could say at once, counts for sure and is signed (`by`); the rest has the result
    pending, so that nobody is ever certified on it. Corrected, disputed and taken-back records stay, replaced:
    `known_at` sees what was known.
    """
    whose: dict[str, Any] = {"holder_site_id" if of_site else "person_id": holder}
    told = Record.filter(**whose).exclude(type__in=(*TOLD_ELSEWHERE, "state"))
    # An award of no programme was typed in before there was a form for it: nobody knows what it is of.
    rows = await told.exclude(Q(type="award") & Q(programme_id__isnull=True)).values()
    within: dict[str, Any] = {f"record__{name}": value for name, value in whose.items()}
    people: dict[UUID, list[Row]] = {}
    for one in await Participant.filter(**within).order_by("id").values():
        people.setdefault(one["record_id"], []).append(one)
    answers: dict[UUID, list[Row]] = {}
    for one in await Confirmation.filter(**within).values():
        answers.setdefault(one["record_id"], []).append(one)
    logged = [_logged(row, people.get(row["id"], []), answers.get(row["id"], [])) for row in rows]
    abouts = {f"record-{row['id']}": f"record-{row['about_id']}" for row in rows if row["about_id"]}
    found, ids = records_of(logged, zone)
    if not of_site:
        for one in await feedback_evidence(holder):
            abouts[one["id"]] = one["about"]
            found.append(one)
    # What is about a record is about every form of it, whichever is seen on the day.
    forms = {one: chain for chain in sorted(ids.values(), key=len) for one in chain}
    for one in found:
        about = abouts.get(one["id"]) or abouts.get(one["id"][: len("record-") + 36])
        if about in forms and not one.get("void"):
            one["about"] = forms[about]
    return found


def _logged(row: Row, people: list[Row], answers: list[Row]) -> Logged:
    signers = tuple(_person(one["person_id"], "", one["name"]) for one in people if one["part"] == "by")
    bodies = {one["role"] for one in people if one["part"] == "by" and one["role"]}
    says = _says(row, [one for one in people if one["part"] == "team"])
    if row["counts_at_once"]:
        by = sorted(bodies) or list(signers)
        says |= {"confirmed": "account"} | ({"by": by[0] if len(by) == 1 else by} if by else {})
    return Logged(
        id=f"record-{row['id']}",
        says=says,
        recorded=row["recorded"],
        corrects=f"record-{row['replaces_id']}" if row["replaces_id"] else None,
        void=row["void"],
        at_once=row["counts_at_once"],
        answers=tuple(
            _answer(one, signers) for one in answers if row["type"] in NEEDS_A_YES or one["confirmer_id"] is not None
        ),
    )


def _answer(row: Row, signers: tuple[str, ...]) -> ConfirmerAnswer:
    """Tells an answer; whoever looks after the records answers for all whom the record names, others for themselves."""
    own = _person(row["confirmer_id"], row["contact"], row["confirmer_name"])
    by = (signers or (own,)) if row["strength"] == "seen" else (own,)
    strength = confirmed_as(row["strength"], known=bool(row["confirmer_id"])) if row["strength"] else "none"
    return ConfirmerAnswer(by, row["answered"], row["disputed"], strength)


def _person(person_id: UUID | None, contact: str, name: str) -> str:
    """Names somebody: their own id, or for somebody from outside the same word each time for one address."""
    if person_id:
        return str(person_id)
    return f"outside-{hashlib.sha256((plain_address(contact) or name).encode()).hexdigest()[:16]}"


async def outsiders_of(evidence: Sequence[Row]) -> dict[str, str]:
    """Returns who of some evidence is not known here, by the word that stands for them there: what they are called."""
    start = len("record-")
    ids = {UUID(one["id"][start : start + 36]) for one in evidence if one["id"].startswith("record-")}
    told = Participant.filter(record_id__in=sorted(ids), person_id__isnull=True).order_by("id")
    asked = Confirmation.filter(record_id__in=sorted(ids), confirmer_id__isnull=True).order_by("id")
    called = [("", str(name)) for name in await told.values_list("name", flat=True)]
    called += await asked.values_list("contact", "confirmer_name")
    return {_person(None, contact, name): name for contact, name in called if name}


def _member(one: Row) -> Row:
    attributes: Row = one["attributes"]
    return {"role": one["role"]} | attributes | ({"who": str(one["person_id"])} if one["person_id"] else {})


def _says(row: Row, team: list[Row]) -> Row:
    attributes = {key: value for key, value in row["attributes"].items() if value not in ("", None)}
    if "minutes" in attributes and "hours" not in attributes:
        # Rounded up far below a minute, so that parts of hours add up to the whole ones they make.
        attributes["hours"] = ceil(attributes["minutes"] * 1_000_000 / 60) / 1_000_000
    said = attributes | {
        "type": row["type"],
        "what": row["what"],
        "programme": row["programme_id"],
        "on": row["on"] or "unknown",
        **({"from": row["began"]} if row["began"] else {}),
        **({"until": row["until"]} if row["until"] else {}),
        **({"site": str(row["site_id"])} if row["site_id"] else {}),
    }
    if row["type"] == "delivery":
        own: Row = next((one["attributes"] for one in team if one["person_id"] == row["person_id"]), {})
        me: Row = (
            {"who": str(row["person_id"] or row["holder_site_id"])}
            | ({"role": attributes["role"]} if "role" in attributes else {})
            | own
        )
        others = [one for one in team if one["person_id"] != row["person_id"]]
        said["team"] = [me, *(_member(one) for one in others)]
    return said
