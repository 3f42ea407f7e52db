"""Pages by which a unit says to everybody what its programme is: written, looked at, published, taken down."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from certificates.commissioning import actions
from certificates.commissioning.actions import PublicWords, programme_of
from certificates.commissioning.models import ON_SHOW, latest_pages, pages_for, seen_of
from certificates.commissioning.pages import answer_page
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.web.render import actor, form_data, identity, redirect, render, validate

BACK = ("Programmes and courses", "/material")


class PublicPageForm(BaseModel):
    """The form of what a unit says of a programme."""

    model_config = ConfigDict(str_strip_whitespace=True)

    description: str = Field(title="what the programme is", min_length=1, max_length=4000)
    evidence: str = Field("", title="its evidence rating", max_length=200)
    evidence_link: str = Field("", title="where the rating can be read", max_length=500)
    cost: str = Field("", title="its cost band", max_length=200)
    cost_source: str = Field("", title="where the cost comes from", max_length=500)
    adoption: str = Field(title="how to take it up", min_length=1, max_length=4000)
    ask: str = Field(title="whom to ask", min_length=1, max_length=300)


async def page(request: Request) -> Response:
    """Shows what is written of a programme and whether it is on show; posted, saves it and leads to how it looks."""
    me: Actor = actor(request)
    programme = await programme_of(identity(request), me)
    draft, last = await latest_pages(programme.id)
    written = draft or last
    values = {name: getattr(written, name) for name in PublicPageForm.model_fields} if written else {}
    told: dict[str, Any] = {"programme": programme, "draft": draft, "last": last, "on_show": ON_SHOW, "back": BACK}
    if request.method == "GET":
        return render(request, "commissioning/page.html", values=values, **told)
    values = await form_data(request)
    try:
        form = validate(PublicPageForm, values)
        await actions.save(programme.id, PublicWords(**form.model_dump()), actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "commissioning/page.html", 422, problems=error.problems, values=values, **told)
    return redirect(
        request, f"/material/programmes/{programme.id}/preview", notice="Saved. Only your unit sees it yet."
    )


async def preview(request: Request) -> Response:
    """Shows the draft as everybody would read it, with the button that publishes it."""
    me: Actor = actor(request)
    programme = await programme_of(identity(request), me)
    draft, _ = await latest_pages(programme.id)
    if draft is None:
        raise NotFound("There is nothing to look at.", "Write the page first, or look at the one on show.")
    found = await pages_for(me).get(id=draft.id).prefetch_related("programme__unit")
    path = f"/material/programmes/{programme.id}"
    return await answer_page(request, found, preview=path, seen=seen_of(draft), back=("Public page", path))


async def publish(request: Request) -> Response:
    """Puts the draft on show."""
    seen = str((await form_data(request)).get("seen", ""))
    await actions.publish(identity(request), seen=seen, actor=actor(request), now=clock.now())
    return _done(request, "The page is on show. Everybody can read it now.")


async def take_down(request: Request) -> Response:
    """Takes the page off show."""
    await actions.take_down(identity(request), actor=actor(request), now=clock.now())
    return _done(request, "The page is taken down. You can put it back here.")


async def put_back(request: Request) -> Response:
    """Puts back what was taken down last."""
    await actions.put_back(identity(request), actor=actor(request), now=clock.now())
    return _done(request, "The page is on show again.")


def _done(request: Request, notice: str) -> Response:
    return redirect(request, f"/material/programmes/{identity(request)}", notice=notice)


async def states(me: Actor) -> dict[Any, str]:
    """Tells of each programme of the unit whether its page is on show or a draft; none has no page."""
    rows = pages_for(me).filter(slot__isnull=False).order_by("slot")
    return {row.programme_id: row.state for row in await rows.only("id", "programme_id", "slot")}
