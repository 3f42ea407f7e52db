"""A page of one's own: how one stands to others here, declared and taken back."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.lists.shortlists import person_shortlist
from training.people.models import Relation
from training.people.relations.actions import (
    BOTH_WAYS,
    DECLARED,
    declarable,
    declare,
    own_declaration,
    standing_relations,
    take_back,
)
from training.web.render import actor, form_data, identity, redirect, render, validate


class RelationForm(BaseModel):
    """What is declared: whom one knows, how, and since when."""

    person: UUID = Field(title="who it is")
    choice: str = Field("", title="how you know them")
    since: date | None = None


async def relations(request: Request) -> Response:
    """Shows what the actor has declared, and the form for more; posted, declares it."""
    me: Actor = actor(request)
    if request.method == "GET":
        return await _shown(request, me, {"person": request.query_params.get("person", "")})
    values = await form_data(request)
    try:
        given = validate(RelationForm, values)
        await declare(given.person, given.choice, since=given.since, actor=me, now=clock.now())
    except Invalid as error:
        return await _shown(request, me, values, problems=error.problems)
    return redirect(request, "/relations", notice="It is noted. Nobody has to ask you again.")


async def _shown(request: Request, me: Actor, values: Mapping[str, Any], **told: Any) -> Response:
    rows = await standing_relations().filter(declared_by=me.person_id).order_by("-recorded").select_related(
        "person", "other"
    )  # fmt: skip
    return render(
        request,
        "people/relations.html",
        422 if told.get("problems") else 200,
        declared=_once_each(rows, me),
        people=await person_shortlist(declarable(me), values, "person", day=me.today, ask="Choose a name", sites=False),
        choices=[(choice, words) for choice, (_, _, words) in DECLARED.items()],
        values=values,
        back=("Home", "/"),
        **told,
    )


def _once_each(rows: list[Relation], me: Actor) -> list[dict[str, Any]]:
    """One line for each declaration: what holds both ways was kept twice."""
    said: dict[tuple[UUID, str], dict[str, Any]] = {}
    for row in rows:
        own = row.person_id == me.person_id
        other, mine = row.other if own else row.person, own or row.kind in BOTH_WAYS
        words = next(words for kind, of_me, words in DECLARED.values() if (kind, of_me) == (row.kind, mine))
        said.setdefault((other.id, words), {"id": row.id, "name": other.name, "words": words, "since": row.starts})
    return list(said.values())


async def withdraw(request: Request) -> Response:
    """Asks why a declaration is taken back; posted, takes it back."""
    me: Actor = actor(request)
    found = await own_declaration(identity(request), me)
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            await take_back(found.id, why=str(values.get("why", "")), actor=me, now=clock.now())
            return redirect(request, "/relations", notice="Taken back.")
        except Invalid as error:
            problems = error.problems
    other = found.other if found.person_id == me.person_id else found.person
    told = {"name": other.name, "path": f"/relations/{found.id}/take-back", "back": ("People you know", "/relations")}
    status = 422 if problems else 200
    return render(request, "people/relation_take_back.html", status, values=values, problems=problems, **told)
