"""The mail to a person of whom two records were merged, or are apart again."""

from uuid import UUID

from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.people.merging.models import Merge

MERGED = "mail merge"
"""Name of the work that sends it."""


async def of_merge(merge_id: UUID) -> PersonEmail:
    """Tells a person that two records of theirs are one now, or apart again, as it stands now."""
    found = await Merge.get(id=merge_id)
    return PersonEmail(
        found.stays_id, Mail("certificates/merged", {"apart": bool(found.undone), "until": found.until}, "/")
    )
