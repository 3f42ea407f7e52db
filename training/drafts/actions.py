"""What is done to a draft: begun, written in, its files added and removed, steps undone, thrown away, brought back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.drafts.contents import FileContent, of_text, put, texts_of
from training.drafts.kinds import DraftKind, DraftOutside, Files
from training.drafts.models import DraftChange, DraftFile, MaterialDraft, drafts_visible_to
from training.drafts.publishing_requests import withdraw
from training.drafts.rules import ASIDE, NUMBERED, fault_of_path, goes_on
from training.parsing.yaml_edits.places import NotByButton
from training.people.actor import Actor
from training.trail import facts

CHANGED_SINCE = "Somebody has changed this draft since you looked at it."
Edits = Mapping[str, FileContent | None]
"""Path → what stands there now; None where the file is removed."""


class Overtaken(Conflict):
    """Somebody else wrote in the file since it was opened; the words that came later are kept beside theirs."""

    def __init__(self, file: DraftFile | None) -> None:
        super().__init__(
            "Somebody else has changed this file since you opened it.", "Your words are kept. Put both together."
        )
        self.file = file


async def draft_for(actor: Actor, draft_id: UUID) -> MaterialDraft:
    """Finds a draft of the actor's unit; NotFound where there is none."""
    found = await drafts_visible_to(actor).get_or_none(id=draft_id)
    if found is None:
        raise NotFound("There is no such draft.", "Look at the list of drafts.")
    return found


async def open_draft_of(unit_id: UUID, kind: str, name: str) -> MaterialDraft | None:
    """Finds what is being written of a course, an instrument or a pathway."""
    return await MaterialDraft.get_or_none(slot=_slot(unit_id, kind, name))


async def begin(kind_name: str, name: str, title: str, *, actor: Actor, outside: DraftOutside, now: datetime) -> UUID:
    """Begins a draft, from the newest published version or else from nothing; gives the one that is open already."""
    kind, storage = _kind(kind_name, name, outside), outside.settings.storage
    if there := await open_draft_of(actor.unit_id, kind_name, name):
        return there.id
    last = await kind.last_version(actor.unit_id, name, storage)
    if last and last.files is None:
        raise Conflict(
            f"Version {last.number} was published before its files were kept here.",
            "Load its package again on the page of drafts. Then it can be written on.",
        )
    files = last.files if last and last.files else kind.blank(name, title)
    based_on = last.number if last else ""
    return await _begin(
        kind_name, name, based_on, files, own_files=not last, actor=actor, outside=outside, now=now
    )  # fmt: skip


async def begin_from(
    kind_name: str, name: str, files: Files, *, actor: Actor, outside: DraftOutside, now: datetime
) -> UUID:
    """Begins a draft with files that somebody handed in; refused where one is open."""
    kind = _kind(kind_name, name, outside)
    if await open_draft_of(actor.unit_id, kind_name, name):
        raise Conflict(
            f"There is a draft of {name} already.", "Publish it or throw it away, and then choose the file again."
        )
    last = await kind.last_version(actor.unit_id, name, outside.settings.storage)
    based_on = last.number if last else ""
    return await _begin(kind_name, name, based_on, files, own_files=True, actor=actor, outside=outside, now=now)


async def _begin(
    kind_name: str, name: str, based_on: str, files: Files, *, own_files: bool, actor: Actor, outside: DraftOutside,
    now: datetime,
) -> UUID:  # fmt: skip
    if fault := next(filter(None, map(fault_of_path, files)), ""):
        raise Invalid("There is a problem", problems={"file": fault})
    kept = await put(files, outside.settings.storage)
    slot = _slot(actor.unit_id, kind_name, name)
    draft = MaterialDraft(
        id=uuid4(), unit_id=actor.unit_id, kind=kind_name, name=name, slot=slot, based_on=based_on,
        own_files=own_files,
        begun=now, begun_by_id=actor.person_id, changed=now, changed_by_id=actor.person_id,
    )  # fmt: skip
    rows = [
        DraftFile(id=uuid4(), draft_id=draft.id, path=path, **one.columns, changed=now, changed_by_id=actor.person_id)
        for path, one in kept.items()
    ]
    try:
        async with transaction():
            await draft.save(force_create=True)
            await DraftFile.bulk_create(rows)
            await facts.record(
                "draft.begun", draft, actor=actor.person_id, unit=actor.unit_id, now=now,
                detail={"kind": kind_name, "name": name, "based_on": based_on},
            )  # fmt: skip
    except IntegrityError:  # somebody began it in the same moment: there is one at most
        if there := await open_draft_of(actor.unit_id, kind_name, name):
            return there.id
        raise
    return draft.id


