"""Reads what the rules want to know about a rater, and asks them for each day that matters."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.assessments.attempts.reading import attempts_of, rules_for
from training.assessments.calibration.standing import for_signing, runs_of
from training.assessments.eligibility.programme_rules import rules_of
from training.assessments.models import Assessment, Instrument
from training.assessments.reading import who_rates
from training.assessments.rules import Eligibility, HeldPermission, RaterFacts, Related, may_sign
from training.people.contact.addresses import same_human
from training.people.models import Membership, Permission, Person
from training.people.relations.actions import standing_relations
from training.people.visibility import able_on, active_on


async def facts_about(
    rater: UUID, *, trainee: UUID, instrument: Instrument, programme: UUID | None = None
) -> RaterFacts:
    """Reads what the rules want to know about one rater."""
    alike = {rater} if await same_human(rater, trainee) else set[UUID]()
    found = await facts_about_each([rater], trainee=trainee, instrument=instrument, programme=programme, alike=alike)
    return found[rater]


async def facts_about_each(
    raters: Sequence[UUID], *, trainee: UUID, instrument: Instrument, programme: UUID | None, alike: Collection[UUID]
) -> dict[UUID, RaterFacts]:
    """Reads the permissions, relations and calibrations of raters, and what is asked of the last, in few statements.

    `alike` are those who may be the trainee under another record.
    """
    permissions = await permissions_of(raters)
    relations: dict[UUID, list[Related]] = {one: [] for one in raters}
    for _, rater, related in await relations_between([trainee], raters):
        relations[rater].append(related)
    runs = await runs_of(raters)
    rules = await rules_of(instrument.unit_id)
    asked = for_signing(instrument.name, programme, rules.calibrations)
    attempt_rules = rules_for(instrument.name, programme, rules.attempts)
    attempts = await attempts_of(trainee, instrument.id, programme) if attempt_rules else []
    return {
        one: RaterFacts(
            rater=one, trainee=trainee, permissions=tuple(permissions[one]), relations=tuple(relations[one]),
            calibrations=tuple(runs[one]), asked=tuple(asked), alike=one in alike, attempts=tuple(attempts),
            attempt_rules=tuple(attempt_rules),
        )
        for one in raters
    }  # fmt: skip


async def relations_between(people: Collection[UUID], raters: Collection[UUID]) -> list[tuple[UUID, UUID, Related]]:
    """Lists how people stand to raters, each with both of them: relatives are so on either side."""
    here, there = list(people), list(raters)
    between = Q(person_id__in=here, other_id__in=there) | Q(person_id__in=there, other_id__in=here, kind="relative")
    found = []
    for row in (
        await standing_relations().filter(between).values("id", "kind", "starts", "ends", "person_id", "other_id")
    ):
        one, other = row["person_id"], row["other_id"]
        person, rater = (one, other) if one in people and other in raters else (other, one)
        found.append((person, rater, Related(str(row["id"]), row["kind"], row["starts"], row["ends"])))
    return found


async def permissions_of(people: Sequence[UUID]) -> dict[UUID, list[HeldPermission]]:
    """Reads every permission that some people were ever given."""
    found: dict[UUID, list[HeldPermission]] = {one: [] for one in people}
    for row in await Permission.filter(person_id__in=list(people)).values(
        "id", "person_id", "what", "may", "starts", "ends", "site_id", "ended_because"
    ):
        held = HeldPermission(
            str(row["id"]), row["what"], row["may"], row["starts"], row["ends"], row["site_id"],
            row["ended_because"] or "",
        )  # fmt: skip
        found[row["person_id"]].append(held)
    return found


async def site_on(person: UUID, day: date) -> UUID | None:
    """Finds the site that an assessment of somebody on a day belongs to."""
    held = Membership.filter(active_on(day), person_id=person, site_id__isnull=False).order_by("starts", "id")
    sites = await held.values_list("site_id", flat=True)
    return UUID(str(sites[0])) if sites else None


async def eligibility(
    rater: UUID, assessment: Assessment, *, days: Sequence[date], among: Sequence[UUID] = ()
) -> list[Eligibility]:
    """Tells for each of the days whether the rater may sign this assessment.

    `among` are those who are to rate, where it has not begun.
    """
    await assessment.fetch_related("version__instrument")
    facts = await facts_about(
        rater, trainee=assessment.person_id, instrument=assessment.version.instrument, programme=assessment.programme_id
    )
    others = {*(among or await who_rates(assessment.id))} - {rater}
    beside = tuple(related for _, _, related in await relations_between(others, [rater])) if others else ()
    facts = replace(as_attempt(facts, assessment), beside=beside)
    independent, site, watched = assessment.independent, assessment.site_id, assessment.observed
    return [may_sign(facts, on=day, independent=independent, site=site, watched=watched) for day in days]


def as_attempt(facts: RaterFacts, assessment: Assessment) -> RaterFacts:
    """Leaves the attempts before out of one that corrects another: it is the attempt that it corrects."""
    return replace(facts, attempts=()) if assessment.corrects_id else facts


async def why_not_alone(rater: UUID, assessment: Assessment, *, today: date) -> list[str]:
    """Says why a signature of today would not count alone; nothing where it would."""
    found = await eligibility(rater, assessment, days=(assessment.observed, today))
    return list(dict.fromkeys(words for one in found for words in one.countersign))


def others_who_rate(unit_id: UUID, *, without: Sequence[UUID], day: date) -> QuerySet[Person]:
    """Lists the people of a unit who can be asked to rate too: an assessor's role and a live permission."""
    held = Membership.filter(able_on(day, "assess")).values("person_id")
    able = Permission.filter(active_on(day)).filter(Q(what__endswith="/assessor") | Q(may__istartswith="assess"))
    return (
        Person.filter(unit_id=unit_id, erased_at__isnull=True, merged_into_id__isnull=True, test_user=False)
        .filter(id__in=Subquery(held))
        .filter(id__in=Subquery(able.values("person_id")))
        .exclude(id__in=list(without))
    )
