"""Runs follow-up work: claims it in batches, keeps hold of it, and tries again what did not work out."""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import uuid4

from tortoise.exceptions import DBConnectionError, OperationalError

from training.core import clock
from training.core.errors import AppError, Upstream
from training.database.connection import connection, on_postgres
from training.database.connection_turns import in_background
from training.database.notify import Listener
from training.database.transactions import shielded
from training.trail import facts
from training.trail.models import Followup

Outside = TypeVar("Outside")
Handler = Callable[[Followup, Outside], Awaitable[None]]
Held = dict["asyncio.Task[None]", Followup]

log = logging.getLogger(__name__)

GIVE_UP_AFTER = timedelta(hours=72)  # of an upstream system that does not do its part, or a fault of the house
OF_THE_HOUSE = (OSError, DBConnectionError, OperationalError)  # a disk that is full or away, a database that is
TRIES_OF_A_FAULT = 8  # an error nobody foresaw may be passing, but is mostly a fault of ours
STOPPED = "the worker stopped in the middle of it"

# FOR UPDATE SKIP LOCKED: workers pass each other by. MATERIALIZED: or the planner may run the LIMIT more than once.
CLAIM_ON_POSTGRES = """
WITH picked AS MATERIALIZED (
    SELECT id FROM trail_followup
    WHERE kind {among}($6) AND ((state = 'queued' AND due <= $1) OR (state = 'running' AND lease_until < $1)){fair}
    ORDER BY due LIMIT $4 FOR UPDATE SKIP LOCKED)
UPDATE trail_followup AS f SET attempts = attempts + 1, first_tried = coalesce(first_tried, $1), lease = $2,
    lease_until = $3, last_error = CASE state WHEN 'running' THEN $5 ELSE last_error END,
    faults = faults + CASE state WHEN 'running' THEN 1 ELSE 0 END, state = 'running'
FROM picked WHERE f.id = picked.id RETURNING f.id"""
CLAIM_ON_SQLITE = """
UPDATE trail_followup SET attempts = attempts + 1, first_tried = coalesce(first_tried, ?1), lease = ?2,
    lease_until = ?3, last_error = CASE state WHEN 'running' THEN ?5 ELSE last_error END,
    faults = faults + CASE state WHEN 'running' THEN 1 ELSE 0 END, state = 'running'
WHERE id IN (
    SELECT id FROM trail_followup
    WHERE kind {among} (SELECT value FROM json_each(?6))
        AND ((state = 'queued' AND due <= ?1) OR (state = 'running' AND lease_until < ?1)){fair}
    ORDER BY due LIMIT ?4) RETURNING id"""
# What runs comes first of what is due, so that it is counted among the few that one subject may have at once.
FAIR = """
    AND id IN (SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY subject_id ORDER BY
            CASE WHEN state = 'running' AND lease_until >= {now} THEN 0 ELSE 1 END, due, key) AS place
        FROM trail_followup WHERE kind {kinds} AND ((state = 'queued' AND due <= {now}) OR state = 'running')
    ) AS turns WHERE place <= {each})"""


@dataclass(frozen=True)
class Lane:
    """Work that waits for nothing but work of its own lane: of these kinds or, for the last lane, of all others.

    At most so much of it is done side by side, or as much as in any lane: little where our own machine toils for it.
    `each` is how much of that may be about one subject, so that one who answers slowly holds up no other.
    """

    kinds: frozenset[str]
    width: int | None = None
    each: int | None = None
    others: bool = False

    def claim(self) -> str:
        """Writes the statement that claims of this lane."""
        now, kinds = ("$1", "= ANY($6)") if on_postgres() else ("?1", "IN (SELECT value FROM json_each(?6))")
        fair = FAIR.format(now=now, kinds=kinds, each=self.each) if self.each else ""
        if on_postgres():
            return CLAIM_ON_POSTGRES.format(among="<> ALL" if self.others else "= ANY", fair=fair)
        return CLAIM_ON_SQLITE.format(among="NOT IN" if self.others else "IN", fair=fair)