def _kind(kind_name: str, name: str, outside: DraftOutside) -> DraftKind:
    kind = outside.draft_kinds.get(kind_name)
    if kind is None:
        raise Invalid("There is a problem", problems={"kind": "Choose what you want to write"})
    if fault := kind.fault_of_name(name):
        raise Invalid("There is a problem", problems={"name": fault})
    return kind


def _slot(unit_id: UUID, kind: str, name: str) -> str:
    return f"{unit_id}/{kind}/{name}"


async def write(draft: MaterialDraft, path: str, text: str, *, seen: int, actor: Actor, now: datetime) -> DraftFile:
    """Writes a text over the one that the writer saw, by its revision; raises Overtaken where there is a newer one.

    Then the words are kept beside it, as a change of their own.
    """
    file = await DraftFile.get_or_none(draft_id=draft.id, path=path)
    if file and file.text == text:
        return file
    async with transaction():
        await _hold(draft, actor=actor, now=now)
        file = await DraftFile.get_or_none(draft_id=draft.id, path=path)
        overtaken = file is None or file.revision != seen
        if overtaken:
            await _set_aside(draft, path, text, actor=actor, now=now)
        else:
            assert file is not None
            content = of_text(text)
            await _note(draft, file, content, actor=actor, now=now)
            await _put(file, content, actor=actor, now=now)
    if overtaken or file is None:
        raise Overtaken(file)
    return file


async def change(
    draft: MaterialDraft, words: str, edit: Callable[[dict[str, str]], Edits], *, actor: Actor, now: datetime,
    publishes: int | None = None,
) -> None:  # fmt: skip
    """Changes several files in one step; `edit` is given the texts as they stand, whoever wrote them last.

    `publishes` is the revision to be published: then only its number is written, and nothing where there is a newer
    one. Raises Conflict where `edit` raises NotByButton.
    """
    async with transaction():
        await _hold(draft, actor=actor, now=now, publishes=publishes)
        try:
            edits = edit(await texts_of(draft.id))
        except NotByButton as trouble:
            raise Conflict(
                f"This cannot be done by a button: {trouble}.", "Look at the draft again, or change its YAML by hand."
            ) from trouble
        if fault := next(filter(None, map(fault_of_path, edits)), ""):
            raise Invalid("There is a problem", problems={"file": fault})
        what = "" if publishes is None else NUMBERED
        await _apply(draft, words, edits, actor=actor, now=now, what=what)


async def undo(draft: MaterialDraft, step: UUID, *, actor: Actor, now: datetime) -> None:
    """Puts back what a step changed, as a step of its own; refused where somebody changed the same files since."""
    async with transaction():
        await _hold(draft, actor=actor, now=now)
        changes = await DraftChange.filter(draft_id=draft.id, step=step).exclude(what=ASIDE)
        if not changes:
            raise NotFound("There is no such change.", "Look at the draft again.")
        edits: dict[str, FileContent | None] = {}
        for one in changes:
            file = await DraftFile.get_or_none(draft_id=draft.id, path=one.path)
            if (file.sha256 if file else "") != one.after_sha256:
                raise Conflict(
                    f"{one.path} was changed again since.", "Undo that first, or open the file and write in it."
                )
            edits[one.path] = _content_before(one)
        await _apply(draft, "Undone", edits, actor=actor, now=now)


async def throw_away(draft: MaterialDraft, *, actor: Actor, now: datetime) -> None:
    """Puts an open draft away; its files and changes are kept, so that it can be brought back."""
    async with transaction():
        still = MaterialDraft.filter(id=draft.id, state="open")
        if not await still.update(state="thrown away", slot=None, ended=now, ended_by_id=actor.person_id):
            raise Conflict("This draft is not open any more.", "Look at the list of drafts.")
        await withdraw(draft, "thrown away", actor=actor, now=now)
        await facts.record("draft.thrown_away", draft, actor=actor.person_id, unit=draft.unit_id, now=now)


