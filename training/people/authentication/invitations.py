"""Lets somebody in who did not ask: an invitation by mail, or a card to hand over, which signs in once."""

from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from training.core.errors import Conflict, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actions import make_link, may_give
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.models import Email, Membership, Person, SignInLink
from training.people.visibility import person_for
from training.trail import facts

LIVES = {"invitation": timedelta(days=7), "card": timedelta(days=14)}
NOT_ONESELF = "You are in already: you need no invitation and no card."


async def may_let_in(actor: Actor, person: Person) -> bool:
    """Tells whether the actor may give each role that the person holds, so that nobody gets in above themselves."""
    if person.id == actor.person_id or person.erased_at is not None:
        return False
    running = Q(ends__isnull=True) | Q(ends__gte=actor.today)
    held = await Membership.filter(running, person_id=person.id).values_list("role", "site_id")
    return bool(held) and all(may_give(actor, role, site_id) for role, site_id in held)


async def let_in_by(actor: Actor, person_id: UUID) -> Person:
    """Finds a person whom the actor may let in; raises NotAllowed where others have to."""
    person = await person_for(actor, "manage people", person_id)
    await refuse_own(person.id, actor.person_id, NOT_ONESELF, "Sign in with your own address.")
    if not await may_let_in(actor, person):
        raise NotAllowed("Only who gives all of somebody's roles can let them in.", "Ask the central unit.")
    return person


async def invite(person_id: UUID, address: str, *, actor: Actor, now: datetime) -> SignInLink:
    """Invites somebody at one of their addresses, and lets them sign in by it from now on.

    Whoever has signed in by an address has a way in: another one is opened by the central unit alone.
    """
    person = await let_in_by(actor, person_id)
    email = await Email.get_or_none(person_id=person.id, address=address)
    if email is None:
        raise NotFound("They have no such address.", "Look at the person's page again.")
    has_come = await Email.filter(person_id=person.id, confirmed=True).exclude(id=email.id).exists()
    if email.mail_only and has_come and not actor.may("give every role"):
        raise NotAllowed("They sign in by another address already.", "The central unit can let them in by this one.")
    async with transaction():
        await Email.filter(id=email.id).update(mail_only=False)
        await open_links(person.id, "invitation", now=now).update(expires=now)
        return await make_link(
            "person.invited", person, address, actor_id=actor.person_id, now=now, way="invitation",
            lives=LIVES["invitation"], rows=[email],
        )  # fmt: skip


async def make_card(person_id: UUID, *, actor: Actor, now: datetime) -> SignInLink:
    """Makes a card that signs somebody in once, and ends the one before."""
    person = await let_in_by(actor, person_id)
    async with transaction():
        await open_links(person.id, "card", now=now).update(expires=now)
        return await make_link(
            "person.card_made", person, "", actor_id=actor.person_id, now=now, way="card", lives=LIVES["card"]
        )


async def withdraw_card(person_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Ends the card of a person, so that whoever finds it cannot use it."""
    person = await let_in_by(actor, person_id)
    async with transaction():
        card = await open_links(person.id, "card", now=now).first()
        if card is None or not await open_links(person.id, "card", now=now).update(expires=now):
            raise Conflict("This card was used or has ended.", "Make a new one if they need it.")
        await facts.record(
            "person.card_withdrawn", card, actor=actor.person_id, person=person.id, unit=person.unit_id, now=now
        )


def open_links(person_id: UUID, way: str, *, now: datetime) -> QuerySet[SignInLink]:
    """Lists the invitations, or cards, that still sign a person in."""
    return SignInLink.filter(person_id=person_id, way=way, used__isnull=True, expires__gt=now)
