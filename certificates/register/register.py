"""The register: who stood how on a day, as known on a day; read only, one question for page, file and audit."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from certificates.evaluations.changes import histories
from certificates.evaluations.models import certifications_visible_to
from certificates.evaluations.standing import GOOD, Change, Period, standing_on
from certificates.register.history import Then, look_back
from training.core.dates import end_of
from training.people.actor import Actor
from training.people.models import Membership, searched
from training.sites.history import Moment
from training.sites.models import Area, FormerValue, Programme, Site

COLUMNS = ("name", "level", "programme", "site", "area", "standing", "starts", "ends", "serial")


@dataclass(frozen=True)
class Question:
    """What is asked of the register; `standing` "" means everybody who may deliver, "all" everybody."""

    as_of: date
    known_at: date | None = None
    area: str = ""
    programme: str = ""
    standing: str = ""

    @classmethod
    def kept(cls, asked: Mapping[str, Any]) -> "Question":
        """Reads a question that an audit kept."""
        days: dict[str, Any] = {
            name: date.fromisoformat(asked[name]) for name in ("as_of", "known_at") if asked.get(name)
        }
        return cls(**days, **{name: asked.get(name, "") for name in ("area", "programme", "standing")})

    def moment(self, zone: str) -> Moment:
        """Gives the day that is asked about, and the last moment of what is to be known."""
        return Moment(self.as_of, end_of(self.known_at, zone) if self.known_at else None)

    def query(self) -> dict[str, str]:
        """Gives the question as the filters of an address."""
        return {name: str(value) for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class RegisterRow:
    """One certification as it stood."""

    id: UUID
    name: str
    level: str
    programme: str
    site: str
    area: str
    area_path: str
    standing: str
    starts: date
    ends: date | None
    serial: str


async def rows(actor: Actor, asked: Question) -> list[RegisterRow]:
    """Answers the question for what the actor may see, by name."""
    moment = asked.moment(actor.zone)
    # A site reads of each day whoever belonged to it then; nobody reads ahead.
    visible = certifications_visible_to(actor, on=min(asked.as_of, actor.today))
    found = visible.filter(await _wanted(actor, asked, moment.known))
    certifications: list[dict[str, Any]] = list(
        await found.order_by("starts", "id").values(
            "id",
            "person_id",
            "site_id",
            "starts",
            "renewal_opens",
            "ends",
            "over",
            "recorded",
            level="level_title",
            name="person__name",
            programme="programme__title",
            serial="certificate__serial",
            number="earlier__number",
            imported="earlier__id",
        )
    )
    changes = await histories(found)
    then = await look_back(actor.unit_id, moment, people=Subquery(found.values("person_id")))
    told = (_row(one, changes.get(one["id"], []), then) for one in certifications)
    wanted = [row for row in told if row and _asked_for(row, asked)]
    return sorted(wanted, key=lambda row: (searched(row.name), row.name))


async def openable(actor: Actor, page: Iterable[RegisterRow]) -> set[UUID]:
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
        wanted &= _perhaps_in(str(paths[asked.area]), actor.unit_id) if asked.area in paths else Q(id__in=[])
    return wanted


def _perhaps_in(path: str, unit_id: UUID) -> Q:
    """Filters to those who can have been in an area at any time: certified at a site of it, or members of one."""
    lay = FormerValue.filter(unit_id=unit_id, what="area", value__startswith=path).values("subject_id")
    sites = Site.filter(Q(area__path__startswith=path) | Q(id__in=Subquery(lay)), unit_id=unit_id).values("id")
    members = Membership.filter(site_id__in=Subquery(sites)).values("person_id")
    return Q(site_id__in=Subquery(sites)) | Q(person_id__in=Subquery(members))


def _row(one: dict[str, Any], changes: Iterable[Change], then: Then) -> RegisterRow | None:
    period = Period(one["starts"], one["recorded"], one["renewal_opens"], one["ends"], one["over"])
    standing = standing_on(period, changes, then.moment.on, then.moment.known)
    if standing is None:
        return None
    place = then.place_of(one["person_id"], one["site_id"])
    return RegisterRow(
        id=one["id"],
        name=then.name(one["person_id"], one["name"]),
        level=one["level"],
        programme=one["programme"],
        site=place.site,
        area=place.area,
        area_path=place.path,
        standing=standing,
        starts=one["starts"],
        ends=one["ends"],
        serial=f"{one['number']} (imported)".strip() if one["imported"] else one["serial"] or "",
    )


def _asked_for(row: RegisterRow, asked: Question) -> bool:
    if asked.area and f"/{asked.area}/" not in row.area_path:
        return False
    return asked.standing in ("all", row.standing) or (asked.standing == "" and row.standing in GOOD)
