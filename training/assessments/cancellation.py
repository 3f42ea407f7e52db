"""What is done where an assessment cannot go on: cancelled, a part handed on, one more asked, or set aside."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.assessments.actions import note_rater, own_rating, refuse_ineligible
from training.assessments.disagreement.settling import end_unsettled
from training.assessments.eligible import others_who_rate
from training.assessments.models import DECIDING, LEFT, THIRD, Assessment, Disagreement, Draft, Rater
from training.assessments.reading import open_disagreement, who_rates
from training.assessments.visits.planning import call_off, tell_anew
from training.core.errors import Conflict, Invalid, NotAllowed
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import SETTLED_AT, same_human
from training.trail import facts
from training.trail.models import Fact

OPEN_STATES = ("open", "reconciling", THIRD, DECIDING, "submitted")
"""States in which an assessment can be cancelled."""
SET_ASIDE = "assessment.set_aside"
COUNTS_AGAIN = "assessment.counts_again"
APART_AT = f"If they are two people, the central unit can say so {SETTLED_AT}."


async def cancel(assessment_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Assessment:
    """Cancels an assessment that nobody has signed, and its visit; every rater is told, and what was marked stays."""
    await own_rating(assessment_id, actor)
    say_why(reason)
    assessment = await Assessment.get(id=assessment_id)
    async with transaction():
        change = {"state": "cancelled", "slot": None, "touched": now, "cancelled_because": reason.strip()}
        waiting = Assessment.filter(id=assessment_id, state__in=OPEN_STATES)
        if await Rater.filter(assessment_id=assessment_id, state="signed").exists() or not await waiting.update(
            **change
        ):
            raise Conflict("This assessment is signed or cancelled already.", "Look at it again.")
        for rater in await Rater.filter(assessment_id=assessment_id).exclude(state=LEFT):
            await leave(rater, assessment, "cancelled", reason, actor=actor.person_id, now=now)
        await end_unsettled(assessment, actor=actor.person_id, now=now)
        await facts.record(
            "assessment.cancelled", assessment, actor=actor.person_id, now=now, person=assessment.person_id,
            unit=assessment.unit_id,
        )  # fmt: skip
        await call_off(assessment, actor=actor, now=now)
    return assessment


async def hand_on(
    assessment_id: UUID, *, leaves: UUID, comes: UUID, reason: str, actor: Actor, now: datetime
) -> Assessment:
    """Gives the part of a rater who has not handed in to somebody else who is eligible; both are told."""
    await own_rating(assessment_id, actor)
    say_why(reason)
    assessment = await Assessment.get(id=assessment_id)
    rating = Rater.filter(assessment_id=assessment_id).exclude(state=LEFT)
    await may_come(comes, assessment, field="comes", actor=actor)
    async with transaction():
        if not await Assessment.filter(id=assessment_id, state__in=["open", THIRD]).update(touched=now, slot=None):
            raise Conflict("This assessment has moved on.", "Look at it again.")
        rater = await rating.get_or_none(person_id=leaves, state="rating")
        if rater is None:
            raise Conflict("This part has been handed in, or handed on.", "Look at the assessment again.")
        await Draft.filter(rater_id=rater.id).delete()
        await leave(rater, assessment, "handed on", reason, actor=actor.person_id, now=now)
        asked = await open_disagreement(assessment_id, person_id=leaves)
        if asked:
            asked.person_id = comes
            await asked.save(update_fields=["person_id"])
        await join(comes, assessment, actor=actor, now=now, rows=[asked] if asked else [])
        await tell_anew(assessment, actor=actor, now=now)
    return assessment


async def ask_another(assessment_id: UUID, *, comes: UUID, actor: Actor, now: datetime) -> Assessment:
    """Lets one more rate who is eligible, while somebody has not handed in yet; they are told."""
    await own_rating(assessment_id, actor)
    assessment = await Assessment.get(id=assessment_id)
    await may_come(comes, assessment, field="another", actor=actor)
    async with transaction():
        if not await Assessment.filter(id=assessment_id, state="open").update(touched=now, slot=None):
            raise Conflict("This assessment has moved on.", "Look at it again.")
        await Assessment.filter(id=assessment_id).update(raters_needed=1 + len(await who_rates(assessment_id)))
        await join(comes, assessment, actor=actor, now=now, rows=[assessment])
        await tell_anew(assessment, actor=actor, now=now)
    return assessment


async def may_come(comes: UUID, assessment: Assessment, *, field: str, actor: Actor) -> None:
    """Raises Invalid about the field unless somebody can be asked to rate too, NotAllowed unless they are eligible."""
    there = await who_rates(assessment.id)
    others = others_who_rate(actor.unit_id, without=[*there, assessment.person_id], day=actor.today)
    if not await others.filter(id=comes).exists():
        raise Invalid("There is a problem", problems={field: "Choose somebody from the list"})
    if await Disagreement.filter(assessment_id=assessment.id, person_id=comes, way="decision").exists():
        raise NotAllowed("They were asked to decide, and could see all marks.", "Somebody else has to rate.")
    await refuse_twice(comes, there)
    await refuse_ineligible(comes, assessment, today=actor.today)


async def refuse_twice(comes: UUID, there: Iterable[UUID]) -> None:
    """Refuses somebody who may be one of those who rate under another record: they would be asked twice."""
    for one in there:
        if await same_human(comes, one):
            words = f"They share an e-mail address with somebody who rates, so they may be one person. {APART_AT}"
            raise NotAllowed(words, "Choose somebody else.")


async def join(comes: UUID, assessment: Assessment, *, actor: Actor, now: datetime, rows: Iterable[Model] = ()) -> None:
    """Gives somebody a part, in the caller's transaction; who had left comes back."""
    again = await Rater.get_or_none(assessment_id=assessment.id, person_id=comes)
    if again and again.state != LEFT:  # asked twice in one moment
        raise Conflict("They rate in this assessment already.", "Look at it again.")
    fresh = again or Rater(id=uuid4(), assessment_id=assessment.id, person_id=comes)
    fresh.state, fresh.note = "rating", ""
    await fresh.save(force_create=again is None)
    await note_rater("rater.joined", fresh, assessment, actor=actor.person_id, now=now, rows=rows)


