"""Pathway texts as they were published: loading a new version, finding the one a person follows, reading it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid4

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certification, PathwayVersion, current
from certificates.pathways.asked import looks_at_sites
from certificates.pathways.language.read import read_pathway, read_pathway_text
from certificates.pathways.language.schema import Pathway
from certificates.pathways.language.titles import titled
from training.assessments.models import InstrumentVersion
from training.assessments.reading import stored_instrument
from training.core.errors import Conflict
from training.database.connection import transaction
from training.instruments.schema import InstrumentSchema
from training.parsing.yaml import read_text
from training.people.actor import Actor
from training.people.holders import Holder
from training.people.visibility import active_on
from training.programmes.models import Adoption
from training.programmes.places import places_of_many
from training.sites.models import Programme, Site
from training.trail import facts


@dataclass(frozen=True)
class LoadedPathway:
    """What loading a pathway did or would do: new, unchanged."""

    slug: str
    version: str
    state: str


def standing_versions() -> QuerySet[PathwayVersion]:
    """Lists the versions of rules that nobody has taken back, whatever day they count from."""
    return PathwayVersion.filter(taken_back__isnull=True)


async def load_pathway(path: Path, *, actor: Actor, now: datetime, check: bool = False) -> LoadedPathway:
    """Publishes a pathway file as a version that never changes; with `check` only says what would happen.

    Raises FileError with every mistake, and Conflict when this version was published with other words.
    """
    pathway = read_pathway(path)
    text, bases = read_text(path), _bases(path)
    version, digest = pathway.version or "1", _digest(text, bases)
    known = await PathwayVersion.get_or_none(unit_id=actor.unit_id, slug=pathway.id, version=version)
    if known:
        if known.taken_back:
            raise Conflict(
                f"{path.name}: version {version} of {pathway.id} was taken back.",
                "Give the file a new version, or put that one in force again under Programmes and courses.",
            )
        if known.sha256 != digest:
            raise Conflict(
                f"{path.name}: version {version} of {pathway.id} is published and says something else.",
                "Give the changed file a new version.",
            )
        return LoadedPathway(pathway.id, version, "unchanged")
    if not check:
        async with transaction():
            programme, _ = await Programme.get_or_create(
                unit_id=actor.unit_id,
                slug=pathway.id.replace("_", "-"),
                defaults={"id": uuid4(), "title": pathway.title},
            )
            published = await PathwayVersion.create(
                id=uuid4(), unit_id=actor.unit_id, programme_id=programme.id, slug=pathway.id,
                version=pathway.version or "1", title=pathway.title or pathway.id, text=text, bases=bases,
                sha256=_digest(text, bases), published=now, published_by_id=actor.person_id,
            )  # fmt: skip
            await facts.record(
                "pathway.published", published, actor=actor.person_id, unit=actor.unit_id, now=now, rows=[programme]
            )
    return LoadedPathway(pathway.id, version, "new")


def _bases(path: Path) -> dict[str, str]:
    """The other pathway files of the folder that this one may extend; only those named in a chain are kept."""
    found, name = {}, _extends(read_text(path))
    while name and name not in found:
        found[name] = read_text(path.parent / f"{name}.yaml")
        name = _extends(found[name])
    return found


def _extends(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("extends:")]
    return lines[0].removeprefix("extends:").split("#")[0].strip() if lines else ""


def _digest(text: str, bases: Mapping[str, str]) -> str:
    parts = [text, *(bases[name] for name in sorted(bases))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


async def followed_by(person_id: UUID, unit_id: UUID, *, today: date) -> list[PathwayVersion]:
    """Lists the version of each pathway that a person follows on a day, in the order in which they joined them.

    Followed are the programmes in which a place holds, and those in which a certification is not over yet. The version
    is the one that the place names, else the one they started on, else the newest in force; a pathway of which no
    version is in force yet, or any more, is listed with its newest one.
    """
    return (await followed_by_many([person_id], unit_id, today=today))[person_id]


async def followed_by_many(people: Sequence[UUID], unit_id: UUID, *, today: date) -> dict[UUID, list[PathwayVersion]]:
    """Lists the versions that each of many people follows on a day."""
    places = await places_of_many(people, on=today)
    running = Q(over__isnull=True) | Q(over__gte=today)
    held = Certification.filter(running, person_id__in=list(people)).values_list("person_id", "programme_id")
    programmes = {person: {key for key, one in theirs.items() if one.holds} for person, theirs in places.items()}
    for person, programme in await held:
        programmes[person].add(programme)
    begun = current().filter(person_id__in=list(people)).exclude(standing="not_started").order_by("made")
    kept: dict[UUID | None, dict[str, PathwayVersion]] = {}
    for row in await begun.prefetch_related("pathway").only("id", "person_id", "pathway_id"):
        kept.setdefault(row.person_id, {})[row.pathway.slug] = row.pathway
    all_of_them = set().union(*programmes.values())
    rows = await standing_versions().filter(unit_id=unit_id, programme_id__in=list(all_of_them)).order_by("published")
    found: dict[UUID, list[PathwayVersion]] = {}
    for person, wanted in programmes.items():
        theirs = places[person]
        chosen = {programme: one.version for programme, one in theirs.items()}
        here = [row for row in rows if row.programme_id in wanted]
        since = {programme: one.since for programme, one in theirs.items()}
        versions = _chosen(here, kept.get(person, {}), chosen, today=today)
        found[person] = sorted(versions, key=lambda row, since=since: since.get(row.programme_id, today))  # type: ignore[misc]
    return found


async def followed_by_site(site: Site, *, today: date) -> list[PathwayVersion]:
    """Lists the version of each pathway that says something of sites and that a site follows on a day, by name.

    Followed are the programmes that it has adopted.
    """
    adopted = await Adoption.filter(active_on(today), site_id=site.id).values_list("programme_id", flat=True)
    programmes = {UUID(str(key)) for key in adopted}
    found = await _versions(site.unit_id, programmes, {"holder_site_id": site.id}, {}, today=today)
    return [row for row in found if has_site_levels(row) or looks_at_sites(read(row))]


def has_site_levels(version: PathwayVersion) -> bool:
    """Tells whether sites can be certified by a version of the rules."""
    return any(level.holder == "site" for level in read(version).levels.values())


async def followed(holder: Holder, *, today: date) -> list[PathwayVersion]:
    """Lists the version of each pathway that a person, or a site, follows on a day."""
    if isinstance(holder, Site):
        return await followed_by_site(holder, today=today)
    return await followed_by(holder.id, holder.unit_id, today=today)


async def _versions(
    unit_id: UUID, programmes: set[UUID], holder: dict[str, UUID], chosen: Mapping[UUID, str], *, today: date
) -> list[PathwayVersion]:
    rows = await standing_versions().filter(unit_id=unit_id, programme_id__in=list(programmes)).order_by("published")
    begun = current().filter(**holder).exclude(standing="not_started")
    kept = {row.pathway.slug: row.pathway for row in await begun.order_by("made").prefetch_related("pathway")}
    return _chosen(rows, kept, chosen, today=today)


def _chosen(
    rows: Iterable[PathwayVersion],
    kept: Mapping[str, PathwayVersion],
    chosen: Mapping[UUID, str],
    *,
    today: date,
) -> list[PathwayVersion]:
    """Finds of each programme the version chosen, else the one that the holder started on, else the newest in force."""
    newest: dict[str, PathwayVersion] = {}
    named: dict[str, PathwayVersion] = {}
    for row in rows:
        before = newest.get(row.slug)
        if before is None or read(row).in_force(today) or not read(before).in_force(today):
            newest[row.slug] = row
        if chosen.get(row.programme_id) == row.version:
            named[row.slug] = row
    return [named.get(slug) or kept.get(slug) or newest[slug] for slug in sorted(newest)]


async def versions_of(programme_id: UUID, unit_id: UUID, *, today: date) -> list[PathwayVersion]:
    """Lists the published versions of a programme's rules, those in force first, the newest of them foremost."""
    rows = await standing_versions().filter(programme_id=programme_id, unit_id=unit_id).order_by("-published")
    return sorted(rows, key=lambda row: not read(row).in_force(today))


async def beginning_about(day: date) -> set[UUID]:
    """Names the programmes in which a version of the rules begins to count on a day, or the day before or after."""
    days = {day + timedelta(one) for one in (-1, 0, 1)}
    return {row.programme_id for row in await standing_versions() if read(row).effective[0] in days}


async def newest_version(programme_id: UUID, unit_id: UUID, *, today: date) -> str:
    """Names the version of the rules by which somebody begins who joins a programme today; "" where there is none."""
    versions = await versions_of(programme_id, unit_id, today=today)
    return versions[0].version if versions else ""


def read(version: PathwayVersion) -> Pathway:
    """Reads a published version; its text never changes, so neither does the answer."""
    return _read(version.slug, version.text, tuple(sorted(version.bases.items())))


@lru_cache(maxsize=64)
def _read(slug: str, text: str, bases: tuple[tuple[str, str], ...]) -> Pathway:
    return titled(read_pathway_text(slug, text, dict(bases)))


async def instruments_of(unit_id: UUID) -> tuple[InstrumentSchema, ...]:
    """Reads every version of the unit's instruments, for the engine."""
    rows = await InstrumentVersion.filter(instrument__unit_id=unit_id).values_list("body", "title")
    return tuple(stored_instrument(body, title) for body, title in rows)
