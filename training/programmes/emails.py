"""The mails about applications: to whoever answers for the site, and the answer to the one who asked."""

from uuid import UUID

from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.programmes.models import Application

APPLICATION = "mail application"
"""Name of the work that sends them."""


async def of_application(application_id: UUID, to: UUID | None) -> PersonEmail | None:
    """Tells somebody at the site that a person asks to join; without an addressee, tells that person the answer.

    None where the answer came first, so that nobody is asked any more.
    """
    found = await Application.get(id=application_id).select_related("person", "programme", "site")
    values = {"programme": found.programme.title, "at": found.site.name}
    if to is None:
        accepted = found.state == "accepted"
        values |= {"words": found.answer, "phone": found.site.telephone or found.site.contact}
        mail = Mail("programmes/answer", values | {"accepted": accepted}, "/pathways" if accepted else "/pathways/join")
        return PersonEmail(found.person_id, mail)
    if found.state != "waiting":
        return None
    values["name"] = found.person.name
    return PersonEmail(to, Mail("programmes/application", values, f"/applications/{found.id}"))
