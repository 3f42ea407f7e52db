"""Pages of drafts: the list, beginning one, what stands in one, who changed what, and its publication."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Conflict, Invalid, NotFound
from training.drafts import actions, publishing, publishing_requests
from training.drafts.contents import all_files, packed, texts_of
from training.drafts.kinds import DraftKind, LoadWish
from training.drafts.models import DraftChange, MaterialDraft, drafts_visible_to
from training.drafts.resources import DraftResources
from training.drafts.rules import ASIDE, EDIT_CLASSES, next_number
from training.drafts.writers import names_of
from training.parsing.text import clean_line, counting_number, uuid_of
from training.people.actor import Actor
from training.web.bodies import cut, handed_file
from training.web.render import actor, as_file, form_data, identity, redirect, render

SHOWN, CHANGES = 50, 40
MOST_BYTES = 100_000_000
BACK = ("Drafts", "/drafts")


async def drafts(request: Request) -> Response:
    """Lists the drafts that are open and those that ended last; posted, begins one."""
    me, resources = actor(request), DraftResources.of(request)
    if request.method == "GET":
        return await _listed(request, me, {})
    values = await form_data(request)
    kind, name, title = (clean_line(str(values.get(key, ""))) for key in ("kind", "name", "title"))
    try:
        draft_id = await actions.begin(kind, name, title or name, actor=me, outside=resources, now=clock.now())
    except Invalid as wrong:
        return await _listed(request, me, values, wrong.problems)
    return redirect(request, f"/drafts/{draft_id}")


async def take(request: Request) -> Response:
    """Begins a draft of a file that was handed in; what is published already is only said to be so."""
    me, resources = actor(request), DraftResources.of(request)
    request = cut(request, most=MOST_BYTES + 2_000_000)
    async with request.form() as form:
        file = await handed_file(form.get("file"), most=MOST_BYTES)
    try:
        if file is None or not file.content:
            raise Invalid("There is a problem", problems={"file": "Choose a file"})
        if len(file.content) > MOST_BYTES:
            raise Invalid("There is a problem", problems={"file": f"Choose a file of {MOST_BYTES // 10**6} MB or less"})
        for key, kind in resources.draft_kinds.items():
            if read := kind.reads(PurePosixPath(file.name).name, file.content):
                return await _took(request, key, *read)
        raise Invalid("There is a problem", problems={"file": "Choose the .zip of a course, or a .yaml file"})
    except Invalid as wrong:
        return await _listed(request, me, {}, wrong.problems)


async def _took(request: Request, key: str, name: str, files: Mapping[str, bytes]) -> Response:
    me, resources, now = actor(request), DraftResources.of(request), clock.now()
    kind = resources.draft_kinds[key]
    if fault := kind.fault_of_name(name):
        raise Invalid("There is a problem", problems={"file": f"{name or 'It'} cannot be its name. {fault}"})
    report = await publishing.load_files(
        kind, name, files, LoadWish(me, now, resources.settings.storage, check=True)
    )  # fmt: skip
    if report.unchanged and not report.refused:
        if me.everywhere(
            publishing_requests.PUBLISHES
        ):  # keeps the files of a version that was published before they were kept
            await publishing.load_files(kind, name, files, LoadWish(me, now, resources.settings.storage, check=False))
        return redirect(request, "/drafts", notice=f"{report.unchanged[0]}. There is nothing to do.")
    draft_id = await actions.begin_from(key, name, files, actor=me, outside=resources, now=now)
    return redirect(request, f"/drafts/{draft_id}", notice="The file is a draft now. Nothing is published yet.")


async def _listed(
    request: Request, me: Actor, values: Mapping[str, Any], problems: Mapping[str, str] | None = None
) -> Response:
    kinds = DraftResources.of(request).draft_kinds
    still = await drafts_visible_to(me).filter(state="open").order_by("-changed").limit(SHOWN)
    over = await drafts_visible_to(me).exclude(state="open").order_by("-ended").limit(SHOWN)
    names = await names_of([*(one.changed_by_id for one in still), *(one.ended_by_id for one in over)])
    there = {(one.kind, one.name) for one in still}
    published = [
        (
            key,
            kind.title,
            [(name, title) for name, title in await kind.published(me.unit_id) if (key, name) not in there],
        )
        for key, kind in kinds.items()
    ]
    return render(
        request, "drafts/drafts.html", 422 if problems else 200, problems=problems or {}, values=values,
        drafts=[_words(one, kinds) | {"by": names.get(one.changed_by_id, "")} for one in still],
        ended=[_words(one, kinds) | {"by": names.get(one.ended_by_id, "")} for one in over],
        published=[one for one in published if one[2]],
        kinds=[(key, one.title, one.hint) for key, one in kinds.items()], megabytes=MOST_BYTES // 10**6,
    )  # fmt: skip


def _words(draft: MaterialDraft, kinds: Mapping[str, DraftKind]) -> dict[str, Any]:
    return {
        "id": draft.id, "name": draft.name, "kind": kinds[draft.kind].title, "based_on": draft.based_on,
        "state": draft.state, "changed": draft.changed, "ended": draft.ended, "published_as": draft.published_as,
    }  # fmt: skip


async def draft(request: Request) -> Response:
    """Shows a draft: what is wrong in it, its modules or its file, who changed what when."""
    me, resources = actor(request), DraftResources.of(request)
    found = await actions.draft_for(me, identity(request))
    if request.method == "POST":
        return await _act(request, found, me)
    kind, texts = resources.draft_kinds[found.kind], await texts_of(found.id)
    changes = await DraftChange.filter(draft_id=found.id).order_by("-at").limit(CHANGES)
    names = await names_of([found.begun_by_id, *(one.by_id for one in changes)])
    files, outline = await all_files(found.id, resources.settings.storage), kind.outline(texts)
    return render(
        request, "drafts/draft.html", draft=_words(found, resources.draft_kinds), files=list(files), back=BACK,
        title=publishing.head_word(kind, found.name, files, "title") or found.name,
        head=kind.head(found.name), page=kind.page(found.name), outline=outline,
        has_outline=kind.has_outline, opened=request.query_params.get("module", ""),
        mistakes=await publishing.mistakes_in(kind, found.name, files),
        folders=[(one.name, one.title) for one in outline], begun=found.begun,
        begun_by=names.get(found.begun_by_id, ""), steps=_steps(changes, names),
        part=await kind.on_draft(found, me), publishing=await publishing_requests.state_of(found, me),
    )  # fmt: skip


def _steps(changes: list[DraftChange], names: Mapping[UUID | None, str]) -> list[dict[str, Any]]:
    """Puts the changes of one step together, the newest first."""
    steps: dict[UUID, dict[str, Any]] = {}
    for one in changes:
        step = steps.setdefault(
            one.step,
            {"step": one.step, "words": one.words, "at": one.at, "by": names.get(one.by_id, ""), "files": [],
             "aside": one.what == ASIDE},
        )  # fmt: skip
        step["files"].append({"id": one.id, "path": one.path, "what": one.what})
    return list(steps.values())


async def _act(request: Request, found: MaterialDraft, me: Actor) -> Response:
    values, now = await form_data(request), clock.now()
    what = str(values.get("do", ""))
    if what == "throw away":
        await actions.throw_away(found, actor=me, now=now)
        return redirect(request, "/drafts", notice=f"The draft of {found.name} is thrown away. You can bring it back.")
    if what == "bring back":
        await actions.bring_back(found, actor=me, now=now)
        return redirect(request, f"/drafts/{found.id}", notice="The draft is open again.")
    if what == "undo":
        await actions.undo(found, uuid_of(values.get("step")) or found.id, actor=me, now=now)
        return redirect(request, f"/drafts/{found.id}", notice="It is as it was before.")
    raise NotFound("There is nothing of that kind to do.", "Look at the draft again.")


async def publish(request: Request) -> Response:
    """Tells what publishing would do and asks for number and class; posted, publishes."""
    me, resources = actor(request), DraftResources.of(request)
    found = await actions.draft_for(me, identity(request))
    kind = resources.draft_kinds[found.kind]
    values: dict[str, Any] = {}
    problems: Mapping[str, str] = {}
    lines: list[str] = []
    if request.method == "POST":
        values = await form_data(request)
        number, edit_class = clean_line(str(values.get("number", ""))), str(values.get("edit_class", ""))
        wish = publishing.VersionWish(number, edit_class, counting_number(str(values.get("seen", ""))))
        try:
            keep = await kind.chosen(found, values, me)
            report = await publishing.publish(found, wish, actor=me, outside=resources, now=clock.now())
            if not report.refused:
                if keep:
                    await keep(number, clock.now())
                words = f"Version {number} is published."
                if await MaterialDraft.exists(id=found.id, state="open"):
                    words += " Somebody wrote in the draft meanwhile: that is kept in it, and not published."
                return redirect(request, kind.page(found.name), notice=words)
            lines = report.mistakes
        except (Invalid, Conflict) as wrong:
            words = str(wrong)
            problems = (wrong.problems if isinstance(wrong, Invalid) else {}) or {"form": words}
        found = await actions.draft_for(me, found.id)
    return await _asked(request, found, values, problems, lines)


async def _asked(
    request: Request, found: MaterialDraft, values: dict[str, Any], problems: Mapping[str, str], lines: list[str]
) -> Response:
    me, resources = actor(request), DraftResources.of(request)
    kind, files = resources.draft_kinds[found.kind], await all_files(found.id, resources.settings.storage)
    mistakes = await publishing.mistakes_in(kind, found.name, files)
    now = publishing.head_word(kind, found.name, files, "version")
    number = next_number(found.based_on) if now in ("", found.based_on) and found.based_on else now
    wish = LoadWish(me, clock.now(), resources.settings.storage, check=True)
    report = None if mistakes else await publishing.rehearse(kind, found.name, files, number, wish)
    told = {"number": number, "edit_class": publishing.head_word(kind, found.name, files, "edit_class")}
    part = {} if mistakes else await kind.on_publishing(found, files, me)
    return render(
        request, "drafts/publish.html", 422 if problems or lines else 200, problems=problems,
        values=told | part.get("defaults", {}) | values,
        draft=_words(found, resources.draft_kinds), mistakes=mistakes, report=report, lines=lines,
        classes=[(key, key.capitalize(), words) for key, words in EDIT_CLASSES.items()], middle=kind.middle,
        seen=found.revision, is_open=found.state == "open", back=("The draft", f"/drafts/{found.id}"),
        part=part, publishing=await publishing_requests.state_of(found, me),
    )  # fmt: skip


async def package(request: Request) -> Response:
    """Sends the files of a draft as they stand: a zip, or the one file there is."""
    found = await actions.draft_for(actor(request), identity(request))
    files = await all_files(found.id, DraftResources.of(request).settings.storage)
    return _sent(found.name, files)


async def published(request: Request) -> Response:
    """Sends the newest published version of a course, an instrument or a pathway, byte for byte as it was loaded."""
    me, resources = actor(request), DraftResources.of(request)
    kind, name = resources.draft_kinds.get(request.path_params["kind"]), request.path_params["name"]
    last = await kind.last_version(me.unit_id, name, resources.settings.storage) if kind else None
    if last is None or last.files is None:
        raise NotFound(
            "There is no such file.", "It was published before files were kept. Load its package again under Write."
        )
    return _sent(f"{name}-{last.number}", last.files)


def _sent(name: str, files: Mapping[str, bytes]) -> Response:
    if len(files) == 1:
        [(path, content)] = files.items()
        return Response(content, media_type="application/yaml", headers=as_file(path))
    return Response(packed(files), media_type="application/zip", headers=as_file(f"{name}.zip"))
