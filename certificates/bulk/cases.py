"""Decides cases that wait, and so issues certificates: one of many."""

from uuid import UUID

from certificates.bulk.kinds import BulkRequest, NothingToDo, Target
from certificates.decisions import actions
from certificates.evaluations import changes
from certificates.evaluations.models import Certification, Decision
from training.core.errors import Conflict
from training.people.holders import same_holder

DECIDED = "It is decided already"


async def decide(asked: BulkRequest, target: Target) -> Decision:
    """Decides a case as it is decided on its page; without an outcome among the answers, certifies."""
    row, _ = await actions.case_of_others(asked.actor, target.id)
    if await actions.decided(row):
        raise NothingToDo(DECIDED)
    outcome, rule = asked.values.get("outcome", "certified"), actions.rule_of(row)
    if rule and rule.at_least == 1 and outcome not in rule.outcomes:
        raise Conflict("The rules know no such outcome here", "Decide this one on its own page")
    wish = actions.DecisionForm(outcome, asked.values["reasons"])
    made = await actions.decide(target.id, wish, actor=asked.actor, home=asked.home, now=asked.now)
    if (made.decided_by_id, made.recorded) != (asked.actor.person_id, asked.now):
        raise NothingToDo(DECIDED)  # of two at once, the second gets the decision of the first
    return made


async def withdraw_again(asked: BulkRequest, decision_id: UUID) -> None:
    """Withdraws what was issued; a refusal stays, and so does what took the place of an earlier certification."""
    found = await Certification.get_or_none(decision_id=decision_id)
    if found is None:
        raise Conflict("A refusal is a decision and stays", "New evidence, or an appeal, brings the case back")
    same = {**same_holder(found), "pathway_slug": found.pathway_slug, "level": found.level, "per": found.per}
    if await Certification.filter(**same, recorded__lt=found.recorded).exists():
        raise Conflict(
            "It took the place of an earlier certificate, which would stay ended", "Look at it on its own page"
        )
    day = max(changes.earliest(found, await changes.changes_of(found.id)), asked.actor.today)
    wanted = changes.RequestedChange("withdrawn", asked.why_undone, day, grounds="mistake")
    await changes.change(found.id, wanted, actor=asked.actor, now=asked.now)
