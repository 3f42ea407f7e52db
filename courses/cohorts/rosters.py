"""What a cohort may learn of an LMS's roster, and what filling it from there would do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from training.people.actor import Actor
from training.web.shortlists import Shortlist


@dataclass(frozen=True)
class Listed:
    """Somebody whom a roster names; `person_id` is missing for those who are new here."""

    sub: str
    name: str
    learner: bool
    there: bool
    """Whether the person is active in the LMS's course."""
    person_id: UUID | None = None


@dataclass(frozen=True)
class Listing:
    """A roster as it was read; the fingerprint tells whether it still says the same."""

    title: str
    fingerprint: str
    people: tuple[Listed, ...]


class Rosters(Protocol):
    """Gives the rosters of LMS courses; the roof hands it in, as this room knows no LMS."""

    async def choices(self, actor: Actor, values: Mapping[str, Any]) -> Shortlist:
        """Offers the courses with a roster that the actor may read, in the field `roster`."""
        ...

    async def read(self, actor: Actor, identifier: UUID, *, now: datetime) -> Listing:
        """Reads who is in a course, and changes nothing."""
        ...

    async def take_over(self, actor: Actor, identifier: UUID, *, shown: str, now: datetime) -> Sequence[UUID]:
        """Applies a roster that still says what was shown; gives its active learners."""
        ...


@dataclass(frozen=True)
class Joining:
    """What filling a cohort would do about one person."""

    name: str
    what: str
    joins: bool = False


NEW, JOINS, STAYS = "New here: becomes a trainee and joins", "Joins", "In the cohort already"
ELSEWHERE = "Belongs to another site: does not join"
TEACHES, AWAY, KEPT = "Teaches there: does not join", "Not active there: does not join", "Not on the roster: stays"


def joining(people: Sequence[Listed], placed: Mapping[UUID, str], elsewhere: Collection[UUID] = ()) -> list[Joining]:
    """Tells what a roster would do to a cohort whose people are `placed` (person → name); it only ever adds.

    People `elsewhere` are not managed by whoever fills the cohort.
    """
    told = [_of(one, placed, elsewhere) for one in people]
    listed = {one.person_id for one in people}
    kept = [Joining(name, KEPT) for person, name in placed.items() if person not in listed]
    return sorted([*told, *kept], key=lambda one: (not one.joins, one.name))


def _of(one: Listed, placed: Mapping[UUID, str], elsewhere: Collection[UUID]) -> Joining:
    if one.person_id in placed:
        return Joining(one.name, STAYS)
    if not one.there:
        return Joining(one.name, AWAY)
    if not one.learner:
        return Joining(one.name, TEACHES)
    if one.person_id in elsewhere:
        return Joining(one.name, ELSEWHERE)
    return Joining(one.name, JOINS if one.person_id else NEW, joins=True)
