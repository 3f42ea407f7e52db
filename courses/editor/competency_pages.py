"""Pages of the competencies of a course: where each is taught and shown, in a draft and in what is published."""

from starlette.requests import Request
from starlette.responses import Response

from courses.editor.competencies import coverage
from training.core.errors import NotFound
from training.drafts import actions
from training.drafts.contents import texts_of
from training.drafts.resources import DraftResources
from training.drafts.rules import as_text
from training.web.render import actor, identity, redirect, render


async def of_draft(request: Request) -> Response:
    """Shows the competencies of a course that is being written; its activities lead to where they are written."""
    draft = await actions.draft_for(actor(request), identity(request))
    home = f"/drafts/{draft.id}"
    if not DraftResources.of(request).draft_kinds[draft.kind].has_outline:
        raise NotFound("Only a course has competencies.", "Look at the draft again.")
    return _shown(request, draft.name, await texts_of(draft.id), home=home, back=("The draft", home))


async def of_published(request: Request) -> Response:
    """Shows the competencies of the newest published version of a course."""
    kind, name = DraftResources.of(request).draft_kinds["course"], request.path_params["name"]
    last = await kind.last_version(actor(request).unit_id, name, DraftResources.of(request).settings.storage)
    if last is None:
        raise NotFound("There is no such course.", "Look at the list of courses.")
    if last.files is None:
        return redirect(request, f"/courses/{name}", notice="The files of this version are not kept here.")
    texts = {path: text for path, content in last.files.items() if (text := as_text(path, content)) is not None}
    return _shown(request, f"{name}, version {last.number}", texts, home="", back=("The course", f"/courses/{name}"))


def _shown(request: Request, called: str, texts: dict[str, str], *, home: str, back: tuple[str, str]) -> Response:
    found = coverage(texts)
    return render(
        request, "editor/competencies.html", called=called, competencies=found, home=home, back=back,
        missing=[(one.words, "taught") for one in found if not one.taught]
        + [(one.words, "shown") for one in found if not one.shown],
    )  # fmt: skip
