"""What raters do: open an assessment, keep drafts, hand in their rating, agree where they are apart, sign."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from training.assessments.disagreement.settling import settle_by_one_more, write_settled
from training.assessments.eligible import eligibility, others_who_rate, site_on
from training.assessments.marks import JUDGED, Mark, apart, fault_of_mark, packed, titles_of, unpacked
from training.assessments.models import LEFT, THIRD, Assessment, Draft, InstrumentVersion, Rater, Rating
from training.assessments.reading import draft_name, instrument_of, last_saved, named, refuse_needless, rows_of
from training.assessments.visits.planning import plan_visit
from training.assessments.visits.rules import VisitPlan
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.instruments.schema import InstrumentSchema
from training.people.actor import Actor
from training.people.visibility import people_for
from training.sites.programmes import programme_of
from training.trail import facts

MEDIA = {"live": "I was in the room", "video": "I watched a video"}


class Stale(Conflict):
    """A page was sent of which another window has saved something else."""


@dataclass(frozen=True)
class Opening:
    """What somebody types to begin an assessment; with a visit it is watched on that day, and else was by today."""

    person: UUID
    version: UUID
    observed: date
    medium: str
    group_name: str = ""
    delivery: UUID | None = None
    independent: bool = False
    blind: bool = True
    others: tuple[UUID, ...] = ()
    programme: UUID | None = None
    visit: VisitPlan | None = None


@dataclass(frozen=True)
class Noted:
    """A mark with the note under it; no mark yet is None."""

    mark: Mark | None
    note: str = ""


async def open_assessment(opening: Opening, *, key: UUID, actor: Actor, now: datetime) -> Assessment:
    """Begins an assessment with the actor as rater; everybody who rates must be eligible on both days.

    The same form again, or another one for the same person, instrument, day and group, gives the one that is open.
    """
    if found := await Assessment.get_or_none(entry_key=key, opened_by_id=actor.person_id):
        return found
    version = await _checked(opening, actor, now)
    row = await _opened(opening, version, key=key, actor=actor, now=now)
    raters = (actor.person_id, *opening.others)
    if found := await Assessment.get_or_none(slot=row.slot):
        return await _same(found, row, raters)
    for rater in raters:
        await refuse_ineligible(rater, row, today=local_day(now, actor.zone), among=raters)
    try:
        async with transaction():
            await row.save(force_create=True)
            own, *asked = [await Rater.create(assessment_id=row.id, person_id=rater) for rater in raters]
            detail = {"raters": len(raters)}
            await note("assessment.opened", row, actor=actor.person_id, now=now, detail=detail, rows=[own])
            for part in asked:
                await note_rater("rater.joined", part, row, actor=actor.person_id, now=now)
            if opening.visit:
                await plan_visit(row, opening.visit, actor=actor, now=now)
    except IntegrityError as error:  # sent twice in one moment
        found = await Assessment.get_or_none(slot=row.slot)
        found = found or await Assessment.get_or_none(entry_key=key, opened_by_id=actor.person_id)
        if found is None:
            raise Conflict("This form has been used.", "Open a new one.") from error
        return found
    return row


async def _same(found: Assessment, row: Assessment, raters: Sequence[UUID]) -> Assessment:
    """Gives the assessment that is open; refuses one that would be another of the same person, day and group."""
    rating = {UUID(str(one)) for one in await Rater.filter(assessment_id=found.id).values_list("person_id", flat=True)}
    if (rating, found.independent) != (set(raters), row.independent):
        raise Conflict(
            "You have begun to assess this person on that day, with other people or as another kind of assessment.",
            "Go on with that one, or cancel it first.",
        )
    return found


async def _opened(
    opening: Opening, version: InstrumentVersion, *, key: UUID, actor: Actor, now: datetime
) -> Assessment:
    row = Assessment(
        id=uuid4(),
        entry_key=key,
        unit_id=actor.unit_id,
        person_id=opening.person,
        version_id=version.id,
        site_id=await site_on(opening.person, opening.observed),
        programme_id=await programme_of(opening.programme, actor.unit_id),
        delivery_id=opening.delivery,
        group_name=opening.group_name.strip(),
        observed=opening.observed,
        medium=opening.medium,
        blind=opening.blind,
        independent=opening.independent,
        raters_needed=max(instrument_of(version).raters, 1 + len(opening.others)),
        opened=now,
        opened_by_id=actor.person_id,
        touched=now,
        summary=[],
    )
    row.slot = slot_of(row, version.instrument_id)
    return row


def slot_of(row: Assessment, instrument_id: UUID) -> str:
    """Names who began it for whom, with what, of which day and group."""
    names = (row.opened_by_id, row.person_id, instrument_id, row.observed, row.group_name.lower())
    return "/".join(str(name) for name in names)


async def _checked(opening: Opening, actor: Actor, now: datetime) -> InstrumentVersion:
    if not actor.may("assess"):
        raise NotAllowed("Only assessors can do this.", "Ask your central unit if you should be one.")
    if not await people_for(actor, "assess").filter(id=opening.person).exists():
        raise Invalid("There is a problem", problems={"person": "Choose a trainee from the list"})
    version = await InstrumentVersion.filter(instrument__unit_id=actor.unit_id).get_or_none(id=opening.version)
    if version is None:
        raise Invalid("There is a problem", problems={"version": "Choose what you rate with"})
    today = local_day(now, actor.zone)
    ahead = opening.observed > today and not opening.visit
    problems = {"observed": "This day is still to come. Say below when and where the visit is"} if ahead else {}
    if opening.medium not in MEDIA:
        problems["medium"] = "Choose how you watched the group"
    others, needed = others_who_rate(actor.unit_id, without=[actor.person_id], day=today), instrument_of(version).raters
    if await others.filter(id__in=opening.others).count() < len(set(opening.others)):
        problems["other"] = "Choose somebody from the list"
    elif len(set(opening.others)) < len(opening.others):
        problems["other"] = "You chose the same person twice. Choose another one"
    elif 1 + len(opening.others) < needed:
        more = needed - 1 - len(opening.others)
        problems["other"] = (
            f"This needs {needed} people who rate. Choose {more} more who {'rate' if more > 1 else 'rates'} with you"
        )
    if problems:
        raise Invalid("There is a problem", problems=problems)
    return version


async def refuse_ineligible(
    rater: UUID, assessment: Assessment, *, today: date, among: Sequence[UUID] = ()
) -> dict[str, Any]:
    """Gives what was found about a rater as of the observed day and today; raises NotAllowed when it does not allow."""
    found = await eligibility(rater, assessment, days=(assessment.observed, today), among=among)
    reasons = dict.fromkeys(reason for one in found for reason in one.reasons)
    if reasons:
        raise NotAllowed(
            ". ".join(reasons) + ".", "Another assessor has to do this one.", title="You may not assess this person"
        )
    return {"observed": found[0].frozen(), "signing": found[1].frozen()}


async def save_draft(
    assessment_id: UUID,
    noted: Mapping[str, Noted],
    *,
    actor: Actor,
    now: datetime,
    seen: str = "",
    device_draft: UUID | None = None,
) -> str:
    """Keeps marks that are not handed in yet; each call replaces the items that it names.

    `seen` names the draft that the page showed, and Stale is raised when it has been saved anew elsewhere since then.
    What is sent from the draft of a device that was saved last goes on from there: the answer to it may have been
    lost on its way. Returns the name of the draft as it is now.
    """
    rater, instrument = await own_rating(assessment_id, actor)
    _refuse_faults(instrument, noted)
    async with transaction():
        # As a write, so that it waits: in another window the rating may be handed in just now.
        if not await Rater.filter(id=rater.id, state="rating").update(state="rating"):
            raise Conflict("You have handed in this rating.", "It can no longer be changed.")
        await _refuse_stale(rater, seen, device_draft)
        for item, given in noted.items():
            await Draft.update_or_create(
                rater_id=rater.id,
                item=item,
                defaults={
                    "mark": packed(given.mark), "note": given.note.strip(), "saved": now, "device_draft": device_draft
                },
            )  # fmt: skip
        return await draft_name(rater)


async def _refuse_stale(rater: Rater, seen: str, device_draft: UUID | None = None) -> None:
    last = await last_saved(rater)
    same_device = last is not None and device_draft is not None and last.device_draft == device_draft
    if seen and seen != named(last) and not same_device:
        raise Stale(
            "You have saved other answers in another window since this page was opened. Nothing was overwritten.",
            "Look at that window. If the answers here are the right ones, send them again.",
        )


def _refuse_faults(instrument: InstrumentSchema, noted: Mapping[str, Noted]) -> None:
    problems = {
        item: fault
        for item, given in noted.items()
        if given.mark is not None and (fault := fault_of_mark(instrument, item, given.mark))
    }
    if problems:
        raise Invalid("There is a problem", problems=problems)


async def submit_rating(assessment_id: UUID, *, actor: Actor, now: datetime, seen: str = "") -> Assessment:
    """Hands in the actor's marks: from now on they are rows that never change.

    When the last rater hands in, the raters see each other's marks; where they are apart they must agree first.
    """
    rater, instrument = await own_rating(assessment_id, actor)
    assessment = await Assessment.get(id=assessment_id)
    if assessment.observed > local_day(now, actor.zone):
        raise Conflict("This visit is still to come.", "Hand in what you saw once you have been there.")
    await refuse_needless(assessment)
    await refuse_ineligible(actor.person_id, assessment, today=local_day(now, actor.zone))
    async with transaction():
        await _hold(assessment, assessment.state if assessment.state == THIRD else "open", now)
        await Assessment.filter(id=assessment_id).update(slot=None)
        await _refuse_stale(rater, seen)
        drafts = {row.item: row for row in await Draft.filter(rater_id=rater.id)}
        _refuse_gaps(instrument, drafts)
        if not await Rater.filter(id=rater.id, state="rating").update(state="submitted", submitted=now):
            raise Conflict("You have handed in this rating already.", "Look at the assessment again.")
        ratings = [
            await Rating.create(
                assessment_id=assessment_id, rater_id=rater.id, item=item, mark=draft.mark, note=draft.note,
                recorded=now,
            )
            for item, draft in drafts.items()
        ]  # fmt: skip
        await Draft.filter(rater_id=rater.id).delete()
        last = not await Rater.filter(assessment_id=assessment_id, state="rating").exists()
        settled: list[Model] = []
        if last and assessment.state == THIRD:
            settled = await settle_by_one_more(assessment, instrument, actor=actor.person_id, now=now)
            await _move(assessment, THIRD, "submitted")
        elif last:
            differ = apart(instrument, await rows_of(assessment_id))
            await _move(assessment, "open", "reconciling" if differ else "submitted")
        told, rows = {"last": last}, [rater, *ratings, *settled]
        await note("assessment.submitted", assessment, actor=actor.person_id, now=now, detail=told, rows=rows)
    return assessment


def _refuse_gaps(instrument: InstrumentSchema, drafts: Mapping[str, Draft]) -> None:
    problems = {
        item: "Choose an answer"
        for item in titles_of(instrument)
        if item not in drafts or unpacked(drafts[item].mark) is None
    }
    if instrument.kind == "judgement" and JUDGED in drafts and not drafts[JUDGED].note.strip():
        problems[JUDGED] = "Write your reasons"
    if problems:
        raise Invalid("There is a problem", problems=problems)


async def reconcile(assessment_id: UUID, agreed: Mapping[str, Noted], *, actor: Actor, now: datetime) -> Assessment:
    """Writes the marks that the raters agreed on, each with its reasons, for exactly the items on which they differ."""
    _, instrument = await own_rating(assessment_id, actor)
    assessment = await Assessment.get(id=assessment_id)
    differ = apart(instrument, await rows_of(assessment_id))
    refuse_unsettled(instrument, differ, agreed)
    async with transaction():
        await _hold(assessment, "reconciling", now)
        marks = {item: (agreed[item].mark, agreed[item].note.strip()) for item in differ}
        settled = await write_settled(assessment_id, marks, actor.person_id, now)
        await _move(assessment, "reconciling", "submitted")
        detail = {"items": differ}
        await note("assessment.reconciled", assessment, actor=actor.person_id, now=now, detail=detail, rows=settled)
    return assessment


def refuse_unsettled(instrument: InstrumentSchema, differ: Sequence[str], given: Mapping[str, Noted]) -> None:
    """Raises Invalid unless each item on which raters differ has a mark that the instrument knows, and reasons."""
    _refuse_faults(instrument, {item: given[item] for item in differ if item in given})
    problems = {item: "Choose the mark that counts" for item in differ if item not in given or given[item].mark is None}
    problems |= {
        f"{item}_note": "Say why this mark counts"
        for item in differ
        if item not in given or not given[item].note.strip()
    }
    if problems:
        raise Invalid("There is a problem", problems=problems)


async def own_rating(assessment_id: UUID, actor: Actor) -> tuple[Rater, InstrumentSchema]:
    """Finds the actor's part in an assessment and its instrument; NotFound when they do not rate in it."""
    found = Rater.filter(assessment_id=assessment_id, person_id=actor.person_id, assessment__unit_id=actor.unit_id)
    found = found.exclude(state=LEFT).select_related("assessment__version")
    rater = await found.first() if actor.may("assess") else None
    if rater is None:
        raise NotFound("You do not rate in this assessment.", "Look at your list of assessments.")
    return rater, instrument_of(rater.assessment.version)


