"""Pages that ask for the publication of a draft, take that back, send it back, and show what changed in it."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid
from training.drafts import actions, publishing, publishing_requests
from training.drafts.contents import all_files
from training.drafts.differences import differences
from training.drafts.resources import DraftResources
from training.parsing.text import clean, counting_number
from training.people.actor import Actor
from training.web.render import actor, form_data, identity, redirect, render


async def ask(request: Request) -> Response:
    """Asks for a note to those who may publish; posted, asks them, or takes that back."""
    me, resources = actor(request), DraftResources.of(request)
    found = await actions.draft_for(me, identity(request))
    values = await form_data(request) if request.method == "POST" else {}
    if values.get("do") == "take back":
        await publishing_requests.take_back(found, actor=me, now=clock.now())
        return redirect(request, f"/drafts/{found.id}", notice="You do not ask for it any more.")
    files = await all_files(found.id, resources.settings.storage)
    mistakes = await publishing.mistakes_in(resources.draft_kinds[found.kind], found.name, files)
    others = [one for one in await publishing_requests.publishers_of(found, me.today) if one != me.person_id]
    problems = {}
    if values and not mistakes:
        seen = counting_number(str(values.get("seen", "")))
        try:
            note = clean(str(values.get("note", ""))).strip()
            await publishing_requests.ask(found, note, seen=seen, actor=me, now=clock.now())
            words = "Those who may publish it are told." if others else "Nobody can publish it yet."
            return redirect(request, f"/drafts/{found.id}", notice=f"You have asked for publishing. {words}")
        except Invalid as wrong:
            problems = dict(wrong.problems)
    return render(
        request, "drafts/ask.html", 422 if problems or (values and mistakes) else 200, draft=found, problems=problems,
        values=values, mistakes=len(mistakes), others=len(others), seen=found.revision,
        back=("The draft", f"/drafts/{found.id}"),
    )  # fmt: skip


async def send_back(request: Request) -> Response:
    """Asks what is to be changed; posted, gives the draft back to whoever asked for its publication."""
    me: Actor = actor(request)
    found = await actions.draft_for(me, identity(request))
    values, problems = await form_data(request) if request.method == "POST" else {}, {}
    if values or request.method == "POST":
        try:
            reasons = clean(str(values.get("reasons", ""))).strip()
            await publishing_requests.send_back(found, reasons, actor=me, now=clock.now())
            return redirect(request, f"/drafts/{found.id}", notice="It is sent back. Whoever asked is told why.")
        except Invalid as wrong:
            problems = dict(wrong.problems)
    return render(
        request, "drafts/send_back.html", 422 if problems else 200, draft=found, problems=problems, values=values,
        publishing=await publishing_requests.state_of(found, me), back=("Publish it", f"/drafts/{found.id}/publish"),
    )  # fmt: skip


async def compare(request: Request) -> Response:
    """Shows what differs between the newest published version and a draft, file by file."""
    me, resources = actor(request), DraftResources.of(request)
    found = await actions.draft_for(me, identity(request))
    storage = resources.settings.storage
    last = await resources.draft_kinds[found.kind].last_version(me.unit_id, found.name, storage)
    files = await all_files(found.id, storage)
    changed = await asyncio.to_thread(differences, (last and last.files) or {}, files)
    return render(
        request, "drafts/compare.html", draft=found, number=last.number if last else "", files=changed,
        unknown=bool(last and last.files is None), back=("The draft", f"/drafts/{found.id}"),
    )  # fmt: skip
