"""For which sites somebody signs by a role in a programme, so that the way to the form is theirs to find."""

from certificates.evaluations.models import PathwayVersion, current
from certificates.evaluations.pathway_versions import followed_by_site, read
from certificates.pathways.asked import asked_requirements
from certificates.pathways.language.schema import Leaf
from training.people.actor import Actor
from training.people.visibility import active_on, sites_for
from training.programmes.models import Adoption, ProgrammeRole, holding_on
from training.programmes.places import reaches, stays_of_site
from training.sites.models import Site


async def sites_to_sign_for(actor: Actor) -> list[tuple[Site, PathwayVersion]]:
    """Lists the sites whose rules want a signature of a role that the actor holds, where that level is not met yet.

    Sites that the actor looks after are left out: these are in their lists.
    """
    held = ProgrammeRole.filter(holding_on(actor.today), person_id=actor.person_id)
    roles = await held.prefetch_related("area") if actor.staff else []
    if not roles:
        return []
    own = {site.id for site in await sites_for(actor, "manage people")}
    adopted = Adoption.filter(
        active_on(actor.today), site__unit_id=actor.unit_id, programme_id__in={one.programme_id for one in roles}
    )
    sites = await Site.filter(id__in=sorted({row.site_id for row in await adopted} - own)).order_by("name")
    found = []
    for site in sites:
        stays = await stays_of_site(site.id)
        near = [one for one in roles if reaches(one, stays)]
        for version in await followed_by_site(site, today=actor.today) if near else []:
            names = {one.role for one in near if one.programme_id == version.programme_id}
            levels = _signed_by(version, names)
            met = current().filter(
                holder_site_id=site.id, pathway_id=version.id, level__in=sorted(levels), result="met"
            )
            if levels and await met.count() < len(levels):
                found.append((site, version))
    return found


def _signed_by(version: PathwayVersion, names: set[str]) -> set[str]:
    """The levels of sites that ask for a record which one of the names signs."""
    return {
        spot.level.id
        for spot in asked_requirements(read(version))
        if spot.holder == "site" and spot.level and spot.level.holder == "site"
        and isinstance(spot.requirement.ask, Leaf) and spot.requirement.ask.by
        and names & {*spot.requirement.ask.by.holds}
    }  # fmt: skip
