"""The pages that merge two records of one person: who is meant, a rehearsal with what disagrees, and the way back."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from certificates.merging.actions import in_words, merge, merge_for, undo
from certificates.merging.rehearsal import MergeRehearsal, pair_for, rehearse, suggested
from training.core import clock
from training.core.dates import day, local_day
from training.core.errors import Invalid, NotFound
from training.database.name_search import has_in_name, searched
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.people.contact.addresses import sharers_of
from training.people.merging.models import Merge, can_be_undone, followed, undone_merges_visible_to
from training.people.models import Email, Person, Phone
from training.people.visibility import people_for, person_for, visible_to
from training.web import error_pages
from training.web.render import actor, form_data, identity, redirect, render, validate
from training.web.shortlists import TYPED, ShortlistField, shortlist_of

MOST_FOUND = 20


class MergeForm(BaseModel):
    """The form that merges two records."""

    reason: str = Field("", title="how you know it")


class OtherForm(BaseModel):
    """The form that asks for the other record."""

    other: UUID = Field(title="the other record")


class UndoForm(BaseModel):
    """The form that undoes a merge."""

    because: str = Field("", title="why these are two records")


async def other_record(request: Request) -> Response:
    """Asks which other record is of the same person: who shares a name, address or number first, others by name."""
    me, asked = actor(request), dict(request.query_params)
    found = await person_for(me, "give every role", identity(request))
    problems: dict[str, str] = {}
    if "other" in asked or any(name.startswith(TYPED) for name in asked):
        try:
            other = validate(OtherForm, asked).other
            return redirect(request, f"/people/{found.id}/merge/{other}")
        except Invalid as error:
            problems = dict(error.problems)
    others = people_for(me, "give every role").filter(erased_at__isnull=True).exclude(id=found.id)
    numbers = await Phone.filter(person_id=found.id).values_list("number", flat=True)
    called = await others.filter(phones__number__in=list(numbers)).values_list("id", flat=True)
    shared = Q(id__in=[*await sharers_of(found), *called]) | Q(folded=searched(found.name))
    people = await others.filter(shared).order_by("name", "id").limit(MOST_FOUND + 1)
    words = partial(_told_apart, zone=me.zone)
    lines = zip(people, await words(people), strict=True)
    choice = ShortlistField("other", has_in_name, words, ask="Choose a record")
    return render(
        request, "merging/other_record.html", 422 if problems else 200, person=found, most=MOST_FOUND,
        people=[{"id": one.id, "words": told} for one, told in lines], values=asked, problems=problems,
        others=await shortlist_of(others, choice, asked), back=(found.name, f"/people/{found.id}"),
    )  # fmt: skip


async def _told_apart(people: Sequence[Person], *, zone: str) -> list[str]:
    """Gives of each record the name with what tells it from others: since when it is here, and its addresses."""
    emails = await Email.filter(person_id__in=[one.id for one in people]).order_by("address")
    return [
        ", ".join(
            [f"{one.name}, here since {day(local_day(one.created, zone))}",
             *(row.address for row in emails if row.person_id == one.id)]
        )
        for one in people
    ]  # fmt: skip


async def rehearsal(request: Request) -> Response:
    """Shows what a merge would do, the record that had better stay first; posted, merges."""
    me: Actor = actor(request)
    stays, shut = identity(request), identity(request, "other")
    into = await followed({stays, shut})
    if into and (one := into.get(stays, stays)) == into.get(shut, shut) and await _sees(me, one):
        return redirect(request, f"/people/{one}", notice="These are one record already.")
    if request.method == "GET":
        if "chosen" not in request.query_params and await suggested(*await pair_for(stays, shut, me)) == shut:
            return redirect(request, f"/people/{shut}/merge/{stays}?chosen=")
        return await _shown(request, await rehearse(stays, shut, actor=me, now=clock.now()))
    values = await form_data(request)
    try:
        await merge(stays, shut, reason=validate(MergeForm, values).reason, actor=me, now=clock.now())
    except Invalid as error:
        tried = await rehearse(stays, shut, actor=me, now=clock.now())
        return await _shown(request, tried, 422, problems=error.problems, values=values)
    return redirect(request, f"/people/{stays}", notice="The two records are one now. It can be undone for 30 days.")


async def _shown(request: Request, tried: MergeRehearsal, status: int = 200, **told: Any) -> Response:
    records = [await _about(one) for one in (tried.stays, tried.shut)]
    return render(
        request, "merging/rehearsal.html", status, stays=tried.stays, shut=tried.shut, records=records,
        comes=tried.comes, refused=tried.refused, told=tried.told,
        back=("Same person", f"/people/{tried.stays.id}/merge"), **told,
    )  # fmt: skip


async def _about(person: Person) -> dict[str, Any]:
    emails = await Email.filter(person_id=person.id).order_by("address").values_list("address", flat=True)
    phones = await Phone.filter(person_id=person.id).order_by("number").values_list("number", flat=True)
    return {"name": person.name, "since": person.created, "reached": [*emails, *phones]}


async def merged(request: Request) -> Response:
    """Shows a merge that stands, and asks why it is undone; posted, undoes it."""
    me, now = actor(request), clock.now()
    over = await undone_merges_visible_to(me).select_related("shut").get_or_none(id=identity(request))
    if over:
        return redirect(request, f"/people/{over.shut_id}", notice=f"{over.shut.name} has a record of their own again.")
    found = await merge_for(identity(request), me)
    if request.method == "GET":
        return await _merge_shown(request, found)
    values = await form_data(request)
    try:
        stay = await undo(found.id, because=validate(UndoForm, values).because, actor=me, now=now)
    except Invalid as error:
        return await _merge_shown(request, found, 422, problems=error.problems, values=values)
    notice = f"{found.shut.name} has a record of their own again.{in_words(stay)}"
    return redirect(request, f"/people/{found.shut_id}", notice=notice)


async def _merge_shown(request: Request, found: Merge, status: int = 200, **told: Any) -> Response:
    by = await visible_to(actor(request)).get_or_none(id=found.made_by_id)
    open_ = await Merge.filter(can_be_undone(now=clock.now()), id=found.id, shut__erased_at__isnull=True).exists()
    return render(
        request, "merging/merged.html", status, merge=found, by=by.name if by else "the central unit", open=open_,
        rows=len({(one["table"], one["id"]) for one in found.moved}), kept=len(found.kept),
        back=(found.stays.name, f"/people/{found.stays_id}"), **told,
    )  # fmt: skip


async def follow_shut(request: Request, error: Exception) -> Response:
    """Leads from an address of a shut record to that of the one that stays; else answers that nothing is there."""
    ids = {found for value in request.path_params.values() if (found := uuid_of(str(value)))}
    me = request.scope.get("actor")
    if request.method in ("GET", "HEAD") and ids and me and isinstance(error, NotFound):
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        for shut, stays in (await followed(ids)).items():
            if await _sees(me, stays):
                return redirect(request, path.replace(str(shut), str(stays)))
    return await error_pages.app_error(request, error)


async def _sees(me: Actor, person_id: UUID) -> bool:
    return await visible_to(me).filter(id=person_id).exists()
