"""Who decides a case: whoever holds what the rules name, in reach of the person; and whom nobody can decide for."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from certificates.evaluations import pathway_versions
from certificates.evaluations.collect_evidence import ROLE_NAMES
from certificates.evaluations.models import Evaluation, PathwayVersion, current, evaluations_visible_to
from training.parsing.keywords import LIVE_STANDINGS
from training.parsing.plurals import many
from training.parsing.text import folded
from training.people.actor import Actor
from training.people.holders import of_unit
from training.people.models import Membership
from training.people.visibility import active_on
from training.programmes.models import ProgrammeRole, holding_on
from training.programmes.places import Stay, stays_of, stays_of_site
from training.programmes.rules import role_words
from training.records.words import plain
from training.sites.models import Programme

FIXED = {told: role for role, told in ROLE_NAMES.items()}
"""The name that pathways use → our role, where they differ."""

WHO_DECIDES = (ROLE_NAMES["central"],)
"""Who sits on a panel for which the rules name nobody."""

SHORT = ("id", "person_id", "holder_site_id", "pathway_id", "level", "per", "made")
"""Columns of a case in a list: the evidence beside it is long."""


@dataclass(frozen=True)
class Holding:
    """Somebody who holds what rules name: in one programme or in all, at one site, in an area, or everywhere."""

    person_id: UUID
    name: str
    programme_id: UUID | None
    site_id: UUID | None = None
    area_path: str = ""


async def cases_for(actor: Actor) -> list[Evaluation]:
    """Lists the cases that wait for a decision and that the actor may decide, oldest first, with holder and pathway.

    Whoever decides in the service sees them all; others those for which they hold what the rules name.
    """
    if actor.may("decide"):
        found = evaluations_visible_to(actor).filter(awaiting=True)
        return await found.order_by("made").only(*SHORT).prefetch_related("person", "holder_site", "pathway")
    if not actor.staff:  # as for all that staff do, an LMS's word is not enough
        return []
    names = await _names(actor.unit_id)
    held = await _holdings(names, actor.unit_id, today=actor.today, person_id=actor.person_id) if names else []
    rows = await _waiting(actor.unit_id) if held else []  # asked last: nearly everybody holds nothing of the kind
    return [row for row in rows if await _holders(row, held, today=actor.today)]


def case_words(row: Evaluation) -> tuple[str, str]:
    """Says of a case from a list whose it is, and what for."""
    holder = row.person or row.holder_site
    level = pathway_versions.read(row.pathway).levels[row.level].title or plain(row.level)
    return holder.name if holder else "", f"{row.pathway.title}: {level}"


def searched_cases(cases: Iterable[Evaluation], asked: Mapping[str, str]) -> list[Evaluation]:
    """Returns the cases in whose name `query` stands, and `level` in what they are for; of all, where not asked."""
    name, level = (folded(asked.get(key, "")) for key in ("query", "level"))
    words = [(row, *case_words(row)) for row in cases]
    return [row for row, whose, what in words if name in folded(whose) and level in folded(what)]


async def number_of_cases(actor: Actor) -> tuple[int, int]:
    """Counts the cases that wait for one person's decision and that the actor may decide: of people, and of sites."""
    if actor.may("decide"):
        waiting = evaluations_visible_to(actor).filter(awaiting=True)
        for pathway_id, level in await _panel_levels(actor.unit_id):
            waiting = waiting.exclude(pathway_id=pathway_id, level=level)
        sites = await waiting.filter(holder_site_id__isnull=False).count()
        return await waiting.count() - sites, sites
    found = [row for row in await cases_for(actor) if panel_size(row) == 1]
    sites = sum(row.holder_site_id is not None for row in found)
    return len(found) - sites, sites


def who_waits(people: int, sites: int) -> str:
    """Says how many people and sites wait; "" for none."""
    named = [many(people, "person", "people")] * (people > 0) + [many(sites, "site")] * (sites > 0)
    return f"{' and '.join(named)} {'waits' if people + sites == 1 else 'wait'}" if named else ""


async def case_for(actor: Actor, evaluation_id: UUID) -> Evaluation | None:
    """Finds a case that the actor may look at to decide it, also one that waits no longer; None where there is none."""
    found = Evaluation.filter(of_unit(actor.unit_id)).prefetch_related("person", "holder_site", "pathway")
    row = await found.get_or_none(id=evaluation_id)
    if row is None or await evaluations_visible_to(actor).filter(id=row.id).exists():
        return row
    names, only = set(named_by(row)), actor.person_id
    held = await _holdings(names, actor.unit_id, today=actor.today, person_id=only) if actor.staff else []
    return row if await _holders(row, held, today=actor.today) else None


def panel_size(row: Evaluation) -> int:
    """Returns how many have to decide a case together: one, where no panel does."""
    rule = pathway_versions.read(row.pathway).levels[row.level].decision
    return rule.at_least if rule else 1


async def panel_cases(unit_id: UUID) -> list[Evaluation]:
    """Lists the cases of a unit that wait for a panel, oldest first."""
    levels = await _panel_levels(unit_id)
    if not levels:
        return []
    found = Evaluation.filter(
        of_unit(unit_id), Q(*(Q(pathway_id=one, level=level) for one, level in levels), join_type=Q.OR)
    )
    return await found.filter(awaiting=True).order_by("made").prefetch_related("person", "holder_site", "pathway")


