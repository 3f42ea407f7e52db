"""The page that records evidence shown on paper, and recognises prior learning."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from certificates import pathway_versions
from certificates.grounds import RecordedEvidence
from certificates.pathways.shapes import Leaf
from certificates.recording import Shown, record_evidence
from training import clock
from training.errors import Invalid
from training.people.models import Person
from training.people.reach import person_for
from training.web.pages import actor, fill, go, identity, page, typed

TYPES = [
    ("learning", "A course or workshop"),
    ("qualification", "A qualification"),
    ("background", "A profession"),
    ("registration", "A registration"),
    ("experience", "Experience"),
    ("signoff", "A sign-off"),
    ("agreement", "An agreement"),
    ("portfolio", "A portfolio"),
    ("waiver", "Prior learning that is recognised (pathway level/requirement)"),
]


class Recorded(BaseModel):
    """The form of one record."""

    type: str = Field(title="what it is")
    what: str = Field(title="its name", min_length=1, max_length=200)
    on: date | None = Field(None, title="the day")
    until: date | None = Field(None, title="the last day")
    hours: float | None = Field(None, title="the hours", ge=0, le=10000)
    reason: str = Field("", max_length=500)


async def evidence(request: Request) -> Response:
    """Shows what is recorded of a person and the form for more; posted, records it."""
    me = actor(request)
    person = await person_for(me, "manage people", identity(request))
    if request.method == "GET":
        return page(request, "certificates/evidence.html", **await _told(person))
    values = await typed(request)
    try:
        asked = fill(Recorded, values)
        await record_evidence(person.id, _shown(asked, str(me.person_id)), actor=me, now=clock.now())
    except Invalid as error:
        told = await _told(person)
        return page(request, "certificates/evidence.html", 422, problems=error.problems, values=values, **told)
    return go(request, f"/pathways/of/{person.id}/evidence?notice=Recorded.")


def _shown(asked: Recorded, by: str) -> Shown:
    attributes: dict[str, Any] = {"hours": asked.hours} if asked.hours is not None else {}
    if asked.reason:
        attributes["reason"] = asked.reason
    if asked.type in ("waiver", "signoff"):
        attributes["by"] = by
    return Shown(asked.type, asked.what, asked.on, asked.until, attributes)


async def _names(person: Person) -> str:
    """The names that the person's pathways ask for among what can be recorded here."""
    pathways = [pathway_versions.read(one) for one in await pathway_versions.followed_by(person.id, person.unit_id)]
    levels = [level for pathway in pathways for level in pathway.levels.values()]
    asked = [one for level in levels for one in (*level.entry, *level.requires, *(level.renewal or ()))]
    leaves = [one.ask for top in asked for one in top.walk() if isinstance(one.ask, Leaf)]
    return ", ".join(sorted({name for leaf in leaves if leaf.type in dict(TYPES) for name in leaf.names}))


async def _told(person: Person) -> dict[str, Any]:
    rows = await RecordedEvidence.filter(person_id=person.id).order_by("-recorded").values()
    names = dict(TYPES)
    return {
        "person": person,
        "back": (f"{person.name}: pathway", f"/pathways/of/{person.id}"),
        "names": await _names(person),
        "records": [row | {"kind": names.get(row["type"], row["type"])} for row in rows],
        "types": TYPES,
    }
