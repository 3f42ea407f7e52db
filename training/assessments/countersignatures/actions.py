"""A colleague countersigns an assessment, so that it counts, or returns it with reasons to be rated again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from training.assessments.actions import note
from training.assessments.countersignatures.models import Countersignature
from training.assessments.countersignatures.rules import FINDINGS, why_not
from training.assessments.eligible import eligibility
from training.assessments.marks import MarkRow
from training.assessments.models import Assessment, visible_to
from training.assessments.quality.corrections import open_correction
from training.assessments.reading import instrument_of, refuse_needless, settled_rows, who_marked
from training.assessments.rules import Eligibility
from training.assessments.signing import digest_of_marks, settle
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import same_human

MOVED_ON = "This assessment has been countersigned or returned already."


async def waiting_one(assessment_id: UUID, actor: Actor) -> tuple[Assessment, Eligibility]:
    """Finds an assessment that waits, with what was found about the actor; NotAllowed for who may not countersign."""
    found = visible_to(actor).filter(id=assessment_id).select_related("person", "version__instrument")
    row = await found.first() if actor.may("assess") else None
    if row is None:
        raise NotFound("There is no such assessment.", "Look at your list of assessments.")
    if row.state != "countersign":
        raise Conflict(MOVED_ON, "Look at the assessment.")
    await refuse_needless(row)
    for one in await who_marked(row.id):
        if await same_human(one, actor.person_id):
            raise NotAllowed("You had a part in this assessment yourself.", "A colleague has to countersign it.")
    (looked,) = await eligibility(actor.person_id, row, days=(actor.today,))
    if reasons := why_not(looked):
        words = ". ".join(dict.fromkeys(reasons))
        raise NotAllowed(f"{words}.", "Another assessor has to countersign.", title="You may not countersign this")
    return row, looked


async def answer(assessment_id: UUID, *, finding: str, reasons: str, actor: Actor, now: datetime) -> Assessment:
    """Countersigns an assessment or returns it, with reasons, once; returned, its raters get their marks back."""
    row, looked = await waiting_one(assessment_id, actor)
    problems = {} if finding in FINDINGS else {"finding": "Choose whether you countersign or return it"}
    if not reasons.strip():
        problems["reasons"] = "Say why, in a sentence or two"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    instrument = instrument_of(row.version)
    async with transaction():
        # Written first, so that of two colleagues at once the second waits here and finds it done.
        if not await Assessment.filter(id=row.id, state="countersign").update(touched=now):
            raise Conflict(MOVED_ON, "Look at the assessment.")
        rows: Sequence[MarkRow] = await settled_rows(instrument, row.id)
        made = await Countersignature.create(
            id=uuid4(), assessment_id=row.id, person_id=actor.person_id, finding=finding, reasons=reasons.strip(),
            made=now, digest=digest_of_marks(row, rows), eligibility=looked.frozen(),
        )  # fmt: skip
        if finding == "returned":
            await Assessment.filter(id=row.id).update(state="returned")
            await note("assessment.returned", row, actor=actor.person_id, now=now, rows=[made])
            await open_correction(row, because=made.reasons, actor=actor, now=now)
        else:
            await note("assessment.countersigned", row, actor=actor.person_id, now=now, rows=[made])
            await settle(row, instrument, rows, actor=actor, now=now)
    return row
