"""The page of a task as a form: what is asked, what it is judged by, what is handed in; written into its file."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from courses.editor.competencies import competencies_in
from courses.editor.structure import outline
from courses.editor.task_form import fields_of, written
from training.core import clock
from training.drafts import actions, publishing
from training.drafts.contents import texts_of
from training.drafts.form_pages import file_with_form, posted_fields, to_both
from training.drafts.kinds import part_with
from training.drafts.models import DraftFile, MaterialDraft
from training.drafts.resources import DraftResources
from training.drafts.rules import typed_text
from training.parsing.text import counting_number
from training.parsing.yaml_edits.places import NotByButton
from training.web.render import actor, redirect, render

HANDED_IN = (("note", "A note"), ("file", "A note, and a photo or document"))


async def task(request: Request) -> Response:
    """Shows a task as a form; posted, writes what was typed into its file."""
    draft, found = await file_with_form(request, "task", outline)
    path = found.path
    if request.method == "GET":
        return await _shown(request, draft, found, {})
    posted = await posted_fields(request, found, most=500)
    typed = posted.words | {"body": typed_text(posted.words.get("body", ""), posted.base)}
    shows, minutes = posted.lists.get("competency", []), typed.get("minutes", "").strip()
    problems = {} if typed.get("title", "").strip() else {"title": "Write what the task is called"}
    if minutes and not counting_number(minutes):
        problems["minutes"] = "Write a whole number of minutes, such as 20, or nothing"
    if problems:
        return await _shown(request, draft, found, typed, problems, shows)
    try:
        text = written(posted.base, typed | {"minutes": minutes}, shows)
    except NotByButton as trouble:
        problems = {"form": f"This cannot be done here: {trouble}. Write it in the file itself"}
        return await _shown(request, draft, found, typed, problems, shows)
    try:
        await actions.write(draft, path, text, seen=posted.seen, actor=actor(request), now=clock.now())
    except actions.Overtaken:
        return to_both(request, draft, "task")
    return redirect(request, f"/drafts/{draft.id}/task/{path}", notice="Saved.")


async def _shown(
    request: Request, draft: MaterialDraft, found: DraftFile, given: Mapping[str, str],
    problems: Mapping[str, str] | None = None, ticked: Sequence[str] | None = None,
) -> Response:  # fmt: skip
    resources, texts, text = DraftResources.of(request), await texts_of(draft.id), found.text or ""
    kind = resources.draft_kinds[draft.kind]
    wrong = await publishing.mistakes_in_file(draft, kind, found.path, resources.settings.storage)
    try:
        task = fields_of(text)
    except NotByButton:
        return redirect(request, f"/drafts/{draft.id}/files/{found.path}", notice="Mend the file first.")
    part = part_with(outline(texts), found.path)
    shown = part.files[found.path] if part else ""
    values = {
        "title": task.title, "minutes": task.minutes, "hand_in": task.hand_in, "body": task.body.lstrip("\r\n"),
        "criteria": "\n".join(task.criteria),
    }  # fmt: skip
    return render(
        request, "editor/task.html", 422 if problems else 200, draft=draft, path=found.path, base=text,
        revision=found.revision, problems=problems or {}, values=values | dict(given), mistakes=wrong,
        advice=kind.advice(texts, found.path), handed_in=HANDED_IN, is_open=draft.state == "open",
        competencies=competencies_in(texts), shows=task.competency if ticked is None else ticked,
        preview=f"/drafts/{draft.id}/preview/{shown}" if shown else "", back=("The draft", f"/drafts/{draft.id}"),
    )  # fmt: skip
