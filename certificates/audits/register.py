"""The register: who stood how on a day, as known on a day; read only, one question for page, file and audit."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from certificates.changes import histories
from certificates.models import certifications_visible_to
from certificates.rules import GOOD, Change, Period, standing_on
from training.dates import end_of
from training.people.actor import Actor
from training.sites.models import Area, Programme

COLUMNS = ("name", "level", "programme", "site", "area", "standing", "starts", "ends", "serial")


@dataclass(frozen=True)
class Question:
    """What is asked of the register; `standing` "" means everybody who may deliver, "all" everybody."""

    as_of: date
    known_at: date | None = None
    area: str = ""
    programme: str = ""
    standing: str = ""

    def query(self) -> dict[str, str]:
        """Gives the question as the filters of an address."""
        return {name: str(value) for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Row:
    """One certification as it stood."""

    id: UUID
    name: str
    level: str
    programme: str
    site: str
    area: str
    standing: str
    starts: date
    ends: date | None
    serial: str


async def rows(actor: Actor, asked: Question) -> list[Row]:
    """Answers the question for what the actor may see, by name."""
    known = end_of(asked.known_at, actor.zone) if asked.known_at else None
    # A site reads of each day whoever belonged to it then; nobody reads ahead.
    visible = certifications_visible_to(actor, on=min(asked.as_of, actor.today))
    found = visible.filter(await _wanted(actor, asked, known))
    certifications: list[dict[str, Any]] = list(
        await found.order_by("person__name", "starts", "id").values(
            "id",
            "starts",
            "renewal_opens",
            "ends",
            "over",
            "recorded",
            level="level_title",
            name="person__name",
            site="site__name",
            area="site__area__name",
            programme="programme__title",
            serial="certificate__serial",
        )
    )
    changes = await histories(found)
    told = (_row(one, changes.get(one["id"], []), asked, known) for one in certifications)
    return [row for row in told if row and _asked_for(row.standing, asked.standing)]


async def openable(actor: Actor, page: Iterable[Row]) -> set[UUID]:
    """Tells which rows of a page the actor may open: of a former person a site reads the register alone."""
    found = certifications_visible_to(actor).filter(id__in=[row.id for row in page])
    return {one["id"] for one in await found.values("id")}


async def _wanted(actor: Actor, asked: Question, known: datetime | None) -> Q:
    wanted = Q(starts__lte=asked.as_of)
    if known:
        wanted &= Q(recorded__lte=known)
    if asked.standing == "" or asked.standing in GOOD:
        wanted &= Q(over__isnull=True) | Q(over__gte=asked.as_of)
    # Looked up in what there is, so that words of any length and kind may be asked for.
    if asked.programme:
        slugs = dict(await Programme.filter(unit_id=actor.unit_id).values_list("slug", "id"))
        wanted &= Q(programme_id__in=[slugs[asked.programme]] if asked.programme in slugs else [])
    if asked.area:
        paths = dict(await Area.filter(unit_id=actor.unit_id).values_list("code", "path"))
        wanted &= Q(site__area__path__startswith=paths[asked.area]) if asked.area in paths else Q(id__in=[])
    return wanted


def _row(one: dict[str, Any], changes: Iterable[Change], asked: Question, known: datetime | None) -> Row | None:
    period = Period(one["starts"], one["recorded"], one["renewal_opens"], one["ends"], one["over"])
    standing = standing_on(period, changes, asked.as_of, known)
    if standing is None:
        return None
    return Row(
        id=one["id"],
        name=one["name"],
        level=one["level"],
        programme=one["programme"],
        site=one["site"] or "",
        area=one["area"] or "",
        standing=standing,
        starts=one["starts"],
        ends=one["ends"],
        serial=one["serial"] or "",
    )


def _asked_for(standing: str, wanted: str) -> bool:
    return wanted == "all" or standing == wanted or (wanted == "" and standing in GOOD)