async def _hold(assessment: Assessment, state: str, now: datetime) -> None:
    """Makes changes of one assessment wait for each other: the row is written first, in the state it must be in."""
    if not await Assessment.filter(id=assessment.id, state=state).update(touched=now):
        raise Conflict("This assessment has moved on.", "Look at it again.")


async def _move(assessment: Assessment, before: str, after: str) -> None:
    await Assessment.filter(id=assessment.id, state=before).update(state=after)
    assessment.state = after


async def note(
    kind: str,
    row: Assessment,
    *,
    actor: UUID | None,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
    rows: Iterable[Model] = (),
) -> None:
    """Records a fact about an assessment and its parts, in the caller's transaction."""
    await facts.record(
        kind, row, actor=actor, now=now, person=row.person_id, unit=row.unit_id, detail=detail, rows=rows
    )


async def note_rater(
    kind: str,
    rater: Rater,
    row: Assessment,
    *,
    actor: UUID | None,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
    rows: Iterable[Model] = (),
) -> None:
    """Records a fact about somebody's part in an assessment, in the caller's transaction; they are told by mail."""
    about = {"assessment": str(row.id), **(detail or {})}
    await facts.record(
        kind, rater, actor=actor, now=now, person=row.person_id, unit=row.unit_id, detail=about, rows=rows
    )


def plain(lines: Sequence[Any]) -> list[dict[str, Any]]:
    """Gives dataclasses as plain values to store."""
    return [asdict(line) for line in lines]
