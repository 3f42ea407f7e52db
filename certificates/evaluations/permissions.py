"""Permissions as rows: what an award lets somebody do, brought down to the rooms that may not look up here."""

from datetime import date, timedelta
from uuid import uuid4

from tortoise.expressions import Q

from certificates.evaluations.models import Certification
from training.people.models import Permission


async def give_permission(certification: Certification, may: str, *, starts: date) -> Permission:
    """Lets the holder do something from a day on, until the certification is over."""
    return await Permission.create(
        id=uuid4(), person_id=certification.person_id, what=f"{certification.pathway_slug}/{certification.level}",
        may=may, starts=starts, ends=certification.over, because=certification.decision_id,
    )  # fmt: skip


async def end_permissions(held: Q, *, before: date, because: str) -> None:
    """Ends permissions on the day before, and says what ended them."""
    await Permission.filter(held).update(ends=before - timedelta(days=1), ended_because=because)
