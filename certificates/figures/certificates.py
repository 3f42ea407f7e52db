"""Figures of certificates: how many stood how on a day, and how many end in which month; behind them the register."""

from collections.abc import Sequence
from datetime import date

from certificates.evaluations.standing import GOOD
from certificates.figures.layout import Ground, address, ground_of
from certificates.figures.questions import FigureQuestion
from certificates.figures.statements import IS_GOOD, certificates_for, months_from
from certificates.figures.tables import WHOLE, ColumnTotals, Figure, FigureColumn, FigureRow, FigureTable
from training.core.dates import day
from training.people.actor import Actor

STANDING = (
    FigureColumn("good", "Counts", "Certificates that let somebody deliver that day: certified, provisional, renewal "
                 "due or in grace."),
    FigureColumn("certified", "Certified", "Those of them that simply count: no condition, and no renewal due yet."),
    FigureColumn("provisional", "Provisional", "Those of them that count on a condition that is still open."),
    FigureColumn("renewal_due", "Renewal due", "Those of them that may be renewed and have not been yet."),
    FigureColumn("in_grace", "In grace", "Those of them whose last day was over, within the time that the rules give."),
    FigureColumn("lapsed", "Lapsed", "Certificates that ended, with the time that the rules give, or by the rules."),
    FigureColumn("suspended", "Suspended", "Certificates that did not count that day, and may count again."),
    FigureColumn("withdrawn", "Withdrawn", "Certificates that were withdrawn for good."),
    FigureColumn("replaced", "Replaced", "Certificates in whose place a newer one stood."),
)  # fmt: skip
MONTHS = 12
EXPIRING = (
    FigureColumn("good", "End", "Certificates that counted that day and whose last day, without grace, is in the "
                 "month. The first month begins with the day itself."),
)  # fmt: skip
WHERE = "Everybody counts at the site, and in the area, where they belonged that day, as the register tells it."


async def standing_table(me: Actor, asked: FigureQuestion) -> FigureTable:
    """Counts how certificates stood, on the day and on the one that it is compared with."""

    def behind(column: str, row: FigureRow) -> str:
        return address("/register", asked, row, standing="" if column == "good" else column)

    earlier = asked.earlier()
    before = await _stood(me, earlier, await ground_of(me, earlier)) if earlier else None
    ground = await ground_of(me, asked)
    return ground.table(STANDING, await _stood(me, asked, ground), before, behind, notes=[WHERE])


async def _stood(me: Actor, asked: FigureQuestion, ground: Ground) -> ColumnTotals:
    tally, found = ColumnTotals(), await certificates_for(me, asked)
    place, apart = placed(asked)

    async def count(*keys: str, whole: bool, parts: bool) -> None:
        for row in await found.counted("standing", *keys, what={"many": "COUNT(*)"}, place=place):
            if ground.inside(row):
                figures = {row["standing"]: row["many"]} | ({"good": row["many"]} if row["standing"] in GOOD else {})
                tally.add([*([WHOLE] if whole else ()), *(ground.keys_of(row) if parts else ())], figures)

    if asked.by == "background":  # somebody may have two
        await count(whole=True, parts=False)
    await count(*apart, whole=asked.by != "background", parts=True)
    return tally


def placed(asked: FigureQuestion) -> tuple[bool, Sequence[str]]:
    """Tells whether what is counted is told apart by site, and by what else."""
    by_place = asked.by in ("area", "site")
    return by_place or bool(asked.area), () if by_place else (asked.by,)


async def expiring_table(me: Actor, asked: FigureQuestion) -> FigureTable:
    """Counts in which of the next twelve months certificates end that count on the day."""
    months = months_from(asked.as_of, MONTHS)
    earlier = asked.earlier()
    now = await _ending(me, asked, months)
    before = await _ending(me, earlier, months) if earlier else None

    def row(key: str, name: str, first: date, last: date) -> FigureRow:
        figure = Figure(now.of(key)["good"], before.of(key)["good"] if before else None)
        return FigureRow(key, name, {"good": figure}, {"ends_from": str(first), "ends_by": str(last)})

    def behind(_: str, row: FigureRow) -> str:
        return address("/register", asked, row)

    rows = [row(str(first)[:7], f"{day(first)} to {day(last)}", first, last) for first, last in months]
    whole = row(WHOLE, "The twelve months", months[0][0], months[-1][1])
    return FigureTable(EXPIRING, [whole, *rows], behind, [WHERE])


async def _ending(me: Actor, asked: FigureQuestion, months: Sequence[tuple[date, date]]) -> ColumnTotals:
    tally, ground, found = ColumnTotals(), await ground_of(me, asked), await certificates_for(me, asked)
    ends = f"{IS_GOOD} AND stood.ends >= '{months[0][0]}' AND stood.ends <= '{months[-1][1]}'"
    for row in await found.counted("month", what={"many": "COUNT(*)"}, where=ends, place=bool(asked.area)):
        if ground.inside(row):
            tally.add([WHOLE, row["month"]], {"good": row["many"]})
    return tally
