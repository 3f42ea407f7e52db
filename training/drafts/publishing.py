"""From a draft to a version: what is wrong in it, what would be new, and its publication by the loader of its kind."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from training.core.errors import Conflict, Invalid
from training.database.connection import transaction
from training.database.load_report import LoadReport
from training.drafts import actions
from training.drafts.contents import FileContent, all_files, files_around, of_text
from training.drafts.kinds import DraftKind, DraftOutside, Files, LoadWish
from training.drafts.models import MaterialDraft
from training.drafts.publishing_requests import note_published, refuse_publisher
from training.drafts.rules import EDIT_CLASSES, LONGEST_NUMBER
from training.parsing.messages import FileError, Mistake
from training.parsing.yaml import Table, read_table
from training.parsing.yaml_edits.places import NotByButton, set_value
from training.people.actor import Actor
from training.trail import facts


@dataclass(frozen=True)
class VersionWish:
    """What the version is to be called, and how much it changes; `seen` is the revision of the draft on the page."""

    number: str
    edit_class: str
    seen: int


def head_word(kind: DraftKind, name: str, files: Files, key: str) -> str:
    """Reads a word at the top of the file that names it all; "" where it cannot be read."""
    try:
        found = read_table(files.get(kind.head(name), b"").decode(), "").get(key)
        return str((next(iter(found.values()), "") if isinstance(found, Table) else found) or "")
    except (FileError, UnicodeDecodeError):
        return ""


async def mistakes_in(kind: DraftKind, name: str, files: Files) -> list[Mistake]:
    """Lists everything that the checker of its kind says is wrong in the files of a draft, by file and line."""
    found = await asyncio.to_thread(kind.check, name, files)
    if files and not found and (named := head_word(kind, name, files, kind.name_key)) != name:
        found = [Mistake(kind.head(name), 1, f"this is {named}, and the draft is of {name}",
                         f"write {kind.name_key}: {name}")]  # fmt: skip
    if not found and len(head_word(kind, name, files, "version")) > LONGEST_NUMBER:
        found = [Mistake(kind.head(name), 1, "the number of the version is too long",
                         f"write at most {LONGEST_NUMBER} letters")]  # fmt: skip
    return sorted(set(found))


async def mistakes_in_file(draft: MaterialDraft, kind: DraftKind, path: str, storage: Path) -> list[Mistake]:
    """Lists what is wrong in one file, as often as somebody writes in it: of a folder nothing else is read for that."""
    if kind.check_file is None or "/" not in path:
        found = await mistakes_in(kind, draft.name, await all_files(draft.id, storage))
        return [one for one in found if one.file == path]
    files = await files_around(draft.id, path, storage)
    return await asyncio.to_thread(kind.check_file, draft.name, files, path)


async def rehearse(kind: DraftKind, name: str, files: Files, number: str, wish: LoadWish) -> LoadReport:
    """Tells what publishing files under a number would do, as the loader says it, for a wish that only checks."""
    return await load_files(kind, name, _as_number(kind, name, files, number), wish)


def _as_number(kind: DraftKind, name: str, files: Files, number: str) -> Files:
    head = kind.head(name)
    with suppress(NotByButton, KeyError, UnicodeDecodeError):
        return {**files, head: set_value(files[head].decode(), ("version",), number, after=kind.name_key).encode()}
    return files


async def publish(
    draft: MaterialDraft, wish: VersionWish, *, actor: Actor, outside: DraftOutside, now: datetime
) -> LoadReport:
    """Writes the number of the version into the draft and publishes it by the loader; refused with what is wrong.

    Raises Conflict where somebody has changed it since it was looked at: nobody publishes what they have not seen.
    """
    kind = outside.draft_kinds[draft.kind]
    await refuse_publisher(draft, actor)
    problems = {}
    if not wish.number:
        problems["number"] = "Enter the number of the version"
    if wish.edit_class not in EDIT_CLASSES:
        problems["edit_class"] = "Choose how much it changes"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    if draft.state != "open" or draft.revision != wish.seen:
        raise Conflict(actions.CHANGED_SINCE, "Look at it again, then publish it.")
    storage = outside.settings.storage
    # Looked at with its number: one that cannot be would stay in the draft, and stand in the way of the next.
    files = _as_number(kind, draft.name, await all_files(draft.id, storage), wish.number)
    if found := await mistakes_in(kind, draft.name, files):
        return LoadReport(mistakes=[str(one) for one in found], refused=True)
    await _number(draft, kind, wish, actor=actor, now=now)
    files = await all_files(draft.id, storage)
    if not await MaterialDraft.exists(id=draft.id, revision=wish.seen + 1):
        raise Conflict(actions.CHANGED_SINCE, "Look at it again, then publish it.")
    report = await load_files(kind, draft.name, files, LoadWish(actor, now, storage, check=False))
    if not report.refused:
        await _close(draft, wish, actor=actor, now=now)
    return report


async def _number(draft: MaterialDraft, kind: DraftKind, wish: VersionWish, *, actor: Actor, now: datetime) -> None:
    head = kind.head(draft.name)

    def numbered(texts: dict[str, str]) -> dict[str, FileContent | None]:
        try:
            text = set_value(texts[head], ("version",), wish.number, after=kind.name_key)
            if kind.edit_class_key:
                text = set_value(text, (kind.edit_class_key,), wish.edit_class, after="version")
        except NotByButton as trouble:
            raise Invalid(
                "There is a problem", problems={"number": f"Write the version into {head} by hand: {trouble}"}
            ) from trouble
        return {head: of_text(text)}

    words = f"Version {wish.number}"
    await actions.change(draft, words, numbered, actor=actor, now=now, publishes=wish.seen)


async def load_files(kind: DraftKind, name: str, files: Files, wish: LoadWish) -> LoadReport:
    """Hands files to the loader of their kind as a folder, as somebody at the server would."""
    with TemporaryDirectory() as home:
        await asyncio.to_thread(_write_all, Path(home), files)
        try:
            report = await kind.load(name, Path(home), wish)
        except FileError as faulty:
            report = LoadReport(mistakes=[str(one) for one in faulty.mistakes], refused=True)
        except Conflict as trouble:
            report = LoadReport(mistakes=[str(trouble)], refused=True)
    for lines in (report.new, report.changed, report.unchanged, report.mistakes):
        lines[:] = [line.replace(f"{home}/", "") for line in lines]
    return report


def _write_all(home: Path, files: Files) -> None:
    for path, content in files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(content)


async def _close(draft: MaterialDraft, wish: VersionWish, *, actor: Actor, now: datetime) -> None:
    async with transaction():
        still = MaterialDraft.filter(id=draft.id, state="open")
        ends = {"ended": now, "ended_by_id": actor.person_id, "published_as": wish.number, "slot": None}
        ended = await still.filter(revision=wish.seen + 1).update(state="published", edit_class=wish.edit_class, **ends)
        # What somebody wrote meanwhile is in no version yet: it stays open, and goes on from this one.
        if ended or await still.update(based_on=wish.number):
            await note_published(draft, actor=actor, now=now)
            await facts.record(
                "draft.published", draft, actor=actor.person_id, unit=draft.unit_id, now=now, version=wish.number,
                detail={"kind": draft.kind, "name": draft.name, "edit_class": wish.edit_class},
            )  # fmt: skip
