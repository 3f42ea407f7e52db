"""Panels: whoever holds what the rules name votes on a case, each for themselves, and their majority decides it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from certificates.decisions.actions import (
    DecisionForm,
    OpenCase,
    case_of_others,
    decided,
    make,
    open_case,
    refuse_gaps,
    refuse_nameless,
    rule_of,
    turn_of,
)
from certificates.decisions.deciders import members_of, panel_cases, panel_size
from certificates.decisions.models import Vote
from certificates.decisions.rules import NO, RECUSED, choices_beside, majority, why_it_waits
from certificates.evaluations import pathway_versions
from certificates.evaluations.collect_evidence import collect_evidence
from certificates.evaluations.evaluate_person import ConcurrentChange, persist
from certificates.evaluations.models import Decision, Evaluation, current
from certificates.pathways.forms import may_decide
from certificates.pathways.language.evidence import Evidence
from certificates.pathways.makers import signatory_words
from training.core.dates import local_day
from training.core.errors import Conflict, NotAllowed
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import same_human
from training.people.holders import holder_of, person_id_of
from training.people.models import Person
from training.sites.models import zone_of
from training.trail import facts

ASK, ASK_MEMBER = "ask panel", "mail member of panel"
"""Names of the work that asks for votes: of all of a panel, and of each by mail."""


@dataclass(frozen=True)
class Panel:
    """The panel of a case, as somebody may see it: who sits on it, who has voted, and what is told of it.

    `own` is the reader's vote, `barred` why they may not vote, `votes` those that they may read: none before their own.
    """

    needed: int
    members: tuple[str, ...]
    voted: tuple[str, ...]
    lacking: int
    why_it_waits: str
    own: Vote | None
    barred: str
    votes: tuple[Vote, ...]
    made: Decision | None


async def panel_for(row: Evaluation, actor: Actor) -> Panel:
    """Shows the panel of a case to somebody who may look at the case."""
    cast = await Vote.filter(turn=turn_of(row)).order_by("cast", "id").prefetch_related("member")
    seats = await members_of(row, today=actor.today)
    entitled = await may_vote(row, {*seats, actor.person_id}, today=actor.today)
    sit = await _named(seats & entitled)
    own = next((one for one in cast if one.member_id == actor.person_id), None)
    out = {one.member_id for one in cast if one.choice == RECUSED}
    made, needed = await decided(row), panel_size(row)
    barred = "" if actor.person_id in seats & entitled else await _why_barred(row, actor, sits=actor.person_id in seats)
    return Panel(
        needed=needed,
        members=tuple(one.name for one in sit),
        voted=tuple(one.member.name for one in cast),
        lacking=max(0, needed - len({one.id for one in sit} - out)),
        why_it_waits=why_it_waits((one.choice for one in cast), needed),
        own=own,
        barred=barred,
        votes=tuple(cast) if made or (own and own.choice != RECUSED and not barred) else (),
        made=made,
    )


async def _named(people: Iterable[UUID]) -> list[Person]:
    return await Person.filter(id__in=sorted(people)).order_by("name")


async def _why_barred(row: Evaluation, actor: Actor, *, sits: bool) -> str:
    """Says why somebody may not vote on a case."""
    if row.person_id and await same_human(row.person_id, actor.person_id):
        return "This is about you, so you may not vote on it."
    rule = rule_of(row)
    words = signatory_words(rule.by if rule else None, pathway_versions.read(row.pathway))
    return f"You may not vote on this. Who votes has to be {words}." + (
        " You sit on the panel, but not in this case." if sits else ""
    )


async def may_vote(row: Evaluation, people: Iterable[UUID], *, today: date) -> frozenset[UUID]:
    """Tells which of some people the rules let decide a case with others: none about themselves."""
    tried: dict[UUID, dict[str, Any]] = {
        one: {
            "id": f"vote-{one}",
            "type": "award",
            "what": row.level,
            "on": today,
            "recorded_at": today,
            "by": str(one),
        }
        for one in people
        if not (row.person_id and await same_human(row.person_id, one))
    }
    pathway = pathway_versions.read(row.pathway)
    evidence = Evidence.of(await collect_evidence(await holder_of(row), row.pathway, tried.values(), as_of=today))
    level = pathway.levels[row.level]
    return frozenset(one for one in tried if may_decide(pathway, level, evidence, f"vote-{one}", today))


async def cases_to_vote(actor: Actor) -> list[Evaluation]:
    """Lists the cases that wait for the actor's vote."""
    waiting = await panel_cases(actor.unit_id) if actor.staff else []
    return [row for row in waiting if actor.person_id in await asked_to_vote(row, today=actor.today)]


