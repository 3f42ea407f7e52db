"""What somebody does on the way to an import: hands in a file, chooses the sheet and what it is, matches columns."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath

from training.batches import actions as batches
from training.batches.models import Batch
from training.core.errors import Conflict, Invalid
from training.core.handed_files import HandedFile, drop, keep
from training.imports.columns import Column, asks_order, header_hash, matched
from training.imports.kinds import ImportKind, ImportOutside
from training.imports.models import ColumnMatch
from training.imports.work import FOLDER, read_sheet, refuse_others
from training.parsing.kept_sheets import packed
from training.parsing.workbooks import TextSheet, Unreadable, read_workbook
from training.people.actor import Actor

IMPORT = "import"
CHANGEABLE = ("new", "rehearsed")


async def hand_in(file: HandedFile | None, *, actor: Actor, resources: ImportOutside, now: datetime) -> Batch:
    """Keeps the sheets of a file that can be read, and makes a batch of it, with the first sheet chosen."""
    if file is None or not file.content:
        raise Invalid("There is a problem", problems={"file": "Choose a file"})
    try:
        sheets = await asyncio.to_thread(read_workbook, file.content)
    except Unreadable as trouble:
        raise Invalid("There is a problem", problems={"file": f"{trouble.what}. {trouble.mend}"}) from trouble
    storage = resources.settings.storage
    kept = HandedFile(file.name, await asyncio.to_thread(packed, sheets))
    stored = await asyncio.to_thread(keep, kept, storage, FOLDER)
    shown = PurePosixPath(file.name.replace("\\", "/")).name[-200:]
    wishes = {
        "stored": stored, "file": shown, "sheets": [one.name for one in sheets], "sheet": sheets[0].name,
        "kind": "", "match": {}, "order": "",
    }  # fmt: skip
    return await batches.make(IMPORT, shown, wishes, actor=actor, now=now)


async def choose_kind(batch: Batch, sheet: str, kind: str, *, actor: Actor, resources: ImportOutside) -> None:
    """Notes which sheet is imported, and what it is; the columns are matched by what they are called, or as before."""
    problems = {}
    if sheet not in batch.wishes["sheets"]:
        problems["sheet"] = "Choose a sheet"
    if kind not in resources.import_kinds:
        problems["kind"] = "Choose what it is"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    found = resources.import_kinds[kind]
    refuse_others(found, actor)
    batch.wishes |= {"sheet": sheet, "kind": kind}
    table = await read_sheet(batch, resources)
    columns = await found.columns(actor)
    match, order = matched(table.header, columns), ""
    before = await ColumnMatch.get_or_none(
        unit_id=actor.unit_id, kind=kind, header_sha256=header_hash(table.header)
    )  # fmt: skip
    if before:
        known = {column.name for column in columns}
        match = {ours: theirs for ours, theirs in before.match.items() if theirs in table.header and ours in known}
        order = before.order
    batch.wishes |= {"match": match, "order": order, "columns": [[one.name, one.label] for one in columns]}
    named = f", sheet {sheet}" if len(batch.wishes["sheets"]) > 1 else ""
    await _save(batch, title=f"{found.title} from {batch.wishes['file']}{named}")


async def match_columns(
    batch: Batch, match: Mapping[str, str], order: str, *, actor: Actor, resources: ImportOutside, now: datetime
) -> None:
    """Keeps how the columns are matched, for the next file too, and has the rows checked."""
    _, table, columns = await prepared(batch, actor, resources)
    match = {ours: theirs for ours, theirs in match.items() if theirs}
    problems = {one.name: f"{one.label}: choose the column" for one in columns if one.needed and one.name not in match}
    for ours, theirs in match.items():
        if theirs not in table.header or ours not in dict(batch.wishes["columns"]):
            problems[ours] = "Choose a column of the file"
        elif [*match.values()].count(theirs) > 1:
            problems.setdefault(ours, f"{theirs} is chosen twice. Choose it once")
    asked = {} if problems else asks_order(table, match, columns)
    if asked and order not in ("day", "month"):
        problems["order"] = "Choose what stands first, the day or the month"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    batch.wishes |= {"match": match, "order": order}
    await _save(batch)
    await ColumnMatch.update_or_create(
        unit_id=actor.unit_id, kind=batch.wishes["kind"], header_sha256=header_hash(table.header),
        defaults={"match": match, "order": order}, 
    )  # fmt: skip
    await batches.rehearse(batch, now=now)


async def prepared(
    batch: Batch, actor: Actor, resources: ImportOutside
) -> tuple[ImportKind, TextSheet, tuple[Column, ...]]:
    """Returns what a batch imports, its sheet, and the columns of ours."""
    kind = resources.import_kinds.get(batch.wishes["kind"])
    if kind is None:
        raise Invalid("There is a problem", problems={"kind": "Choose what it is"})
    refuse_others(kind, actor)
    return kind, await read_sheet(batch, resources), await kind.columns(actor)


async def another_sheet(batch: Batch, *, actor: Actor, resources: ImportOutside, now: datetime) -> Batch:
    """Makes a batch of another sheet of the same file."""
    return await batches.make(
        IMPORT, batch.wishes["file"], batch.wishes | {"kind": "", "match": {}, "order": ""}, actor=actor, now=now
    )  # fmt: skip


async def forget_files(*, storage: Path, now: datetime) -> None:
    """Removes the files of batches whose rows are not kept any more either."""
    for batch in await Batch.filter(kind=IMPORT, made__lt=now - batches.KEPT, ended__lt=now - batches.KEPT):
        drop(batch.wishes["stored"], storage, FOLDER)


async def _save(batch: Batch, **columns: str) -> None:
    still = Batch.filter(id=batch.id, state__in=CHANGEABLE)
    if not await still.update(wishes=batch.wishes, **columns):
        raise Conflict("This is being done already.", "Look at the batch again.")
