"""What was called how and lay where before that was changed: kept when it is, and read for days that are past."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.core.dates import local_day
from training.database.name_search import searched
from training.sites.models import FormerValue, zone_of


@dataclass(frozen=True)
class Replaced:
    """A value that was replaced: from which day on it held no more, and when that was recorded."""

    value: str
    changed: date
    recorded: datetime


@dataclass(frozen=True)
class Moment:
    """What a question about the past asks for: how it was on a day, as known at a moment, or now."""

    on: date
    known: datetime | None = None


History = Mapping[tuple[UUID, str], list[Replaced]]
"""Id and column → what was replaced, in the order in which that was recorded."""


async def keep_former(row: Model, what: str, value: str, *, unit_id: UUID, now: datetime) -> FormerValue:
    """Keeps a value that is about to be replaced, in the caller's transaction, whose fact speaks of this row too."""
    kind = type(row).__name__.lower()
    today = local_day(now, await zone_of(unit_id))
    return await FormerValue.create(
        id=uuid4(), unit_id=unit_id, kind=kind, subject_id=row.pk, what=what, value=value, folded=searched(value),
        changed=today, recorded=now,
    )  # fmt: skip


async def history_of(rows: QuerySet[FormerValue]) -> History:
    """Reads what was replaced."""
    found: dict[tuple[UUID, str], list[Replaced]] = {}
    for row in await rows.order_by("recorded", "id").values("subject_id", "what", "value", "changed", "recorded"):
        one = Replaced(row["value"], row["changed"], row["recorded"])
        found.setdefault((row["subject_id"], row["what"]), []).append(one)
    return found


def as_then(value: str, replaced: Iterable[Replaced], then: Moment) -> str:
    """Tells what stood in place of today's value; what was replaced comes in the order in which it was recorded."""
    for one in replaced:
        if one.changed > then.on or (then.known is not None and one.recorded > then.known):
            return one.value
    return value
