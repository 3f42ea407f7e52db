"""Where a film is sent: by a form, or in parts by tus 1.0, so that it goes on where a line broke.

Source: https://tus.io/protocols/resumable-upload#core-protocol, with the extensions creation and expiration.
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, date
from email.utils import format_datetime
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from training.assessments.actions import own_rating
from training.assessments.films import uploads
from training.assessments.films.contents import BLOCK
from training.assessments.films.models import UPLOADING, Film
from training.assessments.films.rules import MOST_BYTES, MOST_BYTES_AT_ONCE, size_in_words
from training.assessments.films.uploads import NewFilm, own_assessments, own_upload
from training.core import clock
from training.core.errors import AppError, Conflict, Invalid, NotAllowed, NotFound, Upstream
from training.core.storage import DiskFull
from training.parsing.text import clean_line, counting_number, uuid_of
from training.people.actor import Actor
from training.web.bodies import cut
from training.web.render import actor, identity, link, redirect, render
from training.web.resources import PageResources

TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
PART_TYPE = "application/offset+octet-stream"
ACCEPTED = "video/mp4,video/quicktime,video/webm,.mp4,.mov,.webm"
STATUS: Mapping[type[AppError], int] = {
    NotFound: 404, NotAllowed: 403, Invalid: 422, Conflict: 409, DiskFull: 507, Upstream: 503,
}  # fmt: skip
"""What a script is answered; it shows the words that come with it."""


async def new(request: Request) -> Response:
    """Shows the form that sends a film; posted without script, takes a small one whole."""
    me: Actor = actor(request)
    values: dict[str, Any] = {
        "held": me.today.isoformat(), "assessment": request.query_params.get("assessment", ""),
    }  # fmt: skip
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        async with cut(request, most=MOST_BYTES_AT_ONCE + 1_000_000).form() as form:
            values = {name: str(form.get(name, "")) for name in ("held", "assessment")}
            try:
                film = await _sent_whole(request, form.get("file"), values, me)
                return redirect(request, f"/assessments/films/{film.id}", notice="Your film has arrived")
            except Invalid as wrong:
                problems = wrong.problems
    return render(
        request, "films/new.html", 422 if problems else 200, values=values, problems=problems, accepted=ACCEPTED,
        most=MOST_BYTES, most_at_once=size_in_words(MOST_BYTES_AT_ONCE), **await _for_whom(values, me),
        back=("Films", "/assessments/films"),
    )  # fmt: skip


async def _for_whom(values: Mapping[str, Any], me: Actor) -> dict[str, Any]:
    """Says whose film it will be: of whom the actor rates in the assessment named, or of their own group."""
    named = uuid_of(values.get("assessment"))
    own = [(str(row.id), row.observed, row.group_name) for row in await own_assessments(me)]
    if named and str(named) not in {key for key, *_ in own}:
        rater, _ = await own_rating(named, me)
        await rater.assessment.fetch_related("person")
        return {"of": rater.assessment.person.name, "observed": rater.assessment.observed, "own": []}
    return {"of": "", "observed": None, "own": own}


async def _sent_whole(request: Request, sent: object, values: Mapping[str, Any], me: Actor) -> Film:
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise Invalid("There is a problem", problems={"file": "Choose a film"})
    size = sent.size or 0
    if size > MOST_BYTES_AT_ONCE:
        words = f"Without script a film may have {size_in_words(MOST_BYTES_AT_ONCE)}. Allow scripts, and send it again"
        raise Invalid("There is a problem", problems={"file": words})
    settings, now = PageResources.of(request).settings, clock.now()
    film = await uploads.begin(_told(values, sent.filename, size), actor=me, now=now, settings=settings)
    there = 0
    while part := await sent.read(BLOCK):
        there = await uploads.write_part(film, part, at=there, actor=me, now=now, settings=settings)
    await uploads.arrived(film, there, now=now, settings=settings)
    return film


def _told(values: Mapping[str, Any], name: str, size: int) -> NewFilm:
    try:
        held = date.fromisoformat(str(values.get("held", "")))
    except ValueError:
        held = date.min
    return NewFilm(clean_line(name) or "film", size, held, uuid_of(values.get("assessment")))


async def begin(request: Request) -> Response:
    """Begins a film that comes in parts; answers with the address to which they are sent."""
    me: Actor = actor(request)
    settings = PageResources.of(request).settings
    told = _metadata(request.headers.get("upload-metadata", ""))
    size = int(said) if (said := request.headers.get("upload-length", "")).isdecimal() and len(said) < 16 else 0
    try:
        _refuse_other_version(request)
        sent = _told(told, told.get("filename", ""), size)
        film = await uploads.begin(sent, actor=me, now=clock.now(), settings=settings)
    except AppError as error:
        return _refused(error)
    where = link(request, f"/assessments/films/{film.id}/upload")
    return Response(status_code=201, headers=TUS | _expiry(film) | {"Location": where})


def _metadata(header: str) -> dict[str, str]:
    """Reads pairs of a name and a value in base64; what cannot be read is left out."""
    told = {}
    for pair in header.split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            told[name] = b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            continue
    return told


async def upload(request: Request) -> Response:
    """Tells how much of a film has arrived; takes the part that comes next, as far as the line holds."""
    me: Actor = actor(request)
    settings = PageResources.of(request).settings
    try:
        film = await own_upload(identity(request), me)
        there = await uploads.received(film, settings)
        if request.method == "PATCH":
            _refuse_other_version(request)
            there = await _part(request, film, there, me)
    except AppError as error:
        return _refused(error)
    progress = {"Upload-Offset": str(there), "Upload-Length": str(film.size)}
    return Response(status_code=204 if request.method == "PATCH" else 200, headers=TUS | _expiry(film) | progress)


async def _part(request: Request, film: Film, there: int, me: Actor) -> int:
    at, comes = request.headers.get("upload-offset", ""), counting_number(request.headers.get("content-length"))
    if request.headers.get("content-type") != PART_TYPE:
        raise Invalid("Send a part as application/offset+octet-stream.")
    if at != str(there):
        raise Conflict("This part does not begin where the last one ended.", "Ask how much there is, and go on.")
    if there + comes > film.size:
        raise Invalid("This part is longer than what is left of the film.", "Begin again.")
    if film.state != UPLOADING:
        return there
    began, buffer, settings = there, bytearray(), PageResources.of(request).settings
    try:
        async for block in request.stream():
            buffer += block
            while len(buffer) >= BLOCK:
                part = bytes(buffer[:BLOCK])
                del buffer[:BLOCK]
                there = await uploads.write_part(film, part, at=there, actor=me, now=clock.now(), settings=settings)
    except ClientDisconnect:
        pass  # what has come is kept, and the next part goes on behind it
    there = await uploads.write_part(film, bytes(buffer), at=there, actor=me, now=clock.now(), settings=settings)
    if there == began < film.size:
        raise Invalid(f"A part has at least {uploads.SMALLEST_PART} bytes, unless it is the last one.")
    await uploads.arrived(film, there, now=clock.now(), settings=settings)
    return there


def _refuse_other_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != "1.0.0":
        raise Invalid("This service speaks tus 1.0.0.")


def _expiry(film: Film) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(uploads.expires(film).astimezone(UTC), usegmt=True)}


def _refused(error: AppError) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
    problems = error.problems.values() if isinstance(error, Invalid) and error.problems else ()
    words = ". ".join(problems) or f"{error.message} {error.remedy}".strip()
    return Response(words, status, headers=TUS, media_type="text/plain")
