"""Invites people, gives and ends their places in programmes: one of many."""

from datetime import timedelta
from uuid import UUID

from certificates.bulk.kinds import BulkRequest, NothingToDo, Target
from certificates.evaluations.pathway_versions import newest_version
from training.core.dates import day
from training.core.errors import Conflict
from training.people.authentication import invitations
from training.people.contact.emails import broken_addresses
from training.people.models import Email, Membership, SignInLink
from training.people.visibility import active_on, person_for
from training.programmes import actions
from training.programmes.models import Place, holding_on, places_for

THEIR_SITE = "theirs"
WHOLE_UNIT = "unit"


async def invite(asked: BulkRequest, target: Target) -> SignInLink:
    """Invites somebody who has never signed in, at the first of their addresses that works."""
    person = await person_for(asked.actor, actions.MANAGE, target.id)
    known = await Email.filter(person_id=person.id).order_by("mail_only", "address")
    if any(one.confirmed for one in known):
        raise NothingToDo("They have signed in before")
    if await invitations.open_links(person.id, "invitation", now=asked.now).exists():
        raise NothingToDo("They have an invitation that still works")
    broken = await broken_addresses(person.id)
    address = next((one.address for one in known if one.address not in broken), None)
    if address is None:
        raise Conflict("We know of no e-mail address that works", "Write one on their page, or make a card")
    return await invitations.invite(person.id, address, actor=asked.actor, now=asked.now)


async def give_place(asked: BulkRequest, target: Target) -> Place:
    """Gives somebody a place in a programme, at a site or where they work."""
    person = await person_for(asked.actor, actions.MANAGE, target.id)
    programme, starts = UUID(asked.values["programme"]), asked.day("starts")
    held = Place.filter(holding_on(max(starts, asked.actor.today)), person_id=person.id, programme_id=programme)
    if await held.exists():
        raise NothingToDo("They have a place in this programme")
    site = asked.values["site"]
    site_id = await _site_of(asked, person.id) if site == THEIR_SITE else None if site == WHOLE_UNIT else UUID(site)
    version = await newest_version(programme, person.unit_id, today=asked.actor.today)
    wish = actions.PlaceWish(programme, site_id, starts, version)
    return await actions.give_place(person.id, wish, actor=asked.actor, now=asked.now)


async def _site_of(asked: BulkRequest, person_id: UUID) -> UUID:
    rows = await Membership.filter(active_on(asked.actor.today), person_id=person_id, site_id__isnull=False)
    sites = {row.site_id for row in rows if actions.may_place(asked.actor, row.site_id)}
    if len(sites) != 1 or (found := sites.pop()) is None:
        words = "They work at several sites" if sites else "They work at no site of yours"
        raise Conflict(words, "Choose a site, or give the place on their page")
    return found


async def take_back_place(asked: BulkRequest, place_id: UUID) -> None:
    """Takes back a place that was given, where nobody has ended or moved it since."""
    held = await Place.get(id=place_id)
    if held.ends is not None:
        raise Conflict("This place has ended or moved since, so it stays as it is", "Look at it on its own page")
    await actions.take_back_place(place_id, why=asked.why_undone, actor=asked.actor, now=asked.now)


async def end_place(asked: BulkRequest, target: Target) -> Place:
    """Ends the place that somebody has in a programme."""
    held = places_for(asked.actor, actions.MANAGE).filter(person_id=target.id, taken_back__isnull=True)
    place = await held.filter(programme_id=asked.values["programme"]).order_by("-starts").first()
    if place is None:
        raise NothingToDo("They have no place in this programme")
    if place.ends:
        raise NothingToDo(f"Their place ends on {day(place.ends)}")
    return await actions.end_place(
        place.id, ends=asked.day("ends"), reason=asked.values["reason"], actor=asked.actor, now=asked.now
    )


async def take_up_again(asked: BulkRequest, place_id: UUID) -> None:
    """Gives the place anew that was ended, from the day after its last one on."""
    held = await Place.get(id=place_id)
    if held.ends is None or held.taken_back:
        raise Conflict("This place has been changed since, so it stays as it is", "Look at it on its own page")
    wish = actions.PlaceWish(
        held.programme_id, held.site_id, held.ends + timedelta(days=1), held.version, held.funding, held.route
    )
    await actions.give_place(held.person_id, wish, actor=asked.actor, now=asked.now)
