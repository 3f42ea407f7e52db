"""Decides on a level, by a named person or by the rules alone; a decision that grants awards the certification."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from certificates.decisions.award import award
from certificates.decisions.deciders import case_for
from certificates.evaluations.evaluate_person import (
    ConcurrentChange,
    PersonEvaluation,
    evaluate_for,
    evaluate_holder,
    is_due,
    is_named,
    judge,
    per_of,
    persist,
    slot_of,
)
from certificates.evaluations.models import Certificate, Decision, Evaluation, PathwayVersion
from certificates.evaluations.pathway_versions import followed
from certificates.evaluations.standing import APPEAL, GOOD, GRANTING
from certificates.pathways.engine.verdict import LevelVerdict
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.parsing.values import Result
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.holders import Holder, find_holder, holder_of, person_id_of, same_holder
from training.people.models import Person
from training.people.names import has_name
from training.sites.models import Site
from training.trail import facts

NOT_FOLLOWED = {
    Person: ("This person has no place in the programme any more.", "Give them one on their page, then decide."),
    Site: ("This site does not deliver the programme any more.", "Take it up on the page of the site, then decide."),
}
"""Kind of holder → why nothing is decided of who follows the rules no longer, and what to do."""


@dataclass(frozen=True)
class DecisionForm:
    """What a named person decides: the outcome, why, and what somebody else thought."""

    outcome: str
    reasons: str
    dissent: str = ""


async def evaluate_and_award(holder_id: UUID, *, home: str, now: datetime) -> list[PersonEvaluation]:
    """Considers a person, or a site, and awards each level that is met and that no named person has to decide."""
    return await persist(lambda: _consider_and_award(holder_id, home=home, now=now))


async def _consider_and_award(holder_id: UUID, *, home: str, now: datetime) -> list[PersonEvaluation]:
    holder = await find_holder(holder_id)
    found = await evaluate_holder(holder, now=now)
    if not has_name(holder.id, holder.name):
        return found  # a certificate bears a name: it is awarded as soon as somebody tells it
    for considered in found:
        for level in considered.verdict.levels:
            if is_due(considered, level) and not is_named(considered, level):
                wish = DecisionForm("certified", "The rules are met.")
                dates = await _dates(holder, considered, level, wish=wish, actor=None)
                if dates.standing.state in GOOD:  # or it would lapse at once, and be awarded again, without an end
                    await _decide(holder, considered, level, wish=wish, dates=dates, actor=None, home=home, now=now)
    return found


async def decide(evaluation_id: UUID, *, wish: DecisionForm, actor: Actor, home: str, now: datetime) -> Decision:
    """Decides as a named person; the rules are asked once more, and where they ask for no decision there is none.

    Of many at once, or one after the other, one decides and the others get that same decision back.
    """
    try:
        return await persist(lambda: _decide_as(actor, evaluation_id, wish=wish, home=home, now=now))
    except ConcurrentChange as error:
        raise Conflict("Something has just changed here.", "Look at it again, then decide.") from error


async def _decide_as(actor: Actor, evaluation_id: UUID, *, wish: DecisionForm, home: str, now: datetime) -> Decision:
    row = await case_for(actor, evaluation_id)
    if row is None:
        raise NotFound("There is nothing to decide here.", "Look at the list of decisions again.")
    holder = await holder_of(row)
    if isinstance(holder, Person):
        words, remedy = "You may not decide this.", "Somebody else of the central unit has to."
        await refuse_own(holder.id, actor.person_id, words, remedy)
    if not wish.reasons.strip():
        raise Invalid("There is a problem", problems={"reasons": "Say why, in a sentence or two"})
    version: PathwayVersion = row.pathway
    if version.slug not in {one.slug for one in await followed(holder, today=actor.today)}:
        raise Conflict(*NOT_FOLLOWED[type(holder)])
    considered = await evaluate_for(holder, version, now=now)
    if made := await decided(row):  # asked after the rules were, so that it is seen if they saw it
        return made
    level = next((one for one in considered.verdict.levels if (one.level, per_of(one)) == (row.level, row.per)), None)
    if level is None:
        raise NotFound("The pathway has no such level any more.", "Look at the list of decisions again.")
    _in_order(considered, level, wish)
    if wish.outcome in GRANTING and not has_name(holder.id, holder.name):
        raise Conflict(
            "Nobody has told us this person's name, so no certificate can be issued.",
            "They are asked for it; or write it on their page, then decide.",
        )
    if not considered.kept[slot_of(holder, considered, level)].awaiting:
        raise Conflict(
            "This was refused, and nothing new has been shown since.",
            "It waits here again as soon as there is new evidence, or an objection is found right.",
        )
    dates = await _dates(holder, considered, level, wish=wish, actor=actor)
    return await _decide(holder, considered, level, wish=wish, dates=dates, actor=actor, home=home, now=now)


async def choose_for_the_check(row: Certificate, chosen: dict[str, Any], *, actor: Actor, now: datetime) -> None:
    """Records what the holder of a certificate lets its check show, give and lead to."""
    async with transaction():
        await Certificate.filter(id=row.id).update(**chosen)
        await facts.record(
            "certificate.choices_made", row, actor=actor.person_id, person=row.person_id, unit=actor.unit_id, now=now,
            detail=chosen,
        )  # fmt: skip


async def decided(row: Evaluation) -> Decision | None:
    """Finds the decision that was made in the turn of the level which a evaluation belongs to."""
    last = row.verdict["decision"]
    return await Decision.get_or_none(key=_key(row.slot_name, last and last["record"]))


def _in_order(considered: PersonEvaluation, level: LevelVerdict, wish: DecisionForm) -> None:
    rule = considered.pathway.levels[level.level].decision
    if rule is None or wish.outcome not in rule.outcomes:
        raise Invalid("There is a problem", problems={"outcome": "Choose an outcome"})
    if not is_due(considered, level):  # nor refused: whoever holds a certificate would read that they do not
        raise Conflict(
            "The rules do not ask for a decision here any more, so nothing was decided.",
            "Look at the pathway: it says what is missing, or what was decided before.",
        )


async def _decide(
    holder: Holder,
    considered: PersonEvaluation,
    level: LevelVerdict,
    *,
    wish: DecisionForm,
    dates: LevelVerdict,
    actor: Actor | None,
    home: str,
    now: datetime,
) -> Decision:
    slot = slot_of(holder, considered, level)
    basis = considered.kept[slot]
    key = _key(slot, level.decision.record if level.decision else None)
    try:
        async with transaction():
            made = await _write(considered, basis, key=key, wish=wish, actor=actor, now=now)
            await Evaluation.filter(id=basis.id).update(awaiting=False)
            if wish.outcome in GRANTING:
                await award(holder, considered, level, made, dates=dates, actor=actor, home=home, now=now)
            await facts.record(
                "decision.made", made, actor=actor.person_id if actor else None,
                person=person_id_of(holder), unit=holder.unit_id, now=now, version=considered.version.version,
                detail={"level": level.level, "outcome": wish.outcome}, rows=[basis],
            )  # fmt: skip
    except IntegrityError as error:
        if first := await Decision.get_or_none(key=key):
            return first
        raise ConcurrentChange from error  # by a change of the certification before this one
    return made


async def _write(
    considered: PersonEvaluation, basis: Evaluation, *, key: str, wish: DecisionForm, actor: Actor | None, now: datetime
) -> Decision:
    today = considered.verdict.as_of
    return await Decision.create(
        id=uuid4(), key=key, evaluation_id=basis.id, **same_holder(basis), pathway_id=basis.pathway_id,
        level=basis.level, per=basis.per, outcome=wish.outcome, on=today, reasons=wish.reasons,
        dissent=wish.dissent, decided_by_id=actor.person_id if actor else None, recorded=now,
        appeal_until=None if wish.outcome == "certified" else today + APPEAL,
    )  # fmt: skip


def _key(slot: str, last: str | None) -> str:
    """Names this turn of the level: the last decision it comes after, so that two at once have the same key."""
    return f"{slot}/after {last or 'first'}"


async def _dates(
    holder: Holder, considered: PersonEvaluation, level: LevelVerdict, *, wish: DecisionForm, actor: Actor | None
) -> LevelVerdict:
    """Asks the engine how the level would stand with this decision, so that it alone works out the days."""
    today = considered.verdict.as_of
    award: dict[str, Any] = {
        "id": "award-now", "type": "award", "what": level.level, "on": today, "outcome": wish.outcome,
    }  # fmt: skip
    if level.per:
        award[level.per[0]] = str(level.per[1])
    if actor:
        award["by"] = str(actor.person_id)
    then = await judge(holder, considered.version, as_of=today, also=(award,))
    found = then.verdict.level(level.level, level.per[1] if level.per else None)
    assert found is not None and found.decision is not None
    if actor and found.decision.in_order is Result.NOT_MET:
        raise NotAllowed("The pathway does not let you decide this.", "Ask somebody whom it names.")
    return found
