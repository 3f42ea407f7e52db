"""The list of everyone who is on films of a coordinator's people: who consented, until when, who withdrew."""

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from training.assessments.films.models import consents_visible_to
from training.assessments.films.pages import HOME
from training.assessments.films.rules import PARTS
from training.core.dates import day
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor

STATES = {"given": "Consented", "asked": "Asked", "withdrawn": "Withdrawn"}
ASKED = Q(given__isnull=True, withdrawn__isnull=True)
OF = {"given": Q(given__isnull=False, withdrawn__isnull=True), "asked": ASKED, "withdrawn": Q(withdrawn__isnull=False)}
STATE = (
    "(CASE WHEN assessments_film_consent.withdrawn IS NOT NULL THEN 'withdrawn'"
    " WHEN assessments_film_consent.given IS NOT NULL THEN 'consented' ELSE 'asked' END)"
)
CONSENTS = PagedList(
    f"{HOME}/consents",
    "Consents to films",
    ("consent", "consents"),
    (
        ListColumn("name", "Who is on it", ListSort("name", fold=True), text=lambda row: str(row["name"]),
                   cell=lambda row: {"text": row["name"], "path": f"{HOME}/{row['film_id']}/consents"}),
        ListColumn("part", "As", ListSort("part"), text=lambda row: PARTS[row["part"]]),
        ListColumn("leads", "Who leads", ListSort("film__person__name", fold=True),
                   text=lambda row: str(row["film__person__name"])),
        ListColumn("held", "Filmed", ListSort("film__held", "day"), text=lambda row: day(row["film__held"])),
        ListColumn("until", "Until", ListSort("until", "day"), text=lambda row: day(row["until"])),
        ListColumn("state", "State", ListSort(sql=STATE), text=lambda row: STATES[row["state"]],
                   cell=lambda row: {"tag": STATES[row["state"]]}),
    ),
    (
        ListFilter("query", "Name of who is on it, or leads", lambda _, part: Q(name__icontains=part)
                   | Q(film__person__name__icontains=part)),
        ListFilter("state", "State", lambda _, one: OF[one], choices={"": "Any state", **STATES}),
    ),
    fields=("film_id", "name", "part", "until", "given", "withdrawn", "film__person__name", "film__held"),
    first_sort="until",
)  # fmt: skip


async def all_consents(request: Request) -> Response:
    """Lists the consents to films of the actor's people, the first to end on top."""
    me: Actor = actor(request)
    return await answer_list(
        request, "films/all_consents.html", CONSENTS, consents_visible_to(me), complete=_with_state
    )


async def _with_state(rows: list[Row], me: Actor) -> list[Row]:
    return [row | {"state": "withdrawn" if row["withdrawn"] else "given" if row["given"] else "asked"} for row in rows]
