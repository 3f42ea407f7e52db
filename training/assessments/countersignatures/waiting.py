"""What waits for a countersignature: all of it, and what somebody may countersign today, in few statements."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.assessments.attempts.reading import attempts_of_each, attempts_with, rules_for
from training.assessments.calibration.rules import Calibrated
from training.assessments.calibration.standing import for_signing, runs_of
from training.assessments.countersignatures.rules import why_not
from training.assessments.eligibility.programme_rules import ProgrammeRules, rules_of
from training.assessments.eligible import as_attempt, permissions_of, relations_between
from training.assessments.models import LEFT, Assessment, Rater, Reconciliation, visible_to
from training.assessments.rules import Eligibility, HeldPermission, RaterFacts, Related, may_sign
from training.people.actor import Actor
from training.people.contact.addresses import alike_to
from training.people.visibility import visible_to as people_visible_to

AT_ONCE = 100
"""How many of the assessments that wait are looked at in one go."""
MOST_SHOWN = 100
"""How many are looked for at most, of those that somebody may countersign."""
Waiting = dict[str, Any]
"""An assessment that waits: id, person, observed, title, raters, since."""


def waiting_for(actor: Actor) -> QuerySet[Assessment]:
    """Lists the assessments that wait for a countersignature, of those that the actor may see and had no part in."""
    rated = Rater.filter(person_id=actor.person_id).values("assessment_id")
    settled = Reconciliation.filter(person_id=actor.person_id).values("assessment_id")
    waits = visible_to(actor).filter(state="countersign").exclude(person_id=actor.person_id)
    waits = waits.filter(Q(corrects_id__isnull=True) | Q(corrects__set_aside__isnull=True))
    return waits.exclude(id__in=Subquery(rated)).exclude(id__in=Subquery(settled))


async def to_countersign(me: Actor, *, most: int = MOST_SHOWN, at_once: int = AT_ONCE) -> list[Waiting]:
    """Lists, the longest waiting first, what somebody may countersign today."""
    if not me.may("assess"):
        return []
    ids = await waiting_for(me).order_by("touched", "id").values_list("id", flat=True)
    if not ids:
        return []
    may: list[Assessment] = []
    asked = await _asked(me)
    for start in range(0, len(ids), at_once):
        if len(may) >= most:
            break
        some = waiting_for(me).filter(id__in=ids[start : start + at_once]).order_by("touched", "id")
        rows = await some.select_related("person", "version__instrument")
        found = await _looked_at(asked, rows)
        may += [row for row in rows if not why_not(found[row.id])]
    may = may[:most]
    raters = defaultdict(list)
    seen = Rater.filter(assessment_id__in=[row.id for row in may], state="signed").order_by("person__name")
    for assessment_id, name in await seen.values_list("assessment_id", "person__name") if may else []:
        raters[assessment_id].append(name)
    return [
        {"id": row.id, "person": row.person.name, "observed": row.observed, "title": row.version.title,
         "raters": ", ".join(raters[row.id]), "since": row.touched}
        for row in may
    ]  # fmt: skip


@dataclass(frozen=True)
class _Colleague:
    """What is the same of a colleague whatever they look at."""

    me: Actor
    alike: Collection[UUID]
    permissions: Sequence[HeldPermission]
    runs: Sequence[Calibrated]
    rules: ProgrammeRules


async def _asked(me: Actor) -> _Colleague:
    """Reads it once; who may be the actor is related to nobody."""
    own = me.person_id
    alike = await alike_to(await people_visible_to(me).get(id=own))
    permissions, runs = await permissions_of([own]), await runs_of([own])
    return _Colleague(me, alike, permissions[own], runs[own], await rules_of(me.unit_id))


async def _looked_at(asked: _Colleague, rows: Sequence[Assessment]) -> dict[UUID, Eligibility]:
    """Tells for each assessment what the rules say of the colleague today."""
    me, own, rules = asked.me, asked.me.person_id, asked.rules
    among = [row.person_id for row in rows]
    attempts = await attempts_of_each(among)
    raters: dict[UUID, list[UUID]] = defaultdict(list)
    for part in await Rater.filter(assessment_id__in=[row.id for row in rows]).exclude(state=LEFT):
        raters[part.assessment_id].append(part.person_id)
    related: dict[UUID, list[Related]] = defaultdict(list)
    for other, _, one in await relations_between({*among, *chain(*raters.values())}, [own]):
        related[other].append(one)
    return {
        row.id: may_sign(
            as_attempt(RaterFacts(
                own, row.person_id, tuple(asked.permissions), tuple(related[row.person_id]), tuple(asked.runs),
                tuple(for_signing(row.version.instrument.name, row.programme_id, rules.calibrations)),
                row.person_id in asked.alike,
                tuple(attempts_with(attempts[row.person_id], row.version.instrument_id, row.programme_id)),
                tuple(rules_for(row.version.instrument.name, row.programme_id, rules.attempts)),
                tuple(one for rater in raters[row.id] for one in related[rater]),
            ), row),
            on=me.today, independent=row.independent, site=row.site_id, watched=row.observed,
        )
        for row in rows
    }  # fmt: skip


def waiting_since_before(actor: Actor, moment: datetime) -> QuerySet[Assessment]:
    """Lists what has waited for a countersignature since before a moment, of those that the actor may see."""
    return visible_to(actor).filter(state="countersign", touched__lte=moment)
