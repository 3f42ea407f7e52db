"""Decides on a level, by a named person or by the rules alone; a decision that grants awards the certification."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from certificates.decisions.award import award
from certificates.decisions.deciders import case_for
from certificates.decisions.models import Vote
from certificates.evaluations import pathway_versions
from certificates.evaluations.changes import last_day_to_appeal
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
from certificates.evaluations.standing import GOOD, GRANTING
from certificates.pathways.engine.verdict import LevelVerdict
from certificates.pathways.forms import AttributeField, award_fields
from certificates.pathways.language.schema import DecisionRule
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
    """What is decided: the outcome, why, what somebody else thought, what rules read of the award; votes of a panel."""

    outcome: str
    reasons: str
    dissent: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    panel: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class OpenCase:
    """A case that may be decided now: whose it is, what the rules say today, and the turn that is decided."""

    holder: Holder
    considered: PersonEvaluation
    level: LevelVerdict

    @property
    def slot(self) -> str:
        """The place of the evaluation that holds."""
        return slot_of(self.holder, self.considered, self.level)

    @property
    def turn(self) -> str:
        """The key of the decision."""
        return _key(self.slot, self.level.decision.record if self.level.decision else None)


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
                wish, case = DecisionForm("certified", "The rules are met."), OpenCase(holder, considered, level)
                dates = await _dates(case, wish, by=())
                if dates.standing.state in GOOD:  # or it would lapse at once, and be awarded again, without an end
                    await _write(case, wish, dates=dates, actor=None, home=home, now=now)
    return found


async def decide(evaluation_id: UUID, wish: DecisionForm, *, actor: Actor, home: str, now: datetime) -> Decision:
    """Decides as a named person; the rules are asked once more, and where they ask for no decision there is none.

    Of many at once, or one after the other, one decides and the others get that same decision back.
    """
    try:
        return await persist(lambda: _decide_as(actor, evaluation_id, wish=wish, home=home, now=now))
    except ConcurrentChange as error:
        raise Conflict("Something has just changed here.", "Look at it again, then decide.") from error


async def _decide_as(actor: Actor, evaluation_id: UUID, *, wish: DecisionForm, home: str, now: datetime) -> Decision:
    row, holder = await case_of_others(actor, evaluation_id)
    rule = rule_of(row)
    if rule is None or rule.at_least > 1:
        raise Conflict("A panel decides this.", "Open the case: whoever sits on the panel votes there.")
    refuse_gaps(row, wish)
    case = await open_case(row, holder, today=actor.today, now=now)
    if isinstance(case, Decision):
        return case
    refuse_nameless(holder, wish.outcome)
    return await make(case, wish, by=(str(actor.person_id),), actor=actor, home=home, now=now)


async def case_of_others(actor: Actor, evaluation_id: UUID) -> tuple[Evaluation, Holder]:
    """Finds a case that the actor may look at to decide it; refuses their own."""
    row = await case_for(actor, evaluation_id)
    if row is None:
        raise NotFound("There is nothing to decide here.", "Look at the list of decisions again.")
    holder = await holder_of(row)
    if isinstance(holder, Person):
        words, remedy = "You may not decide this.", "Somebody else of the central unit has to."
        await refuse_own(holder.id, actor.person_id, words, remedy)
    return row, holder


def rule_of(row: Evaluation) -> DecisionRule | None:
    """Returns what the pathway says of decisions on the level of a case."""
    return pathway_versions.read(row.pathway).levels[row.level].decision


def refuse_gaps(row: Evaluation, wish: DecisionForm, also: Collection[str] = ()) -> None:
    """Refuses what the rules know no outcome for, what says no reason, and a grant without what rules read of it.

    `also` are choices beside the outcomes of the pathway.
    """
    rule = rule_of(row)
    problems: dict[str, str] = {}
    if rule is None or wish.outcome not in {*rule.outcomes, *also}:
        problems["outcome"] = "Choose an outcome"
    if not wish.reasons.strip():
        problems["reasons"] = "Say why, in a sentence or two"
    if wish.outcome in GRANTING:
        missing = (one for one in fields_of(row) if one.name not in wish.attributes)
        problems |= {one.name: f"{one.label()}: say which" for one in missing}
    if problems:
        raise Invalid("There is a problem", problems=problems)


def fields_of(row: Evaluation) -> tuple[AttributeField, ...]:
    """Lists what rules read of the award that a case may end with."""
    pathway = pathway_versions.read(row.pathway)
    return award_fields(pathway, pathway.levels[row.level])


def refuse_nameless(holder: Holder, outcome: str) -> None:
    """Refuses to certify somebody whose name nobody has told."""
    if outcome in GRANTING and not has_name(holder.id, holder.name):
        raise Conflict(
            "Nobody has told us this person's name, so no certificate can be issued.",
            "They are asked for it; or write it on their page, then decide.",
        )


async def choose_for_the_check(row: Certificate, chosen: dict[str, Any], *, actor: Actor, now: datetime) -> None:
    """Records what the holder of a certificate lets its check show, give and lead to."""
    async with transaction():
        await Certificate.filter(id=row.id).update(**chosen)
        await facts.record(
            "certificate.choices_made", row, actor=actor.person_id, person=row.person_id, unit=actor.unit_id, now=now,
            detail=chosen,
        )  # fmt: skip


async def open_case(row: Evaluation, holder: Holder, *, today: date, now: datetime) -> OpenCase | Decision:
    """Asks the rules once more about a case; gives the decision instead where one was made meanwhile."""
    version: PathwayVersion = row.pathway
    if version.slug not in {one.slug for one in await followed(holder, today=today)}:
        raise Conflict(*NOT_FOLLOWED[type(holder)])
    considered = await evaluate_for(holder, version, now=now)
    if made := await decided(row):  # asked after the rules were, so that it is seen if they saw it
        return made
    levels = considered.verdict.levels
    level = next((one for one in levels if (one.level, per_of(one)) == (row.level, row.per)), None)
    if level is None:
        raise NotFound("The pathway has no such level any more.", "Look at the list of decisions again.")
    if not is_due(considered, level):  # nor refused: whoever holds a certificate would read that they do not
        raise Conflict(
            "The rules do not ask for a decision here any more, so nothing was decided.",
            "Look at the pathway: it says what is missing, or what was decided before.",
        )
    case = OpenCase(holder, considered, level)
    if not considered.kept[case.slot].awaiting:
        raise Conflict(
            "This was refused, and nothing new has been shown since.",
            "It waits here again as soon as there is new evidence, or an appeal is found right.",
        )
    return case


async def decided(row: Evaluation) -> Decision | None:
    """Finds the decision that was made in the turn of the level which a evaluation belongs to."""
    return await Decision.get_or_none(key=turn_of(row))


def turn_of(row: Evaluation) -> str:
    """Names the turn of the level that a evaluation belongs to, as the key of its decision."""
    last = row.verdict["decision"]
    return _key(row.slot_name, last and last["record"])


async def make(
    case: OpenCase, wish: DecisionForm, *, by: tuple[str, ...], actor: Actor, home: str, now: datetime
) -> Decision:
    """Decides a case for whoever decided; the rules say whether they may, and how the level stands then."""
    dates = await _dates(case, wish, by=by)
    if dates.decision and dates.decision.in_order is Result.NOT_MET:
        raise NotAllowed("The pathway does not let you decide this.", "Ask somebody whom it names.")
    return await _write(case, wish, dates=dates, actor=actor, home=home, now=now)


async def _write(
    case: OpenCase, wish: DecisionForm, *, dates: LevelVerdict, actor: Actor | None, home: str, now: datetime
) -> Decision:
    holder, considered, level = case.holder, case.considered, case.level
    basis, today = considered.kept[case.slot], considered.verdict.as_of
    try:
        async with transaction():
            # First: votes wait for each other, and for this, at the row of their case.
            await Evaluation.filter(id=basis.id).update(awaiting=False)
            if wish.panel is not None and await recorded_votes(case.turn) != [
                {key: one[key] for key in ("member", "choice", "reasons")} for one in wish.panel
            ]:
                raise ConcurrentChange
            made = await Decision.create(
                id=uuid4(), key=case.turn, evaluation_id=basis.id, **same_holder(basis), pathway_id=basis.pathway_id,
                level=basis.level, per=basis.per, outcome=wish.outcome, on=today, reasons=wish.reasons,
                dissent=wish.dissent, decided_by_id=actor.person_id if actor else None, recorded=now,
                attributes=dict(wish.attributes) or None, panel=wish.panel,
                appeal_until=None if wish.outcome == "certified" else await last_day_to_appeal(holder.unit_id, today),
            )  # fmt: skip
            if wish.outcome in GRANTING:
                await award(holder, considered, level, made, dates=dates, actor=actor, home=home, now=now)
            await facts.record(
                "decision.made", made, actor=actor.person_id if actor else None,
                person=person_id_of(holder), unit=holder.unit_id, now=now, version=considered.version.version,
                detail={"level": level.level, "outcome": wish.outcome}, rows=[basis],
            )  # fmt: skip
    except IntegrityError as error:
        if first := await Decision.get_or_none(key=case.turn):
            return first
        raise ConcurrentChange from error  # by a change of the certification before this one
    return made


async def recorded_votes(turn: str) -> list[dict[str, str]]:
    """Lists the votes of a turn as a decision records them, the first one first."""
    return [vote.as_recorded for vote in await Vote.filter(turn=turn).order_by("cast", "id")]


def _key(slot: str, last: str | None) -> str:
    """Names this turn of the level: the last decision it comes after, so that two at once have the same key."""
    return f"{slot}/after {last or 'first'}"


async def _dates(case: OpenCase, wish: DecisionForm, *, by: tuple[str, ...]) -> LevelVerdict:
    """Asks the engine how the level would stand with this decision, so that it alone works out the days."""
    level, today = case.level, case.considered.verdict.as_of
    award: dict[str, Any] = {
        "id": "award-now", "type": "award", "what": level.level, "on": today, "outcome": wish.outcome,
        **wish.attributes, **({"by": list(by)} if by else {}),
    }  # fmt: skip
    if level.per:
        award[level.per[0]] = str(level.per[1])
    then = await judge(case.holder, case.considered.version, as_of=today, also=(award,))
    found = then.verdict.level(level.level, level.per[1] if level.per else None)
    assert found is not None and found.decision is not None
    return found
