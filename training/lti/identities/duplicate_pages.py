"""The pages of records that may be of one person, where the central unit says that they are of two."""

from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.lti.identities.duplicates import SHOWN, Pairs, alike, alike_to, told_apart
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.people.contact.addresses import addresses_of
from training.people.lists.shortlists import person_shortlist
from training.people.merging.models import can_be_undone, merges_visible_to
from training.people.relations.different_people import (
    declare_different,
    pair_for,
    standing_difference,
    take_back_difference,
)
from training.people.visibility import people_for
from training.web.render import actor, form_data, identity, redirect, render, validate
from training.web.shortlists import LOOKS

LIST = ("May be one person", "/people/alike")


class Declared(BaseModel):
    """The form that says of two records that they are two people."""

    reason: str = Field("", title="how you know it")


class TakenBack(BaseModel):
    """The form that takes it back."""

    why: str = Field("", title="why it is not so")


async def pairs(request: Request) -> Response:
    """Lists pairs of people who may be one, each with what says so, and those declared different.

    Whoever may say so looks for one person, to find the records that share an address in another spelling, a former
    one, or one for letters.
    """
    me, asked = actor(request), request.query_params
    after = asked.get("after", "")
    told: dict[str, Any] = {
        "settles": me.may("decide"), "merges": me.may("give every role"), "most": SHOWN, "after": after
    }  # fmt: skip
    if told["settles"]:
        people = people_for(me, "decide")
        told["people"] = await person_shortlist(people, asked, "person", day=me.today, ask="Choose a name")
    person = None if LOOKS in asked else uuid_of(asked.get("person"))
    if person and me.may("decide"):
        whose, pairs = await alike_to(person, me)
        page, apart = Pairs(pairs, [], len(pairs), ""), await told_apart(me, person)
        return render(request, "lti/pairs.html", page=page, whose=whose, apart=apart, merged=[], back=LIST, **told)
    page = await alike(me, after)
    lately = merges_visible_to(me).filter(can_be_undone(now=clock.now()), shut__erased_at__isnull=True)
    merged = lately.order_by("-made").limit(SHOWN + 1).select_related("stays", "shut")
    return render(
        request, "lti/pairs.html", page=page, whose="", apart=[] if after else await told_apart(me),
        merged=[] if after else await merged, back=("People", "/people"), **told,
    )  # fmt: skip


async def declare(request: Request) -> Response:
    """Asks why two records are two people; posted, declares it."""
    me: Actor = actor(request)
    one, other = await pair_for(identity(request, "one"), identity(request, "other"), me)
    if one.id == other.id:
        raise NotFound("This is one record.", "Choose a pair from the list.")
    shared = sorted(await addresses_of(one.id) & await addresses_of(other.id))
    told: dict[str, Any] = {"one": one, "other": other, "shared": shared, "back": LIST}
    if request.method == "GET":
        return render(request, "lti/different.html", **told)
    values = await form_data(request)
    try:
        await declare_different(one.id, other.id, reason=validate(Declared, values).reason, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "lti/different.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, "/people/alike", notice=f"{one.name} and {other.name} are two different people.")


async def take_back(request: Request) -> Response:
    """Asks why two records are not two people after all; posted, takes it back."""
    me: Actor = actor(request)
    found = await standing_difference(identity(request), me)
    told: dict[str, Any] = {"difference": found, "back": LIST}
    if request.method == "GET":
        return render(request, "lti/different_take_back.html", **told)
    values = await form_data(request)
    try:
        await take_back_difference(found.id, why=validate(TakenBack, values).why, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "lti/different_take_back.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, "/people/alike", notice="Taken back. The two may be one person again.")
