"""What changes people: signing in by a one-time link, and giving or ending a membership."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from itsdangerous import BadSignature, URLSafeSerializer
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Email, Membership, Person, Session, SignInLink
from training.people.roles import AT_A_SITE, GIVEN_BY_COORDINATORS, ROLES, UNIT_WIDE, fault_of_first_day
from training.people.sessions import end_sessions_of, open_session
from training.people.visibility import people_for, person_for
from training.sites.models import Site
from training.trail import facts

LINK_LIVES = timedelta(minutes=20)


def signer(secret_key: str) -> URLSafeSerializer:
    """Gives what signs sign-in links."""
    return URLSafeSerializer(secret_key, salt="sign-in")


async def ask_for_link(address: str, *, target: str, now: datetime) -> None:
    """Makes a one-time link for a known address; an unknown one changes nothing and looks the same."""
    email = await _signs_in(address.strip().lower()).first()
    if email is None:
        return
    person = await Person.get(id=email.person_id)
    async with transaction():
        await make_link("person.asked_for_link", person, email.address, target=target, actor_id=None, now=now)


async def make_link(
    kind: str,
    person: Person,
    address: str,
    *,
    actor_id: UUID | None,
    now: datetime,
    lives: timedelta = LINK_LIVES,
    target: str = "/",
    way: str = "link",
    rows: Iterable[Model] = (),
) -> SignInLink:
    """Makes a one-time link in the caller's transaction; the kind of fact tells for what, and what follows."""
    link = await SignInLink.create(
        id=uuid4(), person_id=person.id, address=address, target=target, way=way, made=now, expires=now + lives
    )
    await facts.record(kind, link, actor=actor_id, person=person.id, unit=person.unit_id, now=now, rows=rows)
    return link


def _signs_in(address: str) -> QuerySet[Email]:
    """Lists the people of all units who sign in with an address: somebody may work for two."""
    return Email.filter(address=address, mail_only=False, person__erased_at__isnull=True).order_by("unit__slug")


async def signs_in_to(link: SignInLink) -> list[tuple[UUID, str]]:
    """Lists whom a link can sign in, each with their unit: the link proves the address, and not for which unit.

    A card was handed to one person, and proves no address.
    """
    here = Person.filter(id=link.person_id, erased_at__isnull=True, merged_into_id__isnull=True)
    if not link.address:
        return [(link.person_id, row["unit"]) for row in await here.values(unit="unit__name")]
    rows = await _signs_in(link.address).values("person_id", unit="unit__name")
    return [(row["person_id"], row["unit"]) for row in rows]


async def look_at_link(token: str, *, secret_key: str, now: datetime) -> SignInLink:
    """Reads a link without using it up; raises NotFound when it is no link of ours or no longer good."""
    try:
        link_id = UUID(signer(secret_key).loads(token))
    except (BadSignature, ValueError) as error:
        raise NotFound(
            "This sign-in link is not complete.", "Open it again from the e-mail, or ask for a new one."
        ) from error
    link = await SignInLink.filter(id=link_id, used__isnull=True, expires__gt=now).first()
    if link is None:
        raise NotFound("This sign-in link has been used or is too old.", "Ask for a new one.")
    return link


async def sign_in_by_link(
    token: str,
    *,
    chosen: str = "",
    session_token: str,
    replaces: str | None,
    browser: str,
    secret_key: str,
    now: datetime,
) -> str:
    """Uses a link up and opens a session; gives the path to go to. Of two at once only one gets in.

    `chosen` is the person to be, where the address belongs to people of several units.
    """
    link = await look_at_link(token, secret_key=secret_key, now=now)
    people = [person for person, _ in await signs_in_to(link)]
    who = next((one for one in people if str(one) == chosen or len(people) == 1), None)
    if who is None:
        raise Invalid("There is a problem", problems={"person": "Choose where you want to sign in"})
    async with transaction():
        if not await SignInLink.filter(id=link.id, used__isnull=True, expires__gt=now).update(used=now):
            raise Conflict("This sign-in link has just been used.", "Ask for a new one.")
        found = await Email.filter(person_id=who, address=link.address, confirmed=False)
        await Email.filter(id__in=[one.id for one in found]).update(confirmed=True)
        await open_signed_in(
            who, session_token=session_token, replaces=replaces, browser=browser, way=link.way, now=now, rows=found
        )
    return link.target


async def sign_in(
    person_id: UUID, *, way: str, strong: bool, session_token: str, replaces: str | None, browser: str, now: datetime
) -> None:
    """Signs in somebody who has just proved who they are, in the way that is named."""
    async with transaction():
        await open_signed_in(
            person_id, way=way, strong=strong, session_token=session_token, replaces=replaces, browser=browser, now=now
        )


async def open_signed_in(
    person_id: UUID,
    *,
    way: str,
    session_token: str,
    replaces: str | None,
    browser: str,
    now: datetime,
    strong: bool = False,
    rows: Iterable[Email] = (),
) -> None:
    """Opens a session in the caller's transaction, and says so in the trail."""
    person = await Person.get(id=person_id)
    await open_session(
        person_id, token=session_token, now=now, browser=browser, replaces=replaces, way=way, strong=strong
    )
    await facts.record(
        "person.signed_in", person, actor=person_id, person=person_id, unit=person.unit_id, now=now,
        detail={"way": way}, rows=rows,
    )  # fmt: skip