async def set_aside(
    assessment_id: UUID, *, because: str, actor: Actor, now: datetime, batch_id: UUID | None = None
) -> None:  # fmt: skip
    """Lets a signed assessment count no more, in the caller's transaction; it stays on record as it was.

    `batch_id` is of the batch that does it, for its undoing.
    """
    found = await Assessment.get(id=assessment_id)
    signed = Assessment.filter(id=found.id, state="signed", set_aside__isnull=True)
    if not await signed.update(set_aside=now, set_aside_because=because):
        raise Conflict("This assessment is not signed, or was set aside already.", "Look at it again.")
    await facts.record(
        SET_ASIDE, found, actor=actor.person_id, now=now, person=found.person_id, unit=found.unit_id,
        detail={"batch": str(batch_id)} if batch_id else {},
    )  # fmt: skip


async def set_aside_by(batch_id: UUID, of: QuerySet[Assessment]) -> list[Assessment]:
    """Finds those of some assessments that do not count because a batch has set them aside, and nobody since."""
    found: list[Assessment] = []
    for row in await of.filter(set_aside__isnull=False):
        last = await Fact.filter(subject_id=str(row.id), kind=SET_ASIDE).order_by("-id").first()
        if last and last.detail.get("batch") == str(batch_id):
            found.append(row)
    return found


async def count_again(assessment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Lets an assessment count that was set aside by mistake, in the caller's transaction; the trail knows of both."""
    found = await Assessment.get(id=assessment_id)
    aside = Assessment.filter(id=found.id, set_aside__isnull=False)
    if not await aside.update(set_aside=None, set_aside_because=None):
        raise Conflict("This assessment counts already.", "Look at it again.")
    await facts.record(COUNTS_AGAIN, found, actor=actor.person_id, now=now, person=found.person_id, unit=found.unit_id)


async def set_aside_before(ids: Sequence[UUID]) -> dict[UUID, list[tuple[datetime, datetime]]]:
    """Tells of assessments that count again from when till when they did not, each time; of the others nothing."""
    found: dict[UUID, list[tuple[datetime, datetime]]] = {}
    since: dict[str, datetime] = {}
    told = Fact.filter(subject_id__in=[str(one) for one in ids], kind__in=[SET_ASIDE, COUNTS_AGAIN]).order_by("id")
    for fact in await told.values("subject_id", "kind", "recorded"):
        if fact["kind"] == SET_ASIDE:
            since[fact["subject_id"]] = fact["recorded"]
        elif began := since.pop(fact["subject_id"], None):
            found.setdefault(UUID(fact["subject_id"]), []).append((began, fact["recorded"]))
    return found


def say_why(reason: str) -> None:
    """Raises Invalid where no reason is given."""
    if not reason.strip():
        raise Invalid("There is a problem", problems={"reason": "Say why, in a sentence"})


async def leave(
    rater: Rater, assessment: Assessment, because: str, reason: str, *, actor: UUID | None, now: datetime
) -> None:
    """Ends a part with the reason, in the caller's transaction."""
    await Rater.filter(id=rater.id).update(state=LEFT, note=reason.strip())
    detail = {"because": because}
    await note_rater("rater.left", rater, assessment, actor=actor, now=now, detail=detail)
