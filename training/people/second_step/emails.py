"""The mails about how somebody signs in: what was added or removed, and the reset that was asked for or done."""

from uuid import UUID

from training.core.mail_templates import Mail
from training.people.authentication.models import Factor, SignInReset
from training.people.contact.emails import PersonEmail
from training.people.models import Person

CHANGE = "mail change of sign-in"
"""Name of the work that sends them."""
TOLD = ("factor.added", "factor.removed", "sign_in_reset.asked", "sign_in_reset.agreed")
"""Kinds of fact that the person is told of."""


async def of_change(subject_id: UUID) -> PersonEmail | None:
    """Tells a person how what they sign in with stands now, or the reset of it; None where nothing came of it."""
    factor, reset = await Factor.get_or_none(id=subject_id), await SignInReset.get_or_none(id=subject_id)
    if factor:
        kind = f"factor.{'removed' if factor.removed else 'added'}"
        return PersonEmail(factor.person_id, _mail(kind, factor.name, "/sessions"))
    if reset is None or reset.state == "refused":
        return None
    asker = await Person.get_or_none(id=reset.asked_by_id)
    path = "/sign-in" if reset.state == "agreed" else "/sessions"
    return PersonEmail(reset.person_id, _mail(f"sign_in_reset.{reset.state}", asker.name if asker else "", path))


def _mail(kind: str, name: str, path: str) -> Mail:
    return Mail("people/sign_in_change", {"kind": kind, "name": name}, path)
