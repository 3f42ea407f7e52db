"""The letters about applications: to whoever answers for the site, and the answer to the one who asked; plain text."""

from uuid import UUID

from training.people.contact.emails import PersonEmail
from training.programmes.models import Application

APPLICATION = "mail application"
"""Name of the work that sends them."""


async def of_application(application_id: UUID, to: UUID | None, public_url: str) -> PersonEmail | None:
    """Tells somebody at the site that a person asks to join; without an addressee, tells that person the answer.

    None where the answer came first, so that nobody is asked any more.
    """
    found = await Application.get(id=application_id).select_related("person", "programme", "site")
    if to is None:
        site = found.site
        if found.state == "accepted":
            subject = f"You have a place: {found.programme.title}"
            first = f"{site.name} says yes. You are in {found.programme.title} now."
            then = f"See what is next:\n{public_url}/pathways"
        else:
            subject = f"Your request to join {found.programme.title}"
            first = f"{site.name} says no for now."
            then = f"You can ask again, or ask another site:\n{public_url}/pathways/join"
            if phone := site.telephone or site.contact:
                then += f"\nQuestions? Ask {site.name}: {phone}."
        text = f"Hello {found.person.name},\n\n{first}\n\nThey write: {found.answer}\n\n{then}\n"
        return PersonEmail(found.person_id, subject, text)
    if found.state != "waiting":
        return None
    text = (
        f"Hello,\n\n{found.person.name} asks to join {found.programme.title} at {found.site.name}.\n\n"
        f"Read why, and answer here:\n{public_url}/applications/{found.id}\n"
    )
    return PersonEmail(to, f"{found.person.name} asks to join {found.programme.title}", text)
