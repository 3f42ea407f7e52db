"""Films to watch: the list of one's own, a film with what is said of its seconds, its bytes by range, its captions."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from training.assessments.films import actions
from training.assessments.films.actions import cares_for, film_for
from training.assessments.films.contents import BLOCK, file_of, range_of
from training.assessments.films.large_files import LargeFile
from training.assessments.films.models import CHECKING, GONE, READY, REFUSED, UPLOADING, Film, visible_to
from training.assessments.films.reading import consents_of, is_cancelled, plain, shown, why_hidden
from training.assessments.films.rules import (
    MOST_CAPTIONS,
    REMOVED,
    all_consented,
    fault_of_captions,
    kept_until,
    second_of,
    size_in_words,
    time_in_words,
)
from training.assessments.films.upload_pages import ACCEPTED
from training.assessments.films.uploads import expires, received
from training.assessments.models import InstrumentVersion, Rater
from training.assessments.reading import instrument_of
from training.core import clock
from training.core.encryption import Encryptor
from training.core.errors import Invalid, NotFound, Upstream
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.web.render import actor, form_data, identity, redirect, render
from training.web.resources import PageResources

HOME = "/assessments/films"
PRIVATE = {"Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
LOOK_AGAIN = 4
"""Blocks after which it is looked again whether somebody may still watch."""


async def films(request: Request) -> Response:
    """Lists the films that the actor sent or leads in, and those of whom they rate."""
    me: Actor = actor(request)
    found = (
        visible_to(me).exclude(state=GONE).select_related("person", "assessment").order_by("-held", "-begun").limit(200)
    )
    rows = [
        {"film": film, "path": f"{HOME}/{film.id}", "word": _word(film, await consents_of(film.id)),
         "length": time_in_words(film.seconds or 0) if film.seconds else ""}
        for film in await found
    ]  # fmt: skip
    return render(
        request, "films/films.html", rows=rows, learns=me.may("learn"), cares=me.may("manage people"),
        back=("Assessments", "/assessments"),
    )  # fmt: skip


def _word(film: Film, rows: Any) -> str:
    if film.state in (UPLOADING, CHECKING, REFUSED):
        return {UPLOADING: "Not all here", CHECKING: "Being checked", REFUSED: "Not taken"}[film.state]
    if is_cancelled(film):
        return "Cancelled"
    if any(row.withdrawn for row in rows):
        return "Withdrawn"
    return "Ready to watch" if all_consented(film.stated, plain(rows)) else "Consents missing"


async def film(request: Request) -> Response:
    """Shows a film with what is said of it and what it is rated by; posted, keeps a comment or what is done with it."""
    me: Actor = actor(request)
    found = await film_for(me, identity(request))
    values: Mapping[str, Any] = {"at": _typed_time(request)}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            if answer := await _done(request, found, values, me):
                return answer
        except Invalid as wrong:
            problems = wrong.problems
    rows = await consents_of(found.id)
    settings = PageResources.of(request).settings
    return render(
        request, "films/film.html", 422 if problems else 200, values=values, problems=problems,
        **await shown(found, me), word=_word(found, rows), start=second_of(_typed_time(request)),
        why=REMOVED.get(found.removed_because, ""), until=kept_until(plain(rows)), consents=len(rows),
        cares=await cares_for(found, me), own=found.uploaded_by_id == me.person_id, accepted=ACCEPTED,
        size=size_in_words(found.size), state=found.state, here=await received(found, settings)
        if found.state == UPLOADING and found.uploaded_by_id == me.person_id else 0,
        expires=expires(found), assessment=found.assessment, rubric=await _rubric(found, me),
        back=("Films", HOME),
    )  # fmt: skip


def _typed_time(request: Request) -> str:
    asked = request.query_params.get("t", "")
    second = second_of(asked)
    return time_in_words(second) if second is not None else ""


async def _rubric(found: Film, me: Actor) -> list[Any]:
    """Gives what raters look for, to read beside the film, to those who rate in its assessment."""
    if not found.assessment_id or not me.may("assess"):
        return []
    row = await Rater.filter(assessment_id=found.assessment_id, person_id=me.person_id).first()
    if row is None:
        return []
    version = await InstrumentVersion.get(assessments__id=found.assessment_id)
    return list(instrument_of(version).items.values())


async def _done(request: Request, found: Film, values: Mapping[str, Any], me: Actor) -> Response | None:
    where, now, do = f"{HOME}/{found.id}", clock.now(), values.get("do")
    if do == "remove":
        settings = PageResources.of(request).settings
        await actions.take_back(found.id, actor=me, now=now, settings=settings)
        return redirect(request, HOME, notice="The film is deleted. What was said of it stays")
    hidden = await why_hidden(found, await consents_of(found.id), me)
    if hidden and do in ("use", "comment", "take comment back"):
        raise NotFound(hidden, "Look at your films.")
    if do == "use" and (assessment := uuid_of(values.get("assessment"))):
        await actions.use(found.id, assessment, actor=me, now=now)
        return redirect(request, f"/assessments/{assessment}/rate", notice="The film is beside your questions now")
    if do == "comment":
        made = await actions.comment(found, str(values.get("at", "")), str(values.get("words", "")), actor=me, now=now)
        return redirect(request, f"{where}?t={made.second}", notice="Your comment is kept")
    if do == "take comment back" and (comment := uuid_of(values.get("comment"))):
        await actions.take_comment_back(found, comment, actor=me, now=now)
        return redirect(request, where, notice="Your comment is taken back")
    return None


async def captions(request: Request) -> Response:
    """Gives the captions of a film; posted, takes a file of them."""
    me: Actor = actor(request)
    found = await film_for(me, identity(request))
    where = f"{HOME}/{found.id}"
    if request.method == "POST":
        async with request.form() as form:
            sent = form.get("captions")
            raw = await sent.read(MOST_CAPTIONS + 1) if isinstance(sent, UploadFile) else b""
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = ""
        if wrong := fault_of_captions(text):
            return redirect(request, where, notice=wrong)
        await actions.caption(found.id, text, actor=me, now=clock.now())
        return redirect(request, where, notice="The captions are there")
    if not found.captions or await why_hidden(found, await consents_of(found.id), me):
        raise NotFound("There are no captions for you to see.", "Look at the film.")
    return Response(found.captions, headers=PRIVATE, media_type="text/vtt")


async def content(request: Request) -> Response:
    """Gives the part of a film that the browser asks for; no more than that is read and decrypted."""
    me: Actor = actor(request)
    found = await film_for(me, identity(request))
    if hidden := await why_hidden(found, await consents_of(found.id), me):
        raise NotFound(hidden, "Look at your films.")
    tag = f'"{found.sha256}"'
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", tag) != tag:
        asked = ""
    part = range_of(asked, found.size)
    headers = PRIVATE | {"Accept-Ranges": "bytes", "ETag": tag}
    if part is None:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{found.size}"})
    start, end = part
    headers |= {"Content-Length": str(end - start)}
    partial = (bool(asked) and (start, end) != (0, found.size)) or asked.strip() == "bytes=0-"
    if partial:
        headers |= {"Content-Range": f"bytes {start}-{end - 1}/{found.size}"}
    settings = PageResources.of(request).settings
    file = file_of(found, settings.storage, Encryptor(settings.secret_key))
    if await asyncio.to_thread(file.received) != found.size:
        raise Upstream("This film is not on the disk just now.", "Tell whoever runs the service.")
    return _Blocks(_read(file, start, end, found, me), 206 if partial else 200, headers=headers, media_type=found.kind)


class _Blocks(StreamingResponse):
    """A streamed answer that reads nothing where only its head was asked for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the head, and the rest where it is wanted."""
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await super().__call__(scope, receive, send)


async def _read(file: LargeFile, start: int, end: int, found: Film, me: Actor) -> AsyncIterator[bytes]:
    for number, at in enumerate(range(start, end, BLOCK)):
        if number and number % LOOK_AGAIN == 0:
            fresh = await visible_to(me).get_or_none(id=found.id, state=READY)
            if fresh is None or await why_hidden(fresh, await consents_of(fresh.id), me):
                raise NotFound("This film may not be watched any more.")  # the answer ends short of what it promised
        yield await asyncio.to_thread(file.read, at, min(BLOCK, end - at))
