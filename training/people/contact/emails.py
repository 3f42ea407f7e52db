"""Letters: every mail for a person, what became of it, and what people do about those that did not arrive."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from training.core import mail
from training.core.calendars import calendar_file
from training.core.errors import Conflict, Invalid, NotFound, Upstream
from training.core.mail_templates import Mail, Reader, write
from training.core.settings import Settings
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Email, Letter, Person
from training.people.visibility import reach
from training.trail import facts
from training.trail.models import Followup

TAKEN_WITHIN = timedelta(hours=72)
"""How long mail servers may be away before people are asked to look after a letter."""
KEPT = timedelta(days=90)
FAILED = ("no_address", "refused", "returned")
REASON_LETTERS, NOTE_LETTERS, SUBJECT_LETTERS = 300, 300, 300


@dataclass(frozen=True)
class EmailDraft:
    """A letter to be sent: for whom, to which address, and what it says.

    `addressee` names somebody else whom the person named, who reads in `language`. A letter with a `secret` link is
    shown to nobody else.
    """

    person_id: UUID
    address: str
    mail: Mail
    addressee: str = ""
    language: str = ""
    secret: bool = False


@dataclass(frozen=True)
class PersonEmail:
    """What is to be told to a person, wherever mail for them may go."""

    person_id: UUID
    mail: Mail


async def post(draft: EmailDraft, *, key: str, settings: Settings, now: datetime) -> None:
    """Sends a letter, once for each key, and notes what became of it; raises Upstream when it has to be tried again."""
    person = await Person.get(id=draft.person_id).select_related("unit")
    name = "" if draft.addressee else person.name
    reader = Reader(
        name, draft.language or person.language, person.unit.name, person.unit.contact, person.unit.zone
    )  # fmt: skip
    written = write(draft.mail, reader, home=settings.public_url)
    if draft.mail.event and draft.address:
        sender = (reader.unit, settings.mail_from)
        file = calendar_file(draft.mail.event, home=settings.public_url, sender=sender, to=draft.address)
        written = replace(written, calendar=file)
    subject = written.subject[:SUBJECT_LETTERS]
    found, _ = await Letter.get_or_create(
        key=key, defaults={"id": uuid4(), "person_id": draft.person_id, "subject": subject, "made": now}
    )
    if found.state != "queued":
        return
    text = "" if draft.secret else written.text
    row = Letter.filter(id=found.id, state="queued")
    await row.update(subject=subject, address=draft.address, addressee=draft.addressee, text=text)
    state, reason = "sent", ""
    try:
        if draft.address:
            await mail.send(settings, to=draft.address, mail=written, key=key, sender=reader.unit)
        else:
            state, reason = "no_address", "We know of no e-mail address."
    except mail.Undeliverable as error:
        state, reason = "refused", error.message
    except Upstream as error:
        await row.update(reason=error.message[:REASON_LETTERS])
        raise
    if state != "sent":
        await row.update(broken=draft.address, failed=now)
        same = Letter.filter(open_(now), person_id=draft.person_id, subject=subject, address=draft.address)
        await same.exclude(id=found.id).update(settled=now, note="There is a newer one of the same.")
    await row.update(state=state, reason=reason[:REASON_LETTERS], ended=now)


async def try_out(draft: EmailDraft, *, key: str, settings: Settings, now: datetime) -> None:
    """Sends a letter that only shows whether mail works: nobody has to look after one that does not arrive."""
    try:
        await post(draft, key=key, settings=settings, now=now)
    except Upstream as error:
        gone = {"state": "refused", "reason": error.message[:REASON_LETTERS], "ended": now}
        await Letter.filter(key=key).update(**gone)
    await Letter.filter(key=key).exclude(state="sent").update(settled=now, note="It was a test.")


async def drop(key: str, *, now: datetime) -> None:
    """Settles a letter that waited and would not be true any more."""
    await Letter.filter(key=key, state="queued").update(settled=now, note="It was not true any more.")


def open_(now: datetime) -> Q:
    """Filters letters to those that did not arrive, and that nobody has settled."""
    return Q(settled__isnull=True) & (Q(state__in=FAILED) | Q(state="queued", made__lte=now - TAKEN_WITHIN))


def letters_visible_to(actor: Actor) -> QuerySet[Letter]:
    """Lists the letters of the people whom the actor manages."""
    return Letter.filter(reach(actor, "manage people"))


async def broken_addresses(person_id: UUID) -> frozenset[str]:
    """Lists the addresses at which a letter to a person did not arrive, and none has arrived since."""
    rows = await Letter.filter(person_id=person_id).values("broken", "failed", "address", "state", "ended")
    failed = _latest((row["broken"], row["failed"]) for row in rows if row["broken"])
    sent = _latest((row["address"], row["ended"]) for row in rows if row["state"] == "sent")
    return frozenset(address for address, moment in failed.items() if address not in sent or sent[address] < moment)


async def known_addresses(person_id: UUID) -> list[tuple[str, bool]]:
    """Lists the addresses of a person, and whether each works, as far as anybody knows."""
    broken = await broken_addresses(person_id)
    own = await Email.filter(person_id=person_id).order_by("address")
    return [(one.address, one.address not in broken) for one in own]


def _latest(found: Iterable[tuple[str, datetime]]) -> dict[str, datetime]:
    return dict(sorted(found, key=lambda one: one[1]))


async def send_again(letter_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Has a letter written and sent anew, to the address that is known now."""
    found = await _managed(letter_id, actor)
    work = await Followup.get_or_none(key=found.key)
    if work is None:
        raise Conflict("This letter is too old to be sent again.", "Tell the person in another way, and note it here.")
    async with transaction():
        still = Letter.filter(id=found.id, settled__isnull=True).exclude(state="sent")
        if not await still.update(state="queued", reason="", ended=None, made=now):
            raise Conflict("This letter needs nothing any more.", "Look at the list again.")
        await facts.send_again(work.id, now=now)
        await _record("letter.sent_again", found, actor, now)


