"""What changes who takes part: sites adopt programmes and end that, people get places, move, leave."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from tortoise.expressions import Q, Subquery

from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Person
from training.people.roles import fault_of_first_day
from training.people.visibility import active_on, person_for, sites_for
from training.programmes.models import Adoption, Place, places_for
from training.programmes.rules import CHOSEN_END_REASONS, overlaps_any
from training.sites.models import Programme, Site
from training.trail import facts

MANAGE = "manage people"
LOOK_AGAIN = "Look at the page again."
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlaceWish:
    """What somebody is given: a programme, where, from when, by which version of its rules, and who pays."""

    programme_id: UUID
    site_id: UUID | None
    starts: date
    version: str = ""
    funding: str = ""
    route: str = ""


async def adopt(site_id: UUID, programme_id: UUID, *, starts: date, actor: Actor, now: datetime) -> Adoption:
    """Notes that a site takes up a programme from a day on."""
    site = await sites_for(actor, MANAGE).get_or_none(id=site_id)
    if site is None:
        raise NotFound("There is no such site among yours.", "Look at the list of sites.")
    if not await Programme.filter(id=programme_id, unit_id=actor.unit_id).exists():
        raise Invalid("There is a problem", problems={"programme": "Choose a programme from the list"})
    if fault := fault_of_first_day(starts, actor.today):
        raise Invalid("There is a problem", problems={"starts": fault})
    async with transaction():
        await Site.select_for_update().get(id=site.id)  # pressed twice, the second waits and sees the first
        later = Q(ends__isnull=True) | Q(ends__gte=starts)
        if await Adoption.filter(later, site_id=site.id, programme_id=programme_id).exists():
            raise Invalid("There is a problem", problems={"programme": "The site has this programme already"})
        made = await Adoption.create(
            id=uuid4(), site_id=site.id, programme_id=programme_id, starts=starts, recorded=now,
            recorded_by_id=actor.person_id,
        )  # fmt: skip
        detail = {"site": str(site.id), "programme": str(programme_id), "starts": starts.isoformat()}
        await facts.record("programme.adopted", made, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)
    return made


async def end_adoption(adoption_id: UUID, *, ends: date, actor: Actor, now: datetime) -> None:
    """Ends what a site has adopted after a day; the places of its people stay until somebody ends them."""
    held = await Adoption.get_or_none(id=adoption_id, site_id__in=Subquery(sites_for(actor, MANAGE).values("id")))
    if held is None:
        raise NotFound("The site has no such programme.", LOOK_AGAIN)
    if ends < held.starts:
        raise Invalid("There is a problem", problems={"ends": "The last day must be on or after the first one"})
    async with transaction():
        if not await Adoption.filter(id=held.id, ends__isnull=True).update(ends=ends, end_recorded=now):
            raise Conflict("This has a last day already.", LOOK_AGAIN)
        await facts.record(
            "programme.given_up", held, actor=actor.person_id, unit=actor.unit_id, now=now,
            detail={"ends": ends.isoformat()},
        )  # fmt: skip


async def adopted_at(site_id: UUID | None, unit_id: UUID, *, on: date) -> list[UUID]:
    """Lists the programmes that somebody at a site can join: those it adopted; every one where no site adopted any."""
    if site_id and await Adoption.filter(site__unit_id=unit_id).exists():
        found = Adoption.filter(active_on(on), site_id=site_id)
        return [row.programme_id for row in await found]
    return [row.id for row in await Programme.filter(unit_id=unit_id)]


async def give_place(person_id: UUID, wish: PlaceWish, *, actor: Actor, now: datetime) -> Place:
    """Gives a person whom the actor manages a place in a programme, at a site of the actor's."""
    person = await person_for(actor, MANAGE, person_id)
    problems: dict[str, str] = {}
    own = sites_for(actor, MANAGE).filter(id=wish.site_id)
    if not (await own.exists() if wish.site_id else actor.everywhere(MANAGE)):
        problems["site_id"] = "Choose a site from the list"
    elif wish.programme_id not in await adopted_at(wish.site_id, actor.unit_id, on=wish.starts):
        problems["programme"] = "The site has not taken up this programme. Choose another one"
    if fault := fault_of_first_day(wish.starts, actor.today):
        problems["starts"] = fault
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        made = await join(person, wish, because="hand", actor_id=actor.person_id, now=now)
        if made is None:
            raise Invalid("There is a problem", problems={"programme": "They have a place in this programme already"})
    return made


