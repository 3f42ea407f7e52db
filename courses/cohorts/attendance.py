"""Notes who came to a session, and with what somebody made up what they missed; no note is ever written over."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from courses.cohorts.models import Attendance, Cohort, TrainingSession, cohorts_visible_to, seats_noted_by
from courses.cohorts.rules import LONGEST_NOTE, MADE_UP, PRESENT, Counted, Presence, counted, fault_of_presence
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.parsing.labels import MODES
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.relations.actions import relate
from training.trail import facts

NOT_YOURSELF = "You cannot note for yourself whether you came."


class NotedMeanwhile(Conflict):
    """Somebody has noted of these people something else than what the page showed, and than what is wanted now."""

    def __init__(self, people: frozenset[UUID]) -> None:
        super().__init__("Somebody has noted who came since you opened this page.", "Look at it again.")
        self.people = people


@dataclass(frozen=True)
class MakingUp:
    """With what somebody made up a session: another session, or a piece of work on a day, done in this mode."""

    session_id: UUID | None = None
    work: str = ""
    on: date | None = None
    mode: str = ""


async def latest_notes(rows: QuerySet[Attendance]) -> dict[tuple[UUID, UUID], Attendance]:
    """Returns of the rows the one that speaks now for each session and person: the last that was noted."""
    return {(row.session_id, row.person_id): row for row in await rows.order_by("number")}


async def note_attendance(
    session: TrainingSession,
    presences: Mapping[UUID, Presence],
    *,
    actor: Actor,
    now: datetime,
    seen: Mapping[UUID, int] | None = None,
) -> int:
    """Notes who came, of those of whom the actor may; a fact tells each change. Returns how many there were.

    `seen` are the numbers of the notes that the page showed: what was noted otherwise since then is not written over.
    """
    if (session.last_day or session.held_on) > local_day(now, actor.zone):
        raise Invalid("This session is not over yet.", "Note who came on its last day or later.")
    cohort = await Cohort.get(id=session.cohort_id)
    mine = {UUID(str(one)) for one in await seats_noted_by(actor, cohort, session).values_list("person_id", flat=True)}
    wanted = {person: presence for person, presence in presences.items() if person in mine}
    problems = {f"came-{person}": fault for person, presence in wanted.items()
                if (fault := fault_of_presence(presence, session.minutes))}  # fmt: skip
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        session = await TrainingSession.select_for_update().get(
            id=session.id
        )  # of two at once, the second sees the first's
        last = {key[1]: row for key, row in (await latest_notes(Attendance.filter(session_id=session.id))).items()}
        come = {one: counted(given, minutes=session.minutes, days=session.days) for one, given in wanted.items()}
        changed = {one: given for one, given in come.items() if one not in last or _differs(last[one], given)}
        numbers = {one: last[one].number if one in last else 0 for one in changed}
        if seen is not None and (newer := frozenset(one for one in changed if numbers[one] != seen.get(one, 0))):
            raise NotedMeanwhile(newer)
        await _refuse_double(session, [one for one, given in changed.items() if given.minutes])
        for person, given in changed.items():
            await refuse_own(person, actor.person_id, NOT_YOURSELF, "Somebody else who looks after the cohort can.")
            await _write(_row_of(session, person, given), numbers[person], actor=actor, now=now)
    return len(changed)


def _differs(row: Attendance, given: Counted) -> bool:
    return (row.came, row.minutes, row.note) != (given.came, given.minutes, given.note)


def _row_of(session: TrainingSession, person: UUID, given: Counted, **other: Any) -> Attendance:
    return Attendance(
        id=uuid4(),
        session_id=session.id,
        person_id=person,
        learning=session.learning,
        topics=session.topics,
        attributes=session.attributes,
        **{
            "first_day": session.held_on if session.last_day else None,
            "last_day": session.last_day or session.held_on,
            "mode": session.mode,
            "trainer_id": session.trainer_id,
            **asdict(given),
            **other,
        },
    )


async def _write(row: Attendance, number: int, *, actor: Actor, now: datetime) -> None:
    """Writes a note beside the one of this number, with its fact; and that whoever led it trained the person."""
    row.number, row.recorded, row.recorded_by = number + 1, now, actor.person_id
    await row.save(force_create=True)
    session = await TrainingSession.get(id=row.session_id)
    await facts.record(
        "attendance.recorded", session, actor=actor.person_id, person=row.person_id, unit=actor.unit_id, now=now,
        detail={"came": row.came, "minutes": row.minutes, "number": row.number}, rows=[row],
    )  # fmt: skip
    if row.minutes and row.trainer_id:
        day = row.first_day or row.last_day or session.held_on
        by, unit = actor.person_id, actor.unit_id
        await relate(row.person_id, row.trainer_id, "trainer", day=day, unit=unit, actor=by, now=now)


async def _refuse_double(session: TrainingSession, people: Iterable[UUID]) -> None:
    """Refuses to count a session for people who have made up another one with it."""
    rows = await latest_notes(Attendance.filter(person_id__in=list(people)))
    problems = {f"came-{row.person_id}": "This session counts already: they made up another one with it"
                for row in rows.values() if row.made_up_in_id == session.id}  # fmt: skip
    if problems:
        raise Invalid("There is a problem", problems=problems)


def sessions_to_make_up_in(
    session: TrainingSession, cohort: Cohort, *, actor: Actor, today: date
) -> QuerySet[TrainingSession]:
    """Lists sessions of other cohorts that the actor sees and that were held: of this course, or that count as this."""
    others = cohorts_visible_to(actor).exclude(id=cohort.id)
    same = Q(cohort__course_id=cohort.course_id) if cohort.course_id else Q(learning=session.learning)
    if session.learning:
        same |= Q(learning=session.learning)
    held = TrainingSession.filter(same, cohort_id__in=Subquery(others.values("id")), held_on__lte=today)
    return held.select_related("cohort")


async def make_up(
    session: TrainingSession, person: UUID, given: MakingUp, *, actor: Actor, now: datetime
) -> Attendance:
    """Notes with what somebody made up a session that they missed: from now on it counts as attended."""
    cohort, today = await Cohort.get(id=session.cohort_id), local_day(now, actor.zone)
    seat = await seats_noted_by(actor, cohort, session).filter(person_id=person).first()
    if seat is None:
        raise NotFound("There is no such person in this cohort.", "Look at the session again.")
    await refuse_own(person, actor.person_id, NOT_YOURSELF, "Somebody else who looks after the cohort can.")
    there = sessions_to_make_up_in(session, cohort, actor=actor, today=today)
    other = await there.get_or_none(id=given.session_id) if given.session_id else None
    if problems := _faults(given, other, today):
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        await TrainingSession.select_for_update().get(id=session.id)
        rows = await latest_notes(Attendance.filter(person_id=seat.person_id))
        last = rows.get((session.id, person))
        if last is None or last.came == PRESENT:
            raise Conflict("This session was not missed.", "Note first that they were absent, or there for a part.")
        if other and any(row.minutes and other.id in (row.session_id, row.made_up_in_id) for row in rows.values()
                         if row.session_id != session.id):  # fmt: skip
            problem = "They were at this session already, or made up another one with it. Choose another"
            raise Invalid("There is a problem", problems={"session_id": problem})
        row = _made_up(session, person, given, other)
        await _write(row, last.number, actor=actor, now=now)
    return row


def _faults(given: MakingUp, other: TrainingSession | None, today: date) -> dict[str, str]:
    if given.session_id:
        return {} if other else {"session_id": "Choose a session from the list"}
    problems = {} if given.work.strip() else {"work": "Choose a session, or say what they did instead"}
    if len(given.work) > LONGEST_NOTE:
        problems["work"] = f"Shorten this to {LONGEST_NOTE} letters or fewer"
    if given.on is None or given.on > today:
        problems["on"] = "Enter the day they did it, today or before"
    if given.mode not in MODES:
        problems["mode"] = "Choose how they did it"
    return problems


def _made_up(session: TrainingSession, person: UUID, given: MakingUp, other: TrainingSession | None) -> Attendance:
    whole = Counted(MADE_UP, session.minutes, session.days, "" if other else given.work.strip())
    if other is None:
        return _row_of(session, person, whole, first_day=None, last_day=given.on, mode=given.mode)
    return _row_of(
        session, person, whole, made_up_in_id=other.id, first_day=other.held_on if other.last_day else None,
        last_day=other.last_day or other.held_on, mode=other.mode, trainer_id=other.trainer_id,
    )  # fmt: skip


async def note_again(session: TrainingSession, *, actor: Actor, now: datetime) -> None:
    """Writes anew, in the caller's transaction, what was noted with a session that has been corrected."""
    own = await latest_notes(Attendance.filter(session_id=session.id))
    for row in own.values():
        if row.came == MADE_UP and row.made_up_in_id is None:
            work = MakingUp(work=row.note, on=row.last_day, mode=row.mode)
            fresh = _made_up(session, row.person_id, work, None)
        elif row.came == MADE_UP:
            fresh = _made_up(session, row.person_id, MakingUp(), await TrainingSession.get(id=row.made_up_in_id))
        elif row.minutes:
            presence = Presence(row.came, None if row.came == PRESENT else row.minutes, row.note)
            fresh = _row_of(session, row.person_id, counted(presence, minutes=session.minutes, days=session.days))
        else:
            continue
        await _write(fresh, row.number, actor=actor, now=now)
    for row in await Attendance.filter(made_up_in_id=session.id):
        later = Attendance.filter(session_id=row.session_id, person_id=row.person_id, number=row.number + 1)
        if not await later.exists():
            missed = await TrainingSession.select_for_update().get(id=row.session_id)
            await _write(_made_up(missed, row.person_id, MakingUp(), session), row.number, actor=actor, now=now)