@dataclass(frozen=True)
class Worker(Generic[Outside]):
    """What a worker knows: who does which work, with what, and which jobs come back at which interval."""

    handlers: Mapping[str, Handler[Outside]]
    outside: Outside
    repeats: Mapping[str, timedelta] = field(default_factory=dict)
    apart: Sequence[Lane] = ()  # for kinds of work that nothing else may delay
    now: Callable[[], datetime] = clock.now
    batch: int = 16  # done side by side in each lane
    lease: timedelta = timedelta(seconds=60)
    handler_seconds: float = 3600
    poll_seconds: float = 1
    chance: Callable[[], float] = random.random
    _timers: dict[str, str] = field(default_factory=dict)  # name -> key of the one set last

    @property
    def lanes(self) -> list[Lane]:
        """Lists the lanes; the last one, which also sets the timers, takes whatever has no lane of its own."""
        return [*self.apart, Lane(frozenset().union(*(lane.kinds for lane in self.apart)), others=True)]

    async def work_once(self) -> int:
        """Does everything that is due, and tells how many pieces that were."""
        total = 0
        while count := sum(await asyncio.gather(*map(self._work_lane, self.lanes))):
            total += count  # and once more: what a lane has done may have queued work for another
        return total

    async def work_forever(self) -> None:
        """Works whenever there is something due, until cancelled; waits out what hinders it."""
        in_background.set(True)
        lanes = {lane: asyncio.Event() for lane in self.lanes}

        def wake() -> None:
            for woken in lanes.values():
                woken.set()

        facts.wakers.add(wake)
        try:
            async with Listener(facts.NOTICE, wake) as listener, asyncio.TaskGroup() as group:
                for lane, woken in lanes.items():
                    group.create_task(self._keep_working(lane, woken, listener))
        finally:
            facts.wakers.discard(wake)

    async def _keep_working(self, lane: Lane, woken: asyncio.Event, listener: Listener) -> None:
        while True:
            woken.clear()
            try:
                if lane.others:
                    await listener.keep_up()
                await self._work_lane(lane)
            except DBConnectionError as error:
                log.warning("waiting for the database: %s", error)
            except Exception:
                # A worker that ended would leave everything undone, unnoticed: it looks again instead.
                log.exception("the work could not be looked through")
            with suppress(TimeoutError):
                # Not wait_for: when woken and cancelled at once, it forgets the cancellation (Python 3.11).
                async with asyncio.timeout(self.poll_seconds):
                    await woken.wait()

    async def _work_lane(self, lane: Lane) -> int:
        held: Held = {}
        beat = asyncio.create_task(self._keep_hold(held))
        try:
            return await self._drain(lane, held)
        finally:
            for task in (beat, *held):
                task.cancel()
            await asyncio.gather(beat, *held, return_exceptions=True)

    async def _drain(self, lane: Lane, held: Held) -> int:
        count, waited, width = 0, False, lane.width or self.batch
        while True:
            if lane.others:
                await self._set_timers()
            room = width - len(held)
            # By half batches at least, so that claiming stays cheap; where the others take long, by whatever is free.
            works = await self._claim(lane, room) if room * 2 >= width or (waited and room) else []
            held.update({asyncio.create_task(self._try(work)): work for work in works})
            count += len(works)
            if not held:
                return count
            done, _ = await asyncio.wait(held, timeout=self.poll_seconds, return_when=asyncio.FIRST_COMPLETED)
            waited = not done
            for task in done:
                work = held.pop(task)
                if error := task.exception():
                    log.warning("%s is done again, as its end could not be noted: %s", work.key, error)

    async def _set_timers(self) -> None:
        # One row for each name and interval, due at its start: whichever worker is up in the interval runs it, once.
        for name, every in self.repeats.items():
            start = datetime.fromtimestamp(self.now().timestamp() // every.total_seconds() * every.total_seconds(), UTC)
            key = f"{name}@{start:%Y-%m-%dT%H:%M:%SZ}"
            if self._timers.get(name) != key and not await Followup.filter(key=key).exists():
                await facts.schedule(name, key, due=start)
            self._timers[name] = key

    async def _claim(self, lane: Lane, room: int) -> list[Followup]:
        now, lease, kinds = self.now(), uuid4(), sorted(lane.kinds)
        values: list[Any] = [now, lease if on_postgres() else str(lease), now + self.lease, room, STOPPED]
        values.append(kinds if on_postgres() else json.dumps(kinds))
        if not await connection().execute_query_dict(lane.claim(), values):
            return []
        return await Followup.filter(lease=lease, state="running").order_by("due").select_related("fact")

    async def _keep_hold(self, held: Held) -> None:
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            # By lease, not by id: what another worker has taken over is not ours to hold.
            leases = {work.lease for work in held.values()}
            try:
                await Followup.filter(lease__in=leases, state="running").update(lease_until=self.now() + self.lease)
            except (DBConnectionError, OperationalError) as error:
                log.warning("the hold on running work could not be renewed: %s", error)

    async def _try(self, work: Followup) -> None:
        try:
            if work.faults >= TRIES_OF_A_FAULT:
                raise AppError(f"Given up after {work.faults} faults: {STOPPED}.")
            if work.kind not in self.handlers:
                raise LookupError(f"nobody does “{work.kind}” here")  # an older worker may meet work of a newer service
            async with asyncio.timeout(self.handler_seconds):
                await self.handlers[work.kind](work, self.outside)
            outcome = self._ended("done", "")
        except asyncio.CancelledError:
            await shielded(_end(work, {"state": "queued"}))  # stopping: the next worker takes it at once
            raise
        except Exception as error:
            outcome = self._after(error, work)
        await shielded(_end(work, outcome))

    def _after(self, error: Exception, work: Followup) -> dict[str, Any]:
        # A handler that takes too long raises TimeoutError, which is an OSError and yet a fault of ours.
        if isinstance(error, (Upstream, *OF_THE_HOUSE)) and not isinstance(error, TimeoutError):
            reason, wish = f"{type(error).__name__}: {error}"[:300], None
            if isinstance(error, Upstream):
                reason, wish = error.message, error.retry_after
            else:
                log.warning("%s waits: %s", work.key, error)
            over = self.now() - (work.first_tried or self.now()) >= GIVE_UP_AFTER
            return self._ended("dead", reason) if over else self._later(work, reason, wish)
        if isinstance(error, AppError):
            return self._ended("refused", error.message)
        log.error("%s failed (try %s)", work.key, work.attempts, exc_info=error)
        reason = f"{type(error).__name__}: {error}"[:300]
        faults = work.faults + 1
        outcome = self._ended("dead", reason) if faults >= TRIES_OF_A_FAULT else self._later(work, reason)
        return outcome | {"faults": faults}

    def _later(self, work: Followup, reason: str, at_least: float | None = None) -> dict[str, Any]:
        pause = min(5.0 * 2 ** (work.attempts - 1), 3600) * (0.5 + self.chance())
        due = self.now() + timedelta(seconds=max(pause, at_least or 0))
        return {"state": "queued", "due": due, "last_error": reason}

    def _ended(self, state: str, reason: str) -> dict[str, Any]:
        return {"state": state, "last_error": reason, "ended": self.now()}


async def _end(work: Followup, outcome: Mapping[str, Any]) -> None:
    # Only by whoever still holds it: a worker that was away longer than its lease has lost it to another.
    await Followup.filter(id=work.id, lease=work.lease).update(lease=None, lease_until=None, **outcome)