async def join(person: Person, wish: PlaceWish, *, because: str, actor_id: UUID | None, now: datetime) -> Place | None:
    """Gives a place in the caller's transaction, unless there is one that holds on the first day or later.

    `because` is hand, load, cohort, lti or application.
    """
    await Person.select_for_update().get(id=person.id)  # of two at once, the second waits and sees the first
    held = Place.filter(person_id=person.id, programme_id=wish.programme_id, taken_back__isnull=True)
    if overlaps_any((wish.starts, None), [(row.starts, row.ends) for row in await held]):
        return None
    made = await Place.create(
        id=uuid4(), person_id=person.id, **vars(wish), recorded=now, recorded_by_id=actor_id
    )  # fmt: skip
    detail = {"programme": str(wish.programme_id), "site": str(wish.site_id) if wish.site_id else None,
              "starts": wish.starts.isoformat(), "because": because}  # fmt: skip
    await facts.record(
        "programme.joined", made, actor=actor_id, person=person.id, unit=person.unit_id, now=now, detail=detail
    )
    return made


async def end_place(place_id: UUID, *, ends: date, reason: str, actor: Actor, now: datetime) -> Place:
    """Ends a place after a day, and says why."""
    held = await _changeable(place_id, actor)
    problems = {}
    if reason not in CHOSEN_END_REASONS:
        problems["reason"] = "Choose why it ends"
    if ends < held.starts:
        problems["ends"] = "The last day must be on or after the first one"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        await _end(held, ends=ends, reason=reason, now=now)
        await facts.record(
            "programme.left", held, actor=actor.person_id, person=held.person_id, unit=actor.unit_id, now=now,
            detail={"ends": ends.isoformat(), "reason": reason},
        )  # fmt: skip
    return held


async def move_place(
    place_id: UUID, *, site_id: UUID | None, last_day: date, version: str, actor: Actor, now: datetime
) -> Place:
    """Moves a place to another site, or to another version of the rules: one ends, and one goes on the day after."""
    held = await _changeable(place_id, actor)
    problems = {}
    if not may_place(actor, site_id):
        problems["site_id"] = "Choose a site from the list"
    elif (site_id, version) == (held.site_id, held.version):
        problems["site_id"] = "Choose what changes: the site or the rules"
    elif held.programme_id not in await adopted_at(site_id, actor.unit_id, on=last_day + ONE_DAY):
        problems["site_id"] = "That site has not taken up this programme. It has to do that first"
    if last_day < held.starts:
        problems["last_day"] = "The last day must be on or after the first one"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        await _end(held, ends=last_day, reason="moved", now=now)
        made = await Place.create(
            id=uuid4(), person_id=held.person_id, programme_id=held.programme_id, site_id=site_id, version=version,
            starts=last_day + ONE_DAY, funding=held.funding, route=held.route, recorded=now,
            recorded_by_id=actor.person_id,
        )  # fmt: skip
        detail = {"from": str(held.id), "site": str(site_id) if site_id else None, "version": version,
                  "starts": made.starts.isoformat()}  # fmt: skip
        await facts.record(
            "programme.moved", made, actor=actor.person_id, person=held.person_id, unit=actor.unit_id, now=now,
            detail=detail, rows=[held],
        )  # fmt: skip
    return made


async def take_back_place(place_id: UUID, *, why: str, actor: Actor, now: datetime) -> None:
    """Takes back a place that was given by mistake: it counts as if it had never been, and stays to be seen."""
    held = await _changeable(place_id, actor)
    if not why.strip():
        raise Invalid("There is a problem", problems={"why": "Say what was wrong with it"})
    async with transaction():
        still = Place.filter(id=held.id, taken_back__isnull=True)
        if not await still.update(taken_back=now, note=why.strip()):
            raise Conflict("This place was taken back already.", LOOK_AGAIN)
        await facts.record(
            "programme.place_taken_back", held, actor=actor.person_id, person=held.person_id, unit=actor.unit_id,
            now=now,
        )  # fmt: skip


def may_place(actor: Actor, site_id: UUID | None) -> bool:
    """Tells whether the actor gives and ends places at a site; without one, only who manages everybody."""
    return actor.everywhere(MANAGE) or (site_id is not None and site_id in actor.sites(MANAGE))


async def _changeable(place_id: UUID, actor: Actor) -> Place:
    held = await places_for(actor, MANAGE).get_or_none(id=place_id, taken_back__isnull=True)
    if held is None:
        raise NotFound("There is no such place.", LOOK_AGAIN)
    if not may_place(actor, held.site_id):
        raise NotAllowed("This place is looked after by another site.", "Ask that site or the central unit.")
    return held


async def _end(held: Place, *, ends: date, reason: str, now: datetime) -> None:
    still = Place.filter(id=held.id, ends__isnull=True, taken_back__isnull=True)
    if not await still.update(ends=ends, end_reason=reason, end_recorded=now):
        raise Conflict("This place has ended already.", LOOK_AGAIN)
