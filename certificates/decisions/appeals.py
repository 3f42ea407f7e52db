"""Appeals: a holder says that a decision about them was wrong; somebody who had no part in it looks at it anew."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from certificates.decisions import outcomes
from certificates.decisions.outcomes import Outcome
from certificates.decisions.parts_taken import who_may_decide, why_barred
from certificates.evaluations import changes
from certificates.evaluations.models import (
    Appeal,
    Certification,
    Decision,
    StateChange,
    appeals_visible_to,
    changes_about,
    decisions_about,
)
from certificates.evaluations.outcome_text import OUTCOMES
from training.assessments.cancellation import set_aside
from training.assessments.models import Assessment
from training.core.dates import day, local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.holders import same_holder
from training.records.rules import KeptFile
from training.sites.models import CentralUnit
from training.trail import facts

TELL, TELL_WHO_DECIDES = "mail appeal", "mail who decides appeal"
"""Names of the work that tells of a step: whoever appealed, and each of those who can decide."""
FINDINGS = ("upheld", "overturned")
REFUSED = "refused"
"""The finding on an appeal that came late and is not accepted."""
BROUGHT_BACK = ("suspended", "withdrawn")
"""Changes that a named person made: overturned, the certification is restored. A lapse comes back by the rules."""
COLUMNS = {Decision: "decision_id", StateChange: "change_id", Assessment: "assessment_id"}
"""What an appeal is about → the column that names it."""
ANSWERED = "This has been decided already."
AGAIN = "Look at the list of appeals again."
MOST_DAYS = 366


async def outcome_about(me: Actor, outcome_id: UUID) -> tuple[Outcome, Decision | StateChange | Assessment]:
    """Finds what was decided about the actor, or a site that they manage; raises NotFound for anybody else's."""
    made = await decisions_about(me).get_or_none(id=outcome_id).prefetch_related("pathway", "appeal")
    if made:
        return await outcomes.of_decision(made), made
    rated = Assessment.filter(person_id=me.person_id, state="signed", outcome="not_met")
    if assessed := await rated.get_or_none(id=outcome_id).prefetch_related("version", "unit"):
        return await outcomes.of_assessment(assessed), assessed
    change = await changes_about(me).get_or_none(id=outcome_id).prefetch_related("appeal", "certification")
    if change is None or change.state not in OUTCOMES:
        raise NotFound("There is no such decision about you.", "Look at your pathway.")
    return await outcomes.of_change(change), change


async def lodge(
    outcome_id: UUID, *, words: str, late: str = "", files: Iterable[KeptFile] = (), actor: Actor, now: datetime
) -> Appeal:
    """Keeps what a holder says against a decision about them, once for each; after its days, with why it comes late."""
    outcome, about = await outcome_about(actor, outcome_id)
    today = local_day(now, actor.zone)
    if outcome.appeal:
        raise Conflict("You have appealed already.", "You get a mail at each step.")
    if outcome.appeal_until is None:
        raise Conflict("Nobody can appeal against this.", "Write to the central unit.")
    in_time = today <= outcome.appeal_until
    problems = {} if words.strip() else {"words": "Say in your own words what was wrong"}
    if not in_time and not late.strip():
        problems["late"] = "Say why you come after the days were over"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    whose: dict[str, Any] = {COLUMNS[type(about)]: about.id}
    if isinstance(about, Assessment):
        whose |= {"person_id": about.person_id}
    else:
        whose |= same_holder(about.certification if isinstance(about, StateChange) else about)
    try:
        async with transaction():
            made = await Appeal.create(
                id=uuid4(), **whose, words=words.strip(), made=now,
                late="" if in_time else late.strip(), **(await _deadlines(actor, now) if in_time else {}),
                files=[{"name": one.file_name, "stored": one.stored, "sha256": one.sha256} for one in files] or None,
            )  # fmt: skip
            await _tell("appeal.made", made, actor, now, about=str(about.id), outcome=outcome.state, late=not in_time)
    except IntegrityError as error:
        raise Conflict("You have appealed already.", "You get a mail at each step.") from error
    return made


async def _deadlines(actor: Actor, now: datetime) -> dict[str, Any]:
    unit, today = await CentralUnit.get(id=actor.unit_id), local_day(now, actor.zone)
    return {
        "look_by": today + timedelta(days=unit.appeal_look_days),
        "decide_by": today + timedelta(days=unit.appeal_decide_days),
    }


async def accept(appeal_id: UUID, *, reasons: str, actor: Actor, now: datetime) -> None:
    """Accepts an appeal that came late, with the reason; its days run from now on."""
    found = await _open(appeal_id, actor)
    if not reasons.strip():
        raise Invalid("There is a problem", problems={"reasons": "Say why you accept it"})
    given = {"accepted": now, "accepted_because": reasons.strip(), "accepted_by_id": actor.person_id}
    late = Appeal.filter(id=found.id, finding="open", accepted__isnull=True).exclude(late="")
    async with transaction():
        if not await late.update(**given, **await _deadlines(actor, now)):
            raise Conflict("This appeal is not late, or was accepted already.", AGAIN)
        await _tell("appeal.accepted", found, actor, now)


