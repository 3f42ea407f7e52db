"""A film is put into a module of a course that is being written: with its captions, its words to read, its length."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from courses.editor.structure import add_film, outline
from courses.packages.captions import faults_of_captions
from training.core import clock
from training.core.errors import Invalid
from training.core.handed_files import HandedFile
from training.drafts import actions
from training.drafts.contents import FileContent, of_text, paths_of, put, texts_of
from training.drafts.resources import DraftResources
from training.drafts.rules import as_text, typed_text
from training.parsing.media import type_of
from training.parsing.text import clean, clean_line, counting_number
from training.web.bodies import cut, handed_file
from training.web.render import actor, identity, redirect, render

MOST_FILM, MOST_CAPTIONS = 100_000_000, 500_000
ENDINGS = {"video/mp4": ".mp4", "video/webm": ".webm", "audio/mpeg": ".mp3"}


async def film(request: Request) -> Response:
    """Asks for a film with its captions and its words; posted, puts it behind the pages of a module."""
    me, resources = actor(request), DraftResources.of(request)
    draft = await actions.draft_for(me, identity(request))
    groups = outline(await texts_of(draft.id))
    folders = [(one.name, one.title) for one in groups]
    values: Mapping[str, Any] = {"folder": request.query_params.get("module", "")}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        async with cut(request, most=MOST_FILM + 3_000_000).form() as form:
            values = {key: clean(str(form.get(key, ""))) for key in ("folder", "title", "minutes", "seconds", "words")}
            sent = await handed_file(form.get("file"), most=MOST_FILM)
            captions = await handed_file(form.get("captions"), most=MOST_CAPTIONS)
        try:
            shown, texts = _checked(values, sent, captions)
            folder, ending = values["folder"], ENDINGS[type_of(shown)]
            kept = (await put({"film": shown}, resources.settings.storage))["film"]
            taken = await paths_of(draft.id)

            def edited(there: dict[str, str]) -> dict[str, FileContent | None]:
                path, edits = add_film(there, folder, texts, ending=ending, taken=taken)
                return {path: kept, **{one: of_text(text) for one, text in edits.items()}}

            await actions.change(draft, f"A film: {texts['title']}", edited, actor=me, now=clock.now())
            return redirect(request, f"/drafts/{draft.id}?module={folder}", notice="The film is in the draft.")
        except Invalid as wrong:
            problems = wrong.problems
    return render(
        request, "editor/film.html", 422 if problems else 200, draft=draft, folders=folders, values=values,
        problems=problems, megabytes=MOST_FILM // 10**6, back=("The draft", f"/drafts/{draft.id}"),
    )  # fmt: skip


def _checked(
    values: Mapping[str, Any], sent: HandedFile | None, captions: HandedFile | None
) -> tuple[bytes, dict[str, str]]:
    """Gives the film, and its texts: title, seconds, captions, words; raises Invalid with what is missing."""
    problems = {}
    title, words = clean_line(values["title"]), typed_text(values["words"], "").strip()
    seconds = 60 * counting_number(values["minutes"]) + counting_number(values["seconds"])
    if not title:
        problems["title"] = "Write what the film is called"
    if sent is None or type_of(sent.content) not in ENDINGS:
        problems["file"] = "Choose a film (.mp4 or .webm) or a sound (.mp3)"
    elif len(sent.content) > MOST_FILM:
        problems["file"] = f"Choose a film of {MOST_FILM // 10**6} MB or less"
    if not 0 < seconds <= 24 * 3600:
        problems["minutes"] = "Write how long it is, such as 2 minutes and 30 seconds"
    text = as_text("captions.vtt", captions.content) if captions else None
    if text is None:
        problems["captions"] = "Choose the captions: a file that ends in .vtt, for those who do not hear the film"
    elif faults := faults_of_captions(text):
        line, what, remedy = faults[0]
        problems["captions"] = f"Line {line}: {what}; {remedy}"
    if not words:
        problems["words"] = "Write what is said and shown, for those who cannot play the film"
    if problems or sent is None or text is None:
        raise Invalid("There is a problem", problems=problems)
    return sent.content, {"title": title, "seconds": str(seconds), "captions": text, "words": f"{words}\n"}
