"""How people stand to each other: noted where they work together, and declared by anybody of themselves."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Membership, Person, Relation
from training.people.visibility import able_on, active_on, visible_to
from training.trail import facts

BOTH_WAYS = frozenset({"relative", "co_leader"})
"""Kinds that hold in both directions."""
DECLARED = {
    "relative": ("relative", True, "We are relatives, partners or close friends"),
    "co_leader": ("co_leader", True, "We led groups together"),
    "supervise": ("supervisor", False, "I supervise them, or did"),
    "supervised": ("supervisor", True, "They supervise me, or did"),
    "train": ("trainer", False, "I trained them"),
    "trained": ("trainer", True, "They trained me"),
    "manage": ("manager", False, "I am their manager, or was"),
    "managed": ("manager", True, "They are my manager, or were"),
}
"""Choice → kind of the relation, whether it is one of the chooser's own (else of the other person), and its words."""


def standing_relations() -> QuerySet[Relation]:
    """Lists the relations that were not taken back."""
    return Relation.filter(taken_back__isnull=True)


async def relate(
    person: UUID, other: UUID, kind: str, *, day: date, unit: UUID, actor: UUID | None, now: datetime
) -> None:
    """Keeps, in the caller's transaction, that somebody is this to the person from that day, unless it is known.

    It is kept when it is logged, before anybody confirms: a claimed supervisor is no independent assessor.
    """
    known = standing_relations().filter(person_id=person, other_id=other, kind=kind)
    if person == other or await known.filter(Q(starts__isnull=True) | Q(starts__lte=day)).exists():
        return
    row = await Relation.create(id=uuid4(), person_id=person, other_id=other, kind=kind, starts=day, recorded=now)
    await _tell("relation.noted", row, actor=actor, unit=unit, now=now)


async def declare(other: UUID, choice: str, *, since: date | None, actor: Actor, now: datetime) -> None:
    """Declares how the actor and somebody else stand to each other."""
    problems = {} if choice in DECLARED else {"choice": "Choose how you know them"}
    if since and since > actor.today:
        problems["since"] = "This day is still to come"
    if other == actor.person_id or not await declarable(actor).filter(id=other).exists():
        problems["person"] = "Choose somebody from the list"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    kind, own, _ = DECLARED[choice]
    pairs = [(actor.person_id, other), (other, actor.person_id)]
    pairs = pairs if kind in BOTH_WAYS else pairs[:1] if own else pairs[1:]
    async with transaction():
        await Person.select_for_update().get(id=actor.person_id)  # pressed twice, the second sees the first
        mine = standing_relations().filter(declared_by=actor.person_id, kind=kind)
        for person_id, other_id in pairs:
            if await mine.filter(person_id=person_id, other_id=other_id).exists():
                continue
            row = await Relation.create(
                id=uuid4(), person_id=person_id, other_id=other_id, kind=kind, starts=since, recorded=now,
                declared_by=actor.person_id,
            )  # fmt: skip
            await _tell("relation.declared", row, actor=actor.person_id, unit=actor.unit_id, now=now)


async def take_back(relation_id: UUID, *, why: str, actor: Actor, now: datetime) -> None:
    """Takes back what the actor declared by mistake; the row stays, with the reason, and does not count any more."""
    found = await own_declaration(relation_id, actor)
    if not why.strip():
        raise Invalid("There is a problem", problems={"why": "Say why it is not so"})
    pair = Q(person_id=found.person_id, other_id=found.other_id) | Q(person_id=found.other_id, other_id=found.person_id)
    async with transaction():
        rows = standing_relations().filter(pair, declared_by=actor.person_id, kind=found.kind)
        taken = 0
        for row in await rows:
            taken += await rows.filter(id=row.id).update(taken_back=now, note=why.strip())
            await _tell("relation.taken_back", row, actor=actor.person_id, unit=actor.unit_id, now=now)
        if not taken:
            raise Conflict("This has been taken back already.", "Look at your list again.")


async def own_declaration(relation_id: UUID, actor: Actor) -> Relation:
    """Finds what the actor declared and did not take back."""
    mine = standing_relations().filter(declared_by=actor.person_id).select_related("person", "other")
    found = await mine.get_or_none(id=relation_id)
    if found is None:
        raise NotFound("You have declared no such thing.", "Look at your list again.")
    return found


def declarable(actor: Actor) -> QuerySet[Person]:
    """Lists whom the actor can say to know: people of their own sites, those they see, and whoever may assess."""
    sites = Membership.filter(active_on(actor.today), person_id=actor.person_id, site_id__isnull=False).values(
        "site_id"
    )
    there = Membership.filter(active_on(actor.today), site_id__in=Subquery(sites)).values("person_id")
    rate = Membership.filter(able_on(actor.today, "assess")).values("person_id")
    near = Q(id__in=Subquery(there)) | Q(id__in=Subquery(rate)) | Q(id__in=Subquery(visible_to(actor).values("id")))
    here = Person.filter(near, unit_id=actor.unit_id, erased_at__isnull=True, merged_into_id__isnull=True)
    return here.exclude(id=actor.person_id)


async def _tell(kind: str, row: Relation, *, actor: UUID | None, unit: UUID, now: datetime) -> None:
    detail = {"kind": row.kind, "other": str(row.other_id)}
    await facts.record(kind, row, actor=actor, person=row.person_id, unit=unit, now=now, detail=detail)
