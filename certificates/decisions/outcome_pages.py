"""Pages of what was decided: the holder reads one outcome, and appeals against it within the days, or late."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from certificates.decisions import appeals
from certificates.evaluations.models import Appeal, StateChange, appeals_about, appeals_visible_to
from training.assessments.models import Assessment
from training.core import clock
from training.core.dates import local_day
from training.core.errors import Invalid, NotFound
from training.core.handed_files import ACCEPTED, APPEALS, MOST_BYTES, HandedFile, wrong_with
from training.database.kept_files import kept
from training.people.actor import Actor
from training.records.rules import KeptFile
from training.sites.models import CentralUnit
from training.web.bodies import cut, handed_file
from training.web.render import actor, form_data, identity, redirect, render, validate
from training.web.resources import PageResources

FILES = ("file", "file_2", "file_3")
MOST_BYTES_SENT = len(FILES) * (MOST_BYTES + 1_000_000)


class AppealForm(BaseModel):
    """The form with which somebody appeals."""

    words: str = Field("", title="what was wrong", max_length=5000)
    late: str = Field("", title="why it comes late", max_length=2000)


async def outcome(request: Request) -> Response:
    """Shows the holder what was decided, from when and why, and how far an appeal is; posted, lodges one."""
    me: Actor = actor(request)
    found, made = await appeals.outcome_about(me, identity(request))
    told: dict[str, Any] = {
        "outcome": found,
        "today": local_day(clock.now(), me.zone),
        "unit": await CentralUnit.get(id=me.unit_id),
        "back": _page(made),
        "files": files_of(found.appeal),
        "file_names": FILES,
        "file_types": ",".join(ACCEPTED),
    }
    if request.method == "GET":
        return render(request, "decisions/outcome.html", **told)
    request = cut(request, most=MOST_BYTES_SENT)
    sent = await request.form()
    handed = {name: await handed_file(sent.get(name)) for name in FILES}
    values = await form_data(request)
    try:
        await _lodge(request, me, validate(AppealForm, values), handed)
    except Invalid as error:
        return render(request, "decisions/outcome.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/certificates/outcomes/{identity(request)}", notice="We have your appeal.")


def _page(made: Any) -> tuple[str, str]:
    """The page of the holder from which one comes to an outcome."""
    if isinstance(made, Assessment):
        return "Your result", f"/assessments/{made.id}"
    held = made.certification if isinstance(made, StateChange) else made
    return ("My pathway", "/pathways") if held.person_id else ("Licences", f"/sites/{held.holder_site_id}/licences")


async def _lodge(request: Request, me: Actor, form: AppealForm, handed: dict[str, HandedFile | None]) -> None:
    """Keeps the files, and the appeal with them."""
    if problems := {name: wrong for name, file in handed.items() if file and (wrong := wrong_with(file))}:
        raise Invalid("There is a problem", problems=problems)
    storage = PageResources.of(request).settings.storage
    async with AsyncExitStack() as stack:
        files = [
            KeptFile(file.shown_name, await stack.enter_async_context(kept(file, storage, APPEALS)), file.sha256, True)
            for file in handed.values()
            if file
        ]
        await appeals.lodge(
            identity(request), words=form.words, late=form.late, files=files, actor=me, now=clock.now()
        )  # fmt: skip


def files_of(found: Appeal | None) -> list[tuple[str, str]]:
    """Lists the files that came with an appeal: name and address."""
    if found is None:
        return []
    return [
        (one["name"], f"/certificates/appeals/{found.id}/files/{number}")
        for number, one in enumerate(found.files or (), 1)
    ]


async def file(request: Request) -> Response:
    """Sends a file of an appeal, to whoever appealed and to those who decide."""
    me, appeal_id = actor(request), identity(request)
    found = await _readable(me, appeal_id)
    number = str(request.path_params["number"])
    files = {str(place): one for place, one in enumerate((found.files or ()) if found else (), 1)}
    one = files.get(number)
    path = PageResources.of(request).settings.storage / APPEALS / one["stored"] if one else None
    if one is None or path is None or not path.is_file():
        raise NotFound("There is no such file.", "Go back to the appeal.")
    return FileResponse(path, media_type="application/octet-stream", filename=one["name"])


async def _readable(me: Actor, appeal_id: UUID) -> Appeal | None:
    own = await appeals_about(me).get_or_none(id=appeal_id)
    return own or (await appeals_visible_to(me).get_or_none(id=appeal_id) if me.may("decide") else None)
