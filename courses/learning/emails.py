"""The letters to learners: that somebody who trains them has written back about a task; plain text."""

from uuid import UUID

from courses.learning.models import TaskReply
from training.people.contact.emails import PersonEmail


async def of_reply(reply_id: UUID, *, public_url: str) -> PersonEmail | None:
    """Tells a learner that there is an answer to what they handed in, and where; None where it was only read."""
    reply = await TaskReply.get(id=reply_id).select_related(
        "person", "entry__enrolment__person", "entry__enrolment__course", "entry__activity__module"
    )
    if not reply.words:
        return None
    activity, enrolment = reply.entry.activity, reply.entry.enrolment
    where = f"{public_url}/courses/{enrolment.course.slug}/{activity.module.slug}/{activity.slug}"
    text = f"{reply.person.name} has read what you handed in, and wrote back.\n\nRead it here: {where}"
    return PersonEmail(
        enrolment.person_id, "An answer to what you handed in", f"Hello {enrolment.person.name},\n\n{text}\n"
    )
