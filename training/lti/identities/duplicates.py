"""Finds records that may be of one person: an LMS tells of one an address that the other has too."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from training.database.connection import connection, on_postgres
from training.people.actor import Actor
from training.people.contact.addresses import same_human, sharers_of
from training.people.relations.different_people import differences_visible_to
from training.people.visibility import people_for, person_for

MOST = 200
# More than these nobody settles at once. An address typed for letters says nothing of who somebody is. Identities and
# addresses hold small letters, so that both are found by their index.
_PAIRS = """
SELECT one, other, address FROM (
SELECT i.person_id AS one, e.person_id AS other, e.address AS address
FROM lti_identity i JOIN people_person p ON p.id = i.person_id
JOIN people_email e ON e.unit_id = p.unit_id AND e.address = i.email AND e.person_id <> i.person_id
WHERE p.unit_id = $1 AND p.erased_at IS NULL AND NOT i.test_user AND NOT e.mail_only AND i.email <> ''
UNION
SELECT a.person_id, b.person_id, a.email
FROM lti_identity a JOIN lti_identity b ON b.email = a.email AND b.person_id > a.person_id
JOIN people_person p ON p.id = a.person_id JOIN people_person q ON q.id = b.person_id AND q.unit_id = p.unit_id
WHERE p.unit_id = $1 AND p.erased_at IS NULL AND q.erased_at IS NULL AND a.email <> ''
  AND NOT a.test_user AND NOT b.test_user
) found WHERE NOT EXISTS (SELECT 1 FROM people_difference d WHERE d.pair IS NOT NULL
  AND d.one_id IN (found.one, found.other) AND d.other_id IN (found.one, found.other))
ORDER BY 3, 1, 2 LIMIT 200
"""


@dataclass(frozen=True)
class Pair:
    """Two people who may be one, and the address that says so."""

    one: UUID
    one_name: str
    other: UUID
    other_name: str
    address: str


async def alike(actor: Actor) -> list[Pair]:
    """Lists the pairs of which the actor manages both; nothing is joined by itself."""
    unit: Any = actor.unit_id if on_postgres() else str(actor.unit_id)
    rows = await connection().execute_query_dict(_PAIRS if on_postgres() else _PAIRS.replace("$1", "?1"), [unit])
    pairs = [(UUID(str(row["one"])), UUID(str(row["other"])), str(row["address"])) for row in rows]
    ids = {person for one, other, _ in pairs for person in (one, other)}  # of 200 pairs at most
    managed = await people_for(actor, "manage people").filter(id__in=list(ids)).values("id", "name")
    names = {row["id"]: row["name"] for row in managed}
    found = {frozenset((one, other)): (one, other, address) for one, other, address in pairs}
    return [
        Pair(one, names[one], other, names[other], address)
        for one, other, address in found.values()
        if one in names and other in names
    ]


async def alike_to(person_id: UUID, actor: Actor) -> tuple[str, list[Pair]]:
    """Gives the name of a person and the pairs with whoever counts as the same human, by whatever address."""
    person = await person_for(actor, "decide", person_id)
    sharers = await sharers_of(person)
    others = people_for(actor, "decide").filter(id__in=list(sharers)).order_by("name", "id")
    return person.name, [
        Pair(person.id, person.name, row["id"], row["name"], sharers[row["id"]])
        for row in await others.limit(MOST).values("id", "name")
        if await same_human(person.id, row["id"])
    ]


async def told_apart(actor: Actor) -> list[dict[str, Any]]:
    """Lists the pairs that were declared two people, of which the actor manages both, newest first."""
    found = differences_visible_to(actor).order_by("-declared", "id").limit(MOST)
    rows = await found.values("id", "reason", "declared", "declared_by_id", "one_id", "other_id",
                              one="one__name", other="other__name")  # fmt: skip
    ids = list({row["declared_by_id"] for row in rows})
    named = await people_for(actor, "manage people").filter(id__in=ids).values("id", "name")
    names = {row["id"]: row["name"] for row in named}
    return [row | {"by": names.get(row["declared_by_id"], "the central unit")} for row in rows]