async def settle(letter_id: UUID, *, note: str, actor: Actor, now: datetime) -> None:
    """Notes how somebody was told in another way: handed over, by telephone, and by whom."""
    found = await _managed(letter_id, actor)
    if not note.strip():
        raise Invalid("There is a problem", problems={"note": "Say how they were told, and by whom"})
    async with transaction():
        still = Letter.filter(open_(now), id=found.id)
        if not await still.update(settled=now, settled_by_id=actor.person_id, note=note.strip()[:NOTE_LETTERS]):
            raise Conflict("This letter needs nothing any more.", "Look at the list again.")
        await _record("letter.settled", found, actor, now)


async def note_return(letter_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Notes that a letter came back to the mailbox that our mail is from."""
    found = await _managed(letter_id, actor)
    if not await come_back(found, reason="It came back.", actor=actor, now=now):
        raise Conflict("This letter was not sent, or came back before.", "Look at the list again.")


async def come_back(found: Letter, *, reason: str, actor: Actor | None, now: datetime) -> bool:
    """Notes that a letter came back, as somebody or a mail server says; False where it was not sent, or noted before.

    The person must be fetched.
    """
    async with transaction():
        gone = {"state": "returned", "reason": reason[:REASON_LETTERS], "broken": found.address, "failed": now}
        if not await Letter.filter(id=found.id, state="sent").update(**gone):
            return False
        await _record("letter.returned", found, actor, now)
    return True


async def _managed(letter_id: UUID, actor: Actor) -> Letter:
    found = await letters_visible_to(actor).get_or_none(id=letter_id).select_related("person")
    if found is None:
        raise NotFound("There is no such letter.", "Look at the list of letters again.")
    return found


async def _record(kind: str, found: Letter, actor: Actor | None, now: datetime) -> None:
    await facts.record(
        kind, found, actor=actor.person_id if actor else None, person=found.person_id, unit=found.person.unit_id,
        now=now, detail={"state": found.state},
    )  # fmt: skip


async def forget_letters(*, now: datetime) -> int:
    """Removes letters that were sent or settled 90 days ago, and tells how many."""
    done = Q(state="sent", settled__isnull=True, ended__lt=now - KEPT) | Q(settled__lt=now - KEPT)
    return await Letter.filter(done).delete()
