"""Delivers one queued score: stamped when it is sent, in order, and with the right answer to every refusal."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from training.core.errors import AppError, Upstream
from training.core.outbound import AddressForbidden, Reply
from training.lti.models import ContextRole, LineItem, Registration, Score, ScoreTry
from training.lti.platform.access_tokens import wait
from training.lti.platform.client import LINE_ITEM, GradebookColumn, Platform
from training.lti.protocol import roles
from training.lti.protocol.refusals import Refused, explain
from training.trail.models import Followup

GIVE_UP_AFTER = timedelta(hours=72)
LEASE = timedelta(seconds=120)
MOST_AHEAD = timedelta(hours=1)


async def deliver(work: Followup, platform: Platform, *, now: datetime) -> None:
    """Sends the latest value of the score that the work is about.

    Raises Upstream to be tried again, another AppError when the LMS has refused it for good.
    """
    score_id, version = UUID(work.subject_id), int(work.key.rpartition("/")[2])
    if not await Score.filter(id=score_id, state="queued", version=version).exists():
        return  # it is sent, or a newer value has work of its own
    free = Q(sending_until__isnull=True) | Q(sending_until__lt=now)
    if not await Score.filter(free, id=score_id, state="queued").update(sending_until=now + LEASE):
        raise Upstream("Another worker is sending this score.", retry_after=2)
    score = await Score.get(id=score_id).select_related("line_item__registration", "line_item__link", "identity")
    try:
        await _send(score, platform, now)
    except Upstream as error:
        over = now - (work.first_tried or now) >= GIVE_UP_AFTER
        await _ended(score, "dead" if over else "queued", error.message, now)
        raise
    except AppError as error:
        await _ended(score, "refused", _reason(error), now)
        raise
    finally:
        await Score.filter(id=score_id).update(sending_until=None)


async def _send(score: Score, platform: Platform, now: datetime) -> None:
    registration = score.line_item.registration
    if registration.state != "active":
        raise AppError("The connection to this learning system is closed.", "Open it again, then send the score again.")
    if score.identity is not None:
        link = score.line_item.link
        held = link and await ContextRole.get_or_none(identity_id=score.identity_id, context_id=link.context_id)
        if score.identity.test_user or (held and held.role == roles.INSTRUCTOR):
            raise Refused("score_not_gradable")
    url = score.line_item.url or await _column(score.line_item, platform, now)
    reply = await _post(score, platform, registration, url, now)
    if reply.status == 404:
        url = await _column(score.line_item, platform, now)
        reply = await _post(score, platform, registration, url, now)
    if _is_stale(reply):
        reply = await _post(score, platform, registration, url, now, after=_their_clock(reply, now))
        if _is_stale(reply):
            raise Refused("score_stale")
    _check(reply, now)
    if score.progress == "Completed" and score.grading == "FullyGraded":
        await Score.filter(id=score.id).update(final_sent=True)
    sent = {"state": "sent", "sent_at": now, "last_error": "", "attempts": score.attempts + 1}
    # Only if no newer value was queued meanwhile: that one has its own work waiting.
    await Score.filter(id=score.id, version=score.version).update(**sent)
    await _note(score, "sent", now, str(reply.status))


async def _post(
    score: Score, platform: Platform, registration: Registration, url: str, now: datetime, after: int = 0
) -> Reply:
    # Stamped now and not when queued: one platform compares with its own clock of delivery.
    stamp = max(int(now.timestamp()), score.stamped + 1, after + 1)
    score.stamped = stamp
    await Score.filter(id=score.id).update(stamped=stamp)
    body: dict[str, Any] = {
        "userId": score.sub,
        "timestamp": f"{datetime.fromtimestamp(stamp, UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "activityProgress": score.progress,
        "gradingProgress": score.grading,
    }
    if score.given is not None:
        body |= {"scoreGiven": _short(score.given), "scoreMaximum": _short(score.maximum)}
    if score.comment:
        body["comment"] = score.comment
    return await platform.post_score(registration, url, body, now=now)


def _short(number: float) -> float:
    return int(number) if number.is_integer() else number


async def _column(item: LineItem, platform: Platform, now: datetime) -> str:
    """Finds the column again by what it stands for, and makes it once if the LMS lets us."""
    link = item.link
    if link is None or not link.line_items_url:
        raise Refused("service_scope_missing", "the column is gone, and the LMS gave no list of columns")
    if link.scopes and LINE_ITEM not in link.scopes:
        raise Refused("service_scope_missing", "the column is gone, and we may not look for it")
    free = Q(making_until__isnull=True) | Q(making_until__lt=now)
    if not await LineItem.filter(free, id=item.id).update(making_until=now + LEASE):
        raise Upstream("Another worker is looking for the column.", retry_after=2)
    wanted = GradebookColumn(item.label or link.title, item.maximum, item.resource_id, link.resource_link_id, item.tag)
    try:
        registration = item.registration
        url = await platform.find_column(registration, link.line_items_url, wanted, now=now)
        url = url or await platform.make_column(registration, link.line_items_url, wanted, now=now)
        await LineItem.filter(id=item.id).update(url=url)
    finally:
        await LineItem.filter(id=item.id).update(making_until=None)
    return url


def _is_stale(reply: Reply) -> bool:
    # Moodle compares with the moment it last changed the grade itself, which is later than our last score where it
    # scaled grades anew: MDL-75947, https://tracker.moodle.org/browse/MDL-75947
    return reply.status == 409 or (reply.status in (400, 422) and b"timestamp" in reply.body.lower())


def _their_clock(reply: Reply, now: datetime) -> int:
    try:
        theirs = parsedate_to_datetime(reply.headers.get("date", ""))
        return int(min(max(theirs, now), now + MOST_AHEAD).timestamp())
    except (ValueError, TypeError):
        return int(now.timestamp())


def _check(reply: Reply, now: datetime) -> None:
    """Sorts the answer: done, try again later, or refused for good."""
    if reply.ok:
        return
    if reply.status == 429:
        words = f"service_rate_limited: {explain('service_rate_limited')}"
        raise Upstream(words, "We will try again.", retry_after=wait(reply, now))
    if reply.status >= 500 or reply.status in (401, 408, 425):
        raise Upstream(f"The LMS could not take the score ({reply.status}).", retry_after=wait(reply, now))
    words = reply.body[:120].decode("utf-8", "replace")
    raise AppError(f"The LMS refused the score ({reply.status}): {words}", "Mend the reason, then send it again.")


def _reason(error: AppError) -> str:
    if isinstance(error, AddressForbidden):
        return f"service_host_forbidden: {explain('service_host_forbidden')}"
    if isinstance(error, Refused):
        return f"{error.code}: {error.admin}" + (f" ({error.detail})" if error.detail else "")
    return error.message


async def _ended(score: Score, state: str, reason: str, now: datetime) -> None:
    told = {"last_error": reason[:300], "attempts": score.attempts + 1}
    await Score.filter(id=score.id, version=score.version).update(state=state, **told)
    await _note(score, "failed" if state == "queued" else state, now, reason)


async def _note(score: Score, what: str, now: datetime, detail: str) -> None:
    await ScoreTry.create(
        score_id=score.id, at=now, what=what, given=score.given, maximum=score.maximum, detail=detail[:300]
    )
