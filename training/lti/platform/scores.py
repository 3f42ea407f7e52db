"""Scores on their way to LMSs: queued in the durable outbox, listed, and queued again by hand."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import F
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from training.core.errors import Invalid, NotFound
from training.database.connection import transaction
from training.lti.models import ContextRole, Identity, LineItem, Registration, ResourceLink, Score, ScoreTry
from training.lti.protocol import roles
from training.lti.protocol.types import plain_target
from training.parsing.text import uuid_of
from training.trail import facts

WORK = "lti score"
PROGRESS = ("Initialized", "Started", "InProgress", "Submitted", "Completed")
GRADING = ("NotReady", "Failed", "Pending", "PendingManual", "FullyGraded")


@dataclass(frozen=True)
class Value:
    """What a gradebook should show. `given` may be missing while nothing is graded."""

    given: float | None
    maximum: float = 100
    progress: str = "Completed"
    grading: str = "FullyGraded"
    comment: str = ""

    @property
    def final(self) -> bool:
        """Tells whether this is a final grade."""
        return self.progress == "Completed" and self.grading == "FullyGraded"


async def report(person_id: UUID, targets: Iterable[str], value: Value, *, now: datetime) -> int:
    """Queues a person's result for every place in an LMS that opens one of the paths; tells how many there are.

    Instructors and test users are not graded; a link without a gradebook gets nothing.
    """
    check(value)
    wanted = list(targets)
    held = graded().filter(identity__person_id=person_id, context__links__target__in=wanted).distinct()
    queued = 0
    for one in await held.select_related("identity"):
        for link in await ResourceLink.filter(context_id=one.context_id, target__in=wanted):
            queued += await report_at(link, one, value, now=now)
    return queued


def graded() -> QuerySet[ContextRole]:
    """Lists as what people are in courses, of those whose results an LMS takes."""
    return ContextRole.filter(identity__test_user=False).exclude(role=roles.INSTRUCTOR)


async def report_at(link: ResourceLink, held: ContextRole, value: Value, *, now: datetime) -> bool:
    """Queues a result for one place; tells whether that place has a gradebook. `held` comes with its identity."""
    if not (link.line_item_url or link.line_items_url):
        return False
    item = await _line_item(held.identity.registration_id, value, link=link, url=link.line_item_url)
    await queue(item, held.identity.sub, value, now=now, identity_id=held.identity_id)
    return True


async def unreported(fact_kind: str, subject: UUID) -> list[tuple[ResourceLink, ContextRole]]:
    """Lists who may have earned a result before a place was opened: of a link that is new, or somebody new to a course.

    `subject` is the link, or what the person is in the course.
    """
    if fact_kind == "link.opened":
        link = await ResourceLink.get(id=subject)
        people = await graded().filter(context_id=link.context_id).select_related("identity")
        pairs = [(link, held) for held in people]
    else:
        held = await graded().filter(id=subject).select_related("identity").first()
        links = await ResourceLink.filter(context_id=held.context_id) if held else []
        pairs = [(link, held) for link in links if held]
    return [(link, held) for link, held in pairs if link.line_item_url or link.line_items_url]


async def send_by_hand(
    registration: Registration, sub: str, line_item_url: str, value: Value, *, now: datetime
) -> UUID:
    """Queues one score for a column named by its address; gives the id of its row."""
    check(value)
    item = await _line_item(registration.id, value, link=None, url=line_item_url)
    known = await Identity.get_or_none(registration_id=registration.id, sub=sub)
    return await queue(item, sub, value, now=now, identity_id=known.id if known else None)


def check(value: Value) -> None:
    """Refuses what no LMS may see: values that are no numbers, negative ones, and words outside of the standard."""
    problems = {}
    if value.given is not None and not (math.isfinite(value.given) and value.given >= 0):
        problems["given"] = "Enter a number that is 0 or more."
    if not (math.isfinite(value.maximum) and value.maximum > 0):
        problems["maximum"] = "Enter a number greater than 0."
    if value.progress not in PROGRESS:
        problems["progress"] = f"Choose one of {', '.join(PROGRESS)}."
    if value.grading not in GRADING:
        problems["grading"] = f"Choose one of {', '.join(GRADING)}."
    if problems:
        raise Invalid("This score cannot be sent.", " ".join(problems.values()), problems=problems)


async def queue(item: LineItem, sub: str, value: Value, *, now: datetime, identity_id: UUID | None = None) -> UUID:
    """Queues a value for one place in a gradebook; the latest wins, but nothing unfinished follows a final one."""
    async with transaction():
        row = Score(
            id=uuid4(),
            line_item=item,
            sub=sub,
            identity_id=identity_id,
            given=None,
            progress="Initialized",
            grading="NotReady",
            state="new",
            version=0,
            queued_at=now,
        )
        await Score.bulk_create([row], ignore_conflicts=True)
        score = await Score.get(line_item_id=item.id, sub=sub)
        # Two results may be queued in the same moment: whoever comes second looks again at what the first has left.
        while not (kept_back := _graded(score) and not value.final):
            if await Score.filter(id=score.id, version=score.version).update(
                given=value.given,
                maximum=value.maximum,
                progress=value.progress,
                grading=value.grading,
                comment=value.comment or score.comment,
                state="queued",
                version=F("version") + 1,
                queued_at=now,
                last_error="",
            ):
                await _note(score.id, "queued", value, now)
                key = f"{WORK}/{score.id}/{score.version + 1}"
                await facts.schedule(WORK, key, due=now, subject_id=str(score.id))
                break
            await score.refresh_from_db()
        if kept_back:
            await _note(score.id, "kept back", value, now, "a final grade is there")
    return score.id


def _graded(score: Score) -> bool:
    waiting = Value(score.given, score.maximum, score.progress, score.grading)
    return score.final_sent or (score.state == "queued" and waiting.final)


async def resend(identifier: str, *, now: datetime, unit_id: UUID | None = None) -> None:
    """Queues a score again, whatever became of it; `unit_id` limits it to one unit's."""
    own: dict[str, Any] = {"line_item__registration__unit_id": unit_id} if unit_id else {}
    score = await Score.get_or_none(id=uuid_of(identifier), **own).select_related("line_item")
    if score is None:
        raise NotFound(f"There is no score {identifier}.", "See: training lti scores.")
    value = Value(score.given, score.maximum, score.progress, score.grading, score.comment)
    await Score.filter(id=score.id).update(final_sent=score.final_sent and value.final)
    await queue(score.line_item, score.sub, value, now=now)


