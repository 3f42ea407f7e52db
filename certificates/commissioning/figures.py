"""Figures of a programme by area, without names: certified, certified a year before, in training, sites that deliver.

People are counted once a month, as known at its end. Whoever looks every day then learns nothing from the difference
of two days, and what was shown stays true when a record is corrected.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tortoise.functions import Count

from certificates.commissioning.rules import Branch, Cell, shown
from certificates.register import sql
from training.core.dates import day, end_of
from training.database.connection import connection
from training.parsing.lengths import Length, subtract
from training.people.visibility import active_on
from training.programmes.models import Adoption
from training.sites.history import Moment
from training.sites.models import Area, Programme, Site

YEAR = Length.of("P1Y")
NOW, BEFORE, TRAINED = "certified", "certified_before", "in_training"
WHOLE, NOWHERE = "", "-"


@dataclass(frozen=True)
class AreaFigures:
    """The figures of an area: `depth` says how many areas it lies in."""

    name: str
    depth: int
    certified: Cell
    certified_before: Cell
    in_training: Cell
    sites: int


@dataclass(frozen=True)
class ProgrammeFigures:
    """All figures of a programme, of the whole first, with the days they speak of."""

    on: date
    before: date
    today: date
    rows: tuple[AreaFigures, ...]

    def definitions(self) -> Mapping[str, str]:
        """Says what each figure counts, and of which day."""
        certified = "People who held a certificate of this programme that counted on {}, in the area where they worked."
        return {
            NOW: certified.format(day(self.on)),
            BEFORE: certified.format(day(self.before)),
            TRAINED: f"People with a place in this programme on {day(self.on)} who held no certificate of it that "
            "counted, in the area of the site of their place.",
            "sites": f"Sites that had taken up this programme on {day(self.today)}.",
        }


async def figures_of(programme: Programme, zone: str, *, today: date) -> ProgrammeFigures:
    """Counts a programme by area as of the end of last month; sites as of today."""
    on = today.replace(day=1) - timedelta(days=1)
    before, known = subtract(on, YEAR), end_of(on, zone)
    asked = {NOW: _certified(programme.id, Moment(on, known)), BEFORE: _certified(programme.id, Moment(before, known)),
             TRAINED: _in_training(programme.id, Moment(on, known))}  # fmt: skip
    counts = (
        f"SELECT '{name}' AS figure, place, COUNT(*) AS people FROM ({people}) AS them GROUP BY place"  # noqa: S608 - no input
        for name, people in asked.items()
    )
    rows = await connection().execute_query_dict(" UNION ALL ".join(counts))
    there = dict(await Site.filter(unit_id=programme.unit_id).values_list("id", "area_id"))
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        area = there.get(UUID(row["place"])) if row["place"] else None
        counted[row["figure"]][str(area or NOWHERE)] += row["people"]
    adopted = Adoption.filter(active_on(today), programme_id=programme.id)
    grouped = adopted.annotate(many=Count("site_id", distinct=True)).group_by("site__area_id")
    sites = await grouped.values("many", area="site__area_id")
    counted["sites"] = Counter({str(row["area"]): row["many"] for row in sites})
    areas = await Area.filter(unit_id=programme.unit_id).order_by("path").values("id", "name", "path")
    return ProgrammeFigures(on, before, today, tuple(_rows(areas, {str(one) for one in there.values()}, counted)))


def _rows(
    areas: list[dict[str, Any]], lived_in: set[str], counted: Mapping[str, Counter[str]]
) -> Iterable[AreaFigures]:
    """Lays the counts into the tree of areas; sites of an area that has areas below are told in a row of their own."""
    below: dict[str, list[dict[str, Any]]] = defaultdict(list)
    by_path = {area["path"]: str(area["id"]) for area in areas}
    for area in areas:
        below[by_path.get(area["path"][:-1].rpartition("/")[0] + "/", WHOLE)].append(area)

    def branch(key: str, counts: Counter[str]) -> Branch:
        parts = [branch(str(one["id"]), counts) for one in below[key]]
        if not parts and key != WHOLE:
            return Branch(key, counts[key])
        if key == WHOLE:
            parts.append(Branch(NOWHERE, counts[NOWHERE]))
        elif key in lived_in:
            parts.append(Branch(f"{key}/", counts[key]))
        return Branch(key, below=tuple(parts))

    people = {name: shown(branch(WHOLE, counted[name])) for name in (NOW, BEFORE, TRAINED)}
    sites = branch(WHOLE, counted["sites"])
    names = {str(area["id"]): area["name"] for area in areas} | {WHOLE: "All areas", NOWHERE: "No site now"}

    def told(one: Branch, depth: int) -> Iterable[AreaFigures]:
        name = names.get(one.key) or f"{names[one.key.removesuffix('/')]}: other sites"
        cells = {figure: cells[one.key] for figure, cells in people.items()}
        yield AreaFigures(name, depth, **cells, sites=one.total)
        for part in one.below:
            yield from told(part, depth + 1)

    return told(sites, 0)


def _certified(programme_id: UUID, then: Moment) -> str:
    """Gives who could deliver on a day, each once, with the site where they belonged, as the register says it."""
    return f"""SELECT person_id, MIN(CAST(({sql.place_sql(then)}) AS VARCHAR(36))) AS place
        FROM {sql.ROW} WHERE {_counts(programme_id, then)} AND {_real(sql.ROW)} GROUP BY person_id"""  # noqa: S608 - no input


def _in_training(programme_id: UUID, then: Moment) -> str:
    """Gives who had a place and was not certified, with the site of the place."""
    return f"""SELECT one.person_id, MIN(CAST(one.site_id AS VARCHAR(36))) AS place FROM programmes_place one
        WHERE one.programme_id = '{programme_id}' AND one.starts <= '{then.on}' AND one.recorded <= {_known(then)}
        AND (one.ends IS NULL OR one.ends >= '{then.on}' OR one.end_recorded > {_known(then)})
        AND (one.taken_back IS NULL OR one.taken_back > {_known(then)}) AND {_real("one")}
        AND NOT EXISTS (SELECT 1 FROM {sql.ROW}
            WHERE {sql.ROW}.person_id = one.person_id AND {_counts(programme_id, then)})
        GROUP BY one.person_id"""  # noqa: S608 - no input


def _counts(programme_id: UUID, then: Moment) -> str:
    row, on = sql.ROW, f"'{then.on}'"
    return f"""{row}.programme_id = '{programme_id}' AND {row}.starts <= {on} AND {row}.recorded <= {_known(then)}
        AND ({row}."over" IS NULL OR {row}."over" >= {on})
        AND ({row}.ends IS NULL OR {row}.ends >= {on} OR {row}."over" >= {on}) AND {sql.unchanged_sql(then)}"""


def _real(table: str) -> str:
    return f"""EXISTS (SELECT 1 FROM people_person them WHERE them.id = {table}.person_id
        AND them.test_user = FALSE AND them.merged_into_id IS NULL)"""  # noqa: S608 - no input


def _known(then: Moment) -> str:
    return sql.text(then.known)
