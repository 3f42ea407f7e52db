"""Pages of the files of a draft: written in, beside what is wrong with them; pictures added; words of before."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from training.core import clock, dates
from training.core.errors import Conflict, Invalid, NotFound
from training.core.handed_files import HandedFile
from training.drafts import actions, publishing
from training.drafts.contents import FileContent, bytes_of, of_text, put, texts_of
from training.drafts.kinds import DraftKind, part_with
from training.drafts.models import DraftChange, DraftFile, MaterialDraft
from training.drafts.resources import DraftResources
from training.drafts.rules import ASIDE, TEXTS, as_text, fault_of_path, file_name, typed_text
from training.drafts.writers import names_of
from training.parsing.media import type_of
from training.parsing.text import clean_line, counting_number
from training.people.actor import Actor
from training.web.bodies import cut, handed_file
from training.web.render import actor, identity, redirect, render

MOST_PICTURE, MOST_FILE = 5_000_000, 100_000_000
ENDINGS = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/avif": ".avif",
    "image/svg+xml": ".svg",
}  # fmt: skip
NOT_RUN = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
"""A picture opened by itself may run nothing."""


async def file(request: Request) -> Response:
    """Shows one file to be written in; posted, saves it, and adds the picture that came with it."""
    me: Actor = actor(request)
    draft = await actions.draft_for(me, identity(request))
    found = await DraftFile.get_or_none(draft_id=draft.id, path=request.path_params["path"])
    if request.method == "POST":
        return await _save(request, draft, found, me)
    if found is None:
        raise NotFound("There is no such file in this draft.", "Somebody may have taken it out. Look at the draft.")
    return await _shown(request, draft, found)


async def _shown(
    request: Request, draft: MaterialDraft, found: DraftFile, problems: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    resources = DraftResources.of(request)
    kind = resources.draft_kinds[draft.kind]
    texts = await texts_of(draft.id)
    part = part_with(kind.outline(texts), found.path)
    shown = part.files[found.path] if part else ""
    names = await names_of([found.changed_by_id])
    return render(
        request, "drafts/file.html" if found.text is not None else "drafts/media.html", 422 if problems else 200,
        draft=draft, file=found, name=PurePosixPath(found.path).name,
        title=part.title if part and part.file == found.path else found.path,
        problems=problems or {}, values=values or {},
        text=(values or {}).get("text", found.text), is_page=found.path.endswith(".md") and bool(shown),
        preview=f"/drafts/{draft.id}/preview/{shown}" if shown else "", by=names.get(found.changed_by_id, ""),
        mistakes=await _mistakes(draft, found.path, resources), advice=_advice(kind, texts, found.path),
        form=part.form if part else "", is_open=draft.state == "open",
        is_picture=type_of(await bytes_of(found, resources.settings.storage)).startswith("image/")
        if found.text is None
        else False,
        back=("The draft", f"/drafts/{draft.id}"),
    )  # fmt: skip


async def _mistakes(draft: MaterialDraft, path: str, resources: DraftResources) -> list[dict[str, Any]]:
    kind, storage = resources.draft_kinds[draft.kind], resources.settings.storage
    found = await publishing.mistakes_in_file(draft, kind, path, storage)
    return [{"line": one.line, "words": f"{one.what}; {one.remedy}"} for one in found]


def _advice(kind: DraftKind, texts: Mapping[str, str], path: str) -> list[dict[str, Any]]:
    return [{"line": one.line, "quote": one.quote, "words": one.words} for one in kind.advice(texts, path)]


async def _save(request: Request, draft: MaterialDraft, found: DraftFile | None, me: Actor) -> Response:
    path, by_script = request.path_params["path"], "application/json" in request.headers.get("accept", "")
    async with cut(request, most=MOST_PICTURE + 3_000_000).form() as form:
        text = typed_text(str(form.get("text", "")), (found.text if found else "") or "")
        picture = await handed_file(form.get("file"), most=MOST_PICTURE)
        seen, what = counting_number(str(form.get("revision", ""))), str(form.get("do", ""))
        values = {key: str(form.get(key, "")) for key in ("alt", "cursor")} | {"text": text}
    try:
        saved = await actions.write(draft, path, text, seen=seen, actor=me, now=clock.now())
    except actions.Overtaken as other:
        if by_script:
            return JSONResponse({"overtaken": True}, 409)
        return await _beside(request, draft, path, text, other.file)
    if by_script:
        moment = dates.moment(saved.changed, me.zone, "en")
        resources = DraftResources.of(request)
        wrong = await _mistakes(draft, path, resources)
        worth_a_look = _advice(resources.draft_kinds[draft.kind], await texts_of(draft.id), path)
        told = {"revision": saved.revision, "saved": moment, "mistakes": wrong, "advice": worth_a_look}
        return JSONResponse(told)
    if what != "picture":
        return redirect(request, f"/drafts/{draft.id}/files/{path}", notice="Saved.")
    try:
        await _add_picture(request, draft, saved, picture, values, me)
    except Invalid as wrong:
        return await _shown(request, draft, saved, wrong.problems, values)
    return redirect(request, f"/drafts/{draft.id}/files/{path}", notice="Saved. The picture is on the page.")


async def _beside(request: Request, draft: MaterialDraft, path: str, text: str, theirs: DraftFile | None) -> Response:
    names = await names_of([theirs.changed_by_id]) if theirs else {}
    return render(
        request, "drafts/overtaken.html", 409, draft=draft, path=path, text=text, theirs=theirs,
        by=names.get(theirs.changed_by_id, "") if theirs else "", back=("The draft", f"/drafts/{draft.id}"),
    )  # fmt: skip


async def _add_picture(
    request: Request, draft: MaterialDraft, page: DraftFile, picture: HandedFile | None, values: Mapping[str, str],
    me: Actor,
) -> None:  # fmt: skip
    alt, problems = clean_line(values["alt"]), {}
    ending = ENDINGS.get(type_of(picture.content), "") if picture else ""
    if picture is None or not ending:
        problems["file"] = "Choose a picture: png, jpg, gif, webp, avif or svg"
    elif len(picture.content) > MOST_PICTURE:
        problems["file"] = f"Choose a picture of {MOST_PICTURE // 10**6} MB or less"
    if not alt:
        problems["alt"] = "Say what is on the picture, for those who do not see it"
    if problems or picture is None:
        raise Invalid("There is a problem", problems=problems)
    folder = PurePosixPath(page.path).parent
    named = file_name(PurePosixPath(picture.name).stem, "")
    taken = await DraftFile.filter(draft_id=draft.id).values_list("path", "sha256")
    there = {str(path): str(sha256) for path, sha256 in taken}
    names = (f"{named}{number}{ending}" for number in ("", *(f"-{one}" for one in range(2, 1000))))
    name = next(one for one in names if there.get(str(folder / one), picture.sha256) == picture.sha256)
    kept = await put({str(folder / name): picture.content}, DraftResources.of(request).settings.storage)
    shown = f"![{alt.replace('[', '(').replace(']', ')')}]({name})"

    def with_picture(texts: dict[str, str]) -> dict[str, FileContent | None]:
        text = texts.get(page.path, "")
        end = "\r\n" if "\r\n" in text else "\n"
        at = min(counting_number(values["cursor"]) or len(text), len(text))
        before, after = text[:at].rstrip(), text[at:].strip()
        return {**kept, page.path: of_text(f"{before}{end}{end}{shown}{end}{f'{end}{after}{end}' if after else ''}")}

    await actions.change(draft, f"A picture: {alt}", with_picture, actor=me, now=clock.now())


async def add(request: Request) -> Response:
    """Adds a file to a folder of a draft, or puts it in place of the one with its name."""
    me, resources = actor(request), DraftResources.of(request)
    draft = await actions.draft_for(me, identity(request))
    async with cut(request, most=MOST_FILE + 2_000_000).form() as form:
        sent = await handed_file(form.get("file"), most=MOST_FILE)
        folder = clean_line(str(form.get("folder", "")))
    if sent is None or not sent.content:
        raise Invalid("No file was chosen.", "Go back and choose one.")
    name = PurePosixPath(sent.name.replace("\\", "/")).name
    path = f"{folder}/{name}" if folder else name
    if fault := fault_of_path(path):
        raise Invalid(f"{fault}.", "Rename the file and choose it again.")
    if len(sent.content) > MOST_FILE:
        raise Invalid(f"The file is larger than {MOST_FILE // 10**6} MB.", "Make it smaller and choose it again.")
    if as_text(path, sent.content) is None and (path.lower().endswith(TEXTS) or not type_of(sent.content)):
        raise Invalid(
            "This file is none that a course can show.", "Choose a picture, a film, a PDF, captions or a text (UTF-8)."
        )
    kept = await put({path: sent.content}, resources.settings.storage)
    await actions.change(draft, "A file", lambda _: kept, actor=me, now=clock.now())
    return redirect(request, f"/drafts/{draft.id}", notice=f"{path} is in the draft.")


async def remove(request: Request) -> Response:
    """Takes a file out of a draft; what it was is kept, and can be put back."""
    me: Actor = actor(request)
    draft = await actions.draft_for(me, identity(request))
    path = request.path_params["path"]
    await actions.change(draft, f"{path} taken out", lambda _: {path: None}, actor=me, now=clock.now())
    return redirect(request, f"/drafts/{draft.id}", notice=f"{path} is taken out. You can undo that below.")


async def media(request: Request) -> Response:
    """Sends a picture or film of a draft, by the hash of its content, as pages name it."""
    draft = await actions.draft_for(actor(request), identity(request))
    found = await DraftFile.filter(draft_id=draft.id, sha256=request.path_params["sha256"]).first()
    if found is None:
        raise NotFound("There is no such picture or film.", "Look at the draft again.")
    content = await bytes_of(found, DraftResources.of(request).settings.storage)
    kind = type_of(content)
    if not kind:
        raise NotFound("This file is shown on no page.", "Look at the draft again.")
    return Response(content, media_type=kind, headers=NOT_RUN)


async def change(request: Request) -> Response:
    """Shows the words of before a change, or those that were kept aside, beside what stands there now."""
    draft = await actions.draft_for(actor(request), identity(request))
    found = await DraftChange.get_or_none(id=identity(request, "change"), draft_id=draft.id)
    if found is None:
        raise NotFound("There is no such change.", "Look at the draft again.")
    if found.before is None and found.before_sha256:
        raise Conflict("This file is a picture or a film.", "Undo the change to have the earlier one back.")
    names = await names_of([found.by_id])
    now = await DraftFile.get_or_none(draft_id=draft.id, path=found.path)
    return render(
        request, "drafts/change.html", draft=draft, change=found, by=names.get(found.by_id, ""), now=now,
        aside=found.what == ASIDE, back=("The draft", f"/drafts/{draft.id}"),
    )  # fmt: skip
