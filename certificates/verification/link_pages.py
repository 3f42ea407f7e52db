"""Pages of the links by which a holder shows a certificate: made, seen when used, ended, and what they open."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.query_utils import Prefetch

from certificates.evaluations.models import Certificate, certificates_visible_to, latest_certificate
from certificates.verification import actions
from certificates.verification.models import ShareLinkUse, share_links_visible_to
from certificates.verification.pages import HEADERS, answer_by_link
from certificates.verification.resources import CheckResources
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.web.rate_limits import allow, caller
from training.web.render import actor, form_data, identity, redirect, render, validate

RECENT = 10
"""Openings of a link that are told one by one."""


class LinkForm(BaseModel):
    """The form of a link."""

    label: str = Field(title="who it is for", max_length=100)
    kind: Literal["dated", "once"] = Field("dated", title="how often it opens")
    ends: date = Field(title="the last day")


async def links(request: Request) -> Response:
    """Lists the links to an own certificate, with when they were opened; posted, makes one."""
    me, row, now = actor(request), await _own(request), clock.now()
    told: dict[str, Any] = {
        "row": row,
        "recent": RECENT,
        "back": ("Certificate", f"/certificates/{row.id}"),
    }
    openings = Prefetch("openings", ShareLinkUse.all().order_by("-opened"))
    found = share_links_visible_to(me).filter(certificate__certification_id=row.certification_id)
    found = found.order_by("-made").prefetch_related(openings)
    told |= {"home": CheckResources.of(request).settings.public_url, "today": me.today, "found": await found}
    if request.method == "GET":
        return render(request, "verification/links.html", values={"kind": "dated"}, **told)
    values = await form_data(request)
    try:
        form = validate(LinkForm, values)
        once = form.kind == "once"
        await actions.make_link(row, label=form.label, once=once, ends=form.ends, actor=me, now=now)
    except Invalid as error:
        return render(request, "verification/links.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/certificates/{row.id}/links", notice="The link is made. Copy it and send it.")


async def end(request: Request) -> Response:
    """Ends an own link."""
    row = await _own(request)
    await actions.end_link(identity(request, "link"), actor=actor(request), now=clock.now())
    return redirect(request, f"/certificates/{row.id}/links", notice="The link is ended.")


async def shared(request: Request) -> Response:
    """Opens a link: a dated one at once; one for once when its button is pressed, as programs look at links before."""
    now = clock.now()
    await allow("verify", caller(request), limit="120/minute", now=now)
    found = await actions.find_link(str(request.path_params["token"]), now=now)
    if found.once and request.method == "GET":
        waits = render(request, "verification/link_once.html", token=found.token)
        waits.headers.update(HEADERS)
        return waits
    await actions.open_link(found, now=now)
    return await answer_by_link(
        request, await latest_certificate(found.certificate.certification_id) or found.certificate
    )


async def _own(request: Request) -> Certificate:
    me = actor(request)
    row = await certificates_visible_to(me).get_or_none(id=identity(request), person_id=me.person_id)
    if row is None:
        raise NotFound("There is no such certificate of yours.", "Look at the list of your certificates.")
    return row
