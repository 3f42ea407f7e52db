"""The page on which whoever decides issues a certificate again: what changes, what stays, and why."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certificates.credentials.integrity import facts_of
from certificates.credentials.issue import look_of
from certificates.credentials.pdf.glyphs import unprintable
from certificates.credentials.resources import CredentialResources
from certificates.decisions.reissue import actions
from training.core import clock
from training.core.errors import Invalid
from training.people.holders import holder_of
from training.sites.models import CentralUnit
from training.web.render import actor, form_data, identity, redirect, render


async def reissue(request: Request) -> Response:
    """Shows what would change if a certificate were issued again; posted, issues it."""
    me, given, now = actor(request), CredentialResources.of(request), clock.now()
    row = await actions.reissuable(identity(request), actor=me)
    facts, holder = facts_of(row), await holder_of(row)
    look = await look_of(holder, await CentralUnit.get(id=holder.unit_id))
    same_sheet = all(getattr(facts, name) == value for name, value in look.items())
    told: dict[str, Any] = {
        "row": row, "facts": facts, "name": holder.name, "same_sheet": same_sheet,
        "unprintable": unprintable(holder.name), "why_not": await actions.why_not(row, now=now),
        "back": (f"Certificate {row.serial}", f"/certificates/{row.id}"),
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "reissue/reissue.html", **told)
    values = await form_data(request)
    try:
        made = await actions.reissue(
            row.id, str(values.get("why", "")), actor=me, home=given.settings.public_url, now=now
        )
    except Invalid as error:
        return render(request, "reissue/reissue.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/certificates/{made.id}", notice="It is issued again. The holder gets a mail.")
