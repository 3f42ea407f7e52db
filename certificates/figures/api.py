"""Figures for programs: the tables of /figures, of a day as known on a day, each with its definitions and digest."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from starlette.responses import Response

from certificates.figures.pages import SHOWN, question_from
from certificates.figures.questions import FigureQuestion
from certificates.figures.tables import FigureTable, digest_of
from training.clients.operations import ApiCall, ApiInput, Day, Operation, is_known
from training.clients.resources import ClientResources
from training.core.errors import Invalid
from training.sites.models import Area, Programme
from training.web.exports import Cells, list_file

PATH = "/api/v1/figures"
AT_ONCE = 500
"""Rows of a file that are sent together."""


class FigureQuery(ApiInput):
    """What is asked of the figures; each is as on the page /figures."""

    show: Literal["standing", "expiring", "groups", "people"] = Field("standing", description="Which figures.")
    by: Literal["area", "site", "programme", "level", "reads", "background", "funding"] = Field(
        "area", description="What they are told apart by; reads is the language. Not all figures know each."
    )
    as_of: Day | None = Field(None, description="The day that is asked about; today, unless said.")
    known_at: Day | None = Field(None, description="Answers as it was known at the end of this day.")
    against: Day | None = Field(None, description="Another day to compare with.")
    area: str = Field("", max_length=20, pattern=r"^[A-Za-z0-9_-]*$", description="Code of an area; all within it.")
    programme: str = Field("", max_length=60, pattern=r"^[a-z0-9-]*$", description="Slug of a programme.")


class ColumnShape(BaseModel):
    """One figure, and what it counts."""

    key: str
    heading: str
    definition: str


class FigureRowShape(BaseModel):
    """The figures of one area, site or whatever they are told apart by; the first row tells of everything."""

    name: str
    names: Mapping[str, str] = Field(description="What names the row in a question, such as its area.")
    depth: int = Field(description="How far below another row it stands.")
    figures: Mapping[str, int] = Field(description="Key of a column → its number.")
    before: Mapping[str, int] | None = Field(description="The same on the day that it is compared with.")


class FiguresShape(BaseModel):
    """Figures with the question that they answer; asked again by `again`, the digest is the same."""

    title: str
    show: str
    by: str
    as_of: date
    known_at: date
    against: date | None
    area: str
    programme: str
    columns: Sequence[ColumnShape]
    rows: Sequence[FigureRowShape]
    notes: Sequence[str]
    digest: str = Field(description="SHA-256 of question and numbers, as on the page.")
    again: str


@dataclass(frozen=True)
class AnsweredFigures:
    """A table of figures with its question, in which all days are said."""

    asked: FigureQuestion
    table: FigureTable

    @property
    def digest(self) -> str:
        """Gives the digest that the page shows of the same."""
        return digest_of(self.asked.query(), self.table)


async def figures(call: ApiCall) -> FiguresShape:
    """Counts as the page of figures does."""
    found = await _answered(call)
    asked, table = found.asked, found.table
    home = ClientResources.of(call.request).settings.public_url
    rows = [
        FigureRowShape(
            name=row.name, names=row.names, depth=row.depth,
            figures={key: one.number for key, one in row.figures.items()},
            before={key: one.before or 0 for key, one in row.figures.items()} if asked.against else None,
        )
        for row in table.rows
    ]  # fmt: skip
    return FiguresShape(
        title=SHOWN[asked.show][0], columns=[ColumnShape(**vars(one)) for one in table.columns], rows=rows,
        notes=table.notes, digest=found.digest, again=f"{home}{PATH}?{urlencode(asked.query())}",
        **vars(asked),
    )  # fmt: skip


async def figures_file(call: ApiCall) -> Response:
    """Sends the same figures as rows of a file."""
    found = await _answered(call)
    asked, columns = found.asked, found.table.columns
    heads = [one.heading for one in columns]
    called = json.dumps([heads, [[row.name, *row.names.values()] for row in found.table.rows]])
    tag = f'W/"{sha256(f"{found.digest} {called}".encode()).hexdigest()}"'  # the digest knows no names
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
    if is_known(call.request, tag):
        return Response(status_code=304, headers=headers)
    before = [f"{one} on {asked.against}" for one in heads] if asked.against else []
    named = ["As of", "Known at", "Name", "Code", *heads, *before]
    response = await list_file(f"figures-{asked.show}-{asked.as_of}", "csv", _lines(found), columns=named, head=[])
    response.headers.update(headers)
    return response


async def _lines(found: AnsweredFigures) -> AsyncIterator[Sequence[Cells]]:
    asked, keys = found.asked, [one.key for one in found.table.columns]
    days = [str(asked.as_of), str(asked.known_at)]
    lines = [
        [
            *days, row.name, " ".join(row.names.values()),
            *(str(row.figures[key].number) for key in keys),
            *(str(row.figures[key].before or 0) for key in keys if asked.against),
        ]
        for row in found.table.rows
    ]  # fmt: skip
    for start in range(0, len(lines), AT_ONCE):
        yield lines[start : start + AT_ONCE]


async def _answered(call: ApiCall) -> AnsweredFigures:
    query: FigureQuery = call.query
    me, problems = call.actor, dict[str, str]()
    if query.by not in SHOWN[query.show][2]:
        problems["by"] = f"These figures are told apart by {', '.join(SHOWN[query.show][2])}"
    if query.area and not await Area.filter(unit_id=me.unit_id, code=query.area).exists():
        problems["area"] = "There is no such area"
    if query.programme and not await Programme.filter(unit_id=me.unit_id, slug=query.programme).exists():
        problems["programme"] = "There is no such programme"
    if query.known_at and query.known_at > me.today:
        problems["known_at"] = "Nobody knows yet what will be known then"
    if problems:
        raise Invalid("There is a problem with what was sent.", problems=problems)
    filters = {name: str(value) for name, value in query.model_dump().items() if value}
    asked = question_from(filters, me)
    table = await SHOWN[asked.show][1](me, asked)
    return AnsweredFigures(replace(asked, known_at=asked.known_at or me.today), table)


FIGURES = Operation(figures, "figures.readonly", "Read figures with their definitions", FiguresShape, FigureQuery)
FIGURES_FILE = Operation(
    figures_file, "figures.readonly", "Send figures as CSV", query=FigureQuery, kinds=("text/csv",)
)
