"""What is done where raters do not agree: one more is asked to rate, or somebody to decide, or it is called off."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from training.assessments.actions import Noted, note, own_rating, refuse_unsettled
from training.assessments.cancellation import join, leave, may_come, refuse_twice, say_why
from training.assessments.disagreement.settling import write_settled
from training.assessments.marks import apart
from training.assessments.models import DECIDING, THIRD, Assessment, Disagreement, Draft, Rater
from training.assessments.reading import instrument_of, open_disagreement, rows_of, who_rates
from training.assessments.rules import ALWAYS_APART, INDEPENDENT_OF, RELATION_WORDS
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import same_human
from training.people.models import Membership, Person
from training.people.relations.actions import standing_relations
from training.people.visibility import able_on
from training.trail import facts

MOVED_ON = ("This assessment has moved on.", "Look at it again.")
STATE_OF = {"third": THIRD, "decision": DECIDING}
"""Way in which it is settled → state of the assessment meanwhile."""


async def disagree(
    assessment_id: UUID, *, way: str, person: UUID, reason: str, actor: Actor, now: datetime
) -> Disagreement:
    """Says that the raters do not agree, and asks one more to rate, or somebody to decide; all are told."""
    await own_rating(assessment_id, actor)
    say_why(reason)
    assessment = await Assessment.get(id=assessment_id)
    if way == "third":
        await may_come(person, assessment, field="third", actor=actor)
    elif not await (await who_may_decide(assessment, actor)).filter(id=person).exists():
        raise Invalid("There is a problem", problems={"decision": "Choose somebody from the list"})
    else:
        await _refuse_part(person, assessment)
    async with transaction():
        moved = Assessment.filter(id=assessment_id, state="reconciling")
        if not await moved.update(state=STATE_OF[way], touched=now):
            raise Conflict(*MOVED_ON)
        row = Disagreement(
            id=uuid4(), assessment_id=assessment_id, raised_by_id=actor.person_id, person_id=person, way=way,
            reason=reason.strip(), raised=now,
        )  # fmt: skip
        await row.save(force_create=True)
        if way == "third":
            await join(person, assessment, actor=actor, now=now)
        await _tell("disagreement.raised", row, assessment, actor, now)
    return row


async def call_off(assessment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Goes back to agreeing, as long as whoever was asked has not begun; they and the raters are told."""
    await own_rating(assessment_id, actor)
    assessment = await Assessment.get(id=assessment_id)
    async with transaction():
        moved = Assessment.filter(id=assessment_id, state__in=[THIRD, DECIDING])
        if not await moved.update(state="reconciling", touched=now):
            raise Conflict(*MOVED_ON)
        row = await open_disagreement(assessment_id)
        if row is None or row.person_id == actor.person_id:
            raise Conflict(*MOVED_ON)
        if row.way == "third":
            third = Rater.filter(assessment_id=assessment_id, person_id=row.person_id, state="rating")
            # As a write, so that it waits for a draft that is saved just now.
            if not await third.update(note="") or await Draft.filter(rater__assessment_id=assessment_id).exists():
                raise Conflict(f"{row.person.name} has begun to rate.", "Wait until they have handed in.")
            await leave(await third.get(), assessment, "called off", "", actor=actor.person_id, now=now)
        row.called_off = now
        await row.save(update_fields=["called_off"])
        await _tell("disagreement.called_off", row, assessment, actor, now)


async def decide(assessment_id: UUID, given: Mapping[str, Noted], *, actor: Actor, now: datetime) -> None:
    """Writes the marks of whoever was asked to decide, each with its reasons, for the items on which raters differ."""
    row = await asked_to_decide(assessment_id, actor)
    assessment = row.assessment
    await _refuse_part(actor.person_id, assessment)
    instrument = instrument_of(assessment.version)
    differ = apart(instrument, await rows_of(assessment_id))
    refuse_unsettled(instrument, differ, given)
    async with transaction():
        moved = Assessment.filter(id=assessment_id, state=DECIDING)
        still = Disagreement.filter(id=row.id, called_off__isnull=True)
        if not await moved.update(state="submitted", touched=now) or not await still.exists():
            raise Conflict(*MOVED_ON)  # or called off, and somebody else was asked, in this moment
        marks = {item: (given[item].mark, given[item].note.strip()) for item in differ}
        rows = await write_settled(assessment_id, marks, actor.person_id, now)
        detail = {"items": differ, "decided": True}
        await note("assessment.reconciled", assessment, actor=actor.person_id, now=now, detail=detail, rows=rows)


async def asked_to_decide(assessment_id: UUID, actor: Actor) -> Disagreement:
    """Finds what the actor was asked to decide; NotFound where it is nothing, or was called off."""
    asked = disagreements_for(actor).filter(assessment_id=assessment_id).select_related("assessment__version")
    if not actor.may("decide") or (row := await asked.first()) is None:
        raise NotFound("There is nothing for you to decide here.", "It was decided, or the raters called it off.")
    return row


def disagreements_for(actor: Actor) -> QuerySet[Disagreement]:
    """Lists what the actor was asked to decide, and waits."""
    return Disagreement.filter(
        person_id=actor.person_id, way="decision", settled__isnull=True, called_off__isnull=True,
        assessment__unit_id=actor.unit_id, assessment__state=DECIDING,
    )  # fmt: skip


async def who_may_decide(assessment: Assessment, actor: Actor) -> QuerySet[Person]:
    """Lists the people of the unit whose role decides, without those who rate and the one who was watched."""
    held = Membership.filter(able_on(actor.today, "decide")).values("person_id")
    without = [assessment.person_id, *await who_rates(assessment.id)]
    found = Person.filter(unit_id=actor.unit_id, erased_at__isnull=True, merged_into_id__isnull=True, test_user=False)
    return found.filter(id__in=Subquery(held)).exclude(id__in=without)


async def _refuse_part(person: UUID, assessment: Assessment) -> None:
    """Refuses who is related to whoever was watched, or may be one of the two sides under another record."""
    await refuse_twice(person, await who_rates(assessment.id))
    barred = INDEPENDENT_OF if assessment.independent else ALWAYS_APART
    ways = standing_relations().filter(kind__in=list(barred))
    related = await ways.filter(person_id=assessment.person_id, other_id=person).first()
    related = related or await ways.filter(person_id=person, other_id=assessment.person_id, kind="relative").first()
    if related or await same_human(person, assessment.person_id):
        words = RELATION_WORDS[related.kind] if related else "perhaps the trainee under another record"
        raise NotAllowed(f"Is or was {words}.", "Somebody else has to decide this one.", title="They may not decide")


async def _tell(kind: str, row: Disagreement, assessment: Assessment, actor: Actor, now: datetime) -> None:
    await facts.record(
        kind, row, actor=actor.person_id, now=now, person=assessment.person_id, unit=assessment.unit_id,
        rows=[assessment],
    )  # fmt: skip
