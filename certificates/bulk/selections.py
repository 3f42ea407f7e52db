"""Whom somebody chose on a list: the rows that were ticked, or all that its filter finds, as the actor may see them."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from certificates.bulk.kinds import ASSESSMENTS, CASES, CERTIFICATIONS, PEOPLE, Target
from certificates.decisions.deciders import case_words, cases_for, searched_cases
from certificates.evaluations.standing import GOOD
from certificates.register.register import RegisterFilter, rows
from certificates.reliance.questions import in_question, question_of, relying
from courses.cohorts.models import Cohort, cohorts_visible_to, seats_in
from training.batches.models import Batch, batches_visible_to, rows_of
from training.core.dates import day
from training.people.actor import Actor
from training.people.visibility import visible_to
from training.sites.models import Programme

AT_ONCE = 500
"""Rows that one statement names: no statement may name as many as a nation has."""
LIVE = GOOD | {"suspended"}


@dataclass(frozen=True)
class Selection:
    """What was chosen: on which list, of which thing that it belongs to, by which filter, all of it or which rows."""

    on: str
    of: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)
    all: bool = False
    ids: tuple[str, ...] = ()


Listing = Callable[[Actor, Selection], Awaitable[list[Target]]]


async def _register(actor: Actor, chosen: Selection) -> list[Target]:
    return await _certifications(actor, RegisterFilter.kept(chosen.asked))


async def _certifications(actor: Actor, asked: RegisterFilter, *, live: Collection[str] | None = None) -> list[Target]:
    return [
        Target(row.id, row.person_id, row.name, f"{row.programme}: {row.level}")
        for row in await rows(actor, asked)
        if live is None or row.standing in live
    ]


async def _decisions(actor: Actor, chosen: Selection) -> list[Target]:
    return await _cases(actor, chosen.asked)


async def _cases(actor: Actor, asked: Mapping[str, str]) -> list[Target]:
    found = searched_cases(await cases_for(actor), asked)
    return [Target(row.id, row.person_id, *case_words(row)) for row in found]


async def _reliance(actor: Actor, chosen: Selection) -> list[Target]:
    found = relying(actor, await question_of(chosen.asked, actor)).order_by("person__folded", "id")
    told = await found.values("id", "person_id", "level_title", name="person__name", programme="programme__title")
    return [
        Target(row["id"], row["person_id"], row["name"], f"{row['programme']}: {row['level_title']}") for row in told
    ]


async def _assessments(actor: Actor, chosen: Selection, people: Collection[UUID]) -> list[Target]:
    """Finds the assessments that were asked about: all of them, or those of the people who were ticked."""
    question = await question_of(chosen.asked, actor)
    rows = await in_question(actor, question).select_related("person", "version")
    return [
        Target(row.id, row.person_id, row.person.name, f"{row.version.title}, {day(row.observed)}")
        for row in rows
        if chosen.all or row.person_id in people
    ]


async def _cohort(actor: Actor, chosen: Selection) -> list[Target]:
    cohort = await cohorts_visible_to(actor).get_or_none(id=chosen.of)
    return await _of_cohort(actor, cohort) if cohort else []


async def _of_cohort(actor: Actor, cohort: Cohort) -> list[Target]:
    seats = seats_in(actor, cohort).filter(ends__isnull=True).order_by("person__name", "id")
    return [Target(key, key, name) for key, name in await seats.values_list("person_id", "person__name")]


async def _batch(actor: Actor, chosen: Selection) -> list[Target]:
    batch = await batches_visible_to(actor).get_or_none(id=chosen.of)
    return await _of_batch(actor, batch, chosen.asked.get("show", "")) if batch else []


async def _of_batch(actor: Actor, batch: Batch, show: str) -> list[Target]:
    found = rows_of(batch, show).filter(person_id__isnull=False)
    people = [*dict.fromkeys([row["person_id"] for row in await found.order_by("number").values("person_id")])]
    names: dict[UUID, str] = {}
    for at in range(0, len(people), AT_ONCE):
        seen = visible_to(actor).filter(id__in=people[at : at + AT_ONCE])
        names |= dict(await seen.values_list("id", "name"))
    return [Target(key, key, names[key]) for key in people if key in names]


LISTS: Mapping[str, tuple[str, Listing]] = {
    "register": (CERTIFICATIONS, _register),
    "decisions": (CASES, _decisions),
    "reliance": (CERTIFICATIONS, _reliance),
    "cohort": (PEOPLE, _cohort),
    "batch": (PEOPLE, _batch),
}
"""Name of a list → what its rows are, and what finds those that its filter asks for."""


def of_programme(on: str, about: str) -> bool:
    """Tells whether a programme has to be named: a list of people says nothing of whose certificates are meant."""
    return about == CERTIFICATIONS and LISTS[on][0] != CERTIFICATIONS


async def targets(actor: Actor, chosen: Selection, about: str, programme: str = "") -> list[Target]:
    """Finds what an action is about among what was chosen; whatever the actor may not see is not among it."""
    rows_are, listing = LISTS[chosen.on]
    found = [one for one in await listing(actor, chosen) if chosen.all or str(one.id) in chosen.ids]
    if rows_are == about:
        return found
    people = {one.person_id: one.name for one in found if one.person_id}
    if about == ASSESSMENTS:
        return await _assessments(actor, chosen, people.keys())
    if about == PEOPLE:
        return [Target(key, key, name) for key, name in people.items()]
    if about == CASES:
        return _of_people(await _cases(actor, {}), people)
    named = await Programme.get_or_none(unit_id=actor.unit_id, id=programme) if programme else None
    if named is None:
        return []
    held = await _certifications(actor, RegisterFilter(actor.today, programme=named.slug, standing="all"), live=LIVE)
    return _of_people(held, people)


def _of_people(found: Collection[Target], people: Mapping[UUID, Any]) -> list[Target]:
    return [one for one in found if one.person_id in people]


def kept(wishes: Mapping[str, Any]) -> Selection:
    """Reads a selection that a batch kept."""
    chosen = wishes["chosen"]
    return Selection(chosen["on"], chosen["of"], chosen["asked"], chosen["all"], tuple(chosen["ids"]))


async def programme_of(actor: Actor, chosen: Selection) -> str:
    """Returns the id of the programme that a list is of, for its question to be answered beforehand; "" for none."""
    if chosen.on == "cohort":
        cohort = await cohorts_visible_to(actor).get_or_none(id=chosen.of)
        return str(cohort.programme_id or "") if cohort else ""
    slug = chosen.asked.get("programme", "") if chosen.on == "register" else ""
    found = await Programme.get_or_none(unit_id=actor.unit_id, slug=slug) if slug else None
    return str(found.id) if found else ""
