"""Reads what the rules want to know about a rater, and asks them for each day that matters."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from training.assessments.models import Assessment, CalibrationRun
from training.assessments.rules import Calibrated, Eligibility, Held, RaterFacts, Related, may_sign
from training.people.contact.addresses import same_human
from training.people.models import Membership, Permission, Person
from training.people.names import has_name
from training.people.relations.actions import standing_relations
from training.people.roles import ABILITIES
from training.people.visibility import active_on


async def facts_about(rater: UUID, *, trainee: UUID, instrument_id: UUID) -> RaterFacts:
    """Reads the permissions, relations and calibrations of a rater."""
    permissions = await Permission.filter(person_id=rater).values(
        "id", "what", "may", "starts", "ends", "site_id", "ended_because"
    )
    between = Q(person_id=trainee, other_id=rater) | Q(person_id=rater, other_id=trainee, kind="relative")
    relations = await standing_relations().filter(between).values("id", "kind", "starts", "ends")
    runs = await CalibrationRun.filter(person_id=rater, instrument_id=instrument_id).values("id", "agreement", "held")
    return RaterFacts(
        rater=rater,
        trainee=trainee,
        permissions=tuple(
            Held(
                str(row["id"]),
                row["what"],
                row["may"],
                row["starts"],
                row["ends"],
                row["site_id"],
                row["ended_because"] or "",
            )
            for row in permissions
        ),
        relations=tuple(Related(str(row["id"]), row["kind"], row["starts"], row["ends"]) for row in relations),
        calibrations=tuple(Calibrated(str(row["id"]), row["agreement"], row["held"]) for row in runs),
        alike=await same_human(rater, trainee),
    )


async def eligibility(rater: UUID, assessment: Assessment, *, days: Sequence[date]) -> list[Eligibility]:
    """Tells for each of the days whether the rater may sign this assessment."""
    await assessment.fetch_related("version")
    facts = await facts_about(rater, trainee=assessment.person_id, instrument_id=assessment.version.instrument_id)
    return [may_sign(facts, on=day, independent=assessment.independent, site=assessment.site_id) for day in days]


async def others_who_rate(unit_id: UUID, *, without: Sequence[UUID], day: date) -> list[dict[str, Any]]:
    """Lists the people of a unit who can be asked to rate too: an assessor's role and a live permission."""
    roles = list(ABILITIES["assess"])
    held = Membership.filter(active_on(day), role__in=roles).values("person_id")
    able = Permission.filter(active_on(day)).filter(Q(what__endswith="/assessor") | Q(may__istartswith="assess"))
    rows = (
        await Person.filter(unit_id=unit_id, erased_at__isnull=True, test_user=False, id__in=Subquery(held))
        .filter(id__in=Subquery(able.values("person_id")))
        .exclude(id__in=list(without))
        .order_by("name")
        .values("id", "name")
    )
    return [row for row in rows if has_name(row["id"], row["name"])]
