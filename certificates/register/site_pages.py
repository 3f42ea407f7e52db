"""Page of a site: who may deliver there today, who is stuck and why, and whose time runs out."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Subquery

from certificates.decisions.licence_pages import licence_words
from certificates.decisions.outcomes import of_certification
from certificates.evaluations import pathway_versions
from certificates.evaluations.changes import histories, period_of
from certificates.evaluations.models import Certification, PathwayVersion, StateChange, current
from certificates.evaluations.standing import GOOD, standing_on
from certificates.evaluations.verdict_text import titles_of
from certificates.register.site_list_pages import AT_WORK, SOON, standing_still
from certificates.verification.models import listed_at
from training.core import clock
from training.core.dates import day, local_day
from training.core.errors import NotFound
from training.people.actor import Actor
from training.people.models import Membership, Permission
from training.people.roles import ROLES
from training.people.visibility import active_on, sites_for
from training.programmes.models import Adoption, holding_on, places_for
from training.records.words import plain
from training.web.render import actor, identity, render

MOST_FORMER = 50


async def site(request: Request) -> Response:
    """Shows one site: who may deliver, who is stuck, who runs out."""
    me, now = actor(request), clock.now()
    found = await sites_for(me, "see people").get_or_none(id=identity(request)).prefetch_related("area")
    if found is None:
        raise NotFound("There is no such site.", "Look at the list of sites.")
    today = me.today
    people = _people([found.id], today)
    may, stuck = await _may_deliver(people, today), await _stuck(people, now, me.zone)
    expiring = await _expiring(people, today)
    counts = _counts(len({one["path"] for one in may}), len(stuck), len(expiring), path="")
    knows = await sites_for(me, "read register").filter(id=found.id).exists()
    shown = {"name": found.name, "path": f"/sites/{found.id}", "code": found.code, "area": found.area.name}
    shown |= {"list_path": f"/staff/{found.id}", "contact": found.contact, "telephone": found.telephone}
    shown |= {"lead": ", ".join(filter(None, (found.safeguarding_lead, found.safeguarding_telephone)))}
    shown |= {"help_lines": "; ".join(found.help_lines.splitlines())}
    return render(
        request, "register/site.html", site=shown, counts=counts, may_deliver=may, stuck=stuck, expiring=expiring,
        knows=knows, on_hold=await _on_hold(people, today) if knows else [],
        was_here=await _was_here(found.id, today), programmes=await _programmes(found.id, me),
        licences=await licence_words(found, today=today), back=("Sites", "/sites"),
        listed=await listed_at(found.id, today).count(),
    )  # fmt: skip


async def _programmes(site_id: UUID, me: Actor) -> list[tuple[str, str, int]]:
    """Lists the programmes of a site with the last day, if there is one, and how many people have a place in each."""
    held = places_for(me, "see people").filter(holding_on(me.today), site_id=site_id)
    people = Counter([row["programme_id"] for row in await held.values("programme_id", "person_id")])
    rows = await Adoption.filter(active_on(me.today), site_id=site_id).order_by("programme__title").values(
        "programme_id", "ends", title="programme__title"
    )  # fmt: skip
    return [(row["title"], day(row["ends"]) if row["ends"] else "", people[row["programme_id"]]) for row in rows]


async def counts_of(me: Actor, now: datetime) -> list[dict[str, Any]]:
    """Counts over the sites of a coordinator who may deliver, who is stuck and who runs out; each leads to its list."""
    places = await sites_for(me, "see people").order_by("name").values_list("id", flat=True)
    today = me.today
    people = _people(places, today)
    may, stuck = await _may_deliver(people, today), await _stuck(people, now, me.zone)
    path = f"/sites/{places[0]}" if len(places) == 1 else "/sites"
    able = len({one["path"] for one in may})
    return _counts(able, len(stuck), len(await _expiring(people, today)), path=path)


def _counts(may: int, stuck: int, expiring: int, *, path: str) -> list[dict[str, Any]]:
    return [
        {"number": may, "words": "may deliver today", "path": f"{path}#may-deliver"},
        {"number": stuck, "words": "is stuck" if stuck == 1 else "are stuck", "path": f"{path}#stuck"},
        {
            "number": expiring,
            "words": f"{'runs' if expiring == 1 else 'run'} out within 90 days",
            "path": f"{path}#expiring",
        },
    ]


def _people(sites: Iterable[Any], today: date) -> Subquery:
    """Finds the people of some sites, within the statement that asks for them: there may be very many."""
    held = Membership.filter(active_on(today), site_id__in=list(sites))
    return Subquery(held.filter(role__in=AT_WORK).values("person_id"))


async def _was_here(site_id: UUID, today: date) -> list[dict[str, str]]:
    """Who left most lately: a former site knows that somebody was there, as what and when, and nothing more."""
    still = Membership.filter(active_on(today), site_id=site_id).values("person_id")
    left = Membership.filter(site_id=site_id, ends__lt=today, person__merged_into_id__isnull=True)
    left = left.exclude(person_id__in=Subquery(still))
    rows = await left.order_by("-ends", "id").limit(MOST_FORMER).values("role", "starts", "ends", name="person__name")
    return [
        {"name": row["name"], "role": ROLES[row["role"]], "starts": day(row["starts"]), "ends": day(row["ends"])}
        for row in rows
    ]


async def _may_deliver(people: Subquery, today: date) -> list[dict[str, Any]]:
    live = Permission.filter(active_on(today), person_id__in=people, may__icontains="group").order_by("person__name")
    return [
        {**_named(row), "what": row["may"], "until": day(row["ends"]) if row["ends"] else "no end"}
        for row in await live.values("person_id", "may", "ends", name="person__name")
    ]


async def _stuck(people: Subquery, now: datetime, zone: str) -> list[dict[str, Any]]:
    begun = current().filter(person_id__in=people, standing="in_training", awaiting=False)
    rows = await standing_still(begun, "certificates_evaluation", now).order_by("made").values(
        "person_id", "made", "verdict", "level", "pathway_id", name="person__name"
    )  # fmt: skip
    pathways = {one.id: one for one in await PathwayVersion.filter(id__in={row["pathway_id"] for row in rows})}
    return [{**_named(row), "why": _missing(row, pathways), "since": day(local_day(row["made"], zone))} for row in rows]


def _missing(row: dict[str, Any], pathways: dict[UUID, PathwayVersion]) -> str:
    titles = titles_of(pathway_versions.read(pathways[row["pathway_id"]]), row["level"])
    nodes = [node for node in (*row["verdict"]["entry"], *row["verdict"]["requires"]) if not node["advisory"]]
    left = [titles.get(node["id"], plain(node["id"])) for node in nodes if node["result"] in ("not_met", "cannot_tell")]
    return f"Still to do: {'; '.join(left[:3])}" + (f"; and {len(left) - 3} more" if len(left) > 3 else "")


async def _expiring(people: Subquery, today: date) -> list[dict[str, Any]]:
    held = Certification.filter(person_id__in=people, ends__gte=today, ends__lte=today + SOON)
    found, changed = await held.order_by("ends").select_related("person"), await histories(held)
    return [
        {
            **_holder(one),
            "what": one.level_title,
            "until": day(one.ends),
            "days": (one.ends - today).days,
        }
        for one in found
        if one.ends and standing_on(period_of(one), changed.get(one.id, []), today) in GOOD
    ]


async def _on_hold(people: Subquery, today: date) -> list[dict[str, Any]]:
    """Whose certification is suspended on the day: since when, until when if that ends by itself, and why."""
    suspended = StateChange.filter(state="suspended", effective__lte=today).values("certification_id")
    held = Certification.filter(person_id__in=people, id__in=Subquery(suspended))
    found, changed = await held.order_by("person__name", "starts").select_related("person"), await histories(held)
    told = []
    for one in found:
        if standing_on(period_of(one), changed.get(one.id, []), today) != "suspended":
            continue
        outcome = await of_certification(one, today)
        named = _holder(one)
        until = day(outcome.until) if outcome.until else "it is lifted"
        told.append({**named, "what": one.level_title, "since": day(outcome.since), "until": until,
                     "why": outcome.reason})  # fmt: skip
    return told


def _holder(one: Certification) -> dict[str, str]:
    assert one.person is not None  # found among the people of the site
    return _named({"name": one.person.name, "person_id": one.person.id})


def _named(row: dict[str, Any]) -> dict[str, str]:
    return {"name": row["name"], "path": f"/people/{row['person_id']}"}
