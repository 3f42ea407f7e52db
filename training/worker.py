"""Runs follow-up work: claims it in batches, keeps hold of it, and tries again what did not work out."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import uuid4

from tortoise.exceptions import DBConnectionError, OperationalError

from training import clock, facts
from training.database.listening import Listener
from training.database.opening import connection, on_postgres
from training.database.settling import settled
from training.errors import Trouble, Upstream
from training.facts import Followup

Outside = TypeVar("Outside")
Handler = Callable[[Followup, Outside], Awaitable[None]]
Held = dict["asyncio.Task[None]", Followup]

log = logging.getLogger(__name__)

GIVE_UP_AFTER = timedelta(hours=72)  # of an upstream system that does not do its part
TRIES_OF_A_FAULT = 8  # an error nobody foresaw may be passing (a deadlock), but is mostly a fault of ours
STOPPED = "the worker stopped in the middle of it"

# FOR UPDATE SKIP LOCKED: workers pass each other by. MATERIALIZED: or the planner may run the LIMIT more than once.
CLAIM_ON_POSTGRES = """
WITH picked AS MATERIALIZED (
    SELECT id FROM trail_followup WHERE (state = 'queued' AND due <= $1) OR (state = 'running' AND lease_until < $1)
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
    SELECT id FROM trail_followup WHERE (state = 'queued' AND due <= ?1) OR (state = 'running' AND lease_until < ?1)
    ORDER BY due LIMIT ?4) RETURNING id"""


@dataclass(frozen=True)
class Worker(Generic[Outside]):
    """What a worker knows: who does which work, with what, and which jobs come back at which interval."""

    handlers: Mapping[str, Handler[Outside]]
    outside: Outside
    repeats: Mapping[str, timedelta] = field(default_factory=dict)
    now: Callable[[], datetime] = clock.now
    batch: int = 16  # done side by side
    lease: timedelta = timedelta(seconds=60)
    handler_seconds: float = 3600
    poll_seconds: float = 1
    chance: Callable[[], float] = random.random
    _timers: dict[str, str] = field(default_factory=dict)  # name -> key of the one set last

    async def work_once(self) -> int:
        """Does everything that is due, and tells how many pieces that were."""
        held: Held = {}
        beat = asyncio.create_task(self._keep_hold(held))
        try:
            return await self._drain(held)
        finally:
            for task in (beat, *held):
                task.cancel()
            await asyncio.gather(beat, *held, return_exceptions=True)

    async def work_forever(self) -> None:
        """Works whenever there is something due, until cancelled; waits out what hinders it."""
        woken = asyncio.Event()
        facts.wakers.add(woken.set)
        try:
            async with Listener(facts.NOTICE, woken.set) as listener:
                while True:
                    woken.clear()
                    try:
                        await listener.keep_up()
                        await self.work_once()
                    except DBConnectionError as error:
                        log.warning("waiting for the database: %s", error)
                    except Exception:
                        # A worker that ended would leave everything undone, unnoticed: it looks again instead.
                        log.exception("the work could not be looked through")
                    with suppress(TimeoutError):
                        # Not wait_for: when woken and cancelled at once, it forgets the cancellation (Python 3.11).
                        async with asyncio.timeout(self.poll_seconds):
                            await woken.wait()
        finally:
            facts.wakers.discard(woken.set)

    async def _drain(self, held: Held) -> int:
        count = 0
        while True:
            await self._set_timers()
            room = self.batch - len(held)
            # By half batches at least, so that claiming stays cheap; a long job holds up nobody but itself.
            works = await self._claim(room) if room * 2 >= self.batch else []
            held.update({asyncio.create_task(self._try(work)): work for work in works})
            count += len(works)
            if not held:
                return count
            done, _ = await asyncio.wait(held, timeout=self.poll_seconds, return_when=asyncio.FIRST_COMPLETED)
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

    async def _claim(self, room: int) -> list[Followup]:
        now, lease = self.now(), uuid4()
        values: list[Any] = [now, lease if on_postgres() else str(lease), now + self.lease, room, STOPPED]
        sql = CLAIM_ON_POSTGRES if on_postgres() else CLAIM_ON_SQLITE
        if not await connection().execute_query_dict(sql, values):
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
                raise Trouble(f"Given up after {work.faults} faults: {STOPPED}.")
            async with asyncio.timeout(self.handler_seconds):
                await self._handler(work)(work, self.outside)
            outcome = self._ended("done", "")
        except asyncio.CancelledError:
            await settled(_end(work, {"state": "queued"}))  # stopping: the next worker takes it at once
            raise
        except Exception as error:
            outcome = self._after(error, work)
        await settled(_end(work, outcome))

    def _handler(self, work: Followup) -> Handler[Outside]:
        if work.kind not in self.handlers:
            raise LookupError(f"nobody does “{work.kind}” here")  # an older worker may meet work of a newer service
        return self.handlers[work.kind]

    def _after(self, error: Exception, work: Followup) -> dict[str, Any]:
        if isinstance(error, Upstream):
            over = self.now() - (work.first_tried or self.now()) >= GIVE_UP_AFTER
            return self._ended("dead", error.message) if over else self._later(work, error.message, error.retry_after)
        if isinstance(error, Trouble):
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
