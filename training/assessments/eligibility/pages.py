"""A page before a visit is arranged: who may assess somebody today, who may not and why, the nearest first."""

from collections import defaultdict
from collections.abc import Sequence
from os.path import commonpath
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Subquery

from training.assessments.attempts.reading import attempts_of, rules_for
from training.assessments.attempts.rules import before, first_day
from training.assessments.calibration.standing import assessors_for, instruments_of
from training.assessments.eligibility.programme_rules import rules_of
from training.assessments.eligible import facts_about_each, site_on
from training.assessments.models import Instrument
from training.assessments.pages import OUTCOMES, programme_for
from training.assessments.rules import RaterFacts, may_sign
from training.parsing.text import counting_number, uuid_of
from training.people.actor import Actor
from training.people.contact.addresses import alike_to
from training.people.models import Membership, Person
from training.people.visibility import able_on, active_on, person_for
from training.web.render import actor, identity, render

PAGE = 50
Near = dict[str, Any]
"""An assessor: id, name, where they assess, how near that is, and whether their role reaches the person."""


async def eligible(request: Request) -> Response:
    """Lists the assessors whom the reader sees: may or may not assess this person today, with what was looked at."""
    me: Actor = actor(request)
    found = await person_for(me, "see people", identity(request))
    kept = await instruments_of(me.unit_id)
    query = request.query_params
    chosen = uuid_of(query.get("instrument"))
    name = next((one for one, (key, _) in kept.items() if key == chosen), next(iter(kept), ""))
    independent = query.get("independent") == "yes"
    number = counting_number(query.get("page")) or 1
    near = await _nearest_first(found, me) if name else []
    here = near[(number - 1) * PAGE : number * PAGE]
    lines: list[dict[str, Any]] = []
    again: dict[str, Any] = {"attempts": [], "rules": []}
    if name:
        tool = await Instrument.get(unit_id=me.unit_id, name=name)
        programme = await programme_for(request, found.id, name, day=me.today)
        lines = await _judged(me, found, here, tool=tool, programme=programme, independent=independent)
        again = await _again(me, found, tool, programme)
    asked = f"/assessments/eligible/{found.id}?instrument={kept[name][0] if name else ''}"
    asked += "&independent=yes" if independent else ""
    return render(
        request, "eligibility/eligible.html", person=found, lines=lines, total=len(near),
        instruments=[(str(key), title) for key, title in kept.values()], path=f"/assessments/eligible/{found.id}",
        values={"instrument": str(kept[name][0]) if name else "", "independent": independent},
        begin=me.may("assess"), own_id=me.person_id, **again,
        previous_path=f"{asked}&page={number - 1}" if number > 1 else "",
        next_path=f"{asked}&page={number + 1}" if number * PAGE < len(near) else "",
        back=(found.name, f"/people/{found.id}"),
    )  # fmt: skip


async def _nearest_first(person: Person, me: Actor) -> list[Near]:
    """Those with a role to assess: of the same site, of the same area, then of others by how much of the way is one."""
    seen = assessors_for(me, "see people").exclude(id=person.id)
    people = await seen.order_by("name", "id").values("id", "name")
    held = Membership.filter(able_on(me.today, "assess"))
    held = held.filter(person_id__in=Subquery(seen.values("id")))
    own = Membership.filter(active_on(me.today), person_id=person.id, site_id__isnull=False)
    sites = {row["site_id"]: row["path"] for row in await own.values("site_id", path="site__area__path")}
    work: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    # Whoever assesses everywhere is as near as the site at which they have another role.
    placed = Membership.filter(active_on(me.today), person_id__in=Subquery(seen.values("id")))
    for row in await placed.values("person_id", "site_id", site="site__name", path="site__area__path"):
        work[row["person_id"]].append(row)
    reached: dict[UUID, set[UUID | None]] = defaultdict(set)
    for row in await held.values("person_id", "site_id"):
        reached[row["person_id"]].add(row["site_id"])
    told = []
    for one in people:
        places = [row for row in work[one["id"]] if row["site_id"]]
        same = not {row["site_id"] for row in places}.isdisjoint(sites)
        area = any(row["path"] in sites.values() for row in places)
        common = max(
            (commonpath([row["path"], path]).count("/") for row in places for path in sites.values()), default=0
        )
        reach = reached[one["id"]]
        told.append(one | {
            "where": ", ".join(sorted({row["site"] for row in places})) or "No site of their own",
            "near": "Same site" if same else "Same area" if area else "",
            "order": (0 if same else 1 if area else 2, -common),
            "reaches": None in reach or not reach.isdisjoint(sites),
        })  # fmt: skip
    return sorted(told, key=lambda one: one["order"])


async def _again(me: Actor, person: Person, tool: Instrument, programme: UUID | None) -> dict[str, Any]:
    """Says which attempts there were, and what the rules ask of another."""
    attempts = before(await attempts_of(person.id, tool.id, programme), me.today)
    rules = rules_for(tool.name, programme, (await rules_of(me.unit_id)).attempts)
    return {
        "attempts": [{"row": one, "word": OUTCOMES[one.outcome]} for one in attempts],
        "rules": [{"rule": one, "first": first_day(one, attempts)} for one in rules],
    }


async def _judged(
    me: Actor, person: Person, here: Sequence[Near], *, tool: Instrument, programme: UUID | None, independent: bool
) -> list[dict[str, Any]]:
    """Tells of the assessors of one page what the rules say that are asked when they sign."""
    if not here:
        return []
    site = await site_on(person.id, me.today)
    alike = await alike_to(person)
    facts = await facts_about_each(
        [one["id"] for one in here], trainee=person.id, instrument=tool, programme=programme, alike=alike
    )
    return [one | _verdict(one, facts[one["id"]], me, independent=independent, site=site) for one in here]


def _verdict(one: Near, facts: RaterFacts, me: Actor, *, independent: bool, site: UUID | None) -> dict[str, Any]:
    found = may_sign(facts, on=me.today, independent=independent, site=site)
    outside = [] if one["reaches"] else ["Their role to assess is for another site"]
    allowed = found.allowed and not outside
    words = [finding.words for finding in found.findings] if allowed else [*outside, *found.reasons]
    state = "May not" if not allowed else "May, countersigned" if found.countersign else "May assess"
    return {"state": state, "words": list(dict.fromkeys(words))}
