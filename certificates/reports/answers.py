"""Asks a report and keeps what was answered: when somebody asks, when it is due, and again to compare."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import F

from certificates.reports.asking import ManyRows, Question, answer, moment_of
from certificates.reports.models import ABILITY, ReportAnswer, ReportReader, SavedReport, due_before
from certificates.reports.rules import Days, due_at, following, last_due
from training.core.dates import local_day
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.authentication.deputy import acting_for
from training.trail import facts

PLAN, ASK, MAIL = "plan reports", "ask report", "mail report"
AT_ONCE = 100
"""Reports that are planned in one transaction."""
THEN, NOW = "then", "now"


def question_of(report: SavedReport, today: date) -> Question:
    """Gives what a report asks on a day, with the days as they are."""
    return {**report.filters, **Days(**report.days).on(today)}


async def ask(report: SavedReport, *, actor: Actor, now: datetime) -> ReportAnswer | None:
    """Asks a report now, and keeps the answer; None where it has many rows: then it is asked as work of its own."""
    question = question_of(report, actor.today)
    return await _ask(report, question, moment_of(question, actor, now), None, me=actor, now=now)


async def ask_again(first: ReportAnswer, known: str, *, actor: Actor, now: datetime) -> ReportAnswer | None:
    """Asks for the same days again, as known on the same moment (`THEN`) or as known now, and keeps that beside it."""
    report = await SavedReport.get(id=first.report_id)
    return await _ask(report, first.question, first.known if known == THEN else now, first.id, me=actor, now=now)


async def _ask(
    report: SavedReport, question: Question, known: datetime, repeats: UUID | None, *, me: Actor, now: datetime
) -> ReportAnswer | None:
    try:
        return await _keep(
            report, question, known, me=me, now=now, waits=True, asked_by_id=me.person_id, repeats_id=repeats
        )
    except ManyRows:
        asked = {"id": str(uuid4()), "by": str(me.person_id), "question": dict(question), "known": known.isoformat(),
                 "repeats": str(repeats or "")}  # fmt: skip
        await facts.schedule(ASK, f"{ASK}/{asked['id']}", due=now, payload=asked, subject_id=str(report.id))
        return None


async def ask_queued(report_id: UUID, asked: Mapping[str, Any], *, now: datetime) -> None:
    """Asks what is due, or what somebody asked that has many rows, once, if they still may see reports."""
    if "due" in asked:
        return await ask_due(report_id, asked["due"], now=now)
    me = await acting_for(UUID(asked["by"]), now=now)
    if me.everywhere(ABILITY) and not await ReportAnswer.exists(id=asked["id"]):
        await _keep(
            await SavedReport.get(id=report_id), asked["question"], datetime.fromisoformat(asked["known"]), me=me,
            now=now, id=UUID(asked["id"]), asked_by_id=me.person_id,
            repeats_id=UUID(asked["repeats"]) if asked["repeats"] else None,
        )  # fmt: skip


async def _keep(
    report: SavedReport, question: Question, known: datetime, *, me: Actor, now: datetime, waits: bool = False,
    **more: Any,
) -> ReportAnswer:  # fmt: skip
    result, whole = await answer(report.listing, question, me, known=known, waits=waits)
    kept = ReportAnswer(
        report_id=report.id, extracted=now, known=known, question=dict(question), columns=list(result.columns),
        notes=list(result.notes), rows=whole.rows, count=whole.count, digest=whole.digest, **{"id": uuid4()} | more,
    )  # fmt: skip
    async with transaction():
        if kept.due and await ReportAnswer.exists(report_id=report.id, due=kept.due):
            return await ReportAnswer.get(report_id=report.id, due=kept.due)
        await kept.save(force_create=True)
        await SavedReport.filter(id=report.id).update(answered=now)
        detail = {
            "answer": str(kept.id), "digest": kept.digest, "count": kept.count, "known": known.isoformat(),
            "repeats": str(kept.repeats_id or ""), "due": str(kept.due or ""),
        }  # fmt: skip
        await facts.record(
            "report.answered", report, actor=kept.asked_by_id, unit=report.unit_id, now=now, detail=detail
        )
        if kept.due:
            reading = ReportReader.filter(report_id=report.id, stopped__isnull=True)
            await facts.schedule_all([
                facts.Timer(MAIL, f"{MAIL}/{kept.id}/{one}", now, {"to": str(one)}, str(kept.id))
                for one in await reading.values_list("person_id", flat=True)
            ])  # fmt: skip
    return kept


async def plan(*, now: datetime) -> None:
    """Queues what is due by now, found by its index: of several nights that were missed, the last one only."""
    while rows := await due_before(now).order_by("next_due", "id").limit(AT_ONCE).annotate(zone=F("unit__zone")):
        async with transaction():
            for report in rows:
                zone = report.zone  # type: ignore[attr-defined]
                due = last_due(report.every, local_day(now, zone), now, zone)
                coming = due_at(following(report.every, due), zone)
                if await SavedReport.filter(id=report.id, next_due=report.next_due).update(next_due=coming):
                    key = f"{ASK}/{report.id}/{due.isoformat()}"
                    await facts.schedule(
                        ASK, key, due=now, payload={"due": due.isoformat()}, subject_id=str(report.id)
                    )  # fmt: skip


async def ask_due(report_id: UUID, due: str, *, now: datetime) -> None:
    """Asks a report for the day on which it was due, once, as whoever may see it first of those who get it."""
    report, on = await SavedReport.get(id=report_id), date.fromisoformat(due)
    if report.put_away or await ReportAnswer.exists(report_id=report.id, due=on):
        return
    reading = ReportReader.filter(report_id=report.id, stopped__isnull=True).order_by("added", "id")
    people: list[UUID] = [report.owner_id, *await reading.values_list("person_id", flat=True)]  # type: ignore[list-item]
    for person_id in people:
        me = await acting_for(person_id, now=now)
        if me.everywhere(ABILITY):
            question = question_of(report, on)
            await _keep(report, question, moment_of(question, me, now), me=me, now=now, due=on)
            return
