"""The letters to confirmers: one that asks, one that says what was confirmed in their name; plain text."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from training.core.dates import day, local_day
from training.parsing.text import quotable
from training.people.contact.emails import PersonEmail
from training.records.asking import address_of, make_link
from training.records.models import Confirmation
from training.records.rules import STRENGTHS
from training.records.shown import RecordInWords, shown_of
from training.sites.models import zone_of

NO_ADDRESS = "There is no confirmed e-mail address to write to."
INSTEAD = "The confirmer sees the request when they sign in; or use paper."


@dataclass(frozen=True)
class PracticeEmail:
    """A letter to send to an address, or to none where nobody knows one; whom it is about, and whom it is for."""

    to: str
    subject: str
    text: str
    person_id: UUID
    addressee: str


async def request_letter(confirmation_id: UUID, *, token: str, public_url: str, now: datetime) -> PracticeEmail | None:
    """Writes the letter that asks, with a fresh link; None when nothing is asked any more.

    `token` is random, of 256 bits. A second run makes a second link: whichever is used first, the other is too late.
    """
    found = await Confirmation.get(id=confirmation_id)
    if found.state != "asked" or found.expires <= now:
        return None
    to = await _link(found, token, now)
    shown, zone = await shown_of(found), await zone_of(found.unit_id)
    text = (
        f"Hello,\n\n{quotable(shown.holder)} says that you were there. Is this right?\n\n"
        f"{_lines(shown)}\n\nOpen this link to say yes or no. It works once, until "
        f"{day(local_day(found.expires, zone))}. You need no account.\n\n{public_url}/practice/confirm/{token}\n\n"
        "If you do not know this person, open the link and say no.\n"
    )
    return PracticeEmail(to, f"Please confirm: {quotable(shown.title)}", text, found.person_id, _addressee(found))


async def notice_letter(confirmation_id: UUID, *, token: str, public_url: str, now: datetime) -> PracticeEmail | None:
    """Writes the letter that says what was confirmed in somebody's name, with a link to take it back."""
    found = await Confirmation.get(id=confirmation_id)
    if found.state != "confirmed" or found.dispute_until is None or found.dispute_until <= now:
        return None
    to = await _link(found, token, now)
    shown, zone = await shown_of(found), await zone_of(found.unit_id)
    text = (
        f"Hello,\n\nthis was confirmed in your name, {STRENGTHS[found.strength]}:\n\n"
        f"{_lines(shown)}\n\nIf that was you, you need do nothing.\nIf it was not you, or it is not right, "
        f"tell us by {day(local_day(found.dispute_until, zone))}:\n\n{public_url}/practice/confirm/{token}\n"
    )
    return PracticeEmail(
        to, f"Confirmed in your name: {quotable(shown.title)}", text, found.person_id, _addressee(found)
    )


async def of_answer(confirmation_id: UUID, *, public_url: str) -> PersonEmail | None:
    """Tells the holder that the site has seen a record, or that somebody said it is not so; None: nothing to tell."""
    found = await Confirmation.get(id=confirmation_id).select_related("person", "record")
    if found.state != "disputed" and found.strength != "seen":
        return None
    shown = await shown_of(found)
    if found.state == "disputed":
        subject = f"Not confirmed: {quotable(shown.title)}"
        what = f"{quotable(found.confirmer_name)} says that this is not right, or not enough. It does not count."
        what += f"\n\nWhat they wrote: {quotable(found.dispute_note)}\n\nYou can correct it, or ask somebody else:"
    else:
        subject = f"Seen: {quotable(shown.title)}"
        what = f"{quotable(found.confirmer_name)} has seen this. It counts now."
        what += f"\n\nWhat they wrote: {quotable(found.note)}" if found.note else ""
    text = f"Hello {found.person.name},\n\n{what}\n\n{public_url}/practice/records/{found.record_id}\n"
    return PersonEmail(found.person_id, subject, text)


async def _link(found: Confirmation, token: str, now: datetime) -> str:
    """Makes the link and gives the address that it goes to; without an address there is no link."""
    to = await address_of(found)
    if "@" not in to:
        return ""
    await make_link(found.id, token=token, now=now)
    return to


def _addressee(found: Confirmation) -> str:
    telephone = f", {found.contact}" if found.contact and "@" not in found.contact else ""
    return f"{found.confirmer_name}{telephone}"


def _lines(shown: RecordInWords) -> str:
    return "\n".join(f"  {label}: {quotable(words)}" for label, words in shown.rows)
