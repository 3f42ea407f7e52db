"""Pages of the module player: pages, videos and tasks, one at a time, and the media in them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from courses.cohorts.models import taught_by
from courses.cohorts.task_replies import replies_to
from courses.learning import actions, rules, views, words
from courses.learning.attempts import tries_at
from courses.learning.journey import Position, own_journey, spot_on
from courses.learning.models import TaskEntry, visible_to
from courses.learning.outline import in_language
from courses.learning.pages import journey_here, not_open_yet, own_spot
from courses.learning.quiz_pages import quiz_values
from courses.learning.scorm.actions import attempts_at
from courses.learning.scorm.views import lesson_values
from courses.learning.site_contacts import filled
from courses.packages.archives import FOLDER
from courses.packages.models import Media
from training.core import clock, handed_files
from training.core.errors import Invalid, NotAllowed, NotFound
from training.core.languages import spoken, translations
from training.parsing.text import clean
from training.people.actor import Actor
from training.web.bodies import cut, handed_file
from training.web.render import actor, identity, redirect, render
from training.web.resources import PageResources

KEPT_SECONDS = 365 * 24 * 3600
TEMPLATES = {
    "page": "learning/page.html",
    "video": "learning/video.html",
    "quiz": "learning/quiz.html",
    "task": "learning/task.html",
    "scorm": "learning/scorm.html",
}


async def activity(request: Request) -> Response:
    """Shows a page, video, quiz, task or lesson, and saves that one is here."""
    me: Actor = actor(request)
    journey = await journey_here(me, request.path_params["slug"])
    if journey is None:
        return redirect(request, f"/courses/{request.path_params['slug']}")
    try:
        spot = spot_on(journey, module=request.path_params["module"], activity=request.path_params["activity"])
    except NotAllowed as trouble:
        return not_open_yet(request, journey, trouble)
    asked = request.query_params.get("language", "")
    await actions.open_activity(spot, actor=me, now=clock.now(), language=asked)
    wanted = asked if asked in journey.outline.languages else journey.enrolment.language
    return render(request, TEMPLATES[spot.part.kind], **await _values(spot, wanted, me))


async def _values(spot: Position, wanted: str, me: Actor) -> dict[str, Any]:
    around = views.around(spot, wanted)
    switch = views.language_switch(spot.chapter.languages, spot.path, around["content_lang"])
    content = in_language(spot.part.content, around["content_lang"])
    pieces = await filled(content.get("html", ""), me, around["content_lang"])
    values = {**around, "kind": spot.part.kind, "languages": switch, "content": content, "pieces": pieces}
    if spot.part.kind == "video":
        film = next(iter(spot.part.content.values()))
        captions = [
            (code, words.language_name(code), f"/courses/media/{content['captions']}")
            for code, content in spot.part.content.items()
            if content["captions"]
        ]
        length = f"{words.seconds(film['seconds'], around['lang'])}, {words.size(film['size_bytes'])}"
        return values | {"captions": captions, "length": length}
    if spot.part.kind == "quiz":
        return values | quiz_values(spot, await tries_at(spot), around["lang"])
    if spot.part.kind == "scorm":
        return values | lesson_values(spot, await attempts_at(spot), around["lang"])
    if spot.part.kind == "task":
        own = TaskEntry.filter(enrolment_id=spot.journey.enrolment.id, activity_id=spot.part.id)
        rows = await own.order_by("-handed_in").values("id", "note", "file_name", "handed_in")
        replies = await replies_to([row["id"] for row in rows])
        return values | {
            "entries": [
                row | {"heic": handed_files.is_heic(row["file_name"]), "replies": replies.get(row["id"], [])}
                for row in rows
            ],
            "heic_words": handed_files.HEIC_WORDS,
            "types": ",".join(handed_files.ACCEPTED),
        }
    return values


async def done(request: Request) -> Response:
    """Takes what one did on a page, video or task, and goes on to the next part."""
    me: Actor = actor(request)
    spot = await own_spot(request)
    if spot.part.kind == "task":
        request, note = cut(request, most=handed_files.MOST_BYTES_SENT), ""
        try:
            async with request.form() as given:
                note = clean(str(given.get("note", "")))
                await actions.hand_in_task(
                    spot,
                    note=note,
                    file=await handed_file(given.get("file")),
                    actor=actor(request),
                    now=clock.now(),
                    storage=PageResources.of(request).settings.storage,
                )
        except Invalid as trouble:
            values = await _values(spot, spot.journey.enrolment.language, me)
            told = {"problems": trouble.problems, "values": {"note": note}}
            return render(request, TEMPLATES["task"], 422, **(values | told))
    else:
        await actions.mark_read(spot, actor=me, now=clock.now())
    return await go_on(request, spot, me)


async def go_on(request: Request, spot: Position, me: Actor) -> Response:
    """Leads on after a part: to the next one, or to the course page with what is done or left."""
    number = spot.chapter.parts.index(spot.part) + 1
    if number < len(spot.chapter.parts):
        return redirect(request, views.path_of(spot, spot.chapter.parts[number]))
    outline = spot.journey.outline
    after = await own_journey(me, outline.slug)
    language = spot.journey.enrolment.language
    title, said_in = in_language(spot.chapter.title, language), spoken(language)
    left = words.left_in(spot.chapter.plan, after.reached, said_in) if after else ""
    finished = after is not None and rules.state_of(spot.chapter.plan, after.reached) is rules.State.DONE
    said = "You have done the module %(title)s." if finished else "%(title)s is not done yet. %(left)s"
    notice = translations(said_in).gettext(said) % {"title": title, "left": left}
    return redirect(request, f"/courses/{outline.slug}", notice=notice)


async def media(request: Request) -> Response:
    """Sends a picture, video or caption file of a course of one's own unit; players may ask for parts of it."""
    me: Actor = actor(request)
    found = Media.filter(sha256=request.path_params["sha256"], version__course__unit_id=me.unit_id)
    row = await found.first()
    path = PageResources.of(request).settings.storage / FOLDER / row.stored if row else None
    if row is None or path is None or not path.is_file():
        raise NotFound("There is no such picture or film.", "Go back to the page and try again.")
    # Named by its content, so it never changes; a picture opened by itself may run nothing.
    headers = {
        "Cache-Control": f"private, max-age={KEPT_SECONDS}, immutable",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return FileResponse(path, media_type=row.media_type, headers=headers)


async def entry(request: Request) -> Response:
    """Sends a file that was handed in, to its owner, their trainer, and those who may see the person's work."""
    me: Actor = actor(request)
    row = await TaskEntry.filter(id=identity(request, "entry")).select_related("enrolment").first()
    if row is None or not row.stored or not await _reads(me, row):
        raise NotFound("There is no such file.", "Go back to the task.")
    path = PageResources.of(request).settings.storage / handed_files.ENTRIES / row.stored
    return FileResponse(path, media_type="application/octet-stream", filename=row.file_name)


async def _reads(me: Actor, entry: TaskEntry) -> bool:
    if await visible_to(me).filter(id=entry.enrolment_id).exists():
        return True
    return await taught_by(me, entry.enrolment.person_id, entry.enrolment.course_id).exists()
