"""Where people are lost on their way: of those with a place in a programme, how many came how far by a day.

The list behind each figure asks the same of each place, so both always agree.
"""

from collections.abc import Mapping

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from certificates.figures.certificates import placed
from certificates.figures.layout import Ground, address, ground_of
from certificates.figures.people_sql import ROW, latest_sql, steps_sql
from certificates.figures.questions import FigureQuestion
from certificates.figures.tables import WHOLE, ColumnTotals, FigureColumn, FigureRow, FigureTable
from certificates.register import sql
from certificates.register.register import NOWHERE
from training.database.connection import connection
from training.people.actor import Actor
from training.people.visibility import reach
from training.programmes.models import Place
from training.sites.models import Area, Site

PATH = "/figures/people"
STEPS = (
    FigureColumn("taken", "Place taken", "People with a place in a programme that had begun by that day. Whoever had a "
                 "place in two programmes counts in each."),
    FigureColumn("trained", "Trained", "Those of them who had finished a course here, come to a training session, or "
                 "had a training recorded."),
    FigureColumn("assessed", "Assessed", "Those of them with a signed assessment that was not set aside."),
    FigureColumn("certified", "Certified", "Those of them who were ever certified in the programme."),
    FigureColumn("delivered", "Delivered", "Those of them with a group or family recorded that they led, alone or in a "
                 "team."),
    FigureColumn("supervised", "Supervised", "Those of them with a supervision recorded."),
    FigureColumn("renewed", "Renewed", "Those of them who were certified again at the same level."),
    FigureColumn("idle", "Never delivered", "Those of them who were trained and have no delivery recorded."),
    FigureColumn("finished", "Finished", "Those of them whose place ended because they finished."),
    FigureColumn("left", "Left", "Those of them whose place ended because they left, or was not continued."),
)  # fmt: skip
WORDS = {one.key: one.heading for one in STEPS}
KEYS = {
    "programme": "CAST(one.programme_id AS VARCHAR(36))",
    "funding": "one.funding",
    "reads": "them.language",
    "background": "COALESCE(held.what, '-')",
}
WHERE = (
    "Each counts at the site of the latest place that had begun, in the area where that site lay that day. What is "
    "recorded counts whether somebody has confirmed it or not."
)


def places_begun(me: Actor, asked: FigureQuestion) -> QuerySet[Place]:
    """Finds the latest place of everybody in each programme that had begun by the day, of whom the actor may see."""
    then = asked.moment(me.zone)
    stands = Q(taken_back__isnull=True) | Q(taken_back__gt=then.known) if then.known else Q(taken_back__isnull=True)
    begun = Q(starts__lte=asked.as_of) & (Q(recorded__lte=then.known) if then.known else Q())
    if asked.programme:
        begun &= Q(programme__slug=asked.programme)
    seen = reach(me, "read register", on=min(asked.as_of, me.today))
    return _true(Place.filter(seen, begun, stands), latest=latest_sql(then))


def _true(rows: QuerySet[Place], **conditions: str) -> QuerySet[Place]:
    for name, condition in conditions.items():
        rows = rows.annotate(**{name: RawSQL(condition)}).filter(**{name: RawSQL("TRUE")})
    return rows


async def narrowed_places(me: Actor, asked: FigureQuestion, row: Mapping[str, str]) -> QuerySet[Place]:
    """Finds the places behind a figure: of its step, and of what names its row in an address."""
    then, rows = asked.moment(me.zone), places_begun(me, asked)
    step = row.get("step", "")
    if step in WORDS:
        rows = _true(rows, came_so_far=steps_sql(then, me.zone)[step])
    if asked.area:
        area = await Area.get_or_none(unit_id=me.unit_id, code=asked.area)
        within = sql.site_within_sql(f"{ROW}.site_id", then, area.path) if area else "(1 = 0)"
        rows = _true(rows, lay_within=within)
    if at := row.get("at", ""):
        rows = (
            rows.filter(site_id__isnull=True)
            if at == NOWHERE
            else rows.filter(site_id__in=await Site.filter(unit_id=me.unit_id, code=at).values_list("id", flat=True))
        )
    if row.get("reads"):
        rows = rows.filter(person__language=row["reads"])
    if row.get("background"):
        rows = _true(rows, has_background=sql.has_background_sql(then, row["background"], f"{ROW}.person_id"))
    if row.get("funding"):
        # Whoever wrote a dash recorded no more than whoever wrote nothing; the table counts both as one.
        rows = rows.filter(funding__in=["", NOWHERE] if row["funding"] == NOWHERE else [row["funding"]])
    return rows


async def people_table(me: Actor, asked: FigureQuestion) -> FigureTable:
    """Counts how far people had come by the day, and by the one that it is compared with."""

    def behind(column: str, row: FigureRow) -> str:
        return address(PATH, asked, row, step=column)

    earlier = asked.earlier()
    before = await _came(me, earlier, await ground_of(me, earlier)) if earlier else None
    ground = await ground_of(me, asked)
    return ground.table(STEPS, await _came(me, asked, ground), before, behind, notes=[WHERE])


async def _came(me: Actor, asked: FigureQuestion, ground: Ground) -> ColumnTotals:
    tally, (place, apart) = ColumnTotals(), placed(asked)
    steps = steps_sql(asked.moment(me.zone), me.zone)
    asked_once = {name: one for name, one in steps.items() if name != "idle"}
    rows = places_begun(me, asked).annotate(**{f"is_{name}": RawSQL(one) for name, one in asked_once.items()})
    found = rows.values("person_id", "programme_id", "site_id", "funding", *(f"is_{name}" for name in asked_once))
    found.sql()  # which makes the statement
    them, values = found.query.get_parameterized_sql()

    async def count(*keys: str, whole: bool, parts: bool) -> None:
        told = {name: KEYS[name] for name in keys} | ({"place": "CAST(one.site_id AS VARCHAR(36))"} if place else {})
        joins = "JOIN people_person them ON them.id = one.person_id " if "reads" in keys else ""
        if "background" in keys:
            joins += f"LEFT JOIN ({sql.backgrounds_sql(asked.moment(me.zone))}) held ON held.person_id = one.person_id "
        came = {name: f"one.is_{name}" for name in steps} | {"idle": "one.is_trained AND NOT one.is_delivered"}
        sums = {f"n_{name}": f"SUM(CASE WHEN {one} THEN 1 ELSE 0 END)" for name, one in came.items()}
        columns = ", ".join(f"{said} AS {name}" for name, said in (*told.items(), *sums.items()))
        grouped = f" GROUP BY {', '.join(told.values())}" if told else ""
        statement = f"SELECT {columns} FROM ({them}) one {joins}{grouped}"  # noqa: S608 - no input
        for row in await connection().execute_query_dict(statement, values):
            if ground.inside(row):
                figures = {name: row[f"n_{name}"] or 0 for name in steps}
                tally.add([*([WHOLE] if whole else ()), *(ground.keys_of(row) if parts else ())], figures)

    if asked.by == "background":  # somebody may have two
        await count(whole=True, parts=False)
    await count(*apart, whole=asked.by != "background", parts=True)
    return tally
