"""The register: who stood how on a day, as known on a day; read only, one question for page, file and audit."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import F, Q, RawSQL, Subquery
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certification, certifications_visible_to
from certificates.evaluations.standing import GOOD
from certificates.register import sql
from certificates.register.history import Then, places_then, with_people
from training.core.dates import end_of
from training.database.ids import one_of
from training.database.name_search import has_in_name, searched
from training.people.actor import Actor
from training.people.models import Membership
from training.sites.history import Moment
from training.sites.models import Area, FormerValue, Programme, Site

DAYS = ("as_of", "known_at", "ends_from", "ends_by")
TEXTS = ("area", "programme", "standing", "name", "site", "at", "level", "reads", "background")
NOWHERE = "-"
"""Stands for the site of those who belong to none."""
COLUMNS = ("name", "level", "programme", "site", "area", "standing", "starts", "ends", "serial")
READ = (
    "id", "person_id", "site_id", "starts", "ends", "level_title", "programme__title", "person__name", "standing",
    "serial",
)  # fmt: skip
"""What `told` needs of each row of `certifications_on`."""
TRUE = RawSQL("TRUE")
PIECE, IDS = 250, 20_000
"""Rows, and ids alone, that are read at once."""


@dataclass(frozen=True)
class RegisterFilter:
    """What is asked of the register; `standing` "" means everybody who may deliver, "all" everybody.

    `name` and `site` are parts of what somebody, and their site, was called that day. `at` is the code of the site
    where they belonged, `NOWHERE` none; `level` a whole title, `reads` their language, `background` one
    that was recorded of them. `ends_from` and `ends_by` are about the last day. `moment_known` says more exactly than
    `known_at` until when something was known.
    """

    as_of: date
    known_at: date | None = None
    area: str = ""
    programme: str = ""
    standing: str = ""
    name: str = ""
    site: str = ""
    at: str = ""
    level: str = ""
    reads: str = ""
    background: str = ""
    ends_from: date | None = None
    ends_by: date | None = None
    moment_known: datetime | None = None

    @classmethod
    def kept(cls, asked: Mapping[str, Any]) -> "RegisterFilter":
        """Reads a question that an audit kept."""
        days: dict[str, Any] = {name: date.fromisoformat(asked[name]) for name in DAYS if asked.get(name)}
        return cls(**days, **{name: asked.get(name, "") for name in TEXTS})

    def moment(self, zone: str) -> Moment:
        """Gives the day that is asked about, and the last moment of what is to be known."""
        return Moment(self.as_of, self.moment_known or (end_of(self.known_at, zone) if self.known_at else None))

    def query(self) -> dict[str, str]:
        """Gives the question as the filters of an address."""
        return {name: str(value) for name, value in asdict(self).items() if value and name != "moment_known"}


@dataclass(frozen=True)
class RegisterRow:
    """One certification as it stood."""

    id: UUID
    person_id: UUID
    name: str
    level: str
    programme: str
    site: str
    area: str
    standing: str
    starts: date
    ends: date | None
    serial: str


async def certifications_on(actor: Actor, asked: RegisterFilter) -> QuerySet[Certification]:
    """Finds in the database what the actor may see of the answer.

    Each row can be sorted by its `standing`, `serial`, and by `named`, `site_named`, `area_named`: what the holder, the
    site and the area were called, as it is searched for. `told` reads the names themselves.
    """
    then = asked.moment(actor.zone)
    today = asked.as_of >= actor.today and (then.known is None or then.known >= end_of(actor.today, actor.zone))
    # A site reads of each day whoever belonged to it then; nobody reads ahead.
    visible = certifications_visible_to(actor, on=min(asked.as_of, actor.today)).annotate(
        standing=RawSQL(sql.standing_sql(then)),
        serial=RawSQL(sql.serial_sql(then)),
        named=F("person__folded") if today else RawSQL(sql.person_sql(then)),
        site_named=RawSQL(sql.site_sql(then)),
        area_named=RawSQL(sql.area_sql(then)),
    )
    wanted = Q(starts__lte=asked.as_of)
    if then.known:
        wanted &= Q(recorded__lte=then.known)
    # Looked up in what there is, so that words of any length and kind may be asked for.
    if asked.programme:
        slugs = dict(await Programme.filter(unit_id=actor.unit_id).values_list("slug", "id"))
        wanted &= Q(programme_id__in=[slugs[asked.programme]] if asked.programme in slugs else [])
    visible = _standing_so(visible.filter(wanted & _holding(asked)), asked, then)
    if asked.background:
        holds = sql.has_background_sql(then, asked.background)
        visible = visible.annotate(has_background=RawSQL(holds)).filter(has_background=TRUE)
    if asked.at:
        visible = await _belonging(visible, actor, then, asked.at)
    if asked.area:
        paths = dict(await Area.filter(unit_id=actor.unit_id).values_list("code", "path"))
        if asked.area not in paths:
            return visible.filter(id__in=[])
        visible = _within(visible, actor, then, paths[asked.area])
    return _called(visible, actor, asked, today=today)


def _holding(asked: RegisterFilter) -> Q:
    """Filters to what stands in the certification itself, and to what the person reads."""
    wanted = {
        "level_title__iexact": asked.level, "person__language": asked.reads, "ends__gte": asked.ends_from,
        "ends__lte": asked.ends_by,
    }  # fmt: skip
    given: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    return Q(**given)


async def _belonging(rows: QuerySet[Certification], actor: Actor, then: Moment, code: str) -> QuerySet[Certification]:
    if code == NOWHERE:
        return rows.annotate(nowhere=RawSQL(f"(({sql.place_sql(then)}) IS NULL)")).filter(nowhere=TRUE)
    sites = Site.filter(unit_id=actor.unit_id, code=code)
    found = await sites.first()
    if found is None:
        return rows.filter(id__in=[])
    there = RawSQL(f"(({sql.place_sql(then)}) = {sql.text(str(found.id))})")
    return rows.filter(_perhaps_at(sites)).annotate(there=there).filter(there=TRUE)


def _standing_so(rows: QuerySet[Certification], asked: RegisterFilter, then: Moment) -> QuerySet[Certification]:
    if asked.standing == "" or asked.standing in GOOD:
        rows = rows.filter(Q(over__isnull=True) | Q(over__gte=asked.as_of))  # what an index leads to
    if asked.standing == "":
        live = rows.filter(Q(ends__isnull=True) | Q(ends__gte=asked.as_of) | Q(over__gte=asked.as_of))
        return live.annotate(unchanged=RawSQL(sql.unchanged_sql(then))).filter(unchanged=TRUE)
    return rows if asked.standing == "all" else rows.filter(standing=asked.standing)


def _within(rows: QuerySet[Certification], actor: Actor, then: Moment, path: str) -> QuerySet[Certification]:
    lay = FormerValue.filter(unit_id=actor.unit_id, what="area", value__startswith=path).values("subject_id")
    sites = Site.filter(Q(area__path__startswith=path) | Q(id__in=Subquery(lay)), unit_id=actor.unit_id)
    return rows.filter(_perhaps_at(sites)).annotate(within=RawSQL(sql.within_sql(then, path))).filter(within=TRUE)


def _called(
    rows: QuerySet[Certification], actor: Actor, asked: RegisterFilter, *, today: bool
) -> QuerySet[Certification]:
    if asked.name and today:
        rows = rows.filter(has_in_name(asked.name, "person__"))
    elif asked.name:
        perhaps = has_in_name(asked.name, "person__") | Q(person_id__in=_once_called(actor, asked.name))
        rows = rows.filter(perhaps).filter(_says("named", asked.name))
    if asked.site:
        called = has_in_name(asked.site) | Q(id__in=_once_called(actor, asked.site))
        sites = Site.filter(called, unit_id=actor.unit_id)
        rows = rows.filter(_perhaps_at(sites)).filter(_says("site_named", asked.site))
    return rows


def _once_called(actor: Actor, part: str) -> Subquery:
    """Finds whose former name may have these letters: those from before have not been folded."""
    perhaps = Q(folded__contains=searched(part)) | Q(folded__isnull=True)
    return Subquery(FormerValue.filter(perhaps, unit_id=actor.unit_id, what="name").values("subject_id"))


def _says(column: str, part: str) -> Q:
    typed = {f"{column}__contains": part.lower()}  # one from before has not been folded yet
    folds = {f"{column}__contains": searched(part)} if searched(part) else typed
    return Q(Q(**folds), Q(**typed), join_type=Q.OR)


def _perhaps_at(sites: QuerySet[Site]) -> Q:
    """Filters to those who can have been at one of the sites at any time: certified there, or members of it."""
    members = Membership.filter(one_of("site_id", sites.values("id"))).values("person_id")
    return one_of("site_id", sites.values("id")) | one_of("person_id", members)


async def told(rows: Sequence[Mapping[str, Any]], places: Then) -> list[RegisterRow]:
    """Tells of rows that were read of `certifications_on` how their holders and places were called."""
    then, answer = await with_people(places, [one["person_id"] for one in rows]), []
    for one in rows:
        place = then.place_of(one["person_id"], one["site_id"])
        answer.append(
            RegisterRow(
                id=one["id"],
                person_id=one["person_id"],
                name=then.name(one["person_id"], one["person__name"]),
                level=one["level_title"],
                programme=one["programme__title"],
                site=place.site,
                area=place.area,
                standing=one["standing"],
                starts=one["starts"],
                ends=one["ends"],
                serial=one["serial"] or "",
            )
        )
    return answer


async def pieces(actor: Actor, asked: RegisterFilter) -> AsyncIterator[list[RegisterRow]]:
    """Answers the question for what the actor may see, by name, some rows at a time."""
    rows, places = await certifications_on(actor, asked), await places_then(actor.unit_id, asked.moment(actor.zone))
    for unnamed in (False, True):  # whose name was never folded come last, in both databases
        some, after = rows.filter(named__isnull=unnamed), Q()
        while piece := await some.filter(after).order_by("named", "id").limit(PIECE).values(*READ, "named"):
            yield await told(piece, places)
            last = piece[-1]
            after = Q(id__gt=last["id"])
            if not unnamed:
                after = Q(named__gte=last["named"]) & (Q(named__gt=last["named"]) | after)


async def rows(actor: Actor, asked: RegisterFilter) -> list[RegisterRow]:
    """Answers the question whole, by name."""
    return [row async for piece in pieces(actor, asked) for row in piece]


async def openable(actor: Actor, page: Iterable[UUID]) -> set[UUID]:
    """Tells which rows of a page the actor may open: of a former person a site reads the register alone."""
    opens = certifications_visible_to(actor).filter(id__in=list(page))
    return {one["id"] for one in await opens.values("id")}


async def ids_at(rows: QuerySet[Certification], positions: Collection[int]) -> dict[int, UUID]:
    """Reads the ids that stand at some positions of an answer in the order of ids, a piece at a time."""
    at, begins, found = Q(), 0, dict[int, UUID]()
    while piece := await rows.filter(at).order_by("id").limit(IDS).values("id"):
        found |= {one: piece[one - begins]["id"] for one in positions if begins <= one < begins + len(piece)}
        at, begins = Q(id__gt=piece[-1]["id"]), begins + len(piece)
    return found
