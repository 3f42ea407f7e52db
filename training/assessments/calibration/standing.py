"""How assessors stand with their calibrations: what is asked of them, the runs that count, and the lines pages show."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from training.assessments.calibration.rules import (
    COUNTERSIGNED,
    WORDS,
    Calibrated,
    CalibrationRule,
    CalibrationState,
    state_of,
)
from training.assessments.eligibility.programme_rules import rules_of
from training.assessments.models import CalibrationRun, InstrumentVersion
from training.core.dates import day
from training.people.actor import Actor
from training.people.models import Membership, Person
from training.people.visibility import able_on, people_for


def for_signing(name: str, programme: UUID | None, rules: Sequence[CalibrationRule]) -> list[CalibrationRule]:
    """Lists what holds for an assessment with the instrument of a name; without a programme, what any of them asks."""
    asked = [one for one in rules if one.rated == name and programme in (None, one.programme)]
    own = any(one.instrument == name for one in asked)
    return asked if own else [*asked, CalibrationRule(name, name)]


def standing_runs() -> QuerySet[CalibrationRun]:
    """Lists the calibrations that were not taken back."""
    return CalibrationRun.filter(taken_back__isnull=True)


async def runs_of(person_ids: Sequence[UUID]) -> dict[UUID, list[Calibrated]]:
    """Reads what counts of the calibrations of some people, in the order in which they were recorded."""
    found: dict[UUID, list[Calibrated]] = {one: [] for one in person_ids}
    rows = standing_runs().filter(person_id__in=list(person_ids)).order_by("recorded", "id")
    for row in await rows.values("id", "person_id", "agreement", "held", name="instrument__name"):
        found[row["person_id"]].append(Calibrated(str(row["id"]), row["agreement"], row["held"], row["name"]))
    return found


def assessors_for(actor: Actor, ability: str) -> QuerySet[Person]:
    """Lists those who have a role to assess today, among the people for whom the actor has the ability."""
    held = Membership.filter(able_on(actor.today, "assess")).values("person_id")
    return people_for(actor, ability).filter(id__in=Subquery(held))


async def instruments_of(unit_id: UUID) -> dict[str, tuple[UUID, str]]:
    """Reads the instruments of a unit by name: id, and the title of the newest version."""
    rows = InstrumentVersion.filter(instrument__unit_id=unit_id).order_by("published", "id")
    found = await rows.values("title", "instrument_id", name="instrument__name")
    return {row["name"]: (row["instrument_id"], row["title"]) for row in found}


async def lines_of(
    people: Sequence[tuple[UUID, str]], actor: Actor, *, only_asked: bool = False
) -> list[dict[str, Any]]:
    """Tells of some people (id, name) how each stands with each instrument, a line for each rule that differs."""
    rules = (await rules_of(actor.unit_id)).calibrations
    if only_asked and not rules:
        return []
    runs = await runs_of([one for one, _ in people])
    kept = await instruments_of(actor.unit_id)
    lines = []
    for name, (instrument_id, title) in kept.items():
        asked = {(one.agreement, one.period): one for one in rules if one.instrument == name}
        for rule in asked.values() or (() if only_asked else (CalibrationRule(name, name),)):
            for person_id, person in people:
                state = state_of(runs[person_id], rule, on=actor.today)
                lines.append({
                    "id": uuid5(person_id, f"{instrument_id} {rule.programme}"), "person_id": person_id,
                    "name": person, "instrument": title, "instrument_id": instrument_id, "state": state.word,
                    "rank": list(WORDS).index(state.word), "words": words_of(state), "asked": bool(rule.programme),
                    "countersigned": state.word in COUNTERSIGNED,
                    "programme": rule.title, "held": state.last.on if state.last else None,
                    "agreement": state.last.agreement if state.last else None, "until": state.until,
                })  # fmt: skip
    return lines


def words_of(state: CalibrationState) -> str:
    """Says a state with its day: "Due: counts until 3 May 2027"."""
    word = WORDS[state.word]
    if state.until is None or state.word == "out":
        return word
    if state.word == "calibrated":
        return f"{word} until {day(state.until)}"
    return f"{word}: {'counted' if state.word == 'overdue' else 'counts'} until {day(state.until)}"
