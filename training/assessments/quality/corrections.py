"""Opens an assessment that was returned again, for a corrected rating: as another row, so that the first stays."""

from datetime import datetime
from uuid import UUID, uuid4

from training.assessments.actions import note
from training.assessments.models import LEFT, Assessment, Draft, Rater, Rating
from training.people.actor import Actor


async def open_correction(first: Assessment, *, because: str, actor: Actor, now: datetime) -> Assessment:
    """Gives each rater of an assessment their marks back as a draft of another one, in the caller's transaction.

    Until that one is signed the first counts as before; who opened the first has opened this one.
    """
    told = {
        name: getattr(first, name)
        for name in ("unit_id", "person_id", "version_id", "site_id", "programme_id", "delivery_id", "group_name",
                     "observed", "medium", "independent", "raters_needed", "opened_by_id")
    }  # fmt: skip
    row = await Assessment.create(
        **told,
        id=uuid4(),
        entry_key=uuid4(),
        opened=now,
        touched=now,
        blind=False,
        summary=[],
        corrects_id=first.id,
        corrects_because=because,
    )
    parts = await Rater.filter(assessment_id=first.id).exclude(state=LEFT).order_by("id")
    again = {one.id: await Rater.create(assessment_id=row.id, person_id=one.person_id) for one in parts}
    marks: dict[tuple[UUID, str], Rating] = {}
    for one in await Rating.filter(assessment_id=first.id, rater_id__in=list(again)).order_by("attempt"):
        marks[one.rater_id, one.item] = one
    await Draft.bulk_create(
        [Draft(id=uuid4(), rater_id=again[rater].id, item=item, mark=one.mark, note=one.note, saved=now)
         for (rater, item), one in marks.items()]
    )  # fmt: skip
    detail = {"corrects": str(first.id), "raters": len(again)}
    await note("assessment.reopened", row, actor=actor.person_id, now=now, detail=detail, rows=list(again.values()))
    return row
