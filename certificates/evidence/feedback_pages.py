"""Where parents say what they think of a group, without names, and where its leader asks them and reads it."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from certificates.evaluations import pathway_versions
from certificates.evaluations.pathway_versions import standing_versions
from certificates.pathways.forms import record_forms
from training.core import clock, qr
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.records import feedback
from training.records.models import FeedbackRound, Record
from training.records.pages import form_key
from training.records.shown import title_of
from training.records.words import plain
from training.sites.models import CentralUnit
from training.web import rate_limits
from training.web.render import actor, form_data, identity, redirect, render
from training.web.resources import PageResources

MOST_FROM_ONE_LINK = "200/hour"
MOST_READ = 200
"""Words of parents on one page."""


async def rounds(request: Request) -> Response:
    """Shows the links of a delivery and what was said; posted, opens one, closes one or takes a paper slip."""
    me: Actor = actor(request)
    row = await feedback.own_delivery(identity(request), me)
    path, now = f"/practice/records/{row.id}/feedback", clock.now()
    names = await _asked_of(row)
    values: Mapping[str, Any] = {"slip": str(uuid4())}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            return redirect(request, path, notice=await _done(row, values, names, me))
        except Invalid as wrong:
            problems = wrong.problems
    home = PageResources.of(request).settings.public_url
    found = await FeedbackRound.filter(record_id=row.id).order_by("-opened")
    return render(
        request,
        "evidence/feedback.html",
        422 if problems else 200,
        title=title_of(row, ""),
        rounds=[await _shown(one, home, is_open=one.closed is None and one.closes > now) for one in found],
        names=[(one, plain(one)) for one in names],
        fewest=feedback.FEWEST,
        path=path,
        values=values,
        problems=problems,
        back=("The record", f"/practice/records/{row.id}"),
    )


async def _done(row: Record, values: Mapping[str, Any], names: list[str], me: Actor) -> str:
    now, step = clock.now(), str(values.get("step", ""))
    if step == "open":
        what = str(values.get("what", ""))
        if what not in names:
            raise Invalid("There is a problem", problems={"what": "Choose what you ask for"})
        await feedback.open_round(row.id, what=what, token=secrets.token_urlsafe(32), actor=me, now=now)
        return "The link is ready. Show it to whoever was there."
    found = await FeedbackRound.get_or_none(id=form_key(values, "round"), record_id=row.id)
    if found is None:
        raise NotFound("There is no such link.", "Look at the record again.")
    if step == "close":
        await feedback.close_round(row.id, found.id, actor=me, now=now)
        return "Closed. What was said stays."
    await feedback.answer(found, values, slip=form_key(values, "slip"), now=now, paper_of=me.person_id)
    return "The paper slip is in."


async def _asked_of(row: Record) -> list[str]:
    """Lists the names under which the rules of the delivery's programme count what parents or peers say."""
    version = await standing_versions().filter(programme_id=row.programme_id).order_by("-published").first()
    forms = record_forms((pathway_versions.read(version),)) if version else ()
    asked = [one.what for one in forms if one.type == "feedback" and feedback.asks(one.what)]
    return [*asked, feedback.DEFAULT]


async def _shown(found: FeedbackRound, home: str, *, is_open: bool) -> dict[str, Any]:
    address = f"{home}/feedback/{found.token}"
    return {
        "id": found.id,
        "what": plain(found.what),
        "who": ("peer", "peers") if feedback.asks(found.what) == "peer" else ("parent", "parents"),
        "words": feedback.words_for(found.what, "en"),
        "opened": found.opened,
        "closes": found.closes,
        "is_open": is_open,
        "address": address,
        "qr": qr.svg(address, title="Link to answer") if is_open else "",
        "said": await feedback.said_in(found),
    }


async def parents(request: Request) -> Response:
    """Asks a parent or a peer, without a name; posted, keeps the answer."""
    token, now = request.path_params["token"], clock.now()
    language = "cy" if request.query_params.get("lang") == "cy" else "en"
    found = await feedback.round_of(token, now=now)
    words = feedback.words_for(found.what if found else feedback.DEFAULT, language)
    if found is None:
        return render(request, "evidence/feedback_done.html", 404, words=words, done=False, lang=language)
    unit = await CentralUnit.get(id=(await Record.get(id=found.record_id)).unit_id)
    other = ("Cymraeg", f"/feedback/{token}?lang=cy") if language == "en" else ("English", f"/feedback/{token}")
    told: dict[str, Any] = {"words": words, "lang": language, "unit": unit, "other": other}
    values: Mapping[str, Any] = {"slip": str(uuid4())}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            with rate_limits.told_in_form("Many have answered just now. Wait a little, then send this again"):
                await rate_limits.allow("feedback", token, limit=MOST_FROM_ONE_LINK, now=now)
            await feedback.answer(found, values, slip=form_key(values, "slip"), now=now)
            return render(request, "evidence/feedback_done.html", done=True, **told)
        except Invalid as wrong:
            problems = wrong.problems
    path = f"/feedback/{token}{'?lang=cy' if language == 'cy' else ''}"
    status = 422 if problems else 200
    return render(request, "evidence/feedback_form.html", status, path=path, values=values, problems=problems, **told)


async def heard(request: Request) -> Response:
    """Lists the words of parents who let whoever writes the material read them."""
    me: Actor = actor(request)
    words = await feedback.passed_on(me.unit_id, most=MOST_READ)
    return render(
        request, "evidence/feedback_words.html", words=words, fewest=feedback.FEWEST, back=("Courses", "/courses")
    )
