"""Pages of what sites hold themselves: for each programme their own levels, what these ask, and their certificates."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from certificates.decisions import outcomes
from certificates.decisions.views import followed_view, programmes_in_words
from certificates.evaluations.models import Certificate, PathwayVersion
from certificates.evaluations.outcome_text import OUTCOMES
from certificates.evaluations.pathway_versions import followed_by_site, has_site_levels
from training.core.errors import NotFound
from training.people.visibility import sites_for
from training.sites.models import Site
from training.web.render import actor, identity, render


async def licences(request: Request) -> Response:
    """Shows what a site holds and may hold itself in one of its programmes: what is done, what is left, and why."""
    me = actor(request)
    site = await sites_for(me, "see people").get_or_none(id=identity(request))
    if site is None:
        raise NotFound("There is no such site.", "Look at the list of sites.")
    versions = await _with_levels(site, me.today)
    wanted = request.query_params.get("programme", "")
    version = next((one for one in versions if one.slug == wanted), versions[0] if versions else None)
    manages = await sites_for(me, "manage people").filter(id=site.id).exists()
    rows = await Certificate.filter(holder_site_id=site.id).order_by("-reserved").prefetch_related("certification")
    found = []
    for row in rows:
        outcome = await outcomes.of_certificate(row, me.today)
        found.append({
            "serial": row.serial, "level": row.certification.level_title, "starts": row.certification.starts,
            "ends": row.certification.ends, "word": OUTCOMES[outcome.state].tag, "path": f"/certificates/{row.id}",
            "entry": f"/register/{row.certification_id}",
        })  # fmt: skip
    return render(
        request,
        "decisions/licences.html",
        site=site,
        programmes=await programmes_in_words(site, versions, version) if len(versions) > 1 else [],
        pathway=await followed_view(site, version, me.today) if version else None,
        certificates=found,
        today=me.today,
        own=manages,
        manages=manages,
        full=await sites_for(me, "read register").filter(id=site.id).exists(),
        record_path=f"/practice/sites/{site.id}/new",
        who="The site",
        back=(site.name, f"/sites/{site.id}"),
    )


async def _with_levels(site: Site, today: date) -> list[PathwayVersion]:
    return [one for one in await followed_by_site(site, today=today) if has_site_levels(one)]


async def licence_words(site: Site, *, today: date) -> list[tuple[str, str]]:
    """Says in a word how a site stands itself in each of its programmes that have levels for sites: title, word."""
    return [
        (title, word) for title, word, _, _ in await programmes_in_words(site, await _with_levels(site, today), None)
    ]
