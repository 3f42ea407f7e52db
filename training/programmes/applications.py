"""Somebody asks to join a programme, and the site answers; a yes gives the place, and a no stays with its reason."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Membership, Person
from training.people.visibility import active_on, coordinators_of
from training.programmes.actions import PlaceWish, adopted_at, join
from training.programmes.emails import APPLICATION
from training.programmes.models import Adoption, Application, Place, applications_for, holding_on
from training.sites.models import Programme, Site
from training.trail import facts

LONGEST = 2000
ASKED_ALREADY = "You have asked to join this programme already. The site will answer"


async def apply(programme_id: UUID, *, site_id: UUID | None, words: str, actor: Actor, now: datetime) -> Application:
    """Asks a site for a place in a programme, as the person herself."""
    problems = {}
    if site_id is None or not await Site.filter(id=site_id, unit_id=actor.unit_id).exists():
        problems["site_id"] = "Choose a site from the list"
    elif programme_id not in await adopted_at(site_id, actor.unit_id, on=actor.today):
        problems["site_id"] = "This site does not offer the programme. Choose another one"
    if not words.strip():
        problems["words"] = "Say why you want to join, in a sentence or two"
    elif len(words) > LONGEST:
        problems["words"] = f"Say it in {LONGEST} letters or fewer"
    held = Place.filter(holding_on(actor.today), person_id=actor.person_id, programme_id=programme_id)
    if await held.exists():
        problems["site_id"] = "You have a place in this programme already"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    try:
        async with transaction():
            made = await Application.create(
                id=uuid4(), person_id=actor.person_id, programme_id=programme_id, site_id=site_id, words=words.strip(),
                made=now, slot=f"{actor.person_id}/{programme_id}",
            )  # fmt: skip
            await facts.record(
                "programme.applied", made, actor=actor.person_id, person=actor.person_id, unit=actor.unit_id, now=now,
                detail={"programme": str(programme_id), "site": str(site_id)},
            )  # fmt: skip
            for one in await coordinators_of([made.site_id], actor, otherwise=("central",)):  # they are asked by mail
                key, payload = f"{APPLICATION}/{made.id}/{one}", {"to": str(one)}
                await facts.schedule(APPLICATION, key, due=now, payload=payload, subject_id=str(made.id))
    except IntegrityError as error:
        raise Invalid("There is a problem", problems={"words": ASKED_ALREADY}) from error
    return made


async def withdraw_application(application_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Takes one's own application back, as long as nobody has answered."""
    found = await Application.get_or_none(id=application_id, person_id=actor.person_id)
    if found is None:
        raise NotFound("There is no such application.", "Look at the list again.")
    async with transaction():
        still = Application.filter(id=found.id, state="waiting")
        if not await still.update(state="withdrawn", slot=None, answered=now):
            raise Conflict("The site has answered already.", "Look at the answer.")
        await facts.record(
            "programme.withdrawn", found, actor=actor.person_id, person=actor.person_id, unit=actor.unit_id, now=now
        )


async def answer_application(
    application_id: UUID, *, accepts: bool, words: str, version: str, actor: Actor, now: datetime
) -> None:
    """Answers for the site: a yes gives the place from today on, by that version of the rules, and a role there."""
    found = await applications_for(actor).prefetch_related("person").get_or_none(id=application_id)
    if found is None:
        raise NotFound("There is no such application.", "Look at the list again.")
    if not words.strip():
        problem = "Say a word of welcome" if accepts else "Say why, so that they know what to do"
        raise Invalid("There is a problem", problems={"words": problem})
    state = "accepted" if accepts else "refused"
    async with transaction():
        still = Application.filter(id=found.id, state="waiting")
        if not await still.update(
            state=state, slot=None, answer=words.strip(), answered=now, answered_by_id=actor.person_id
        ):
            raise Conflict("This was answered already.", "Look at the list again.")
        if accepts:
            await _let_in(found, version, actor=actor, now=now)
        await facts.record(
            "programme.answered", found, actor=actor.person_id, person=found.person_id, unit=actor.unit_id, now=now,
            detail={"answer": state},
        )  # fmt: skip


async def _let_in(found: Application, version: str, *, actor: Actor, now: datetime) -> None:
    person: Person = found.person
    wish = PlaceWish(found.programme_id, found.site_id, actor.today, version)
    await join(person, wish, because="application", actor_id=actor.person_id, now=now)
    if await Membership.filter(active_on(actor.today), person_id=person.id, site_id=found.site_id).exists():
        return
    given = await Membership.create(
        id=uuid4(), person_id=person.id, role="trainee", site_id=found.site_id, starts=actor.today, recorded=now
    )
    await facts.record(
        "membership.given", given, actor=actor.person_id, person=person.id, unit=person.unit_id, now=now,
        detail={"role": "trainee", "site": str(found.site_id), "because": "application"},
    )  # fmt: skip


async def offered(actor: Actor) -> list[tuple[Programme, QuerySet[Site]]]:
    """Lists the programmes that the actor can ask to join, each with the sites that offer it, as `adopted_at` says."""
    held = Place.filter(holding_on(actor.today), person_id=actor.person_id)
    mine = [row.programme_id for row in await held]
    sites, found = Site.filter(unit_id=actor.unit_id), []
    some = await Adoption.filter(site__unit_id=actor.unit_id).exists()
    for one in await Programme.filter(unit_id=actor.unit_id).exclude(id__in=mine).order_by("title"):
        adopted = Adoption.filter(active_on(actor.today), programme_id=one.id).values("site_id")
        there = sites.filter(id__in=Subquery(adopted)) if some else sites
        found += [(one, there)] if await there.exists() else []
    return found
