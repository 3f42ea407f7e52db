"""Signs an assessment: each rater once, with their eligibility frozen; the last signature that is needed settles it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from training.assessments.actions import note, own_rating, plain, refuse_ineligible
from training.assessments.cancellation import set_aside
from training.assessments.marks import MarkRow
from training.assessments.models import LEFT, Assessment, Rater, Signature
from training.assessments.outcome import AssessmentOutcome, outcome_of
from training.assessments.reading import rated_before, refuse_needless, settled_rows
from training.core.dates import local_day, start_of
from training.core.errors import Conflict
from training.database.connection import transaction
from training.instruments.schema import InstrumentSchema
from training.people.actor import Actor
from training.trail import facts


async def sign(assessment_id: UUID, *, actor: Actor, now: datetime) -> Assessment:
    """Signs for the actor, when eligible on the observed day and today; of two signatures at once each counts once."""
    rater, instrument = await own_rating(assessment_id, actor)
    assessment = await Assessment.get(id=assessment_id)
    await refuse_needless(assessment)
    found = await refuse_ineligible(actor.person_id, assessment, today=local_day(now, actor.zone))
    async with transaction():
        # The row is written first, so that raters who sign in the same moment wait for each other here.
        if not await Assessment.filter(id=assessment_id, state="submitted").update(touched=now):
            raise Conflict("This assessment is signed, or not ready to be signed.", "Look at it again.")
        if not await Rater.filter(id=rater.id, state="submitted").update(state="signed", eligibility=found):
            raise Conflict("You have signed this already.", "Look at the assessment again.")
        rows = await settled_rows(instrument, assessment_id)
        signature = await Signature.create(
            assessment_id=assessment_id,
            person_id=actor.person_id,
            signed=now,
            digest=digest_of_marks(assessment, rows),
            eligibility=found,
        )
        await facts.record(
            "rating.signed", signature, actor=actor.person_id, now=now, person=assessment.person_id,
            unit=assessment.unit_id, detail={"assessment": str(assessment.id), "digest": signature.digest},
            rows=[rater],
        )  # fmt: skip
        if not await Rater.filter(assessment_id=assessment_id).exclude(state__in=["signed", LEFT]).exists():
            if await why_countersigned(assessment_id):
                await Assessment.filter(id=assessment_id, state="submitted").update(state="countersign")
                assessment.state = "countersign"
                await note("assessment.to_countersign", assessment, actor=actor.person_id, now=now)
            else:
                await settle(assessment, instrument, rows, actor=actor, now=now)
    return assessment


async def why_countersigned(assessment_id: UUID) -> list[tuple[str, list[str]]]:
    """Tells for each rater whose signature does not count alone, by name, what was found about them on either day."""
    found = []
    rows = Signature.filter(assessment_id=assessment_id).order_by("signed", "id")
    for one in await rows.values("eligibility", name="person__name"):
        days = [one["eligibility"][day]["findings"] for day in ("observed", "signing")]
        if words := [finding["words"] for told in days for finding in told if finding.get("countersign")]:
            found.append((one["name"], list(dict.fromkeys(words))))
    return found


async def settle(
    assessment: Assessment, instrument: InstrumentSchema, rows: Sequence[MarkRow], *, actor: Actor, now: datetime
) -> None:
    """Lets an assessment count, in the caller's transaction; what it corrects counts no more."""
    # As a write, so that it waits for whoever sets the first aside in this moment.
    await Assessment.filter(id=assessment.corrects_id).update(touched=now)
    await refuse_needless(assessment)
    outcome = outcome_of(instrument, rows)
    change = {"state": "signed", "signed": now, "outcome": outcome.finding, "summary": plain(outcome.lines)}
    await Assessment.filter(id=assessment.id, state=assessment.state).update(**change)
    assessment.update_from_dict(change)
    for earlier in await rated_before(assessment):
        await set_aside(earlier.id, because="It was rated again.", actor=actor, now=now)
    await facts.record(
        "assessment.signed",
        assessment,
        actor=actor.person_id,
        now=now,
        happened=start_of(assessment.observed, actor.zone),
        person=assessment.person_id,
        unit=assessment.unit_id,
        version=instrument.version,
        detail=_detail(assessment, instrument, outcome, rows),
    )


def _detail(
    assessment: Assessment, instrument: InstrumentSchema, outcome: AssessmentOutcome, rows: Sequence[MarkRow]
) -> dict[str, object]:
    return {
        "instrument": instrument.name,
        "observed": assessment.observed.isoformat(),
        "medium": assessment.medium,
        "outcome": outcome.finding,
        "raters": [row.by for row in rows if not row.agreed],
        "digest": digest_of_marks(assessment, rows),
    }


def digest_of_marks(assessment: Assessment, rows: Sequence[MarkRow]) -> str:
    """Gives the SHA-256 of what is signed: whose assessment, of which day, with which version, and every mark."""
    said = {
        "assessment": str(assessment.id),
        "person": str(assessment.person_id),
        "version": str(assessment.version_id),
        "observed": assessment.observed.isoformat(),
        "rows": [asdict(row) for row in rows],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
