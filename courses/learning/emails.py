"""The mails to learners: that somebody who trains them has written back about a task."""

from uuid import UUID

from courses.learning.models import TaskReply
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail


async def of_reply(reply_id: UUID) -> PersonEmail | None:
    """Tells a learner that there is an answer to what they handed in, and where; None where it was only read."""
    reply = await TaskReply.get(id=reply_id).select_related(
        "person", "entry__enrolment__course", "entry__activity__module"
    )
    if not reply.words:
        return None
    activity, enrolment = reply.entry.activity, reply.entry.enrolment
    path = f"/courses/{enrolment.course.slug}/{activity.module.slug}/{activity.slug}"
    return PersonEmail(enrolment.person_id, Mail("courses/reply", {"trainer": reply.person.name}, path))