async def bring_back(draft: MaterialDraft, *, actor: Actor, now: datetime) -> None:
    """Opens a draft again that was thrown away; refused where another one was begun since."""
    slot = _slot(draft.unit_id, draft.kind, draft.name)
    try:
        async with transaction():
            thrown = MaterialDraft.filter(id=draft.id, state="thrown away")
            if not await thrown.update(state="open", slot=slot, ended=None, ended_by_id=None):
                raise Conflict("This draft is not thrown away.", "Look at the list of drafts.")
            await facts.record("draft.brought_back", draft, actor=actor.person_id, unit=draft.unit_id, now=now)
    except IntegrityError as error:
        raise Conflict(
            f"Another draft of {draft.name} was begun since.", "Publish that one or throw it away first."
        ) from error


async def _hold(draft: MaterialDraft, *, actor: Actor, now: datetime, publishes: int | None = None) -> None:
    """Counts a change, and makes the others of this draft wait until it is done; nobody publishes it unseen."""
    still = MaterialDraft.filter(id=draft.id, state="open")
    still = still if publishes is None else still.filter(revision=publishes)
    if not await still.update(revision=F("revision") + 1, changed=now, changed_by_id=actor.person_id):
        if publishes is not None:
            raise Conflict(CHANGED_SINCE, "Look at it again, then publish it.")
        raise Conflict("This draft is not open any more.", "Look at the list of drafts.")
    if publishes is None:
        await withdraw(draft, "changed", actor=actor, now=now)


async def _note(draft: MaterialDraft, file: DraftFile, content: FileContent, *, actor: Actor, now: datetime) -> None:
    """Notes that somebody writes in a file, or goes on with what they wrote there last."""
    last = await DraftChange.filter(draft_id=draft.id, path=file.path).exclude(what=ASIDE).order_by("-at").first()
    if last and last.what == "written" and not last.words and goes_on(
        same_hand=last.by_id == actor.person_id, before=last.at, now=now
    ):  # fmt: skip
        await DraftChange.filter(id=last.id).update(at=now, after_sha256=content.sha256)
        return
    await DraftChange.create(
        id=uuid4(), draft_id=draft.id, step=uuid4(), path=file.path, what="written", before=file.text,
        before_sha256=file.sha256, before_size_bytes=file.size_bytes, after_sha256=content.sha256, begun=now,
        at=now, by_id=actor.person_id,
    )  # fmt: skip


async def _set_aside(draft: MaterialDraft, path: str, text: str, *, actor: Actor, now: datetime) -> None:
    same = DraftChange.filter(draft_id=draft.id, path=path, what=ASIDE, by_id=actor.person_id, before=text)
    if not await same.exists():
        await DraftChange.create(
            id=uuid4(), draft_id=draft.id, step=uuid4(), path=path, what=ASIDE, before=text, begun=now, at=now,
            by_id=actor.person_id,
        )  # fmt: skip


async def _put(file: DraftFile, content: FileContent, *, actor: Actor, now: datetime) -> None:
    file.update_from_dict({**content.columns, "changed": now, "changed_by_id": actor.person_id})
    file.revision += 1
    await file.save()


async def _apply(
    draft: MaterialDraft, words: str, edits: Edits, *, actor: Actor, now: datetime, what: str = ""
) -> None:
    step = uuid4()
    for path, content in edits.items():
        file = await DraftFile.get_or_none(draft_id=draft.id, path=path)
        if (file.sha256 if file else None) == (content.sha256 if content else None):
            continue
        await DraftChange.create(
            id=uuid4(), draft_id=draft.id, step=step, words=words[:300], path=path,
            what=what or ("removed" if content is None else "written" if file else "added"),
            before=file.text if file else None, before_sha256=file.sha256 if file else "",
            before_size_bytes=file.size_bytes if file else 0, after_sha256=content.sha256 if content else "",
            begun=now, at=now, by_id=actor.person_id,
        )  # fmt: skip
        if file and content:
            await _put(file, content, actor=actor, now=now)
        elif file:
            await file.delete()
        elif content:
            await DraftFile.create(
                id=uuid4(), draft_id=draft.id, path=path, **content.columns, changed=now, changed_by_id=actor.person_id
            )  # fmt: skip


def _content_before(change: DraftChange) -> FileContent | None:
    if change.before is not None:
        return of_text(change.before)
    return FileContent(None, change.before_sha256, change.before_size_bytes) if change.before_sha256 else None
