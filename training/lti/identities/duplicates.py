"""Finds records that may be of one person: of one address, or of one name where something else agrees, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from training.database.connection import connection, on_postgres
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.people.contact import addresses
from training.people.relations.different_people import differences_visible_to
from training.people.visibility import people_for, person_for
from training.sites.models import Site

MOST, SHOWN = 200, 50
_DIGITS = "REPLACE(REPLACE(REPLACE(REPLACE(f.number, ' ', ''), '-', ''), '(', ''), ')', '')"
# What says so: an address that a learning system tells of both (kind 0), or what agrees beside the name (1 to 3).
# An address typed for letters says nothing of who somebody is, nor does a neutral name. Each kind of sign is grouped
# with the name, so that only what agrees is brought together; of a name that more than ten bear at one site nobody can
# say anything. The last nine digits are a number with or without the code of its country. Identities and addresses hold
# small letters, so that both are found by their index.
_PAIRS = """
WITH here AS (
  SELECT p.id, p.folded FROM people_person p WHERE p.unit_id = {unit} AND p.erased_at IS NULL
    AND p.merged_into_id IS NULL AND NOT p.test_user {reached}
), named AS (SELECT id, folded FROM here WHERE folded NOT LIKE 'learner %'
), numbers AS (
  SELECT DISTINCT h.id, h.folded, {number} AS mark FROM named h JOIN people_phone f ON f.person_id = h.id
), sites AS (
  SELECT DISTINCT h.id, h.folded, m.site_id AS mark FROM named h JOIN people_membership m ON m.person_id = h.id
  WHERE m.site_id IS NOT NULL
), found AS (
  SELECT i.person_id AS one, e.person_id AS other, 0 AS kind, e.address AS mark
  FROM lti_identity i JOIN here a ON a.id = i.person_id
  JOIN people_email e ON e.unit_id = {unit} AND e.address = i.email AND e.person_id <> i.person_id
  JOIN here b ON b.id = e.person_id WHERE i.email <> '' AND NOT i.test_user AND NOT e.mail_only
  UNION SELECT i.person_id, j.person_id, 0, i.email
  FROM lti_identity i JOIN lti_identity j ON j.email = i.email AND j.person_id > i.person_id
  JOIN here a ON a.id = i.person_id JOIN here b ON b.id = j.person_id
  WHERE i.email <> '' AND NOT i.test_user AND NOT j.test_user
  UNION SELECT i.person_id, e.person_id, 1, e.address FROM lti_identity i JOIN named a ON a.id = i.person_id
  JOIN people_email e ON e.unit_id = {unit} AND e.address = i.email AND e.person_id <> i.person_id
  JOIN named b ON b.id = e.person_id AND b.folded = a.folded WHERE i.email <> '' AND NOT i.test_user
  UNION SELECT a.id, b.id, 2, a.mark
  FROM (SELECT folded, mark FROM numbers GROUP BY folded, mark HAVING COUNT(*) BETWEEN 2 AND 10) s
  JOIN numbers a ON a.folded = s.folded AND a.mark = s.mark
  JOIN numbers b ON b.folded = s.folded AND b.mark = s.mark AND b.id > a.id
  UNION SELECT a.id, b.id, 3, CAST(a.mark AS VARCHAR)
  FROM (SELECT folded, mark FROM sites GROUP BY folded, mark HAVING COUNT(*) BETWEEN 2 AND 10) s
  JOIN sites a ON a.folded = s.folded AND a.mark = s.mark
  JOIN sites b ON b.folded = s.folded AND b.mark = s.mark AND b.id > a.id
), signs AS (
  SELECT CASE WHEN one < other THEN one ELSE other END AS one, CASE WHEN one < other THEN other ELSE one END AS other,
    kind, mark
  FROM found WHERE NOT EXISTS (SELECT 1 FROM people_difference d
    WHERE d.pair IS NOT NULL AND d.one_id IN (one, other) AND d.other_id IN (one, other))
), pairs AS (SELECT one, other, MIN(kind) AS best FROM signs GROUP BY one, other
), page AS (SELECT one, other, best FROM pairs {after} ORDER BY best, one, other LIMIT {most})
SELECT page.one, page.other, page.best, signs.kind, signs.mark, (SELECT COUNT(*) FROM pairs) AS total
FROM page JOIN signs ON signs.one = page.one AND signs.other = page.other
ORDER BY page.best, page.one, page.other, signs.kind, signs.mark
"""
_REACHED = """AND EXISTS (SELECT 1 FROM people_membership r WHERE r.person_id = p.id AND r.site_id IN ({sites})
    AND r.starts <= {day} AND (r.ends IS NULL OR r.ends >= {day}))"""
_AFTER = """WHERE best > {best} OR (best = {best} AND (one > {one} OR (one = {one} AND other > {other})))"""
_WORDS = ("{}", "both have the address {}", "both have a telephone number that ends in {}", "both were at {}")
"""Kind of sign → its words."""


@dataclass(frozen=True)
class DuplicatePair:
    """Two people who may be one, and what says so: an address, or what else agrees beside the name."""

    one: UUID
    one_name: str
    other: UUID
    other_name: str
    why: str


@dataclass(frozen=True)
class Pairs:
    """A page of pairs: those of one address as a learning system tells it, and those of one name; how many in all.

    `following` is where the next page begins, "" where there is none.
    """

    told: list[DuplicatePair]
    named: list[DuplicatePair]
    total: int
    following: str


async def alike(actor: Actor, after: str = "") -> Pairs:
    """Lists pairs of which the actor manages both, after a place in that list; nothing is joined by itself."""
    postgres, sites = on_postgres(), sorted(actor.sites("manage people"))
    everywhere = actor.everywhere("manage people")
    if not everywhere and not sites:
        return Pairs([], [], 0, "")
    given: list[Any] = [actor.unit_id]

    def mark(value: Any) -> str:
        given.append(value)
        return f"{'$' if postgres else '?'}{len(given)}"

    place = _place(after)
    asked = _PAIRS.format(
        unit="$1" if postgres else "?1",
        reached="" if everywhere else _REACHED.format(day=mark(actor.today), sites=", ".join(map(mark, sites))),
        number=f"RIGHT({_DIGITS}, 9)" if postgres else f"SUBSTR({_DIGITS}, -9)",
        after=_AFTER.format(best=place[0], one=mark(place[1]), other=mark(place[2])) if place else "",
        most=SHOWN + 1,
    )  # fmt: skip
    rows = await connection().execute_query_dict(asked, given if postgres else [str(one) for one in given])
    found: dict[tuple[int, UUID, UUID], list[tuple[int, str]]] = {}
    for row in rows:
        key = (row["best"], UUID(str(row["one"])), UUID(str(row["other"])))
        found.setdefault(key, []).append((row["kind"], row["mark"]))
    shown = [*found][:SHOWN]
    following = ".".join(map(str, shown[-1])) if len(found) > SHOWN else ""
    pairs = await _in_words({key: found[key] for key in shown}, actor)
    told, named = ([pair for best, pair in pairs if (best > 0) is by_name] for by_name in (False, True))
    return Pairs(told, named, rows[0]["total"] if rows else 0, following)


def _place(after: str) -> tuple[int, UUID, UUID] | None:
    """Reads where a page begins; None where that is no place."""
    best, one, other = ([*after.split("."), "", ""])[:3]
    known = uuid_of(one), uuid_of(other)
    return (int(best), known[0], known[1]) if best in ("0", "1", "2", "3") and known[0] and known[1] else None


async def _in_words(
    found: Mapping[tuple[int, UUID, UUID], list[tuple[int, str]]], actor: Actor
) -> list[tuple[int, DuplicatePair]]:
    """Names the people and says what agrees."""
    marks = {mark for signs in found.values() for kind, mark in signs if kind == len(_WORDS) - 1}
    called = {str(key): name for key, name in await Site.filter(id__in=list(marks)).values_list("id", "name")}
    ids = {person for _, *both in found for person in both}  # of a page of pairs at most
    names = dict(await people_for(actor, "manage people").filter(id__in=list(ids)).values_list("id", "name"))
    told = []
    for (best, one, other), signs in found.items():
        kept = signs if best else signs[:1]
        why = "; ".join(_WORDS[kind].format(called.get(mark, mark)) for kind, mark in kept)
        told.append((best, DuplicatePair(one, names[one], other, names[other], why)))
    return told


async def alike_to(person_id: UUID, actor: Actor) -> tuple[str, list[DuplicatePair]]:
    """Gives the name of a person and the pairs with whoever counts as the same human, by whatever address."""
    person = await person_for(actor, "decide", person_id)
    others = await addresses.alike_to(person)
    managed = people_for(actor, "decide").filter(id__in=list(others)).order_by("name", "id")
    return person.name, [
        DuplicatePair(person.id, person.name, row["id"], row["name"], others[row["id"]])
        for row in await managed.limit(MOST).values("id", "name")
    ]


async def told_apart(actor: Actor, person: UUID | None = None) -> list[dict[str, Any]]:
    """Lists the pairs that were declared two people, of which the actor manages both, newest first.

    There is one more than are shown, where there are more; of a person all.
    """
    found = differences_visible_to(actor).order_by("-declared", "id")
    found = found.filter(Q(one_id=person) | Q(other_id=person)) if person else found.limit(SHOWN + 1)
    rows = await found.values("id", "reason", "declared", "declared_by_id", "one_id", "other_id",
                              one="one__name", other="other__name")  # fmt: skip
    ids = list({row["declared_by_id"] for row in rows})
    named = await people_for(actor, "manage people").filter(id__in=ids).values("id", "name")
    names = {row["id"]: row["name"] for row in named}
    return [row | {"by": names.get(row["declared_by_id"], "the central unit")} for row in rows]
