"""Pages of one answer of a report: what was asked and answered, and how it differs from the one that it repeats."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from starlette.requests import Request
from starlette.responses import Response

from certificates.reports import answers
from certificates.reports.asking import SUBJECTS
from certificates.reports.models import ReportAnswer, SavedReport, answers_for
from certificates.reports.pages import DAYS, LATER, question_in_words
from certificates.reports.reasons import AnswerReasons, reasons_for
from certificates.reports.rules import changes
from training.core import clock
from training.core.dates import day, moment
from training.core.errors import NotFound
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.web.lists import ListColumn, ListSort, PagedList
from training.web.lists import Row as ListRow
from training.web.render import actor, form_data, identity, redirect

MOST_CHANGES = 200
"""Rows that differ, on the page."""
HERE = "name"


async def answer(request: Request) -> Response:
    """Shows an answer as it was kept, as a list and as a file, and what differs where it was asked again."""
    me: Actor = actor(request)
    found = await _answer(identity(request), me)
    listing = _listing(found, found.report)
    rows = await _rows(found, me)
    filters = {name: value for name, value in found.question.items() if name not in DAYS}
    asked = [*await question_in_words(found.report.listing, filters, me), *_days(found, me)]
    definitions = [(one["heading"], one["definition"]) for one in found.columns]
    head = [*(f"{label}: {said}" for label, said in asked), f"SHA-256 {found.digest}",
            *(f"{heading}: {words}" for heading, words in definitions), *found.notes]  # fmt: skip
    return await answer_list(
        request, "reports/answer.html", listing, rows, answer=found, report=found.report, asked=asked,
        definitions=definitions, again=await _compared(found, me), head=head,
        back=(found.report.name, f"/reports/{found.report_id}"),
    )  # fmt: skip


def _days(found: ReportAnswer, me: Actor) -> list[tuple[str, str]]:
    told = [("About", day(found.as_of)), ("As known on", moment(found.known, me.zone))]
    if against := found.question.get("against"):
        told.append(("Compared with", day(against)))
    return [*told, ("Extracted", moment(found.extracted, me.zone))]


def _listing(found: ReportAnswer, report: SavedReport) -> PagedList:
    def column(one: Mapping[str, Any]) -> ListColumn:
        number = bool(one.get("number"))
        shown = (lambda row: f"{row[one['key']]:,}") if number else None
        return ListColumn(
            one["key"], one["heading"], ListSort(one["key"], "number" if number else "text"), cell=shown, number=number
        )

    def named(row: ListRow) -> Any:
        return {"text": row[HERE], "path": row["path"]} if row["path"] else row[HERE]

    name = ListColumn("row", SUBJECTS[report.listing].row, ListSort("place"), cell=named, text=lambda row: row[HERE])
    columns = (name, *(column(one) for one in found.columns))
    return PagedList(
        f"/reports/answers/{found.id}", report.name, ("row", "rows"), columns, first_sort="row", page_size=100
    )  # fmt: skip


async def _rows(found: ReportAnswer, me: Actor) -> list[ListRow]:
    names, kept = await _names(found, me), found.rows or []
    known = await _openable(found, kept, me)
    return [
        {"id": uuid5(NAMESPACE_URL, row["key"] or "whole"), HERE: _called(row, names),
         "place": f"{row['place']:06}" if "place" in row else _called(row, names).casefold(),
         "path": known.get(row["key"], ""), **row["cells"]}
        for row in kept
    ]  # fmt: skip


async def _openable(found: ReportAnswer, kept: list[Any], me: Actor) -> Mapping[str, str]:
    path = SUBJECTS[found.report.listing].path
    return {row["key"]: f"{path}/{row['key']}?as_of={found.as_of}" for row in kept} if path else {}


async def _names(found: ReportAnswer, me: Actor) -> Mapping[str, str]:
    """Gives the names of today: an answer keeps none, so that an erased person is not named by it."""
    names = SUBJECTS[found.report.listing].names
    return await names(me, [UUID(row["key"]) for row in found.rows or []]) if names else {}


def _called(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return row.get("label") or names.get(row["key"], "") or "No name"


async def _compared(found: ReportAnswer, me: Actor) -> dict[str, Any] | None:
    if found.repeats_id is None:
        return None
    first = await ReportAnswer.get(id=found.repeats_id)
    first.report = found.report
    told = {"first": first, "same": first.digest == found.digest, "then": first.known == found.known}
    if told["same"]:
        return told | {"changes": [], "kept": True, "more": 0, "reasons": AnswerReasons({}, [])}
    kept = first.rows is not None and found.rows is not None
    headings = {one["key"]: one["heading"] for one in found.columns}
    every = changes(first.rows, found.rows, headings) if kept else []
    shown = every[:MOST_CHANGES]
    names = {**await _names(first, me), **await _names(found, me)}
    reasons = await reasons_for(first, found, found.report.listing, [one.key for one in shown], me)
    told |= {"changes": [replace(one, label=one.label or names.get(one.key, "") or "No name") for one in shown]}
    return told | {"kept": kept, "more": len(every) - len(shown), "reasons": reasons}


async def again(request: Request) -> Response:
    """Asks again, as known on the same moment or as known now."""
    me: Actor = actor(request)
    first, values = await _answer(identity(request), me), await form_data(request)
    known = answers.NOW if values.get("known") == answers.NOW else answers.THEN
    kept = await answers.ask_again(first, known, actor=me, now=clock.now())
    if kept is None:
        return redirect(request, f"/reports/{first.report_id}", notice=LATER)
    return redirect(request, f"/reports/answers/{kept.id}")


async def _answer(answer_id: UUID, me: Actor) -> ReportAnswer:
    found = await answers_for(me).filter(id=answer_id).select_related("report").first()
    if found is None:
        raise NotFound("There is no such answer.", "Look at the list of reports.")
    return found
