"""Makes plans of what is sampled, and draws by them: at night, by button, and after a complaint."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import Q

from training.assessments.models import Assessment, Rater
from training.assessments.quality.models import QualityDraw, QualityPlan, QualitySample
from training.assessments.quality.rules import GROUPS, drawn, size_of
from training.core.errors import Invalid, NotAllowed
from training.database.connection import transaction
from training.people.actor import Actor
from training.sites.models import CentralUnit
from training.sites.programmes import programme_of
from training.trail import facts
from training.trail.models import Fact

FIRST_LOOK = timedelta(days=90)
"""How far back the first draw of a plan goes."""
OVERLAP = timedelta(hours=1)
"""How far a draw looks back behind the one before: a signature may have been on its way while that was made."""
MOST_NEW = 200


async def make_plan(
    programme: UUID | None, *, share: int, share_new: int, new_until: int, complaints: bool, actor: Actor, now: datetime
) -> QualityPlan:
    """Makes the plan that holds from now on for a programme, or for all without one of their own."""
    if not actor.everywhere("audit"):
        raise NotAllowed("You may not plan what is sampled.", "Ask the central unit.")
    ends = {"share": (share, 100), "share_new": (share_new, 100), "new_until": (new_until, MOST_NEW)}
    problems = {
        name: f"Enter a number from 0 to {most}" for name, (given, most) in ends.items() if not 0 <= given <= most
    }
    if problems:
        raise Invalid("There is a problem", problems=problems)
    meant = await programme_of(programme, actor.unit_id) if programme else None
    async with transaction():
        plan = await QualityPlan.create(
            id=uuid4(), unit_id=actor.unit_id, programme_id=meant, share=share,
            share_new=share_new, new_until=new_until, complaints=complaints, made=now, made_by_id=actor.person_id,
        )  # fmt: skip
        detail = {"share": share, "share_new": share_new, "new_until": new_until, "complaints": complaints}
        await facts.record("quality.planned", plan, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)
    return plan


async def plans_of(unit_id: UUID) -> dict[UUID | None, QualityPlan]:
    """Reads the plans that hold in a unit: programme, or None for all others, to the newest."""
    rows = await QualityPlan.filter(unit_id=unit_id).order_by("made", "id").select_related("programme")
    return {row.programme_id: row for row in rows}


async def draw_by(plan: QualityPlan, *, seed: str, actor: UUID | None, now: datetime) -> QualityDraw | None:
    """Draws by a plan from what was signed since the last draw; None where nothing was.

    Two at once make one draw: the second waits for the unit's row, and finds nothing new.
    """
    async with transaction():
        await CentralUnit.select_for_update().get(id=plan.unit_id)
        alike = {"plan__programme_id": plan.programme_id} if plan.programme_id else {"plan__programme_id__isnull": True}
        before = QualityDraw.filter(plan__unit_id=plan.unit_id, **alike)
        earlier = await before.order_by("until")
        since = earlier[-1].until - OVERLAP if earlier else now - FIRST_LOOK
        seen = {one for draw in earlier if draw.until > since for group in draw.found.values() for one in group}
        found = await _groups(plan, [one for one in await _signed(plan, since, now) if str(one) not in seen])
        if not any(found.values()):
            return None
        sizes = {
            group: size_of(
                plan.share_new if group == "new" else plan.share, found=len(found[group]),
                found_before=sum(len(one.found[group]) for one in earlier if one.plan_id == plan.id),
                drawn_before=sum(one.sizes[group] for one in earlier if one.plan_id == plan.id),
            )
            for group in GROUPS
        }  # fmt: skip
        made = await QualityDraw.create(
            id=uuid4(), plan_id=plan.id, seed=seed, since=since, until=now, found=found, sizes=sizes, drawn_by_id=actor
        )
        samples = [
            await QualitySample.create(id=uuid4(), assessment_id=one, draw_id=made.id, because=because, added=now)
            for one, because in drawn(found, sizes, seed)
        ]
        detail = {"seed": seed, "found": {group: len(ids) for group, ids in found.items()}, "drawn": sizes}
        await facts.record("quality.drawn", made, actor=actor, unit=plan.unit_id, now=now, detail=detail, rows=samples)
    return made


async def _signed(plan: QualityPlan, since: datetime, until: datetime) -> list[UUID]:
    """Lists what was signed meanwhile and counts, and is in no sample yet."""
    found = Assessment.filter(
        unit_id=plan.unit_id, state="signed", set_aside__isnull=True, signed__gt=since, signed__lte=until
    )
    if plan.programme_id:
        found = found.filter(programme_id=plan.programme_id)
    elif others := [one for one in await plans_of(plan.unit_id) if one]:
        found = found.filter(Q(programme_id__isnull=True) | ~Q(programme_id__in=others))
    ids = await found.filter(quality_sample__id__isnull=True).order_by("id").values_list("id", flat=True)
    return [UUID(str(one)) for one in ids]


async def _groups(plan: QualityPlan, ids: Sequence[UUID]) -> dict[str, list[str]]:
    """Puts assessments that a new assessor signed apart from the others."""
    mine: dict[UUID, dict[UUID, datetime]] = defaultdict(dict)
    parts = Rater.filter(assessment_id__in=list(ids), state="signed")
    for row in await parts.values("person_id", "assessment_id", signed="assessment__signed"):
        mine[row["person_id"]][row["assessment_id"]] = row["signed"]
    every = Rater.filter(person_id__in=list(mine), state="signed", assessment__state="signed")
    fresh: set[UUID] = set()
    number: Counter[UUID] = Counter()
    for row in await every.order_by("assessment__signed", "assessment_id").values("person_id", "assessment_id"):
        if number[row["person_id"]] < plan.new_until and row["assessment_id"] in mine[row["person_id"]]:
            fresh.add(row["assessment_id"])
        number[row["person_id"]] += 1
    return {
        "share": [str(one) for one in sorted(ids, key=str) if one not in fresh],
        "new": [str(one) for one in sorted(ids, key=str) if one in fresh],
    }


async def draw_all(unit_id: UUID | None, *, seeds: Any, actor: UUID | None, now: datetime) -> int:
    """Draws by every plan that holds, in one unit or all, each with a seed of its own; returns how many were drawn."""
    number = 0
    for unit in [unit_id] if unit_id else await CentralUnit.all().values_list("id", flat=True):
        for plan in (await plans_of(UUID(str(unit)))).values():
            made = await draw_by(plan, seed=seeds(), actor=actor, now=now)
            number += sum(made.sizes.values()) if made else 0
    return number


async def sample_after_complaint(fact_id: int, *, now: datetime) -> None:
    """Puts an assessment that somebody appealed against into the sample, where the plan says so; once."""
    fact = await Fact.get(id=fact_id)
    row = await Assessment.get_or_none(id=UUID(fact.detail["about"]))
    if row is None:  # the appeal is about a decision
        return
    plans = await plans_of(row.unit_id)
    plan = plans.get(row.programme_id) or plans.get(None)
    if plan is None or not plan.complaints:
        return
    async with transaction():
        await Assessment.filter(id=row.id).update(touched=now)  # two at once wait for each other here
        if not await QualitySample.exists(assessment_id=row.id):
            made = await QualitySample.create(id=uuid4(), assessment_id=row.id, because="complaint", added=now)
            await facts.record("quality.sampled", made, actor=None, person=row.person_id, unit=row.unit_id, now=now)
