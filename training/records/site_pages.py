"""Records as coordinators and the central unit see them: of their people, of a site, answers on paper."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from training.core import clock
from training.core.dates import day
from training.core.errors import Invalid, NotFound
from training.database.name_search import has_in_name
from training.people.actor import Actor
from training.people.holders import Holder, whose
from training.people.lists.pages import answer_list
from training.people.visibility import may_for, reach, sites_for, visible_filter, visible_to
from training.records import asking, tailorings
from training.records.models import Confirmation, records_visible_to
from training.records.overview import STATES, WORDS, gone_of, lines_by_id, lines_of, worded
from training.records.rules import NEEDS_A_YES
from training.records.shown import ALONE, shown_of
from training.records.words import KINDS, TOLD_ELSEWHERE
from training.web.exports import KINDS as KINDS_OF_FILES
from training.web.exports import spreadsheet
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor, form_data, identity, redirect, render

TYPES = {"": "All records", **{name: word for name, word in KINDS.items() if name not in TOLD_ELSEWHERE}}
TITLE = "LOWER(CASE WHEN records_record.name <> '' THEN records_record.name ELSE records_record.what END)"
KIND_WORDS = " ".join(f"WHEN '{name}' THEN '{word}'" for name, word in KINDS.items())
STATE_WORDS = " ".join(f"WHEN records_record.state = '{state}' THEN '{word}'" for state, word in WORDS.items() if state)
NEEDED = ", ".join(f"'{name}'" for name in sorted(NEEDS_A_YES))
WORD = f"""(CASE WHEN records_record.counts_at_once THEN '{WORDS["confirmed"]}' {STATE_WORDS}
    WHEN records_record.type IN ({NEEDED}) THEN '{WORDS[None]}' ELSE '{WORDS["asked"]}' END)"""
FIRST_AMOUNT = "COALESCE(" + ", ".join(f"records_record.attributes ->> '{name}'" for name in ALONE) + ")"
AMOUNT = f"""(CASE WHEN LENGTH({FIRST_AMOUNT}) < 9 AND TRIM({FIRST_AMOUNT}, '0123456789') = ''
    THEN CAST({FIRST_AMOUNT} AS INTEGER) END)"""
# By who: what a site holds itself comes after what people hold.
RECORDS = PagedList(
    "/practice/records",
    "Records",
    ("record", "records"),
    (
        ListColumn("title", "Record", ListSort(sql=TITLE),
                   cell=lambda row: {"text": row["title"], "path": f"/practice/records/{row['id']}"}),
        ListColumn("kind", "Kind", ListSort(sql=f"(CASE records_record.type {KIND_WORDS} END)")),
        ListColumn("person", "Who", ListSort("person__folded", nullable=True)),
        ListColumn("day", "Day", ListSort("listed", "day"), cell=lambda row: day(row["day"])),
        ListColumn("amount", "How much", ListSort(sql=AMOUNT, kind="number", nullable=True)),
        ListColumn("word", "State", ListSort(sql=WORD), cell=lambda row: {"tag": row["word"]}),
    ),
    (
        ListFilter("name", "Name", lambda me, part: visible_filter(me) & has_in_name(part, "person__")),
        ListFilter("kind", "Kind", lambda _, kind: Q(type=kind), TYPES),
        ListFilter("state", "State", lambda _, state: worded(state), STATES),
        ListFilter("since", "From", lambda _, since: Q(listed__gte=date.fromisoformat(since)), kind="day"),
        ListFilter("until", "Until", lambda _, until: Q(listed__lte=date.fromisoformat(until)), kind="day"),
    ),
    fields=("listed",),
    first_sort="-day",
    page_size=20,
)  # fmt: skip


async def records(request: Request) -> Response:
    """Lists the records of everybody the actor may see: by kind, state, name and day."""
    found = records_visible_to(actor(request))
    return await answer_list(request, "records/records.html", RECORDS, found, complete=_told)


async def _told(rows: list[Row], _: Actor) -> list[Row]:
    lines = {line.id: line for line in await lines_by_id([row["id"] for row in rows])}
    names = ("title", "kind", "person", "day", "amount", "word")
    return [row | {name: getattr(lines[row["id"]], name) for name in names} for row in rows]


async def person(request: Request) -> Response:
    """Shows the records of one person, and the way to what a coordinator can add."""
    me: Actor = actor(request)
    found = await visible_to(me).get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such person.", "Look for them in the list of people.")
    manages = me.person_id != found.id and await may_for(me, "manage people", found.id)
    new = f"/practice/of/{found.id}/new" if manages else ""
    return await _records_of(request, found, new, (found.name, f"/people/{found.id}"))


async def site(request: Request) -> Response:
    """Shows the records that a site itself holds."""
    me: Actor = actor(request)
    found = await sites_for(me, "see people").get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such site among yours.", "Look for it in the list of sites.")
    manages = await sites_for(me, "manage people").filter(id=found.id).exists()
    new = f"/practice/sites/{found.id}/new" if manages else ""
    return await _records_of(request, found, new, (found.name, f"/sites/{found.id}"))


async def _records_of(request: Request, holder: Holder, new_path: str, back: tuple[str, str]) -> Response:
    me: Actor = actor(request)
    theirs = Q(**whose(holder))
    lines, gone = await lines_of(me, theirs), await gone_of(me, theirs)
    told: dict[str, Any] = {"name": holder.name, "lines": lines, "gone": gone, "new_path": new_path, "back": back}
    return render(request, "records/of.html", **told)


async def paper(request: Request) -> Response:
    """Shows what a confirmer signed on paper, and records that the actor has seen it."""
    me: Actor = actor(request)
    asked = Confirmation.filter(reach(me, "manage people"), state="asked")
    found = await asked.get_or_none(id=identity(request))
    if found is None or found.person_id == me.person_id:
        raise NotFound("There is no such request.", "It may have been answered. Look at the record again.")
    shown = await shown_of(found)
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            await asking.confirm_on_paper(found.id, note=str(values.get("note", "")), actor=me, now=clock.now())
            return redirect(request, f"/practice/records/{shown.id}")
        except Invalid as wrong:
            problems = wrong.problems
    told = {"shown": shown, "confirmer": found.confirmer_name, "path": f"/practice/confirmations/{found.id}/paper"}
    return render(request, "records/paper.html", 422 if problems else 200, values=values, problems=problems, **told)


async def changes(request: Request) -> Response:
    """Shows which parts of the programmes are changed or left out, how often and where; also as a file."""
    me: Actor = actor(request)
    rows = await tailorings.recurring(me)
    if (ending := request.query_params.get("format", "")) in KINDS_OF_FILES:
        return await spreadsheet("changes", ending, tailorings.as_cells(rows, extracted=clock.now()))
    files = [(f"Get these rows as {one.upper()}", f"/practice/changes?format={one}") for one in KINDS_OF_FILES]
    return render(request, "records/changes.html", rows=rows, files=files, back=("Records", "/practice/records"))


async def judge(request: Request) -> Response:
    """Takes what a supervisor, or who looks after the leader, says of a change in a core part."""
    me: Actor = actor(request)
    values = await form_data(request)
    row = await tailorings.judge(
        identity(request), identity(request, "change"), judged=str(values.get("judged", "")),
        note=str(values.get("judged_note", "")), actor=me, now=clock.now(),
    )  # fmt: skip
    return redirect(request, f"/practice/records/{row.id}", notice="Said so.")
