"""Pages of the public lists of sites' staff: each person's word for it, and the list of those who gave it."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Subquery
from tortoise.query_utils import Prefetch

from certificates.credentials.artefacts import Damaged
from certificates.credentials.integrity import facts_of
from certificates.evaluations.changes import histories, period_of
from certificates.evaluations.models import Certificate, Certification
from certificates.evaluations.standing import VERIFIED, standing_on
from certificates.verification import actions
from certificates.verification.models import listed_at, listings_visible_to
from certificates.verification.pages import HEADERS
from certificates.verification.resources import CheckResources
from training.core import clock
from training.core.dates import local_day
from training.core.errors import NotFound
from training.people.models import Membership
from training.people.visibility import active_on
from training.sites.models import Site
from training.web.rate_limits import allow, caller
from training.web.render import actor, form_data, identity, redirect, render, validate


class ListingForm(BaseModel):
    """The form by which somebody agrees to be named, or takes that back."""

    site: UUID
    agree: str = ""


async def own(request: Request) -> Response:
    """Shows at which own sites the public list names the actor; posted, gives their word for one or takes it back."""
    me, now = actor(request), clock.now()
    if request.method == "POST":
        form = validate(ListingForm, await form_data(request))
        await (actions.be_listed if form.agree else actions.leave_list)(form.site, actor=me, now=now)
        said = "You are named on the list from now on." if form.agree else "Your name is off the list."
        return redirect(request, "/certificates/staff-lists", notice=said)
    given = set(await listings_visible_to(me).values_list("site_id", flat=True))
    held = Membership.filter(active_on(me.today), person_id=me.person_id, site_id__isnull=False)
    here = set(await held.values_list("site_id", flat=True))
    rows = await Site.filter(id__in=here | given).order_by("name")
    sites = [{"id": row.id, "name": row.name, "named": row.id in given, "here": row.id in here} for row in rows]
    home = CheckResources.of(request).settings.public_url
    return render(
        request, "verification/staff_lists.html", sites=sites, home=home, back=("My certificates", "/certificates")
    )


async def public(request: Request) -> Response:
    """Shows who works at a site and agreed to be named, with how what they hold stands today."""
    now = clock.now()
    await allow("verify", caller(request), limit="120/minute", now=now)
    gone = NotFound("There is no such list.", "Ask the site, or check a certificate by its code.")
    site = await Site.get_or_none(id=identity(request)).prefetch_related("unit")
    if site is None:
        raise gone
    zone = site.unit.zone
    today = local_day(now, zone)
    if not await listed_at(site.id, today).exists():
        raise gone
    rows = await _listed(site.id, today)
    shown = render(
        request, "verification/staff_list.html", site=site, rows=rows, unit=site.unit, zone=zone, checked=now
    )
    shown.headers.update(HEADERS)
    return shown


async def _listed(site_id: UUID, today: date) -> list[dict[str, Any]]:
    """Lists what those hold who are named, as printed, in the order of names; without what was replaced."""
    named = Subquery(listed_at(site_id, today).values("person_id"))
    held = Certification.filter(
        person_id__in=named, certificates__progress="published", certificates__bare_sha256__isnull=True
    ).distinct()
    changed = await histories(held)
    told = []
    issued = Prefetch("certificates", Certificate.filter(progress="published").order_by("issue"))
    for one in await held.prefetch_related(issued):
        standing = standing_on(period_of(one), changed.get(one.id, []), today) or "certified"
        if standing == "replaced":
            continue
        with suppress(Damaged):  # what was changed by other hands is shown to nobody
            facts = facts_of(list(one.certificates)[-1])
            said = {"name": facts.name, "level": facts.level, "programme": facts.programme}
            told.append(said | {"word": VERIFIED[standing]})
    return sorted(told, key=lambda row: (row["name"].casefold(), row["programme"], row["level"]))
