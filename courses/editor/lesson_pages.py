"""Lessons made by others in a course that is being written: a SCORM package added to a module, and tried."""

import asyncio
from pathlib import PurePosixPath
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courses.editor.structure import add_lesson
from courses.learning.scorm.frames import opening
from courses.learning.scorm.passes import ContentPass, framers_of
from courses.learning.scorm.rules import Learner
from courses.packages.scorm.archive import as_content, read_scorm
from courses.packages.scorm.manifest import Manifest, NotPlayable
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.drafts import actions
from training.drafts.contents import FOLDER, FileContent, bytes_of, of_text, paths_of, put, texts_of
from training.drafts.models import DraftFile
from training.drafts.resources import DraftResources
from training.drafts.rules import file_name
from training.parsing.text import clean_line
from training.web.bodies import cut, handed_file
from training.web.render import actor, identity, redirect

MOST_BYTES = 100_000_000


async def add(request: Request) -> Response:
    """Adds a SCORM package to a module of a draft, behind its pages; refuses what cannot be played, with words."""
    me, resources = actor(request), DraftResources.of(request)
    draft = await actions.draft_for(me, identity(request))
    async with cut(request, most=MOST_BYTES + 2_000_000).form() as form:
        sent = await handed_file(form.get("file"), most=MOST_BYTES)
        module = clean_line(str(form.get("folder", "")))
    if sent is None or not sent.content:
        raise Invalid("No file was chosen.", "Go back and choose the .zip of a SCORM package.")
    if len(sent.content) > MOST_BYTES:
        raise Invalid(
            f"The file is larger than {MOST_BYTES // 10**6} MB.", "Make its films smaller and export it again."
        )
    manifest = await _manifest_of(sent.content, sent.shown_name)
    name = file_name(PurePosixPath(sent.name.replace("\\", "/")).stem, ".zip")
    kept = (await put({name: sent.content}, resources.settings.storage))[name]
    taken = await paths_of(draft.id)

    def edited(texts: dict[str, str]) -> dict[str, FileContent | None]:
        path, file, text = add_lesson(texts, module, name, manifest.title, taken)
        return {path: kept, file: of_text(text)}

    await actions.change(draft, f"A lesson: {manifest.title}", edited, actor=me, now=clock.now())
    said = f"{manifest.title} ({manifest.edition}) is in the draft."
    return redirect(request, f"/drafts/{draft.id}?module={module}", notice=said)


async def tried(request: Request) -> Response:
    """Opens a lesson of a draft for the window that shows it; nothing of what it reports is kept."""
    me, resources = actor(request), DraftResources.of(request)
    draft = await actions.draft_for(me, identity(request))
    found = await DraftFile.get_or_none(draft_id=draft.id, path=await _file_of(request, draft.id, resources))
    if found is None:
        raise NotFound("There is no such lesson in this draft.", "Look at the draft again.")
    package = as_content(await _manifest_of(await bytes_of(found, resources.settings.storage), "This"))
    content = ContentPass(f"{FOLDER}/{found.sha256}", package["version"], framers_of(resources.settings, ()))
    given = opening(
        package["scos"][0], content, resources.settings, learner=Learner("preview", me.name), now=clock.now()
    )  # fmt: skip
    return JSONResponse(given | {"launch": "", "told": {"words": ""}})


async def _manifest_of(content: bytes, shown_name: str) -> Manifest:
    try:
        return await asyncio.to_thread(read_scorm, content)
    except NotPlayable as trouble:
        raise Invalid(f"{shown_name} cannot be played: {trouble.what}.", f"To mend it: {trouble.mend}.") from trouble


async def _file_of(request: Request, draft_id: Any, resources: DraftResources) -> str:
    groups = resources.draft_kinds["course"].outline(await texts_of(draft_id))
    wanted = f"{request.path_params['module']}/{request.path_params['activity']}"
    return next((part.file for group in groups for part in group.parts if part.preview == wanted), "")
