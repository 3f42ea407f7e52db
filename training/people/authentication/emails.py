"""Letters with a link that signs in once: to whoever asked for it, and to whom their site or unit lets in."""

from uuid import UUID

from training.core.mail_templates import Mail
from training.people.actions import signer
from training.people.contact.emails import EmailDraft
from training.people.models import SignInLink


async def of_link(link_id: UUID, *, secret_key: str) -> EmailDraft:
    """Writes the letter with a link; the link is signed here and stored nowhere."""
    link = await SignInLink.get(id=link_id).select_related("person__unit")
    path = f"/sign-in/{signer(secret_key).dumps(str(link.id))}"
    template = "people/invitation" if link.way == "invitation" else "people/sign_in"
    mail = Mail(template, {"expires": link.expires, "unit": link.person.unit.name}, path)
    return EmailDraft(link.person_id, link.address, mail, secret=True)