async def asked_to_vote(row: Evaluation, *, today: date) -> frozenset[UUID]:
    """Tells who sits on the panel of a case, may vote, and has not yet."""
    voted = {one.member_id for one in await Vote.filter(turn=turn_of(row))}
    seats = await members_of(row, today=today) - voted
    return await may_vote(row, seats, today=today) if seats else frozenset()


async def ask_members(evaluation_id: UUID, *, now: datetime) -> None:
    """Queues a mail for each of the panel that a case waits for, where a panel decides it."""
    due = await Evaluation.get(id=evaluation_id).prefetch_related("pathway")
    if panel_size(due) == 1 or not (row := await latest_of(due)):
        return
    today = local_day(now, await zone_of((await holder_of(row)).unit_id))
    for one in sorted(map(str, await asked_to_vote(row, today=today))):
        key = f"{ASK_MEMBER}/{evaluation_id}/{one}"
        await facts.schedule(ASK_MEMBER, key, due=now, payload={"to": one}, subject_id=str(evaluation_id))


async def latest_of(due: Evaluation) -> Evaluation | None:
    """Finds what the rules say now of a case that became due before; None where it waits no longer."""
    held = current().filter(slot=due.slot_name, awaiting=True)
    return await held.first().prefetch_related("pathway", "person", "holder_site")


async def vote(evaluation_id: UUID, ballot: DecisionForm, *, actor: Actor, home: str, now: datetime) -> Decision | None:
    """Casts the actor's vote on a case, or changes it; gives the decision where votes make one, or had made one."""
    try:
        return await persist(lambda: _vote(evaluation_id, ballot, actor=actor, home=home, now=now))
    except ConcurrentChange as error:
        raise Conflict("Something has just changed here.", "Look at it again, then vote.") from error


async def _vote(
    evaluation_id: UUID, ballot: DecisionForm, *, actor: Actor, home: str, now: datetime
) -> Decision | None:
    row, holder = await case_of_others(actor, evaluation_id)
    seats = await members_of(row, today=actor.today)
    if actor.person_id not in seats & await may_vote(row, [actor.person_id], today=actor.today):
        words = await _why_barred(row, actor, sits=actor.person_id in seats)
        raise NotAllowed(words, "The others on the panel decide.")
    rule = rule_of(row)
    refuse_gaps(row, ballot, choices_beside(rule.outcomes if rule else ()))
    case = await open_case(row, holder, today=actor.today, now=now)
    if isinstance(case, Decision):
        return case
    refuse_nameless(holder, ballot.outcome)
    basis = case.considered.kept[case.slot]
    said: dict[str, Any] = {
        "evaluation_id": basis.id, "choice": ballot.outcome, "reasons": ballot.reasons.strip(),
        "attributes": dict(ballot.attributes), "cast": now,
    }  # fmt: skip
    async with transaction():
        # Votes wait for each other, and for the decision, at the row of the case.
        if not await Evaluation.select_for_update().filter(id=basis.id, awaiting=True):
            raise ConcurrentChange
        own = await Vote.get_or_none(turn=case.turn, member_id=actor.person_id)
        kind = "vote.changed" if own else "vote.cast"
        if own:
            await Vote.filter(id=own.id).update(**said)
        else:
            own = await Vote.create(id=uuid4(), turn=case.turn, member_id=actor.person_id, **said)
        await facts.record(
            kind, own, actor=actor.person_id, person=person_id_of(holder), unit=holder.unit_id, now=now,
            version=row.pathway.version, detail={"level": row.level},
        )  # fmt: skip
    return await _settle(row, case, actor=actor, home=home, now=now)


async def _settle(row: Evaluation, case: OpenCase, *, actor: Actor, home: str, now: datetime) -> Decision | None:
    """Decides a case where the votes of those who may still vote make a decision; the record holds all votes."""
    votes = await Vote.filter(turn=case.turn).order_by("cast", "id").prefetch_related("member")
    cast = [one for one in votes if one.choice != RECUSED]
    entitled = await may_vote(row, [one.member_id for one in cast], today=actor.today)
    counted = [one for one in cast if one.member_id in entitled]
    outcome = majority((one.choice for one in counted), panel_size(row))
    if outcome is None or outcome == NO:
        return None
    for_it = [one for one in counted if one.choice == outcome]
    against = [one for one in counted if one.choice != outcome]
    wish = DecisionForm(
        outcome,
        "\n\n".join(dict.fromkeys(one.reasons for one in for_it)),
        "\n\n".join(f"{one.member.name}, {one.choice}: {one.reasons}" for one in against),
        for_it[-1].attributes,
        [{**one.as_recorded, "counted": one in counted} for one in votes],
    )
    by = tuple(str(one.member_id) for one in counted)
    return await make(case, wish, by=by, actor=actor, home=home, now=now)
