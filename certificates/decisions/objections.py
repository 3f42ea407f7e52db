"""Objections: a holder says that a decision about them was wrong; the central unit answers, and it stands or falls."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from certificates.decisions import outcomes
from certificates.decisions.outcomes import Outcome
from certificates.evaluations import changes
from certificates.evaluations.models import (
    Certification,
    Decision,
    Objection,
    StateChange,
    changes_about,
    decisions_about,
    objections_visible_to,
)
from certificates.evaluations.outcome_text import OUTCOMES
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.holders import same_holder
from training.trail import facts

FINDINGS = ("upheld", "overturned")
BROUGHT_BACK = ("suspended", "withdrawn")
"""Changes that a named person made: overturned, the certification is restored. A lapse comes back by the rules."""


async def outcome_about(me: Actor, outcome_id: UUID) -> tuple[Outcome, Decision | StateChange]:
    """Finds a decision or change about the actor, or a site that they manage; raises NotFound for anybody else's."""
    made = await decisions_about(me).get_or_none(id=outcome_id).prefetch_related("pathway", "objection")
    if made:
        return await outcomes.of_decision(made), made
    change = await changes_about(me).get_or_none(id=outcome_id).prefetch_related("objection", "certification")
    if change is None or change.state not in OUTCOMES:
        raise NotFound("There is no such decision about you.", "Look at your pathway.")
    return await outcomes.of_change(change), change


async def object_to(outcome_id: UUID, *, words: str, actor: Actor, now: datetime) -> Objection:
    """Keeps what a holder says against a decision about them; once for each, and within its time."""
    outcome, about = await outcome_about(actor, outcome_id)
    if outcome.objection:
        raise Conflict("You have said so already.", "You hear from the central unit.")
    if not outcome.open_to_objection(local_day(now, actor.zone)):
        raise Conflict("It is too late to object to this.", "Write to the central unit.")
    if not words.strip():
        raise Invalid("There is a problem", problems={"words": "Say in your own words what was wrong"})
    on_change = isinstance(about, StateChange)
    held = about.certification if isinstance(about, StateChange) else about
    try:
        async with transaction():
            made = await Objection.create(
                id=uuid4(), **same_holder(held), decision_id=None if on_change else about.id,
                change_id=about.id if on_change else None, words=words.strip(), made=now,
            )  # fmt: skip
            detail = {"about": str(about.id), "outcome": outcome.state}
            await facts.record(
                "objection.made", made, actor=actor.person_id, person=held.person_id, unit=actor.unit_id, now=now,
                detail=detail,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("You have said so already.", "You hear from the central unit.") from error
    return made


async def answer(objection_id: UUID, *, finding: str, reasons: str, actor: Actor, now: datetime) -> None:
    """Upholds what was decided or overturns it, once, with reasons; a change that falls is undone at once.

    A refusal that falls waits for a decision again: the rules are asked as the work that follows.
    """
    found = await objections_visible_to(actor).get_or_none(id=objection_id).prefetch_related("change")
    if found is None:
        raise NotFound("There is no such objection.", "Look at the list of decisions again.")
    words, remedy = "You may not answer this.", "Somebody else of the central unit has to."
    if found.person_id:
        await refuse_own(found.person_id, actor.person_id, words, remedy)
    problems = {} if finding in FINDINGS else {"finding": "Choose whether the decision stands"}
    if not reasons.strip():
        problems["reasons"] = "Say why, in a sentence or two"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with changes.conflicts(), transaction():
        given = {"finding": finding, "reasons": reasons.strip(), "answered": now, "answered_by_id": actor.person_id}
        if not await Objection.filter(id=found.id, finding="open").update(**given):
            raise Conflict("This has been answered already.", "Look at the list of decisions again.")
        if finding == "overturned" and found.change and found.change.state in BROUGHT_BACK:
            await _bring_back(found.change, reasons.strip(), actor, now)
        await facts.record(
            "objection.answered", found, actor=actor.person_id, person=found.person_id, unit=actor.unit_id, now=now,
            detail={"finding": finding},
        )  # fmt: skip


async def _bring_back(change: StateChange, reasons: str, actor: Actor, now: datetime) -> None:
    """Restores the certification from today, unless something else has become of it since, or its time is over."""
    held = await Certification.get(id=change.certification_id)
    last = await StateChange.filter(certification_id=held.id).order_by("-turn").first()
    if last and last.id == change.id:
        wanted = changes.RequestedChange("restored", reasons, max(change.effective, local_day(now, actor.zone)))
        await changes.insert(held, wanted, actor_id=actor.person_id, unit_id=actor.unit_id, now=now)
