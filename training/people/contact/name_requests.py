"""Somebody asks to be called by another name; whoever manages them approves with a reason, or refuses with a word."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from training.core.errors import Conflict, Invalid, NotFound
from training.core.mail_templates import Mail
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.actions import NOT_ONES_OWN, OTHERS_NAME, checked_name, write_name
from training.people.contact.addresses import refuse_own
from training.people.contact.emails import PersonEmail
from training.people.models import NameRequest, Person
from training.people.visibility import coordinators_of, reach
from training.trail import facts

NAME_REQUEST = "mail name request"
"""Name of the work that sends its letters."""
LONGEST = 2000


def name_requests_for(actor: Actor) -> QuerySet[NameRequest]:
    """Lists the names that people ask for and that the actor may answer: never one's own."""
    return NameRequest.filter(reach(actor, "manage people"), state="waiting").exclude(person_id=actor.person_id)


async def name_request_for(actor: Actor, request_id: UUID) -> NameRequest:
    """Finds a request that waits for the actor; raises NotFound when there is none."""
    found = await name_requests_for(actor).select_related("person").get_or_none(id=request_id)
    if found is None:
        raise NotFound("This waits for no answer of yours.", "Look at the person's page.")
    return found


async def ask(name: str, *, why: str, actor: Actor, now: datetime) -> NameRequest:
    """Asks for another name for oneself, and has whoever manages one told by mail."""
    name, why = checked_name(name, besides=actor.name), _words(why, "why", "Say why, in a sentence")
    try:
        async with transaction():
            asked = await NameRequest.create(
                id=uuid4(), person_id=actor.person_id, name=name, why=why, made=now, slot=str(actor.person_id)
            )
            await facts.record(
                "person.name_asked", asked, actor=actor.person_id, person=actor.person_id, unit=actor.unit_id, now=now
            )
            sites = [site for _, site in actor.held if site]
            for one in await coordinators_of(sites, actor, otherwise=("central", "administrator")):
                key, payload = f"{NAME_REQUEST}/{asked.id}/{one}", {"to": str(one)}
                await facts.schedule(NAME_REQUEST, key, due=now, payload=payload, subject_id=str(asked.id))
    except IntegrityError as error:
        words = "You have asked for another name already. It waits for an answer"
        raise Invalid("There is a problem", problems={"name": words}) from error
    return asked


async def answer(request_id: UUID, approves: bool, words: str, *, actor: Actor, now: datetime) -> None:
    """Answers a request: approved, the person is called so from now on; either way they are told why."""
    found = await name_request_for(actor, request_id)
    await refuse_own(found.person_id, actor.person_id, NOT_ONES_OWN, OTHERS_NAME)
    words = _words(words, "words", "Say why, in a sentence. They read it")
    answered = {"answer": words, "answered": now, "answered_by_id": actor.person_id, "slot": None}
    async with transaction():
        state = "approved" if approves else "refused"
        if not await NameRequest.filter(id=found.id, state="waiting").update(state=state, **answered):
            raise Conflict("Somebody has just answered this.", "Look at the person's page.")
        if approves:
            person = await Person.get(id=found.person_id)
            await write_name(person, found.name, actor=actor, now=now)
        await facts.record(
            "person.name_answered", found, actor=actor.person_id, person=found.person_id, unit=actor.unit_id, now=now,
            detail={"state": state},
        )  # fmt: skip


def _words(words: str, field: str, missing: str) -> str:
    words = words.strip()
    if not 0 < len(words) <= LONGEST:
        problem = f"Say it in {LONGEST} letters or fewer" if words else missing
        raise Invalid("There is a problem", problems={field: problem})
    return words


async def of_name_request(request_id: UUID, to: UUID | None) -> PersonEmail | None:
    """Tells whoever manages a person what name is asked for; without an addressee, tells the person the answer.

    None where it was answered first, or erased.
    """
    found = await NameRequest.get_or_none(id=request_id).select_related("person")
    if found is None or (to is not None and found.state != "waiting"):
        return None
    if to is not None:
        values = {"name": found.person.name, "wanted": found.name}
        return PersonEmail(to, Mail("people/name_asked", values, f"/name-requests/{found.id}"))
    answered = {"wanted": found.name, "approved": found.state == "approved", "words": found.answer}
    return PersonEmail(found.person_id, Mail("people/name_answered", answered, "/name"))
