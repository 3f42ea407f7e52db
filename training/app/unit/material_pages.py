"""Pages of what is taught and asked: published rules, instruments and courses, and more of them from files."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from certificates.commissioning.unit_pages import states
from certificates.evaluations import taking_back
from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import read
from courses.learning.outline import in_language
from courses.packages.models import CourseVersion
from courses.packages.publish import load
from training.app.load import load_all
from training.assessments.models import InstrumentVersion
from training.core import clock
from training.core.dates import day
from training.core.settings import Settings
from training.drafts.publishing_requests import two_publish
from training.drafts.resources import DraftResources
from training.parsing.kinds import TOP_KEY
from training.parsing.plurals import many
from training.people.actor import Actor
from training.programmes.models import Adoption
from training.sites.models import Programme
from training.web.render import actor, form_data, identity, redirect, render
from training.web.resources import PageResources

LIBRARY = Path(__file__).resolve().parents[3] / "courses" / "library"
ENDINGS = (".yaml", ".yml")
LARGEST = 300_000
NO_FILE = "Choose a file that ends in .yaml"
BACK = ("Programmes and courses", "/material")
Texts = list[tuple[str, str]]
"""Name and text of each file."""


async def material(request: Request) -> Response:
    """Lists what is published, newest first, with the ways to add to it."""
    me: Actor = actor(request)
    return await _listed(request, me)


async def _listed(request: Request, me: Actor, status: int = 200, problems: dict[str, str] | None = None) -> Response:
    versions = await PathwayVersion.filter(unit_id=me.unit_id).order_by("-published")
    rules: list[dict[str, Any]] = [
        {"id": row.id, "title": row.title, "version": row.version, "published": row.published, "slug": row.slug,
         "programme_id": row.programme_id, "taken_back": row.taken_back, "first": read(row).effective[0]}
        for row in versions
    ]  # fmt: skip
    adopted = await Adoption.filter(site__unit_id=me.unit_id, ends__isnull=True).values_list("programme_id", flat=True)
    tools = InstrumentVersion.filter(instrument__unit_id=me.unit_id).order_by("-published")
    courses = CourseVersion.filter(course__unit_id=me.unit_id).order_by("-published")
    taught = await courses.values("title", "number", "published", slug="course__slug")
    courses_named = [row | {"title": in_language(row["title"], me.language)} for row in taught]
    shown = await states(me)
    own = await Programme.filter(unit_id=me.unit_id).order_by("title").values_list("id", "title")
    used = await tools.values("id", "title", "version", "published", name="instrument__name")
    ships = {folder.name for folder in LIBRARY.iterdir()} - {row["slug"] for row in taught}
    return render(
        request, "app/material.html", status, problems=problems or {}, ships=bool(ships),
        ahead=[row for row in rules if (first := row["first"]) and first > me.today],
        rules=[row | {"sites": list(adopted).count(row["programme_id"])} for row in rules],
        instruments=used, may_decide=me.may("decide"), courses=courses_named,
        pathway_names=_names(rules, "slug"), instrument_names=_names(used, "name"),
        own=[(key, title, shown.get(key, "")) for key, title in own], course_names=_names(courses_named, "slug"),
    )  # fmt: skip


def _names(rows: Sequence[Mapping[str, Any]], key: str) -> list[tuple[str, str]]:
    """Name and title of each of what is published in versions, as the newest says it."""
    return list({str(row[key]): str(row["title"]) for row in reversed(rows)}.items())


async def take_back(request: Request) -> Response:
    """Takes back rules that do not count yet, or, where the form says so, puts them back."""
    me: Actor = actor(request)
    undo = (await form_data(request)).get("do") == "undo"
    done = await (taking_back.bring_back if undo else taking_back.take_back)(
        identity(request), actor=me, now=clock.now()
    )
    first = read(done).effective[0]
    words = f"It counts from {day(first)} on." if undo and first else "It will count for nobody. You can put it back."
    return redirect(request, "/material", notice=f"{done.title}, version {done.version}: {words}")


async def take_course(request: Request) -> Response:
    """Publishes the courses that ship with the service."""
    me: Actor = actor(request)
    storage, now = PageResources.of(request).settings.storage, clock.now()
    for folder in sorted(LIBRARY.iterdir()):
        done = await load(folder, actor=me, now=now, storage=storage, ships=True)
        if done.refused:
            return await _listed(request, me, 422, {"form": "; ".join(str(mistake) for mistake in done.mistakes)})
    return redirect(request, "/material", notice="The course is published. Sites can begin it.")


async def check(request: Request) -> Response:
    """Tells what publishing the files would do, or every mistake in them; nothing is published yet."""
    me: Actor = actor(request)
    async with request.form() as form:
        sent = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
        read = [(Path(one.filename or "").name, await one.read(LARGEST + 1)) for one in sent]
    if problem := _unfit(read) or await _unseen(request, read, me):
        return await _listed(request, me, 422, {"files": problem})
    return await _rehearsed(request, [(name, content.decode("utf-8-sig")) for name, content in read], me)


def _unfit(read: Sequence[tuple[str, bytes]]) -> str:
    """Says why files cannot be looked at, or ""."""
    for name, content in read:
        if not name.lower().endswith(ENDINGS):
            return f"{name} is no such file. {NO_FILE}"
        if len(content) > LARGEST:
            return f"{name} is larger than 300 KB. Choose a smaller one"
        if [one for one, _ in read].count(name) > 1:
            return f"{name} was chosen twice. Give one of them another name"
        try:
            content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return f"{name} is no UTF-8. Save it as UTF-8 and choose it again"
    return "" if read else NO_FILE


async def _unseen(request: Request, files: Sequence[tuple[str, bytes]], me: Actor) -> str:
    """Names a file that a second person has to look at before it is published, as a draft, or ""."""
    if not await two_publish(me.unit_id):
        return ""
    kinds = DraftResources.of(request).draft_kinds
    # Told apart as it is when they are loaded: what counts there as rules may not pass here as something else.
    drafted = (name for name, content in files if kinds.keys() & set(TOP_KEY.findall(content.decode("utf-8-sig"))))
    name = next(drafted, "")
    return name and f"{name} needs a second person in your unit. Take it under Write, and ask for publishing there"


async def _rehearsed(request: Request, texts: Texts, me: Actor) -> Response:
    lines, refused = await _load(texts, PageResources.of(request).settings, me, clock.now(), check=True)
    return render(
        request, "app/material_check.html", 422 if refused else 200, lines=lines, refused=refused, texts=texts,
        back=BACK,
    )  # fmt: skip


async def publish(request: Request) -> Response:
    """Publishes the files that were looked at, all of them or none."""
    me: Actor = actor(request)
    async with request.form() as form:
        # Read as sent: what is published is compared byte for byte with what is loaded later.
        texts = [(Path(str(name)).name, str(text).replace("\r\n", "\n"))
                 for name, text in zip(form.getlist("name"), form.getlist("text"), strict=False)]  # fmt: skip
    read = [(name, text.encode()) for name, text in texts]
    if problem := _unfit(read) or await _unseen(request, read, me):
        return await _listed(request, me, 422, {"files": problem})
    _, refused = await _load(texts, PageResources.of(request).settings, me, clock.now(), check=False)
    if refused:
        return await _rehearsed(request, texts, me)
    return redirect(request, "/material", notice=f"{many(len(texts), 'file')} published.")


async def _load(texts: Texts, settings: Settings, me: Actor, now: datetime, *, check: bool) -> tuple[list[str], bool]:
    """Loads texts as files of a folder of their own, so that one may extend another."""
    with TemporaryDirectory() as home:
        paths = [Path(home) / name for name, _ in texts]
        for path, (_, text) in zip(paths, texts, strict=True):
            await asyncio.to_thread(path.write_text, text, "utf-8")
        lines, refused = await load_all(paths, settings=settings, now=now, check=check, actor=me)
    return [line.replace(f"{home}/", "") for line in lines], refused
