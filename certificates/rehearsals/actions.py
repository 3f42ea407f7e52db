"""A rehearsal is begun, worked on in the background some people at a time, left and found again, and stopped."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise.expressions import F, Q, Subquery
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certification, PathwayVersion
from certificates.evaluations.pathway_versions import (
    followed_by_many,
    followed_by_site,
    instruments_of,
    read,
    standing_versions,
)
from certificates.rehearsals.judge_both import differences, judge_both
from certificates.rehearsals.models import Rehearsal, RehearsedStanding, rehearsals_visible_to
from training.core.errors import Conflict, NotFound
from training.database.connection import transaction
from training.drafts.contents import texts_of
from training.drafts.models import MaterialDraft
from training.instruments.schema import InstrumentSchema
from training.parsing.messages import FileError
from training.people.actor import Actor
from training.people.holders import Holder
from training.people.models import Person
from training.people.visibility import active_on
from training.programmes.models import Adoption, Place, holding_on
from training.sites.models import Site
from training.trail import facts

GO_ON = "go on with a rehearsal"
AT_ONCE = 50
STRETCH = 5
"""Portions of one piece of follow-up work: one that is killed begins its last portion anew."""

log = logging.getLogger(__name__)


async def begin(draft: MaterialDraft, as_of: date, *, actor: Actor, now: datetime) -> Rehearsal:
    """Begins to try the rules of a draft as they stand, on a day; gives the one of the same rules that goes on."""
    written, newest = await rules_of(draft), await newest_of(actor.unit_id, draft.name)
    if newest is None:
        raise Conflict(
            "Nobody takes part yet in what has no rules.", "Publish the draft; no standing can change by it."
        )
    trial = Rehearsal(
        id=uuid4(), unit_id=actor.unit_id, draft_id=draft.id, programme_id=newest.programme_id, slug=draft.name,
        text=written.text, bases=written.bases, as_of=as_of, made=now, made_by_id=actor.person_id,
    )  # fmt: skip
    try:
        read(trial.rules)
    except FileError as faulty:
        raise Conflict(
            "These rules cannot be read yet.", "Mend what the draft says is wrong, then rehearse."
        ) from faulty
    trial.total = await people_concerned(trial).count() + await sites_concerned(trial).count()
    async with transaction():
        await MaterialDraft.select_for_update().get(id=draft.id)  # a second press waits, and finds the first
        for one in await Rehearsal.filter(draft_id=draft.id, as_of=as_of, state="working"):
            if (one.text, one.bases) == (trial.text, trial.bases):
                return one
        await trial.save(force_create=True)
        await _queue(trial, now=now)
    return trial


async def rehearsal_for(actor: Actor, rehearsal_id: UUID) -> Rehearsal:
    """Finds a rehearsal of the actor's unit; raises NotFound where there is none."""
    found = await rehearsals_visible_to(actor).get_or_none(id=rehearsal_id).prefetch_related("draft")
    if found is None:
        raise NotFound("There is no such rehearsal.", "Look at the draft, and rehearse it again.")
    return found


async def stop(trial: Rehearsal, *, now: datetime) -> None:
    """Stops a rehearsal; what was found so far stays to be read."""
    if not await Rehearsal.filter(id=trial.id, state="working").update(state="stopped", ended=now):
        raise Conflict("There is nothing to stop any more.", "Look at the rehearsal again.")


async def newest_of(unit_id: UUID, slug: str) -> PathwayVersion | None:
    """Finds the newest published version of a pathway."""
    return await standing_versions().filter(unit_id=unit_id, slug=slug).order_by("-published").first()


async def rules_of(draft: MaterialDraft) -> PathwayVersion:
    """Gives the rules of a draft as they stand, as a version that is not published."""
    texts = {path.removesuffix(".yaml"): text for path, text in (await texts_of(draft.id)).items()}
    text = texts.pop(draft.name, "")
    return PathwayVersion(unit_id=draft.unit_id, slug=draft.name, version="", text=text, bases=texts)


def is_current(trial: Rehearsal, rules: PathwayVersion) -> bool:
    """Tells whether the rules that were tried ask for what those of the draft ask, whatever number and notes say."""
    try:
        tried, now = read(trial.rules), read(rules)
    except FileError:
        return False
    return all(getattr(tried, name) == getattr(now, name) for name in RULES)


