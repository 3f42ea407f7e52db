"""Re-opens certificates that rely on assessments in question: puts those on hold that would not stand; one of many."""

from collections.abc import Mapping
from uuid import UUID

from tortoise.models import Model

from certificates.bulk.changes import LOOK, put_back
from certificates.bulk.kinds import BulkRequest, NothingToDo, Target, UndoneInPart
from certificates.evaluations import changes
from certificates.evaluations.models import Appeal, StateChange
from certificates.evaluations.pathway_versions import instruments_of
from certificates.evaluations.standing import GOOD, WORDS
from certificates.reliance.questions import in_question, question_of, relying
from certificates.reliance.reevaluation import Reevaluation, reevaluate
from training.assessments.cancellation import count_again, set_aside, set_aside_by
from training.assessments.models import Assessment, visible_to
from training.assessments.reading import counts_instead
from training.core.errors import AppError, Conflict
from training.database.connection import transaction
from training.people.contact.addresses import refuse_own

WHICH: Mapping[str, str] = {
    "fall": "Those that would not stand without these assessments, or where nobody can tell",
    "all": "All that I chose",
}
COUNTING: Mapping[str, str] = {
    "yes": "Yes, until each certificate is looked at",
    "no": "No, from today on they count no more",
}


async def reopen(asked: BulkRequest, target: Target) -> StateChange | Assessment:
    """Suspends a certification that relies on assessments in question, and sets these aside, as it was answered."""
    actor = asked.actor
    question = await question_of(asked.filters, actor)
    fetched = relying(actor, question).select_related("person", "decision__evaluation", "decision__pathway")
    found = await fetched.get_or_none(id=target.id)
    if found is None or found.person_id is None:
        raise NothingToDo("It relies on none of these any more")
    await refuse_own(found.person_id, actor.person_id, "You may not re-open this.", "Somebody else has to.")
    judged = await reevaluate(found, question, today=actor.today, tools=await instruments_of(actor.unit_id))
    aside = asked.values["counting"] == "no"
    standing = await changes.standing_of(found, actor.today) or "certified"
    made: StateChange | Assessment | None = None
    if standing in GOOD and (judged.result != "stands" or asked.values["which"] == "all"):
        day = max(changes.earliest(found, await changes.changes_of(found.id)), actor.today)
        wanted = changes.RequestedChange(
            "suspended", _reason(asked, judged), day, grounds="evidence" if aside else "inquiry"
        )
        made = await changes.change(found.id, wanted, actor=actor, now=asked.now)
    for one in await in_question(actor, question).filter(person_id=found.person_id) if aside else ():
        await set_aside(one.id, because=asked.values["reason"], actor=actor, now=asked.now, batch_id=asked.batch_id)
        made = made or one
    if made is None:
        raise NothingToDo("It would stand without them" if standing in GOOD else f"It is {WORDS[standing].lower()}")
    return made


def _reason(asked: BulkRequest, judged: Reevaluation) -> str:
    """Says why, and to the holder what is missing and what brings the certificate back."""
    words = asked.values["reason"].strip()
    words = words if words.endswith((".", "!", "?")) else f"{words}."
    if judged.result == "stands":
        return f"{words} Enough is left without the assessments in question. We look at it, and write to you."
    return (
        f"{words} Without the assessments in question, this is missing: {judged.because}. New evidence of it is enough."
    )


def words_of(made: Model) -> str:
    """Says what became of one: put on hold, or left to stand while assessments count no more."""
    return made.reason if isinstance(made, StateChange) else "Stays as it is; the assessments count no more"


async def put_aside(asked: BulkRequest, target: Target) -> Assessment:
    """Lets an assessment count no more."""
    found = await visible_to(asked.actor).get(id=target.id)
    await refuse_own(found.person_id, asked.actor.person_id, "You may not set this aside.", "Somebody else has to.")
    if found.set_aside:
        raise NothingToDo("It counts no more already")
    because = asked.values["reason"]
    await set_aside(found.id, because=because, actor=asked.actor, now=asked.now, batch_id=asked.batch_id)
    return found


async def take_up_again(asked: BulkRequest, assessment_id: UUID) -> None:
    """Lets an assessment count again that was set aside."""
    if await _fell(assessment_id):
        raise Conflict("An appeal against it was upheld, so it counts no more", LOOK)
    if await counts_instead(assessment_id):
        raise Conflict("It was rated again since, and that one counts", LOOK)
    if not await set_aside_by(asked.batch_id, Assessment.filter(id=assessment_id)):
        raise Conflict("Somebody has set it aside or let it count since, so it stays as it is", LOOK)
    await count_again(assessment_id, actor=asked.actor, now=asked.now)


async def close_again(asked: BulkRequest, made_id: UUID) -> None:
    """Restores what was suspended, and lets what was set aside with it count again.

    Those count again, too, where the certificate was changed since and stays as it is.
    """
    change = await StateChange.get_or_none(id=made_id).select_related("certification")
    if change is None:
        await _count_again(asked, (await Assessment.get(id=made_id)).person_id)
        return
    await _count_again(asked, change.certification.person_id)
    try:
        async with transaction():
            await put_back(asked, change.id)
    except AppError as trouble:
        raise UndoneInPart(f"{trouble.message.rstrip('.')}. The assessments count again") from trouble


async def _count_again(asked: BulkRequest, person_id: UUID | None) -> None:
    for one in await set_aside_by(asked.batch_id, Assessment.filter(person_id=person_id)):
        if not await _fell(one.id) and not await counts_instead(one.id):
            await count_again(one.id, actor=asked.actor, now=asked.now)


async def _fell(assessment_id: UUID) -> bool:
    """Tells whether an assessment counts no more because of an appeal, too."""
    return await Appeal.filter(assessment_id=assessment_id, finding="overturned").exists()
