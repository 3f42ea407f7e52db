"""The mails to confirmers: one that asks, one that says what was confirmed; and to holders what was answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from training.core.languages import spoken
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.people.models import Person
from training.records.asking import address_of, make_link
from training.records.models import Confirmation
from training.records.rules import STRENGTHS
from training.records.shown import shown_of

NO_ADDRESS = "There is no confirmed e-mail address to write to."
INSTEAD = "The confirmer sees the request when they sign in; or use paper."


@dataclass(frozen=True)
class PracticeEmail:
    """A letter to send to an address, or to none where nobody knows one; whom it is about, and whom it is for."""

    to: str
    mail: Mail
    person_id: UUID
    addressee: str
    language: str


async def request_letter(confirmation_id: UUID, *, token: str, now: datetime) -> PracticeEmail | None:
    """Writes the letter that asks, with a fresh link; None when nothing is asked any more.

    `token` is random, of 256 bits. A second run makes a second link: whichever is used first, the other is too late.
    """
    found = await Confirmation.get(id=confirmation_id)
    if found.state != "asked" or found.expires <= now:
        return None
    return await _with_link(found, "records/confirm", {"expires": found.expires}, token=token, now=now)


async def notice_letter(confirmation_id: UUID, *, token: str, now: datetime) -> PracticeEmail | None:
    """Writes the letter that says what was confirmed in somebody's name, with a link to take it back."""
    found = await Confirmation.get(id=confirmation_id)
    if found.state != "confirmed" or found.dispute_until is None or found.dispute_until <= now:
        return None
    values = {"how": STRENGTHS[found.strength], "until": found.dispute_until}
    return await _with_link(found, "records/confirmed", values, token=token, now=now)


async def of_answer(confirmation_id: UUID) -> PersonEmail | None:
    """Tells the holder that the site has seen a record, or that somebody said it is not so; None: nothing to tell."""
    found = await Confirmation.get(id=confirmation_id).select_related("person")
    disputed = found.state == "disputed"
    if not disputed and found.strength != "seen":
        return None
    shown = await shown_of(found, spoken(found.person.language))
    note = found.dispute_note if disputed else found.note
    values = {"shown": shown, "disputed": disputed, "who": found.confirmer_name, "note": note}
    return PersonEmail(found.person_id, Mail("records/answered", values, f"/practice/records/{found.record_id}"))


async def _with_link(
    found: Confirmation, template: str, values: dict[str, Any], *, token: str, now: datetime
) -> PracticeEmail:
    """Makes the link and addresses the letter with it; where no address is known, there is no link either.

    It is in the language of the confirmer, who may be unknown here: then in that of the holder, as they work together.
    """
    to = await address_of(found)
    if "@" in to:
        await make_link(found.id, token=token, now=now)
    reader = await Person.get(id=found.confirmer_id or found.person_id)
    shown = await shown_of(found, spoken(reader.language))
    telephone = f", {found.contact}" if found.contact and "@" not in found.contact else ""
    mail = Mail(template, values | {"shown": shown}, f"/practice/confirm/{token}")
    return PracticeEmail(
        to if "@" in to else "", mail, found.person_id, f"{found.confirmer_name}{telephone}", reader.language
    )  # fmt: skip