RULES = ("effective", "roles", "attributes", "levels", "deliveries")
"""What of a pathway decides; the rest is what it is called and where it comes from."""


def people_concerned(trial: Rehearsal) -> QuerySet[Person]:
    """Lists who takes part in the programme on the day, or is certified in it and not for ever over."""
    of = {"programme_id": trial.programme_id}
    places = Place.filter(holding_on(trial.as_of), **of).values("person_id")
    running = Q(over__isnull=True) | Q(over__gte=trial.as_of)
    held = Certification.filter(running, person_id__isnull=False, **of).values("person_id")
    among = Q(id__in=Subquery(places)) | Q(id__in=Subquery(held))
    return Person.filter(among, unit_id=trial.unit_id, merged_into_id__isnull=True, erased_at__isnull=True)


def sites_concerned(trial: Rehearsal) -> QuerySet[Site]:
    """Lists the sites that have taken the programme up on the day."""
    adopted = Adoption.filter(active_on(trial.as_of), programme_id=trial.programme_id).values("site_id")
    return Site.filter(id__in=Subquery(adopted), unit_id=trial.unit_id)


async def go_on(rehearsal_id: UUID, *, now: datetime) -> None:
    """Judges the next of those concerned, and queues the work on those who come after.

    Called twice, also at once, each is counted once: what was found is written only where nobody has gone on since.
    """
    trial = await Rehearsal.get_or_none(id=rehearsal_id, state="working")
    if trial is None:
        return
    tools = await instruments_of(trial.unit_id)
    for _ in range(STRETCH):
        holders = await _next(trial)
        if not holders:
            ends = {"stage": "sites", "after": None} if trial.stage == "people" else {"state": "done", "ended": now}
            if not await _here(trial).update(**ends) or trial.stage == "sites":
                return
            trial = await Rehearsal.get(id=trial.id)
            continue
        followed = await _followed(trial, holders)
        found: list[RehearsedStanding] = []
        failed = 0
        for holder in holders:
            try:
                found += await _tried(trial, holder, followed.get(holder.id), tools)
            except Exception:  # somebody on whom it fails keeps nobody else waiting
                log.exception("%s could not be rehearsed", holder.id)
                failed += 1
        async with transaction():
            reached = {
                "after": holders[-1].id,
                "progress": F("progress") + len(holders),
                "failed": F("failed") + failed,
            }
            if not await _here(trial).update(**reached):
                return
            await RehearsedStanding.bulk_create(found)
        trial = await Rehearsal.get(id=trial.id)
    await _queue(trial, now=now)


def _here(trial: Rehearsal) -> QuerySet[Rehearsal]:
    return Rehearsal.filter(id=trial.id, state="working", stage=trial.stage, progress=trial.progress)


async def _queue(trial: Rehearsal, *, now: datetime) -> None:
    key = f"{GO_ON}/{trial.id}/{trial.stage}/{trial.progress}"
    await facts.schedule(GO_ON, key, due=now, subject_id=str(trial.id))


async def _next(trial: Rehearsal) -> Sequence[Holder]:
    asked = people_concerned(trial) if trial.stage == "people" else sites_concerned(trial)
    rest = asked.filter(id__gt=trial.after) if trial.after else asked
    return await rest.order_by("id").limit(AT_ONCE)


async def _followed(trial: Rehearsal, holders: Sequence[Holder]) -> dict[UUID, PathwayVersion]:
    """Finds the version that each of them follows on the day."""
    if trial.stage == "people":
        versions = await followed_by_many([one.id for one in holders], trial.unit_id, today=trial.as_of)
    else:
        versions = {one.id: await followed_by_site(one, today=trial.as_of) for one in holders if isinstance(one, Site)}
    return {key: row for key, rows in versions.items() for row in rows if row.slug == trial.slug}


async def _tried(
    trial: Rehearsal, holder: Holder, followed: PathwayVersion | None, tools: Sequence[InstrumentSchema]
) -> list[RehearsedStanding]:
    before = followed or await newest_of(trial.unit_id, trial.slug)
    if before is None:
        return []
    both = await judge_both(holder, before, trial.rules, as_of=trial.as_of, tools=tools)
    rows = list(differences(holder, both, before, trial.rules))
    for row in rows:
        row.id, row.rehearsal_id = uuid4(), trial.id
    return rows