async def sign_out(person_id: UUID, *, key: str = "", actor: Actor, now: datetime) -> int:
    """Ends the sessions of a person, or the one of that key; somebody else's as who manages them."""
    own = person_id == actor.person_id
    person = await (Person.get(id=actor.person_id) if own else person_for(actor, "manage people", person_id))
    async with transaction():
        running = Session.filter(person_id=person.id, ended__isnull=True, token_hash__startswith=key)
        ended = await running.update(ended=now)
        if ended:
            await facts.record(
                "person.signed_out", person, actor=actor.person_id, person=person_id, unit=person.unit_id, now=now,
                detail={"sessions": ended},
            )  # fmt: skip
    return ended


async def give_membership(
    person_id: UUID, *, role: str, site_id: UUID | None, starts: date, actor: Actor, now: datetime
) -> Membership:
    """Gives a person a role from a day on; a coordinator gives only trainee and facilitator, at own sites."""
    await refuse_role(role, site_id, starts, actor)
    person = await person_for(actor, "manage people", person_id)
    async with transaction():
        await Person.select_for_update().get(id=person_id)  # pressed twice, the second waits and sees the first
        still = Q(ends__isnull=True) | Q(ends__gte=starts)
        if await Membership.filter(still, person_id=person.id, role=role, site_id=site_id).exists():
            raise Invalid("There is a problem", problems={"role": "They hold this role there already"})
        return await write_membership(person, role=role, site_id=site_id, starts=starts, actor=actor, now=now)


async def write_membership(
    person: Person, *, role: str, site_id: UUID | None, starts: date, actor: Actor, now: datetime
) -> Membership:
    """Gives a role that the actor may give, in the caller's transaction."""
    given = await Membership.create(person_id=person.id, role=role, site_id=site_id, starts=starts, recorded=now)
    detail = {"role": role, "site": str(site_id) if site_id else None, "starts": starts.isoformat()}
    await facts.record(
        "membership.given", given, actor=actor.person_id, person=person.id, unit=actor.unit_id, now=now, detail=detail
    )
    return given


async def refuse_role(role: str, site_id: UUID | None, starts: date, actor: Actor) -> None:
    """Refuses a role that the actor does not give, that does not fit its place, or that begins on no sound day."""
    _refuse_what_others_give(actor, role, site_id)
    await _fits(role, site_id, actor.unit_id)
    if fault := fault_of_first_day(starts, actor.today):
        raise Invalid("There is a problem", problems={"starts": fault})


async def end_membership(membership_id: UUID, *, ends: date, actor: Actor, now: datetime) -> None:
    """Ends a membership after a day, and signs the person out everywhere so that the change holds at once."""
    held = await _held(membership_id, actor)
    if ends < held.starts:
        raise Invalid("There is a problem", problems={"ends": "The last day must be on or after the first one"})
    async with transaction():
        await _end(held, ends=ends, actor=actor, now=now)


async def move_membership(
    membership_id: UUID, *, site_id: UUID, starts: date, actor: Actor, now: datetime
) -> Membership:
    """Moves a role to another site: it ends there on the day before, and is held here from the day on."""
    held = await _held(membership_id, actor)
    await refuse_role(held.role, site_id, starts, actor)
    still = Membership.filter(Q(ends__isnull=True) | Q(ends__gte=starts), person_id=held.person_id, role=held.role)
    problems = {}
    if held.site_id in (None, site_id):
        problems["site_id"] = "Choose another site"
    elif await still.filter(site_id=site_id).exists():
        problems["site_id"] = "They hold this role there already"
    if starts <= held.starts:
        problems["starts"] = "The first day there must be after the first day here"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    person = await Person.get(id=held.person_id)
    async with transaction():
        await _end(held, ends=starts - timedelta(days=1), actor=actor, now=now)
        return await write_membership(person, role=held.role, site_id=site_id, starts=starts, actor=actor, now=now)


async def _held(membership_id: UUID, actor: Actor) -> Membership:
    """Finds a role that the actor may end."""
    there = people_for(actor, "manage people").values("id")
    held = await Membership.get_or_none(id=membership_id, person_id__in=Subquery(there))
    if held is None:
        raise NotFound("There is no such role.", "Look at the person's page again.")
    _refuse_what_others_give(actor, held.role, held.site_id)
    return held


async def _end(held: Membership, *, ends: date, actor: Actor, now: datetime) -> None:
    if not await Membership.filter(id=held.id, ends__isnull=True).update(ends=ends, end_recorded=now):
        raise Conflict("This role has ended already.", "Look at the person's page again.")
    await end_sessions_of(held.person_id, now=now)
    await facts.record(
        "membership.ended", held, actor=actor.person_id, person=held.person_id, unit=actor.unit_id, now=now,
        detail={"ends": ends.isoformat()},
    )  # fmt: skip


def may_give(actor: Actor, role: str, site_id: UUID | None) -> bool:
    """Tells whether the actor gives and ends this role: a coordinator a learner's, at own sites."""
    if actor.may("give every role"):
        return True
    there = actor.everywhere("manage people") or site_id in actor.sites("manage people")
    return role in GIVEN_BY_COORDINATORS and there


def _refuse_what_others_give(actor: Actor, role: str, site_id: UUID | None) -> None:
    if not may_give(actor, role, site_id):
        raise NotAllowed("Only the central unit gives or ends this role.", "Ask the central unit.")


async def _fits(role: str, site_id: UUID | None, unit_id: UUID) -> None:
    problems = {}
    if role not in ROLES:
        problems["role"] = "Choose a role"
    if site_id and role in UNIT_WIDE:
        problems["site_id"] = "This is a role for the whole unit. Choose the whole unit"
    elif not site_id and role in AT_A_SITE:
        problems["site_id"] = "This role needs a site. Choose one"
    elif site_id and not await Site.filter(id=site_id, unit_id=unit_id).exists():
        problems["site_id"] = "Choose a site from the list"
    if problems:
        raise Invalid("There is a problem", problems=problems)