async def look_at(appeal_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Says that the actor looks at an appeal now; the holder is told until when it is decided."""
    found = await _open(appeal_id, actor)
    _refuse_late(found)
    waiting = Appeal.filter(id=found.id, finding="open", looked_at__isnull=True)
    async with transaction():
        if not await waiting.update(looked_at=now, looked_at_by_id=actor.person_id):
            raise Conflict("Somebody is looking at this already.", AGAIN)
        await _tell("appeal.looked_at", found, actor, now)


async def answer(appeal_id: UUID, *, finding: str, reasons: str, actor: Actor, now: datetime) -> None:
    """Upholds what was decided or overturns it, once, with reasons; what falls is undone at once.

    A refusal that falls waits for a decision again: the rules are asked as the work that follows. A late appeal that is
    not accepted is `refused`.
    """
    found = await _open(appeal_id, actor)
    if finding != REFUSED:
        _refuse_late(found)
    elif not found.late or found.accepted:
        raise Conflict("This appeal came in time, or was accepted.", AGAIN)
    problems = {} if finding in (*FINDINGS, REFUSED) else {"finding": "Choose whether the decision stands"}
    if not reasons.strip():
        problems["reasons"] = "Say why, in a sentence or two"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with changes.conflicts(), transaction():
        given = {"finding": finding, "reasons": reasons.strip(), "answered": now, "answered_by_id": actor.person_id}
        if not await Appeal.filter(id=found.id, finding="open").update(**given):
            raise Conflict(ANSWERED, AGAIN)
        if finding == "overturned":
            await _undo(found, reasons.strip(), actor, now)
        await _tell("appeal.answered", found, actor, now, finding=finding)


async def _open(appeal_id: UUID, actor: Actor) -> Appeal:
    """Finds an appeal for somebody to go on with it; refuses whoever had a part in what it is about, and their own."""
    found = await appeals_visible_to(actor).get_or_none(id=appeal_id).prefetch_related("change", "decision")
    if found is None:
        raise NotFound("There is no such appeal.", AGAIN)
    remedy = "Somebody else of the central unit has to."
    if found.person_id:
        await refuse_own(found.person_id, actor.person_id, "You may not decide this.", remedy)
    if words := await why_barred(found, actor.person_id):
        raise NotAllowed(words, remedy)
    if found.finding != "open":
        raise Conflict(ANSWERED, AGAIN)
    return found


def _refuse_late(found: Appeal) -> None:
    if found.late and not found.accepted:
        raise Conflict("This appeal came late.", "Accept it first, or refuse it, with a reason.")


async def _tell(kind: str, found: Appeal, actor: Actor, now: datetime, **detail: Any) -> None:
    """Records a step, and queues the mails about it: to whoever appealed, and to those who can decide."""
    fact = await facts.record(
        kind, found, actor=actor.person_id, person=found.person_id, unit=actor.unit_id, now=now, detail=detail
    )
    step, about = {"step": kind.partition(".")[2]}, str(found.id)
    await facts.schedule(TELL, f"{TELL}/{fact.id}", due=now, payload=step, subject_id=about)
    for one in await who_may_decide(found, actor.unit_id, today=actor.today):
        key, payload = f"{TELL_WHO_DECIDES}/{fact.id}/{one.id}", {**step, "to": str(one.id)}
        await facts.schedule(TELL_WHO_DECIDES, key, due=now, payload=payload, subject_id=about)


async def _undo(found: Appeal, reasons: str, actor: Actor, now: datetime) -> None:
    """Undoes what fell: restores a certification, takes its condition away, or sets an assessment aside.

    Of a certification only from today, and where nothing else has become of it since, nor its time is over.
    """
    today = local_day(now, actor.zone)
    if found.assessment_id:
        if await Assessment.filter(id=found.assessment_id, set_aside__isnull=True).exists():
            await set_aside(found.assessment_id, because=reasons, actor=actor, now=now)
    elif found.change and found.change.state in BROUGHT_BACK:
        held = await Certification.get(id=found.change.certification_id)
        last = await StateChange.filter(certification_id=held.id).order_by("-turn").first()
        if last and last.id == found.change.id:
            for wanted in await changes.undoing(last, reasons, on=max(found.change.effective, today)):
                await changes.insert(held, wanted, actor_id=actor.person_id, unit_id=actor.unit_id, now=now)
    elif found.decision and found.decision.outcome == "conditional":
        held = await Certification.get(decision_id=found.decision.id)
        first = changes.earliest(held, await changes.changes_of(held.id))
        wanted = changes.RequestedChange("lifted", reasons, max(first, today))
        await changes.insert(held, wanted, actor_id=actor.person_id, unit_id=actor.unit_id, now=now)


def stage_of(found: Appeal) -> str:
    """Says in a word or two how far an appeal is."""
    if found.finding != "open":
        return {"upheld": "Stands", "overturned": "Overturned", "refused": "Came too late"}[found.finding]
    if found.late and not found.accepted:
        return "Came late: accept it?"
    return "Being looked at" if found.looked_at else "Received"


def overdue(found: Appeal, today: date) -> str:
    """Says what is late about an appeal; "" where nothing is."""
    if found.finding != "open":
        return ""
    if found.decide_by and found.decide_by < today:
        return f"Late: to be decided by {day(found.decide_by)}"
    if found.look_by and not found.looked_at and found.look_by < today:
        return f"Late: to be looked at by {day(found.look_by)}"
    return ""


async def set_days(days: dict[str, int | None], *, actor: Actor, now: datetime) -> None:
    """Sets within how many days somebody may appeal, and somebody looks at it and decides, for the actor's unit."""
    if not actor.everywhere("decide"):
        raise NotAllowed("You may not set this.", "Somebody of the central unit can.")
    problems = {
        name: f"Enter a number of days from 1 to {MOST_DAYS}"
        for name, number in days.items()
        if number is None or not 1 <= number <= MOST_DAYS
    }
    look, decide = days["appeal_look_days"], days["appeal_decide_days"]
    if not problems and look and decide and decide < look:
        problems["appeal_decide_days"] = "Enter as many days as for the first look, or more"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        unit = await CentralUnit.get(id=actor.unit_id)
        await CentralUnit.filter(id=unit.id).update(**days)
        await facts.record(
            "unit.changed", unit, actor=actor.person_id, unit=unit.id, now=now, detail={"columns": sorted(days)}
        )
