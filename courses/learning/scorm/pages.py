"""Pages of a lesson that plays: its window, and what the window posts of what the lesson reports."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courses.learning import views, words
from courses.learning.journey import Position
from courses.learning.models import ScormAttempt
from courses.learning.pages import own_spot
from courses.learning.scorm import actions
from courses.learning.scorm.frames import opening
from courses.learning.scorm.passes import ContentPass, framers_of
from courses.learning.scorm.rules import Learner, report_from
from courses.packages.archives import FOLDER
from courses.packages.models import Media
from training.core import clock, dates
from training.core.errors import AppError, Conflict, Invalid, NotFound
from training.core.languages import translations
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.web.frames import show_frame
from training.web.rate_limits import TooMany, allow
from training.web.render import actor, render
from training.web.resources import PageResources

SAVES = "90/minute"
"""How often one learner's lesson may report; the window itself waits two seconds between two reports."""


async def play(request: Request) -> Response:
    """Shows the window of one part of a lesson; its script opens it by a post."""
    me, settings = actor(request), PageResources.of(request).settings
    spot = await own_spot(request)
    at, sco = actions.sco_at(spot, request.path_params["sco"])
    around = views.around(spot, spot.journey.enrolment.language)
    show_frame(request, settings.content_origin)
    return render(
        request, "scorm/play.html", **around, part_title=sco["title"], parts=len(actions.scos_of(spot)),
        play_path=f"{spot.path}/play/{at}", content_origin=settings.content_origin,
        contact_words=me.contact or me.unit_name,
    )  # fmt: skip


async def opened(request: Request) -> Response:
    """Opens a part of a lesson for the window that asks; gives it what the lesson told before, and where it lies."""
    me, settings = actor(request), PageResources.of(request).settings
    spot = await own_spot(request)
    at, sco = actions.sco_at(spot, request.path_params["sco"])
    now, package = clock.now(), actions.package_of(spot)
    attempt = await actions.launch(spot, at, actor=me, now=now)
    media = await Media.get_or_none(version_id=spot.journey.outline.version_id, sha256=package["file"])
    if media is None:
        raise NotFound("The files of this lesson are not here.", "Tell your central unit.")
    content = ContentPass(
        f"{FOLDER}/{media.stored}", package["version"], framers_of(settings, request.scope["frame_ancestors"])
    )  # fmt: skip
    given = opening(
        sco, content, settings, learner=Learner(str(attempt.id), me.name), now=now,
        kept=actions.report_of(attempt) if attempt.saved else None, total_seconds=attempt.total_seconds,
    )  # fmt: skip
    return JSONResponse(given | {"launch": str(attempt.launch), "told": _told(spot, attempt, me)})


async def saved(request: Request) -> Response:
    """Keeps what the lesson in a window reports, of its own learner and nobody else; says in words how that went."""
    me: Actor = actor(request)
    spot = await own_spot(request)
    try:
        await allow("lesson", str(spot.journey.enrolment.id), limit=SAVES, now=clock.now())
        given = _posted(await request.body())
        at, sco = actions.sco_at(spot, request.path_params["sco"])
        version = actions.package_of(spot)["version"]
        try:
            report = report_from(version, given["values"], passing=sco["passing"], completing=sco["completing"])
        except ValueError as trouble:
            raise Invalid(f"Not saved: {trouble}.", "Tell whoever made the lesson.") from trouble
        launched = uuid_of(str(given.get("launch", "")))
        attempt = await actions.save(spot, at, launched, report, actor=me, now=clock.now())
    except AppError as trouble:
        status = {TooMany: 429, Conflict: 409, Invalid: 422}.get(type(trouble))
        if status is None:
            raise
        return JSONResponse({"words": str(trouble), "over": status == 409}, status)
    return JSONResponse(_told(spot, attempt, me))


def _posted(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Invalid("Not saved: the lesson sent what nobody can read.", "Tell whoever made it.") from error
    if not isinstance(given, dict) or not isinstance(given.get("values"), dict):
        raise Invalid("Not saved: the lesson sent no values.", "Tell whoever made it.")
    return given


def _told(spot: Position, attempt: ScormAttempt, me: Actor) -> dict[str, Any]:
    language = spot.journey.enrolment.language
    say = translations(language).gettext
    told = (
        [say("Saved at %(moment)s.") % {"moment": dates.moment(attempt.saved, me.zone, language)}]
        if attempt.saved
        else []
    )
    if attempt.best_percent is not None:
        told.append(say("Your best score: %(score)s.") % {"score": words.percent(attempt.best_percent, language)})
    if attempt.done:
        told.append(say("You have done this lesson."))
    return {"words": " ".join(told), "done": attempt.done is not None}
