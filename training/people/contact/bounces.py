"""Notes what mail servers sent back: on the letter, so that the address is known not to work and somebody is asked."""

from collections.abc import Iterable
from datetime import datetime

from training.core.mail import message_id
from training.core.mailbox import mark_seen, returned_mails
from training.core.settings import Settings
from training.parsing.bounces import Bounce, read_notification
from training.people.contact.emails import come_back
from training.people.models import Letter


async def note_bounces(bounces: Iterable[Bounce], *, settings: Settings, now: datetime) -> int:
    """Notes letters that came back, and tells how many; one that is noted already is not noted again.

    A Message-ID says which letter it was; without one it was the last to each person with that address.
    """
    noted = 0
    for one in bounces:
        sent = (
            await Letter.filter(address__iexact=one.address, state="sent").order_by("-ended").select_related("person")
        )
        if one.message_id:
            meant = [letter for letter in sent if message_id(letter.key, settings) == one.message_id]
        else:
            meant = list({letter.person_id: letter for letter in reversed(sent)}.values())
        for letter in meant:
            noted += await come_back(letter, reason=one.reason or "It came back.", actor=None, now=now)
    return noted


async def read_mailbox(settings: Settings, *, now: datetime) -> int:
    """Notes what came back to the mailbox of returned mail, where there is one; whoever writes there is not believed.

    So a report counts only with the Message-ID of a letter of ours to that very address.
    """
    if not settings.bounce_mailbox:
        return 0
    reports = await returned_mails(settings.bounce_mailbox)
    found = [one for raw in reports.values() for one in read_notification(raw) if one.message_id]
    noted = await note_bounces(found, settings=settings, now=now)
    await mark_seen(settings.bounce_mailbox, reports)
    return noted
