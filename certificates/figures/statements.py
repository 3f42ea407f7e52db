"""Certificates as they stood on a day, counted by one statement: what the register says of each row, for all at once.

The statement joins instead of asking for each row, as a nation is counted whole. Whatever stands in it is a day, a
moment, an id or a word of ours; what the reader may see comes from the query of the register, with its parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certification, certifications_visible_to
from certificates.evaluations.standing import GOOD
from certificates.figures.questions import FigureQuestion
from certificates.register import sql
from training.database.connection import connection
from training.people.actor import Actor
from training.sites.history import Moment
from training.sites.models import Programme

COLUMNS = (
    "id", "person_id", "site_id", "programme_id", "pathway_slug", "level", "level_title", "starts", "renewal_opens",
    "ends", "over",
)  # fmt: skip
KEYS = {
    "programme": "CAST(stood.programme_id AS VARCHAR(36))",
    "level": "stood.level_title",
    "reads": "them.language",
    "background": "COALESCE(held.what, '-')",
    "standing": "stood.standing",
    "month": "SUBSTR(CAST(stood.ends AS VARCHAR(10)), 1, 7)",
}
"""What certificates are told apart by, but for their place."""
IS_GOOD = f"stood.standing IN ({', '.join(sorted(repr(one) for one in GOOD))})"


@dataclass(frozen=True)
class Certificates:
    """The certificates that somebody may see and that had begun by a day, as known at a moment."""

    rows: QuerySet[Certification]
    then: Moment

    async def counted(self, *keys: str, what: Mapping[str, str], where: str = "", place: bool) -> list[dict[str, Any]]:
        """Counts by some `KEYS`, and by the site where people belonged that day; `what` is column → expression."""
        told = {name: KEYS[name] for name in keys} | ({"place": "stood.place"} if place else {})
        then = self.then
        joins = "JOIN people_person them ON them.id = stood.person_id " if "reads" in keys else ""
        if "background" in keys:
            joins += f"LEFT JOIN ({sql.backgrounds_sql(then)}) held ON held.person_id = stood.person_id "
        columns = ", ".join(f"{said} AS {name}" for name, said in (*told.items(), *what.items()))
        grouped = f"GROUP BY {', '.join(told.values())}" if told else ""
        rows = self.rows.values(*COLUMNS)
        rows.sql()  # which makes the statement
        them, values = rows.query.get_parameterized_sql()
        whole = f"""WITH certified AS ({them}), {_changes(then)}, {_places(then)}, {_stood(then)}
            SELECT {columns} FROM stood {joins}{f"WHERE {where} " if where else ""}{grouped}"""  # noqa: S608 - no input
        return list(await connection().execute_query_dict(whole, values))


async def certificates_for(me: Actor, asked: FigureQuestion) -> Certificates:
    """Finds the certificates that a question is about; not yet narrowed to an area, as that is told by their place."""
    then = asked.moment(me.zone)
    wanted = Q(starts__lte=asked.as_of)
    if then.known:
        wanted &= Q(recorded__lte=then.known)
    if asked.programme:
        found = await Programme.get_or_none(unit_id=me.unit_id, slug=asked.programme)
        wanted &= Q(programme_id=found.id) if found else Q(id__in=[])
    return Certificates(certifications_visible_to(me, on=min(asked.as_of, me.today)).filter(wanted), then)


def _changes(then: Moment) -> str:
    """Gives the last change of each certification, and the last that says whether a condition hangs on it."""

    def last(states: str) -> str:
        return f"""SELECT one.certification_id, one.state, one.until FROM certificates_state_change one
            JOIN (SELECT one.certification_id, MAX(one.turn) AS turn FROM certificates_state_change one
            WHERE one.state {states} AND one.effective <= {sql.text(then.on)}{sql.known("one.recorded", then)}
            GROUP BY one.certification_id) latest
            ON latest.certification_id = one.certification_id AND latest.turn = one.turn"""  # noqa: S608 - no input

    return f"changed AS ({last(sql.STATES)}), marked AS ({last(sql.MARKED)})"


def _places(then: Moment) -> str:
    """Gives where people belonged: the first site of those who belonged to any, and all sites at which they did."""
    on = sql.text(then.on)
    unknown_end = f" OR one.end_recorded > {sql.text(then.known)}" if then.known else ""
    live = f"CASE WHEN one.ends IS NULL OR one.ends >= {on}{unknown_end} THEN 1 ELSE 0 END"
    first = "CAST(starts AS VARCHAR(10)) || CAST(site_id AS VARCHAR(36))"
    return f"""roles AS (SELECT one.person_id, one.site_id, one.starts, {live} AS live FROM people_membership one
        WHERE one.site_id IS NOT NULL AND one.starts <= {on}{sql.known_or_older("one.recorded", then)}
        AND one.person_id IN (SELECT certified.person_id FROM certified)),
        begun AS (SELECT person_id, MIN(CASE WHEN live = 1 THEN {first} END) AS first FROM roles GROUP BY person_id),
        homes AS (SELECT DISTINCT person_id, site_id FROM roles WHERE live = 1)"""  # noqa: S608 - no input


def _stood(then: Moment) -> str:
    on = sql.text(then.on)
    # Laid down before it is filtered: PostgreSQL expects that a filter leaves a few rows, and loops over them.
    return f"""stood AS MATERIALIZED (SELECT certified.*, COALESCE(
            CASE WHEN changed.state = 'restored' OR changed.until < {on} THEN NULL ELSE changed.state END,
            CASE WHEN certified.ends < {on} THEN CASE WHEN certified."over" >= {on} THEN 'in_grace' ELSE 'lapsed' END
            WHEN marked.state = 'provisional' THEN 'provisional'
            WHEN certified.renewal_opens <= {on} THEN 'renewal_due' ELSE 'certified' END) AS standing,
            CASE WHEN begun.person_id IS NULL OR homes.person_id IS NOT NULL
            THEN CAST(certified.site_id AS VARCHAR(36)) ELSE SUBSTR(begun.first, 11) END AS place
        FROM certified LEFT JOIN changed ON changed.certification_id = certified.id
        LEFT JOIN marked ON marked.certification_id = certified.id
        LEFT JOIN begun ON begun.person_id = certified.person_id
        LEFT JOIN homes ON homes.person_id = certified.person_id AND homes.site_id = certified.site_id)"""  # noqa: S608 - no input


def months_from(day: date, many: int) -> list[tuple[date, date]]:
    """Lists the first and last days of the months from a day on, of which the first begins with that day."""
    found, starts = [], day
    for _ in range(many):
        following = date(starts.year + starts.month // 12, starts.month % 12 + 1, 1)
        found.append((starts, date.fromordinal(following.toordinal() - 1)))
        starts = following
    return found