async def members_of(row: Evaluation, *, today: date) -> set[UUID]:
    """Tells who sits on the panel of a case: whoever holds what the rules name; where they name nobody, who decides."""
    version: PathwayVersion = row.pathway
    programme = await Programme.get(id=version.programme_id)
    names = named_by(row)
    held = await _holdings(names or WHO_DECIDES, programme.unit_id, today=today)
    return await _holders(row, held, today=today) if names else {one.person_id for one in held} - {row.person_id}


async def _panel_levels(unit_id: UUID) -> set[tuple[UUID, str]]:
    """Names the levels that a panel decides on and for which somebody waits: pathway version, level."""
    waits = Evaluation.filter(of_unit(unit_id), awaiting=True).distinct()
    pairs = {(row["pathway_id"], row["level"]) for row in await waits.values("pathway_id", "level")}
    versions = {row.id: row for row in await PathwayVersion.filter(id__in={pathway for pathway, _ in pairs})}
    rules = {pair: pathway_versions.read(versions[pair[0]]).levels[pair[1]].decision for pair in pairs}
    return {pair for pair, rule in rules.items() if rule and rule.at_least > 1}


async def nobody_decides(actor: Actor) -> list[tuple[str, str, str, int, int]]:
    """Counts the cases that too few in reach can decide: role, programme, area, how many have to hold it, cases."""
    rows = await _waiting(actor.unit_id)
    names = {name for row in rows for name in named_by(row)}
    held = await _holdings(names, actor.unit_id, today=actor.today) if rows else []
    found: Counter[tuple[str, str, str, int]] = Counter()
    for row in rows:
        named = named_by(row)
        if named and len(await _holders(row, held, today=actor.today)) < panel_size(row):
            stays = await _stays(row, actor.today)
            area = stays[0].area_name if stays else ""
            found[role_words(named[0]).lower(), row.pathway.title, area, panel_size(row)] += 1
    return [(*what, number) for what, number in found.items()]


def named_by(row: Evaluation) -> tuple[str, ...]:
    """Names the roles and levels one of which decides a case; none where the rules leave it open."""
    return _named(row.pathway, row.level)


def _named(version: PathwayVersion, level: str) -> tuple[str, ...]:
    rule = pathway_versions.read(version).levels[level].decision
    return rule.by.holds if rule and rule.by else ()


async def _waiting(unit_id: UUID) -> list[Evaluation]:
    found = Evaluation.filter(of_unit(unit_id), awaiting=True)
    return await found.order_by("made").only(*SHORT).prefetch_related("person", "holder_site", "pathway")


async def _names(unit_id: UUID) -> set[str]:
    """Names all that decides a case which waits."""
    waits = Evaluation.filter(of_unit(unit_id), awaiting=True)
    pairs = {(row["pathway_id"], row["level"]) for row in await waits.values("pathway_id", "level")}
    versions = {row.id: row for row in await PathwayVersion.filter(id__in={pathway for pathway, _ in pairs})}
    return {name for pathway, level in pairs for name in _named(versions[pathway], level)}


async def _holdings(
    names: Collection[str], unit_id: UUID, *, today: date, person_id: UUID | None = None
) -> list[Holding]:
    """Lists who holds any of the names; with `person_id` what that person holds."""
    only: dict[str, Any] = {"person_id": person_id} if person_id else {}
    roles = ProgrammeRole.filter(holding_on(today), programme__unit_id=unit_id, role__in=list(names), **only)
    found = [
        Holding(row.person_id, row.role, row.programme_id, row.site_id, row.area.path if row.area else "")
        for row in await roles.prefetch_related("area")
    ]
    ours = {FIXED.get(name, name): name for name in names}
    fixed = Membership.filter(active_on(today), person__unit_id=unit_id, role__in=list(ours), **only)
    found += [Holding(row.person_id, ours[row.role], None, row.site_id) for row in await fixed]
    levels = current().filter(
        person__unit_id=unit_id, level__in=list(names), standing__in=list(LIVE_STANDINGS), **only
    ).prefetch_related("pathway")  # fmt: skip
    for row in await levels:
        programme, stays = row.pathway.programme_id, await _stays(row, today)
        assert row.person_id is not None
        found += [Holding(row.person_id, row.level, programme, stay.site_id) for stay in stays]
        found += [] if stays else [Holding(row.person_id, row.level, programme)]
    return found


async def _holders(row: Evaluation, held: Collection[Holding], *, today: date) -> set[UUID]:
    """Tells who of the holders decides a case: what they hold is named, and reaches where the holder is today."""
    names, programme = named_by(row), row.pathway.programme_id
    named = [
        one
        for one in held
        if one.name in names and one.programme_id in (None, programme) and one.person_id != row.person_id
    ]
    found = {one.person_id for one in named if one.site_id is None and not one.area_path}
    if found or not named:
        return found  # where somebody is has to be asked for each of them, and here it does not matter
    stays = await _stays(row, today)
    return {one.person_id for one in named if _reaches(one, stays)}


async def _stays(row: Evaluation, today: date) -> list[Stay]:
    """Tells where the holder of a case is today."""
    if row.holder_site_id:
        return await stays_of_site(row.holder_site_id)
    return _today(await stays_of(row.person_id, row.pathway.programme_id), today) if row.person_id else []


def _reaches(held: Holding, stays: Iterable[Stay]) -> bool:
    return any(
        stay.site_id == held.site_id or (held.area_path and stay.area_path.startswith(held.area_path)) for stay in stays
    )


def _today(stays: Iterable[Stay], today: date) -> list[Stay]:
    return [stay for stay in stays if stay.starts <= today and (stay.ends is None or stay.ends >= today)]
