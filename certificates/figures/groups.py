"""How many groups sites could run with the people whose certificates count: on the day, and six months later.

The rules of a programme say how many a team has and what they hold; where they do not, one person leads a group.
Nobody is counted on who is at no site.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certificates.evaluations import pathway_versions
from certificates.figures.layout import Ground, address, ground_of
from certificates.figures.questions import FigureQuestion
from certificates.figures.statements import IS_GOOD, Certificates, certificates_for
from certificates.figures.tables import WHOLE, ColumnTotals, FigureColumn, FigureRow, FigureTable
from certificates.pathways.language.schema import Group, Pathway, Requirement, Team
from certificates.register import sql
from training.parsing.lengths import Length, add
from training.people.actor import Actor
from training.sites.models import Programme

LATER = Length.of("P6M")
GROUPS = (
    FigureColumn("groups", "Groups now", "Groups that could run at the same time that day: at each site as many teams "
                 "as the people there make whose certificates count."),
    FigureColumn("groups_later", "Groups in six months", "The same six months later, without those whose certificates, "
                 "with grace, end until then unless somebody renews."),
    FigureColumn("leaders", "People now", "People whose certificates count that day and whom the rules let lead. The "
                 "list shows every certificate that counts: somebody may hold two, or one that leads no group."),
    FigureColumn("leaders_later", "People in six months", "Those of them whose certificates still run then."),
)  # fmt: skip
ONE_LANGUAGE = (
    "Told apart by language, those who lead a group together all have that language: a pair of two languages is no "
    "group here, so there may be fewer than by area."
)


@dataclass(frozen=True)
class TeamRule:
    """What rules ask of a team: how many, and which levels they hold; none: any."""

    many: int = 1
    levels: tuple[str, ...] = ()


async def groups_table(me: Actor, asked: FigureQuestion) -> FigureTable:
    """Counts the groups that could run; told apart by language, a team has one language in common."""

    def behind(column: str, row: FigureRow) -> str:
        return "" if column.endswith("_later") else address("/register", asked, row)

    earlier, notes = asked.earlier(), list[str]()
    before = await _possible(me, earlier, await ground_of(me, earlier), []) if earlier else None
    ground = await ground_of(me, asked)
    now = await _possible(me, asked, ground, notes)
    if asked.by == "reads":
        notes.append(ONE_LANGUAGE)
    return ground.table(GROUPS, now, before, behind, notes=notes)


async def _possible(me: Actor, asked: FigureQuestion, ground: Ground, notes: list[str]) -> ColumnTotals:
    tally, found = ColumnTotals(), await certificates_for(me, asked)
    wanted = {"slug": asked.programme} if asked.programme else {}
    for programme in await Programme.filter(unit_id=me.unit_id, **wanted).order_by("title"):
        versions = await pathway_versions.versions_of(programme.id, me.unit_id, today=asked.as_of)
        stated = teams_of(pathway_versions.read(versions[0])) if versions else []
        notes.append(_words(programme.title, stated))
        rules = stated or [TeamRule()]
        spots: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for rule in rules:
            for row in await _people(found, asked, programme, rule):
                spots[row["place"], row.get("reads", "")].append({**row, "many": rule.many})
        for rows in spots.values():
            row = {"programme": str(programme.id), **rows[0]}
            if ground.inside(row):
                tally.add([WHOLE, *ground.keys_of(row)], _teams(rows, len(rules)))
    return tally


async def _people(
    found: Certificates, asked: FigureQuestion, programme: Programme, rule: TeamRule
) -> Iterable[Mapping[str, Any]]:
    """Counts who at each site could be in a team, and who still could later."""
    later = sql.text(add(asked.as_of, LATER))
    ends = 'COALESCE(stood."over", stood.ends)'
    still = f"CASE WHEN {ends} IS NULL OR {ends} >= {later} THEN stood.person_id END"
    what = {"people": "COUNT(DISTINCT stood.person_id)", "later": f"COUNT(DISTINCT {still})"}
    rows = found.rows.filter(programme_id=programme.id)
    leading = Certificates(rows.filter(level__in=rule.levels) if rule.levels else rows, found.then)
    where = f"{IS_GOOD} AND stood.place IS NOT NULL"
    keys = ("reads",) if asked.by == "reads" else ()
    return await leading.counted(*keys, what=what, where=where, place=True)


def _teams(rows: list[Mapping[str, Any]], rules: int) -> Counter[str]:
    """Tells how many teams the people of one site make, where each rule has a row or nobody who fits."""
    whole = len(rows) == rules
    return Counter(
        groups=min(row["people"] // row["many"] for row in rows) if whole else 0,
        groups_later=min(row["later"] // row["many"] for row in rows) if whole else 0,
        leaders=max(row["people"] for row in rows),
        leaders_later=max(row["later"] for row in rows),
    )


def teams_of(pathway: Pathway) -> list[TeamRule]:
    """Finds what the rules ask of the team of each delivery; nothing where they do not say."""
    asked = [one for rules in pathway.deliveries.values() for one in _asked(rules)]
    found = {TeamRule(one.at_least or 1, one.holds) for one in asked}
    return sorted(found, key=lambda one: (one.levels, one.many))


def _asked(rules: Iterable[Requirement]) -> Iterable[Team]:
    for one in rules:
        if isinstance(one.ask, Team) and not one.advisory and not one.ask.where:
            yield one.ask
        elif isinstance(one.ask, Group) and one.ask.kind == "all_of":
            yield from _asked(one.ask.children)


def _words(title: str, rules: list[TeamRule]) -> str:
    def said(rule: TeamRule) -> str:
        who = f" who are {' or '.join(one.replace('_', ' ') for one in rule.levels)}" if rule.levels else ""
        return f"{rule.many} {'person' if rule.many == 1 else 'people'}{who}"

    if not rules:
        return f"{title}: the rules do not say how many lead a group, so one person is counted for each."
    return f"{title}: a group is led by {' and '.join(map(said, rules))}, as its rules say."