async def list_scores(
    *, unit_id: UUID | None = None, registration_id: UUID | None = None, state: str = "", limit: int | None = None
) -> Sequence[Mapping[str, Any]]:
    """Lists the outbox as rows with id, sub, line_item, given, maximum, state, attempts, last_error and sent_at.

    Beside that: lms and its client_id, label (of the column), course and person, as the LMS calls them.
    """
    rows = _outbox(unit_id, registration_id)
    rows = rows.filter(state=state) if state else rows
    rows = rows.order_by("-queued_at", "id")
    found = await (rows.limit(limit) if limit else rows).values(*KEPT, **RENAMED)
    return [_told(row) for row in found]


KEPT = ("id", "sub", "given", "maximum", "state", "attempts", "last_error", "sent_at")
RENAMED = {
    "line_item": "line_item__url",
    "label": "line_item__label",
    "course": "line_item__link__context__title",
    "client_id": "line_item__registration__client_id",
    "lms": "line_item__registration__name",
    "person": "identity__name",
}


def _outbox(unit_id: UUID | None, registration_id: UUID | None) -> QuerySet[Score]:
    names = {"line_item__registration__unit_id": unit_id, "line_item__registration_id": registration_id}
    given: dict[str, Any] = {name: value for name, value in names.items() if value}
    return Score.filter(**given)


def _told(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(row, id=str(row["id"]), sent_at=row["sent_at"] and row["sent_at"].isoformat())


async def count_scores(*, unit_id: UUID, registration_id: UUID | None = None) -> Mapping[str, int]:
    """Counts the scores of the outbox by state."""
    rows = (
        await _outbox(unit_id, registration_id).annotate(number=Count("id")).group_by("state").values("state", "number")
    )
    return {row["state"]: row["number"] for row in rows}


async def find_score(score_id: UUID, *, unit_id: UUID) -> Mapping[str, Any]:
    """Finds one score of a unit, as a row of the list."""
    rows = await _outbox(unit_id, None).filter(id=score_id).values(*KEPT, **RENAMED)
    if not rows:
        raise NotFound("There is no such score.", "Go back to the list.")
    return _told(rows[0])


async def was_reported(sub: str, target: str, place: Mapping[str, Any]) -> bool:
    """Tells whether a result for a target went, or goes, to a column of one course; `place` filters that course."""
    course = {f"line_item__link__{name}": value for name, value in place.items()}
    return await Score.filter(sub=sub, line_item__resource_id=plain_target(target), **course).exists()


async def history(score_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Lists what happened to one score, oldest first."""
    return await ScoreTry.filter(score_id=score_id).order_by("id").values("at", "what", "given", "maximum", "detail")


async def _line_item(registration_id: UUID, value: Value, *, link: ResourceLink | None, url: str) -> LineItem:
    stands_for = f"{registration_id}|{link.id if link else url}"
    key = hashlib.sha256(stands_for.encode()).hexdigest()
    row = LineItem(
        id=uuid4(),
        key=key,
        registration_id=registration_id,
        link=link,
        url=url,
        maximum=value.maximum,
        label=link.title if link else "",
        resource_id=link.target[:255] if link else "",
    )
    await LineItem.bulk_create([row], ignore_conflicts=True)
    found = await LineItem.get(key=key)
    if url and found.url != url:
        await LineItem.filter(id=found.id).update(url=url)
    return found


async def _note(score_id: UUID, what: str, value: Value, now: datetime, detail: str = "") -> None:
    await ScoreTry.create(
        score_id=score_id, at=now, what=what, given=value.given, maximum=value.maximum, detail=detail[:300]
    )
