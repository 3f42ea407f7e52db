"""Who holds which role in a programme: given for a site, an area or the unit, ended, and taken back after a slip."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise.expressions import Q

from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.models import Person
from training.people.roles import fault_of_first_day
from training.people.visibility import person_for
from training.programmes.models import ProgrammeRole, programme_roles_for
from training.sites.models import Area, Site
from training.trail import facts

MANAGE = "manage people"
LOOK_AGAIN = "Look at the page again."


@dataclass(frozen=True)
class RoleWish:
    """A role in a programme, at a site or in an area; without both it holds in the whole unit."""

    programme_id: UUID
    role: str
    starts: date
    site_id: UUID | None = None
    area_id: UUID | None = None


async def give_programme_role(
    person_id: UUID, wish: RoleWish, *, known: Collection[str], actor: Actor, now: datetime
) -> ProgrammeRole:
    """Gives a person one of the roles that the programme's rules name (`known`), as far as the actor's own reach."""
    person = await person_for(actor, MANAGE, person_id)
    if not actor.may("give every role"):
        await refuse_own(person.id, actor.person_id, "You may not give yourself a role.", "Ask the central unit.")
    if not may_give_at(actor, wish.site_id):
        raise NotAllowed("You give roles at your own sites only.", "Ask the central unit.")
    problems = {}
    if wish.role not in known:
        problems["role"] = "Choose a role from the list"
    if fault := fault_of_first_day(wish.starts, actor.today):
        problems["starts"] = fault
    if not await _is_ours(wish, actor.unit_id):
        problems["where"] = "Choose a place from the list"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        await Person.select_for_update().get(id=person.id)  # pressed twice, the second waits and sees the first
        still = Q(ends__isnull=True) | Q(ends__gte=wish.starts)
        same = {name: value for name, value in vars(wish).items() if name != "starts"}
        if await ProgrammeRole.filter(still, person_id=person.id, taken_back__isnull=True, **same).exists():
            raise Invalid("There is a problem", problems={"role": "They hold this role there already"})
        given = await ProgrammeRole.create(
            id=uuid4(), person_id=person.id, **vars(wish), recorded=now, recorded_by_id=actor.person_id
        )  # fmt: skip
        detail = {"role": wish.role, "programme": str(wish.programme_id), "starts": wish.starts.isoformat()}
        await facts.record(
            "programme.role_given", given, actor=actor.person_id, person=person.id, unit=actor.unit_id, now=now,
            detail=detail,
        )  # fmt: skip
    return given


async def end_programme_role(role_id: UUID, *, ends: date, actor: Actor, now: datetime) -> ProgrammeRole:
    """Ends a role in a programme after a day."""
    held = await _changeable(role_id, actor)
    if ends < held.starts:
        raise Invalid("There is a problem", problems={"ends": "The last day must be on or after the first one"})
    async with transaction():
        still = ProgrammeRole.filter(id=held.id, ends__isnull=True, taken_back__isnull=True)
        if not await still.update(ends=ends, end_recorded=now):
            raise Conflict("This role has ended already.", LOOK_AGAIN)
        await facts.record(
            "programme.role_ended", held, actor=actor.person_id, person=held.person_id, unit=actor.unit_id, now=now,
            detail={"ends": ends.isoformat()},
        )  # fmt: skip
    return held


async def take_back_programme_role(role_id: UUID, *, why: str, actor: Actor, now: datetime) -> ProgrammeRole:
    """Takes back a role that was given by mistake: nothing was ever signed with it."""
    held = await _changeable(role_id, actor)
    if not why.strip():
        raise Invalid("There is a problem", problems={"why": "Say what was wrong with it"})
    async with transaction():
        still = ProgrammeRole.filter(id=held.id, taken_back__isnull=True)
        if not await still.update(taken_back=now, note=why.strip()):
            raise Conflict("This role was taken back already.", LOOK_AGAIN)
        await facts.record(
            "programme.role_taken_back", held, actor=actor.person_id, person=held.person_id, unit=actor.unit_id,
            now=now,
        )  # fmt: skip
    return held


def may_give_at(actor: Actor, site_id: UUID | None) -> bool:
    """Tells whether the actor gives roles at a site; in an area or the whole unit only who gives every role."""
    return actor.may("give every role") or (site_id is not None and site_id in actor.sites(MANAGE))


async def _is_ours(wish: RoleWish, unit_id: UUID) -> bool:
    if wish.site_id and wish.area_id:
        return False
    if wish.site_id:
        return await Site.filter(id=wish.site_id, unit_id=unit_id).exists()
    return wish.area_id is None or await Area.filter(id=wish.area_id, unit_id=unit_id).exists()


async def _changeable(role_id: UUID, actor: Actor) -> ProgrammeRole:
    held = await programme_roles_for(actor, MANAGE).get_or_none(id=role_id, taken_back__isnull=True)
    if held is None:
        raise NotFound("There is no such role.", LOOK_AGAIN)
    if not may_give_at(actor, held.site_id):
        raise NotAllowed("Only the central unit gives or ends this role.", "Ask the central unit.")
    return held
