"""Pages of a course that is being written: its order changed by buttons, and its pages as a learner sees them."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from courses.editor import structure
from courses.learning import words
from courses.learning.site_contacts import filled
from courses.packages.package import read_contents
from courses.packages.schema import ActivityPart, ModulePart
from training.core import clock
from training.core.errors import NotFound
from training.drafts import actions
from training.drafts.contents import FileContent, all_files, of_text
from training.drafts.resources import DraftResources
from training.parsing.text import clean_line
from training.web.frames import show_frame
from training.web.render import actor, form_data, identity, redirect, render

Edit = Callable[[structure.Texts, dict[str, str]], dict[str, str | None]]
EDITS: dict[str, tuple[str, Edit]] = {
    "module up": ("Module {module} moved up", lambda texts, given: structure.move_module(texts, given["module"], -1)),
    "module down": (
        "Module {module} moved down",
        lambda texts, given: structure.move_module(texts, given["module"], 1),
    ),
    "remove module": (
        "Module {module} taken out",
        lambda texts, given: structure.remove_module(texts, given["module"]),
    ),
    "add module": ("A module: {title}", lambda texts, given: structure.add_module(texts, given["title"])),
    "up": ("{part} moved up", lambda texts, given: structure.move_part(texts, given["module"], given["part"], -1)),
    "down": ("{part} moved down", lambda texts, given: structure.move_part(texts, given["module"], given["part"], 1)),
    "remove": ("{part} taken out", lambda texts, given: structure.remove_part(texts, given["module"], given["part"])),
    "add page": ("A page: {title}", lambda texts, given: structure.add_page(texts, given["module"], given["title"])),
    "add quiz": ("A quiz: {title}", lambda texts, given: structure.add_quiz(texts, given["module"], given["title"])),
    "add task": ("A task: {title}", lambda texts, given: structure.add_task(texts, given["module"], given["title"])),
    "translate": (
        "{part} in another language",
        lambda texts, given: structure.add_translation(texts, given["module"], given["part"], given["language"]),
    ),
    "place module": (
        "Module {module} moved",
        lambda texts, given: structure.place_module(texts, given["module"], given["to"]),
    ),
    "place": (
        "{part} moved",
        lambda texts, given: structure.place_part(texts, given["module"], given["part"], given["to"]),
    ),
    "put back": ("{part} put in", lambda texts, given: structure.put_back(texts, given["module"], given["part"])),
}
"""What a button does → how the change is called, and what it does to the texts."""


async def outline(request: Request) -> Response:
    """Changes the order of a draft by one button, as it stands now, whoever changed it last."""
    draft = await actions.draft_for(actor(request), identity(request))
    posted = await form_data(request)
    given = {key: clean_line(str(posted.get(key, ""))) for key in ("module", "part", "title", "language", "to")}
    called, edit = EDITS.get(str(posted.get("do", "")), ("", None))
    if edit is None:
        raise NotFound("There is nothing of that kind to do.", "Look at the draft again.")
    if "{title}" in called and not given["title"]:
        return redirect(request, f"/drafts/{draft.id}", notice="Nothing was added: it has no title yet.")
    fresh: list[str] = []

    def edited(texts: dict[str, str]) -> dict[str, FileContent | None]:
        edits = edit(texts, given)
        fresh.extend(path for path in edits if path not in texts and path.endswith(".md"))
        return {path: of_text(text) if text is not None else None for path, text in edits.items()}

    told = called.format(**given)
    await actions.change(draft, told, edited, actor=actor(request), now=clock.now())
    shown = given["module"] if "module" not in posted["do"] else ""
    shape = "task" if posted["do"] == "add task" else "files"
    on = f"/drafts/{draft.id}/{shape}/{fresh[0]}" if fresh else f"/drafts/{draft.id}?{urlencode({'module': shown})}"
    return redirect(request, on, notice=f"{told}.")


async def preview(request: Request) -> Response:
    """Shows an activity of a draft as a learner will see it, made by what makes it when it is published."""
    draft = await actions.draft_for(actor(request), identity(request))
    files = await all_files(draft.id, DraftResources.of(request).settings.storage)
    package, mistakes = await asyncio.to_thread(read_contents, files)
    slug, name = request.path_params["module"], request.path_params["activity"]
    module = next((one for one in package.modules if one.slug == slug), None) if package else None
    part = next((one for one in module.activities if one.slug == name), None) if module else None
    values = _values(module, part, request.query_params.get("language", "")) if module and part else {}
    html = (values.get("content") or {}).get("html", "")
    told = [str(one) for one in mistakes.sorted if one.file.startswith(f"{slug}/") or not module]
    show_frame(request, DraftResources.of(request).settings.content_origin)
    return render(
        request, "editor/preview.html", base=f"/drafts/{draft.id}/preview", media=f"/drafts/{draft.id}/media",
        lesson=f"/drafts/{draft.id}/lesson/{slug}/{name}", mistakes=told, shown=values,
        content_origin=DraftResources.of(request).settings.content_origin,
        pieces=await filled(html, actor(request), values.get("language", "en")),
    )  # fmt: skip


def _values(module: ModulePart, part: ActivityPart, wanted: str) -> dict[str, Any]:
    language = wanted if wanted in part.content else next(iter(part.content), "")
    number = module.activities.index(part)
    around = {-1: number - 1, 1: number + 1}
    paths = {
        step: f"/{module.slug}/{module.activities[at].slug}" if 0 <= at < len(module.activities) else ""
        for step, at in around.items()
    }
    return {
        "module": module.title.get(language) or next(iter(module.title.values()), ""),
        "title": part.title.get(language, ""), "kind": part.kind, "language": language,
        "content": part.content.get(language), "place": f"Page {number + 1} of {len(module.activities)}",
        "previous": paths[-1], "next": paths[1], "here": f"/{module.slug}/{part.slug}",
        "languages": [(code, words.language_name(code)) for code in part.content] if len(part.content) > 1 else [],
    }  # fmt: skip
