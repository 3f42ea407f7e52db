"""Pages of actions on many: what was chosen on a list is taken in, and what the action needs is asked."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from certificates.bulk import actions
from certificates.bulk.kinds import BulkField
from certificates.bulk.selections import LISTS, Selection, kept, programme_of, targets
from certificates.bulk.work import ROWS
from certificates.decisions.pages import CASES
from certificates.register.pages import filtered
from certificates.reliance.questions import question_of
from training.batches import actions as batches
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.parsing.plurals import many
from training.parsing.text import clean, uuid_of
from training.people.actor import Actor
from training.people.lists.shortlists import site_shortlist
from training.web.lists import view_of
from training.web.render import actor, form_data, identity, redirect, render
from training.web.shortlists import Shortlist, refuse_unchosen

NAMED = 10
"""Names of those who were chosen that are shown before the rehearsal."""
BACK = {
    "register": ("the register", "/register?{asked}"),
    "decisions": ("the decisions", "/certificates/decisions?{asked}"),
    "reliance": ("the list of certificates", "/certificates/reliance?{asked}"),
    "cohort": ("the cohort", "/courses/cohorts/{of}"),
    "batch": ("the batch", "/batches/{of}?{asked}"),
}
"""Name of a list → what it is called, and where it is."""


async def choose(request: Request) -> Response:
    """Takes in what was ticked on a list, and the action; goes on to what the action needs."""
    me: Actor = actor(request)
    values = await form_data(request)
    on, of, asked = (str(values.get(name, "")) for name in ("on", "of", "asked"))
    if on not in LISTS or (of and uuid_of(of) is None):
        raise NotFound("There is no such list.", "Choose people on the register, or on a cohort.")
    filters = {name: clean(text) for name, text in parse_qsl(asked)}
    if on == "register":
        filters = (await filtered(filters, me)).query()
    elif on == "reliance":
        filters = dict((await question_of(filters, me)).asked)
    elif on == "decisions":
        filters = dict(view_of(CASES, filters).filters)
    ids = tuple(one for one in values.get("one", []) if one)
    chosen = Selection(on, of, filters, bool(values.get("all")), () if values.get("all") else ids)
    kind = str(values.get("do", ""))
    if not kind or not (chosen.all or ids):
        missing = "somebody" if kind else "what to do"
        path = BACK[on][1].format(asked=urlencode(filters), of=of)
        return redirect(request, path, notice=f"Nothing is done yet. Choose {missing}, then go on.")
    batch = await actions.choose(kind, chosen, actor=me, now=clock.now())
    return redirect(request, f"/batches/{batch.id}")


async def prepare(request: Request) -> Response:
    """Asks what an action needs; posted, goes on to the rehearsal."""
    me: Actor = actor(request)
    batch = await batches.own_batch(me, identity(request))
    action, chosen = actions.action_of(batch.kind), kept(batch.wishes)
    fields = actions.fields_of(action, chosen.on)
    options = {one.name: [*await one.options(me)] for one in fields if one.options}
    values: Mapping[str, Any] = {
        **{one.name: me.today.isoformat() for one in fields if one.today},
        "programme": await programme_of(me, chosen),
        **batch.wishes["values"],
    }
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
    listed = await _listed(fields, options, values, me)
    options |= {name: found.options for name, found in listed.items()}
    if request.method == "POST":
        try:
            refuse_unchosen(values)
            await actions.answer(batch, values, options=options, now=clock.now())
            return redirect(request, f"/batches/{batch.id}")
        except Invalid as wrong:
            problems = wrong.problems
    found = await targets(me, chosen, LISTS[chosen.on][0])
    title, path = BACK[chosen.on]
    return render(
        request,
        "bulk/prepare.html",
        422 if problems else 200,
        batch=batch,
        action=action,
        names=[one.words for one in found[:NAMED]],
        more=max(0, len(found) - NAMED),
        count=many(len(found), *ROWS[LISTS[chosen.on][0]]),
        fields=[_shown(one, options, values) | {"listed": listed.get(one.name)} for one in fields],
        values=values,
        problems=problems,
        back=(f"Back to {title}", path.format(asked=urlencode(chosen.asked), of=chosen.of)),
    )


async def _listed(
    fields: Sequence[BulkField], options: Mapping[str, list[tuple[str, str]]], values: Mapping[str, Any], me: Actor
) -> dict[str, Shortlist]:
    """Returns the sites that can be chosen in the fields that ask for one."""
    return {
        one.name: await site_shortlist(one.sites(me), values, one.name, ask="Choose one", last=options[one.name])
        for one in fields
        if one.sites
    }


def _shown(one: BulkField, options: Mapping[str, list[tuple[str, str]]], values: Mapping[str, Any]) -> dict[str, Any]:
    unanswered = [] if one.optional or values.get(one.name) else [("", "Choose one")]
    return {"name": one.name, "kind": one.kind, "label": one.label, "hint": one.hint, "optional": one.optional,
            "options": [*unanswered, *options.get(one.name, [])]}  # fmt: skip
