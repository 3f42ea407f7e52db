"""What comes after: fact kind → the work that follows, and what each piece of work does. Every side effect is here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from training import mail
from training.facts import Followup
from training.people.actions import signer
from training.people.models import SignInLink
from training.settings import Settings


@dataclass(frozen=True)
class Outside:
    """What the edge hands to follow-up work: settings and the clock."""

    settings: Settings
    now: Callable[[], datetime]


Handler = Callable[[Followup, Outside], Awaitable[None]]

AFTER: Mapping[str, tuple[str, ...]] = {
    "person.asked_for_link": ("mail sign-in link",),
}
"""Fact kind → names of the work that follows."""


async def mail_sign_in_link(work: Followup, outside: Outside) -> None:
    """Mails the one-time link; the link is signed here and stored nowhere."""
    link = await SignInLink.get(id=work.subject_id)
    token = signer(outside.settings.secret_key).dumps(str(link.id))
    text = (
        "Hello,\n\nopen this link to sign in. It works once, until "
        f"{link.expires:%H:%M} UTC.\n\n{outside.settings.public_url}/sign-in/{token}\n\n"
        "If you did not ask for it, you need do nothing.\n"
    )
    await mail.send(outside.settings, to=link.address, subject="Your link to sign in", text=text, key=work.key)


HANDLERS: Mapping[str, Handler] = {
    "mail sign-in link": mail_sign_in_link,
}
"""Name of the work → the function that does it."""
