"""The register for programs: who stood how on a day, as known on a day, page by page or as one CSV file."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from certificates.evaluations.models import Certificate
from certificates.register.exports import HEADINGS, as_cells
from certificates.register.history import places_then
from certificates.register.pages import RegisterFilterForm, question_of
from certificates.register.register import READ, RegisterFilter, certifications_on, pieces, told
from training.clients.api import PageQuery, page_of
from training.clients.operations import ApiCall, ApiInput, ApiPage, Day, Operation
from training.sites.history import Moment
from training.web.exports import list_file

Standing = Literal[
    "in_training", "provisional", "certified", "renewal_due", "in_grace", "lapsed", "suspended", "withdrawn", "replaced"
]


class RegisterQuestion(ApiInput):
    """What is asked of the register."""

    as_of: Day | None = Field(None, description="The day that is asked about; today, unless said.")
    known_at: Day | None = Field(None, description="Answers as it was known at the end of this day; not in the future.")
    area: str | None = Field(None, max_length=20, description="Code of an area; all within it.")
    programme: str | None = Field(None, max_length=60, description="Slug of a programme.")
    standing: Standing | Literal["all"] | None = Field(
        None, description="One standing, or all; unless said, whoever could deliver that day."
    )


class RegisterQuery(PageQuery, RegisterQuestion):
    """What is asked of the register, and which page of the answer."""


class RegisterEntry(BaseModel):
    """One certification as it stood."""

    id: UUID
    person: UUID
    name: str
    level: str
    programme: str
    site: str
    area: str
    standing: Standing
    starts: date
    ends: date | None
    serial: str
    certificate: UUID | None = Field(description="Its last certificate that was known; none from before this service.")


class RegisterPage(ApiPage):
    """One page of the register, with the question that it answers."""

    as_of: date
    known_at: date | None
    entries: Sequence[RegisterEntry]


async def register(call: ApiCall) -> RegisterPage:
    """Lists who stood how, by the ids of their certifications."""
    question = _question(call.query, call)
    found, moment = await certifications_on(call.actor, question), question.moment(call.actor.zone)
    rows, following = await page_of(call, found, *READ)
    latest = await _latest([row["id"] for row in rows], moment)
    entries = [
        RegisterEntry(**vars(row), person=row.person_id, certificate=latest.get(row.id))
        for row in await told(rows, await places_then(call.actor.unit_id, moment))
    ]
    return RegisterPage(as_of=question.as_of, known_at=question.known_at, entries=entries, next=following)


async def _latest(certifications: Sequence[UUID], moment: Moment) -> dict[UUID, UUID]:
    """Finds the last certificate that was known of each."""
    issued = Certificate.filter(certification_id__in=list(certifications)).order_by("issue")
    known = issued.filter(reserved__lte=moment.known) if moment.known else issued
    return {row["certification_id"]: row["id"] for row in await known.values("certification_id", "id")}


async def register_file(call: ApiCall) -> Response:
    """Sends all rows of the answer as they are read."""
    question = _question(call.query, call)
    cells = (as_cells(piece, question, extracted=call.now) async for piece in pieces(call.actor, question))
    return await list_file(f"register-{question.as_of.isoformat()}", "csv", cells, columns=HEADINGS, head=[])


def _question(asked: RegisterQuestion, call: ApiCall) -> RegisterFilter:
    filters: Iterable[str] = ("as_of", "known_at", "area", "programme", "standing")
    given = {name: value for name in filters if (value := getattr(asked, name)) is not None}
    return question_of(RegisterFilterForm(**given), call.actor)


REGISTER = Operation(
    register, "register.readonly", "List who was certified on a day", RegisterPage, RegisterQuery,
    links={"certificate": {"id": "$response.body#/entries/0/certificate"}},
)  # fmt: skip
REGISTER_FILE = Operation(
    register_file, "register.readonly", "Send who was certified on a day as CSV", query=RegisterQuestion,
    kinds=("text/csv",),
)  # fmt: skip
