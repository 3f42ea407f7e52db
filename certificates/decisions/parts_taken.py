"""Who had a part in what an appeal is about, and so may not decide it; and who is left to do so."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from certificates.evaluations.models import Appeal, Decision, Evaluation, StateChange
from courses.cohorts.models import Attendance
from training.assessments.countersignatures.models import Countersignature
from training.assessments.models import Assessment, Rater, Reconciliation
from training.parsing.text import uuid_of
from training.parsing.values import texts
from training.people.contact.addresses import same_human
from training.people.merging.models import followed
from training.people.models import Membership, Person
from training.people.roles import ROLES, may
from training.people.visibility import active_on
from training.records.models import Confirmation, Record

UUID_LETTERS = 36


async def why_barred(appeal: Appeal, person_id: UUID) -> str:
    """Says why somebody may not decide an appeal; "" where they may."""
    part = (await parts_in(appeal)).get(person_id)
    return f"You may not decide this: {part}." if part else ""


async def who_may_decide(appeal: Appeal, unit_id: UUID, *, today: date) -> list[Person]:
    """Lists who may decide an appeal: who decides in the service, and had no part in it."""
    roles = [role for role in ROLES if may(role, "decide")]
    here = Membership.filter(active_on(today), person__unit_id=unit_id, role__in=roles)
    people = await Person.filter(id__in=[row.person_id for row in await here]).order_by("name")
    parts = await parts_in(appeal)
    return [
        one
        for one in people
        if one.id not in parts and not (appeal.person_id and await same_human(appeal.person_id, one.id))
    ]


async def parts_in(appeal: Appeal) -> dict[UUID, str]:
    """Tells who had which part in what an appeal is about, in words to each of them."""
    if appeal.assessment_id:
        return await _in_assessments([appeal.assessment_id])
    if appeal.change_id:
        made = await StateChange.get(id=appeal.change_id)
        return {made.actor_id: "you decided it"} if made.actor_id else {}
    decision = await Decision.get(id=appeal.decision_id)
    found = await _in_evidence(await Evaluation.get(id=decision.evaluation_id))
    voted = {UUID(one["member"]): "you sat on the panel that decided it" for one in decision.panel or ()}
    alone = {decision.decided_by_id: "you decided it"} if decision.decided_by_id else {}
    return {who: words for who, words in (*found.items(), *alone.items(), *voted.items()) if who != appeal.person_id}


async def _in_evidence(basis: Evaluation) -> dict[UUID, str]:
    """Tells who assessed, signed, confirmed or recorded what a decision leaned on."""
    used = set(_used(basis.verdict))
    leaned = [one for one in basis.evidence if one["id"] in used]
    found: dict[UUID, str] = {}
    records = _ids(used, "record-")
    for row in await Record.filter(id__in=records):
        found[row.recorded_by_id] = "you recorded something that it rests on"
    for noted in await Attendance.filter(id__in=_ids(used, "attendance-")):
        found[noted.recorded_by] = "you recorded something that it rests on"
    for given in await Confirmation.filter(record_id__in=records, state="confirmed", confirmer_id__isnull=False):
        if given.confirmer_id:
            found[given.confirmer_id] = "you confirmed something that it rests on"
    signed = {who for one in leaned for name in texts(one.get("by", [])) if (who := uuid_of(name))}
    now = await followed(signed)  # what was frozen names a record that may have been merged since
    found |= {now.get(who, who): "you signed something that it rests on" for who in signed}
    return found | await _in_assessments(_ids(used, "assessment-"))


async def _in_assessments(ids: list[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    rated = {row.person_id for row in await Rater.filter(assessment_id__in=ids)}
    agreed = {row.person_id for row in await Reconciliation.filter(assessment_id__in=ids)}
    opened = {row.opened_by_id for row in await Assessment.filter(id__in=ids)}
    beside = {row.person_id for row in await Countersignature.filter(assessment_id__in=ids)}
    return dict.fromkeys(rated | agreed | opened | beside, "you had a part in the assessment")


def _used(verdict: Any) -> Iterator[str]:
    """The ids of all records that a verdict, as it was kept, says it used."""
    if isinstance(verdict, dict):
        yield from verdict.get("used") or ()
        for value in verdict.values():
            yield from _used(value)
    elif isinstance(verdict, list):
        for value in verdict:
            yield from _used(value)


def _ids(used: set[str], prefix: str) -> list[UUID]:
    """The ids of rows in the ids of records, which begin with the kind of the row."""
    named = (one.removeprefix(prefix)[:UUID_LETTERS] for one in used if one.startswith(prefix))
    return sorted(found for one in named if (found := uuid_of(one)))
