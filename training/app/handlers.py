"""Follow-up work that takes more than one call: letters, certificates, whom the rules are asked about, the trail."""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from certificates.credentials import publish
from certificates.credentials.pdf.pool import SwitchedOff, Unprintable
from certificates.decisions import emails, jobs
from certificates.evaluations.models import Certificate, StateChange
from training.app import sites_own
from training.app.own_tasks import lists as task_lists
from training.app.resources import Resources
from training.app.trail import heads, reports
from training.assessments.films import emails as films
from training.core.errors import Invalid
from training.lti.identities.addresses import mail_address
from training.people.authentication.emails import of_link
from training.people.contact import emails as contact_emails
from training.people.models import Person
from training.records import emails as confirmations
from training.records.models import Confirmation
from training.sites.models import CentralUnit
from training.trail import seals
from training.trail.models import Fact, Followup
from training.trail.verify import verify_trail

Handler = Callable[[Followup, Resources], Awaitable[Any]]


async def mail_sign_in_link(work: Followup, outside: Resources) -> None:
    """Mails the one-time link; the link is signed here and stored nowhere."""
    await _post(outside, work, await of_link(subject_id(work), secret_key=outside.settings.secret_key))


async def mail_film_consent(work: Followup, outside: Resources) -> None:
    """Mails somebody who is on a film the link by which they consent; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    await films.mail_link(subject_id(work), token=token, settings=outside.settings, now=outside.now())


async def mail_confirmer(work: Followup, outside: Resources) -> None:
    """Asks the one who was there to confirm, by a link that works once."""
    asked = await Confirmation.get(id=work.subject_id)
    await task_lists.count_again(asked.confirmer_id, now=outside.now())
    await _mail_with_link(work, outside, confirmations.request_letter)


async def mail_notice(work: Followup, outside: Resources) -> None:
    """Tells a confirmer what was confirmed in their name, and how to dispute it."""
    await _mail_with_link(work, outside, confirmations.notice_letter)


async def _mail_with_link(
    work: Followup, outside: Resources, write: Callable[..., Awaitable[confirmations.PracticeEmail | None]]
) -> None:
    found = await write(subject_id(work), token=secrets.token_urlsafe(32), now=outside.now())
    if found is None:
        await contact_emails.drop(work.key, now=outside.now())
        return
    draft = contact_emails.EmailDraft(
        found.person_id, found.to, found.mail, found.addressee, found.language, secret=True
    )
    await _post(outside, work, draft)
    if not found.to:
        raise Invalid(confirmations.NO_ADDRESS, confirmations.INSTEAD)


async def mail_change(work: Followup, outside: Resources) -> None:
    """Tells the holder that the certification has changed, and why."""
    fact = await _fact(work)
    made = StateChange.filter(certification_id=work.subject_id, state=fact.detail["to"])
    change = await (made.filter(id=fact.detail["change"]) if "change" in fact.detail else made).order_by("-turn").get()
    await _tell(outside, work, await emails.of_change(change.id))


async def print_certificate(work: Followup, outside: Resources) -> None:
    """Prints the PDF before anybody asks for it; a name that the typefaces cannot print has its page."""
    with suppress(SwitchedOff, Unprintable):
        await publish.print_document(subject_id(work), press=outside.press, store=outside.store, now=outside.now())


async def consider(work: Followup, outside: Resources) -> None:
    """Asks the rules about the person whom the fact concerns; of many facts that wait, for the last only.

    Where it concerns a site, they are asked about the site, and then about those whose rules look at their site.
    """
    fact, home = await _fact(work), outside.settings.public_url
    if fact.person_id is None:
        await sites_own.consider(fact, home=home, now=outside.now())
    elif await Person.exists(id=fact.person_id) and not await _comes_again(work, fact, outside.now()):
        await jobs.evaluate_and_follow(fact.person_id, home=home, now=outside.now())
    await task_lists.count_both_again(fact, kind=work.kind, now=outside.now())


async def evaluate_signed_for(work: Followup, outside: Resources) -> None:
    """Asks the rules about those for whom somebody signed whose own standing has changed."""
    if (fact := await _fact(work)).person_id:
        await jobs.evaluate_signed_for(fact.person_id, home=outside.settings.public_url, now=outside.now())


async def _comes_again(work: Followup, fact: Fact, now: datetime) -> bool:
    """Tells whether the same person is about to be considered for a later fact, which covers this one too.

    About to be: still queued, or claimed in the same moment as this, so that it reads what was written until then.
    One that runs since before may have read already.
    """
    later = Followup.filter(kind=work.kind, fact_id__gt=fact.id, fact__person_id=fact.person_id)
    return await later.filter(Q(state="queued", due__lte=now) | Q(state="running", lease=work.lease)).exists()


async def plan_reminders(work: Followup, outside: Resources) -> None:
    """Sets the timers of the reminders before a certification ends."""
    await jobs.plan_reminders((await Certificate.get(id=work.subject_id)).certification_id, now=outside.now())


async def seal_trail(work: Followup, outside: Resources) -> None:
    """Seals what is new in the trail, signed by every issuer."""
    if sign := await outside.keys.seal_signer(now=outside.now()):
        await seals.seal_trail(now=outside.now(), sign=sign)


async def mail_head(work: Followup, outside: Resources) -> None:
    """Mails the end of the trail to the address that the central unit chose."""
    unit, seal = await CentralUnit.get(id=work.subject_id), await heads.end()
    if seal and unit.head_address:
        await heads.send(outside.settings, unit, key=work.key, letter=heads.letter(seal))


async def check_trail(work: Followup, outside: Resources) -> None:
    """Compares the trail with its seals and the rows with the trail, and tells when somebody else was at them."""
    last = await reports.newest()
    if last and last.recorded >= work.due:
        return
    await outside.keys.seal_signer(now=outside.now())  # with another secret key nothing can be said, and this waits
    report = await verify_trail(now=outside.now(), keys=await outside.keys.seal_keys(), share=0.5)
    await reports.note(report, key=work.key, now=outside.now())


async def mail_broken(work: Followup, outside: Resources) -> None:
    """Tells somebody of the unit, or the address where it has the end of the trail kept, what the check has found."""
    found = await Fact.get(id=work.payload["fact"])
    letter = reports.letter(found.detail)
    unit = await CentralUnit.get_or_none(id=work.subject_id)
    if unit is None:
        await _tell(outside, work, contact_emails.PersonEmail(subject_id(work), letter))
    elif unit.head_address:
        await heads.send(outside.settings, unit, key=work.key, letter=letter)


async def _fact(work: Followup) -> Fact:
    return await Fact.get(id=fact_id(work))


async def _tell(outside: Resources, work: Followup, letter: emails.HolderEmail | None) -> None:
    """Sends a letter to wherever mail for the person may go; what is not true any more is not sent."""
    if isinstance(letter, emails.SiteEmail):
        to = await sites_own.addressed(letter, work, now=outside.now())
        if to is None:
            return  # queued for each of those who coordinate the site
        letter = to
    if letter is None or await Person.filter(id=letter.person_id, erased_at__isnull=False).exists():
        await contact_emails.drop(work.key, now=outside.now())
        return
    address = await mail_address(letter.person_id)
    await _post(outside, work, contact_emails.EmailDraft(letter.person_id, address, letter.mail))
    await task_lists.count_again(letter.person_id, now=outside.now())


def telling(write: Callable[..., Awaitable[emails.HolderEmail | None]], *names: str, today: bool = False) -> Handler:
    """Makes the work that sends the letter about the subject, with what the work says under `names`, as of `today`."""

    async def tell(work: Followup, outside: Resources) -> None:
        told = {name: work.payload.get(name, "") for name in names} | ({"now": outside.now()} if today else {})
        await _tell(outside, work, await write(subject_id(work), **told))

    return tell


def telling_either(write: Callable[[UUID, UUID | None], Awaitable[contact_emails.PersonEmail | None]]) -> Handler:
    """Makes the work that tells whoever answers that a person asks, or that person the answer."""

    async def tell(work: Followup, outside: Resources) -> None:
        await _tell(outside, work, await write(subject_id(work), UUID(work.payload["to"]) if work.payload else None))

    return tell


async def _post(outside: Resources, work: Followup, draft: contact_emails.EmailDraft) -> None:
    await contact_emails.post(draft, key=work.key, settings=outside.settings, now=outside.now())


def fact_id(work: Followup) -> int:
    return int(work.fact_id or work.payload["fact"])


def subject_id(work: Followup) -> UUID:
    return UUID(work.subject_id)


def after_whom(work: Followup) -> UUID | None:
    """After whom a long round goes on; at its beginning nobody."""
    return UUID(work.payload["after"]) if work.payload else None


def home_and_now(outside: Resources) -> dict[str, Any]:
    return {"home": outside.settings.public_url, "now": outside.now()}
