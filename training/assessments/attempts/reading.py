"""Reads the attempts of people, and chooses what rules ask of another."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from training.assessments.attempts.rules import AttemptRule, RatedAttempt
from training.assessments.models import LEFT, Assessment, Rater

Told = tuple[UUID, UUID | None, RatedAttempt]
"""An attempt with its instrument and its programme."""


def rules_for(instrument: str, programme: UUID | None, rules: Sequence[AttemptRule]) -> list[AttemptRule]:
    """Lists what holds for another attempt with an instrument; without a programme, what any of them asks."""
    return [one for one in rules if one.rated == instrument and programme in (None, one.programme)]


async def numbers_of(people: Collection[UUID]) -> dict[UUID, int]:
    """Returns which attempt each signed assessment of some people is, by its id; what was set aside is none."""
    return {row["id"]: row["number"] for row in await _signed(people) if "number" in row}


async def attempts_of(person: UUID, instrument: UUID, programme: UUID | None) -> list[RatedAttempt]:
    """Lists the attempts with an instrument that count, in a programme or in any, in their order, with who rated."""
    return attempts_with((await attempts_of_each([person]))[person], instrument, programme)


def attempts_with(found: Sequence[Told], instrument: UUID, programme: UUID | None) -> list[RatedAttempt]:
    """Chooses those with an instrument, in a programme or in any."""
    return [one for rated, within, one in found if rated == instrument and programme in (None, within)]


async def attempts_of_each(people: Collection[UUID]) -> dict[UUID, list[Told]]:
    """Reads the attempts of some people that count, in their order, with who rated."""
    rows = [row for row in await _signed(people) if row["set_aside"] is None]
    raters: dict[UUID, set[UUID]] = defaultdict(set)
    parts = Rater.filter(assessment_id__in=[row["id"] for row in rows]).exclude(state=LEFT)
    for part in await parts.values("assessment_id", "person_id") if rows else []:
        raters[part["assessment_id"]].add(part["person_id"])
    found: dict[UUID, list[Told]] = {one: [] for one in people}
    for row in rows:
        attempt = RatedAttempt(row["id"], row["number"], row["observed"], row["outcome"], frozenset(raters[row["id"]]))
        found[row["person_id"]].append((row["instrument"], row["programme_id"], attempt))
    return found


async def _signed(people: Collection[UUID]) -> list[dict[str, Any]]:
    """The signed assessments, each with its number; one that was rated again has that of what corrects it.

    Between the two one may stand that was returned before it counted.
    """
    found = Assessment.filter(person_id__in=list(people), state__in=["signed", "returned"])
    rows = await found.order_by("observed", "signed", "id").values(
        "id", "person_id", "programme_id", "observed", "outcome", "set_aside", "corrects_id", "state",
        instrument="version__instrument_id",
    )  # fmt: skip
    count: dict[tuple[UUID, ...], int] = defaultdict(int)
    numbered = {}
    for row in rows:
        if row["state"] == "signed" and row["set_aside"] is None:
            key = (row["person_id"], row["instrument"], row["programme_id"])
            count[key] += 1
            row["number"] = count[key]
        numbered[row["id"]] = row
    for row in rows:
        while "number" in row and (first := numbered.get(row["corrects_id"])):
            first["number"], row = row["number"], first
    return [row for row in rows if row["state"] == "signed"]
